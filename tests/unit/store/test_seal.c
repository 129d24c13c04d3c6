/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/seal.h"

#include <string.h>

#include "support.h"

static const unsigned char KEY[MFA_SUBKEY_SIZE] = { 1, 2, 3 };
static const unsigned char TEXT[] = "the text to seal";
static const unsigned char PLACE[] = "context";

enum {
	TEXT_LEN = sizeof TEXT,
	SEALED_LEN = TEXT_LEN + MFA_SEAL_OVERHEAD
};

static struct mfa_span span(const void *data, size_t len)
{
	return (struct mfa_span){ data, len };
}

static void seal_text(unsigned char sealed[static SEALED_LEN])
{
	mfa_seal(KEY, span(PLACE, sizeof PLACE), span(TEXT, TEXT_LEN), sealed);
}

static int unseal(const unsigned char *key, struct mfa_span place,
		  const unsigned char *sealed, size_t len, unsigned char *plain)
{
	return mfa_unseal(key, place, span(sealed, len), plain);
}

static void what_was_sealed_comes_back(void **state MFA_UNUSED)
{
	unsigned char sealed[SEALED_LEN];
	unsigned char plain[TEXT_LEN];
	seal_text(sealed);
	assert_int_equal(
		unseal(KEY, span(PLACE, sizeof PLACE), sealed, sizeof sealed, plain),
		MFA_OK);
	assert_memory_equal(plain, TEXT, TEXT_LEN);
}

static void nothing_can_be_sealed_too(void **state MFA_UNUSED)
{
	unsigned char sealed[MFA_SEAL_OVERHEAD];
	unsigned char plain[1] = { 7 };
	mfa_seal(KEY, span(NULL, 0), span(NULL, 0), sealed);
	assert_int_equal(unseal(KEY, span(NULL, 0), sealed, sizeof sealed, plain),
			 MFA_OK);
	assert_int_equal(plain[0], 7);
}

static void the_same_text_is_sealed_differently_each_time(void **state MFA_UNUSED)
{
	unsigned char a[SEALED_LEN];
	unsigned char b[SEALED_LEN];
	seal_text(a);
	seal_text(b);
	assert_memory_not_equal(a, b, 24); /* the nonce */
	assert_memory_not_equal(a + 24, b + 24, TEXT_LEN);
}

static void every_altered_bit_is_noticed(void **state MFA_UNUSED)
{
	unsigned char sealed[SEALED_LEN];
	seal_text(sealed);
	for (unsigned bit = 0; bit < 8 * SEALED_LEN; bit++) {
		unsigned char plain[TEXT_LEN];
		memset(plain, 'x', sizeof plain);
		sealed[bit / 8] ^= (unsigned char)(1U << bit % 8);
		assert_int_equal(unseal(KEY, span(PLACE, sizeof PLACE), sealed,
					sizeof sealed, plain),
				 MFA_ERR_INTEGRITY);
		for (size_t i = 0; i < sizeof plain; i++)
			assert_int_equal(plain[i], 0);
		sealed[bit / 8] ^= (unsigned char)(1U << bit % 8);
	}
}

static void every_other_length_is_noticed(void **state MFA_UNUSED)
{
	unsigned char sealed[SEALED_LEN + 1];
	unsigned char plain[TEXT_LEN + 1];
	seal_text(sealed);
	sealed[SEALED_LEN] = 0;
	for (size_t len = 0; len <= sizeof sealed; len++)
		assert_int_equal(
			unseal(KEY, span(PLACE, sizeof PLACE), sealed, len, plain),
			len == SEALED_LEN ? MFA_OK : MFA_ERR_INTEGRITY);
}

static void another_context_or_key_opens_nothing(void **state MFA_UNUSED)
{
	unsigned char sealed[SEALED_LEN];
	unsigned char plain[TEXT_LEN];
	unsigned char other[MFA_SUBKEY_SIZE];
	memcpy(other, KEY, sizeof other);
	other[MFA_SUBKEY_SIZE - 1] ^= 1;
	seal_text(sealed);
	assert_int_equal(
		unseal(KEY, span("kontext", sizeof PLACE), sealed, sizeof sealed, plain),
		MFA_ERR_INTEGRITY);
	assert_int_equal(
		unseal(KEY, span(PLACE, sizeof PLACE - 1), sealed, sizeof sealed, plain),
		MFA_ERR_INTEGRITY);
	assert_int_equal(
		unseal(other, span(PLACE, sizeof PLACE), sealed, sizeof sealed, plain),
		MFA_ERR_INTEGRITY);
}

static void each_use_has_a_key_of_its_own(void **state MFA_UNUSED)
{
	struct mfa_secret first = test_key(1);
	struct mfa_secret second = test_key(2);
	unsigned char record[MFA_SUBKEY_SIZE];
	unsigned char audit[MFA_SUBKEY_SIZE];
	unsigned char other[MFA_SUBKEY_SIZE];
	unsigned char again[MFA_SUBKEY_SIZE];
	assert_int_equal(mfa_seal_derive(&first, MFA_KEY_RECORD, record), MFA_OK);
	assert_int_equal(mfa_seal_derive(&first, MFA_KEY_AUDIT, audit), MFA_OK);
	assert_int_equal(mfa_seal_derive(&second, MFA_KEY_RECORD, other), MFA_OK);
	assert_int_equal(mfa_seal_derive(&first, MFA_KEY_RECORD, again), MFA_OK);
	assert_memory_equal(record, again, MFA_SUBKEY_SIZE);
	assert_memory_not_equal(record, audit, MFA_SUBKEY_SIZE);
	assert_memory_not_equal(record, other, MFA_SUBKEY_SIZE);
	assert_memory_not_equal(record, first.data, MFA_SUBKEY_SIZE);
	mfa_secret_done(&first);
	mfa_secret_done(&second);
}

/* A rekey makes the records' half anew, and the trail goes on. */
static void each_use_hangs_on_its_own_half_of_the_store_key(void **state MFA_UNUSED)
{
	unsigned char record[2][MFA_SUBKEY_SIZE];
	unsigned char audit[2][MFA_SUBKEY_SIZE];
	struct mfa_secret key = test_key(1);
	for (size_t at = 0; at < MFA_KEY_SIZE; at++) {
		bool is_first_half = at < MFA_SUBKEY_SIZE;
		for (size_t i = 0; i < 2; i++) {
			assert_int_equal(mfa_seal_derive(&key, MFA_KEY_RECORD, record[i]),
					 MFA_OK);
			assert_int_equal(mfa_seal_derive(&key, MFA_KEY_AUDIT, audit[i]),
					 MFA_OK);
			key.data[at] ^= 1;
		}
		assert_int_equal(memcmp(record[0], record[1], MFA_SUBKEY_SIZE) == 0,
				 !is_first_half);
		assert_int_equal(memcmp(audit[0], audit[1], MFA_SUBKEY_SIZE) == 0,
				 is_first_half);
	}
	mfa_secret_done(&key);
}

/* The formats on disk hang on these bytes: libsodium's KDF of the key 01 02 .. 40,
 * its first half for records and its second for the trail. */
static void the_derivation_never_changes(void **state MFA_UNUSED)
{
	static const unsigned char expected[2][8] = {
		{ 0x84, 0x13, 0x0c, 0x3a, 0xbf, 0x6e, 0x70, 0x12 },
		{ 0x22, 0x29, 0x03, 0xbe, 0xc4, 0x95, 0x74, 0xf6 },
	};
	struct mfa_secret key = test_key(1);
	unsigned char derived[MFA_SUBKEY_SIZE];
	assert_int_equal(mfa_seal_derive(&key, MFA_KEY_RECORD, derived), MFA_OK);
	assert_memory_equal(derived, expected[0], 8);
	assert_int_equal(mfa_seal_derive(&key, MFA_KEY_AUDIT, derived), MFA_OK);
	assert_memory_equal(derived, expected[1], 8);
	mfa_secret_done(&key);
}

static void a_store_key_of_another_length_is_refused(void **state MFA_UNUSED)
{
	unsigned char derived[MFA_SUBKEY_SIZE];
	for (size_t len = 0; len < 2 * MFA_KEY_SIZE + 2; len++) {
		struct mfa_secret key = { 0 };
		assert_int_equal(mfa_secret_alloc(len, &key), MFA_OK);
		assert_int_equal(mfa_seal_derive(&key, MFA_KEY_RECORD, derived),
				 len == MFA_KEY_SIZE ? MFA_OK : MFA_ERR_INVALID);
		mfa_secret_done(&key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_comes_back),
		cmocka_unit_test(nothing_can_be_sealed_too),
		cmocka_unit_test(the_same_text_is_sealed_differently_each_time),
		cmocka_unit_test(every_altered_bit_is_noticed),
		cmocka_unit_test(every_other_length_is_noticed),
		cmocka_unit_test(another_context_or_key_opens_nothing),
		cmocka_unit_test(each_use_has_a_key_of_its_own),
		cmocka_unit_test(each_use_hangs_on_its_own_half_of_the_store_key),
		cmocka_unit_test(the_derivation_never_changes),
		cmocka_unit_test(a_store_key_of_another_length_is_refused),
	};
	return group_main("seal", tests);
}
