/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/key_copy.h"

#include <sodium.h>
#include <string.h>

#include "mfa/bytes.h"
#include "mfa/seal.h"
#include "support.h"

/* Where things are in a copy: docs/store-format.md. */
enum {
	AT_PASSES = 8,
	AT_MEMORY = 12,
	AT_CHECKSUM = MFA_KEY_COPY_SIZE - 16,
};

/* The least that Argon2id does. */
static const struct mfa_key_copy_cost cheap = { .passes = 1, .memory_kib = 8 };

struct sealed {
	struct mfa_key_copy copy;
	struct mfa_secret passphrase;
	unsigned char bytes[MFA_KEY_COPY_SIZE];
};

static void take_text(const char *text, struct mfa_secret *ret_secret)
{
	assert_int_equal(mfa_secret_copy(text, strlen(text), ret_secret), MFA_OK);
}

static int seal_copy(void **state)
{
	static struct sealed sealed;
	sealed = (struct sealed){
		.copy = { .key = test_key(1), .time = NOW, .host = "kiosk3" }
	};
	take_text("five plain words of taro", &sealed.passphrase);
	assert_int_equal(
		mfa_key_copy_seal(&sealed.copy, &sealed.passphrase, &cheap, sealed.bytes),
		MFA_OK);
	*state = &sealed;
	return 0;
}

static int drop_copy(void **state)
{
	struct sealed *sealed = *state;
	mfa_key_copy_done(&sealed->copy);
	mfa_secret_done(&sealed->passphrase);
	return 0;
}

static int open_bytes(const unsigned char *bytes, size_t len,
		      const struct mfa_secret *passphrase)
{
	struct mfa_key_copy copy = { .time = 0 };
	int err = mfa_key_copy_open((struct mfa_span){ bytes, len }, passphrase, &copy);
	if (err != MFA_OK)
		assert_null(copy.key.data);
	mfa_key_copy_done(&copy);
	return err;
}

/* As somebody would who alters a copy: the checksum is everybody's. */
static void sum_up(unsigned char *bytes)
{
	(void)crypto_generichash(bytes + AT_CHECKSUM, MFA_KEY_COPY_SIZE - AT_CHECKSUM,
				 bytes, AT_CHECKSUM, NULL, 0);
}

static void what_was_sealed_comes_back(void **state)
{
	const struct sealed *sealed = *state;
	struct mfa_key_copy copy = { .time = 0 };
	const struct mfa_span bytes = { sealed->bytes, sizeof sealed->bytes };
	assert_int_equal(mfa_key_copy_open(bytes, &sealed->passphrase, &copy), MFA_OK);
	assert_int_equal(copy.key.len, MFA_KEY_SIZE);
	assert_memory_equal(copy.key.data, sealed->copy.key.data, MFA_KEY_SIZE);
	assert_int_equal(copy.time, NOW);
	assert_string_equal(copy.host, "kiosk3");
	mfa_key_copy_done(&copy);
	mfa_key_copy_done(&copy);
}

static void the_key_is_not_in_it(void **state)
{
	const struct sealed *sealed = *state;
	for (size_t i = 0; i + 8 <= MFA_KEY_SIZE; i++)
		assert_null(memmem(sealed->bytes, sizeof sealed->bytes,
				   sealed->copy.key.data + i, 8));
}

static void two_copies_are_different(void **state)
{
	struct sealed *sealed = *state;
	unsigned char other[MFA_KEY_COPY_SIZE];
	assert_int_equal(
		mfa_key_copy_seal(&sealed->copy, &sealed->passphrase, &cheap, other),
		MFA_OK);
	assert_memory_not_equal(other + 16, sealed->bytes + 16, 16);
	assert_int_equal(open_bytes(other, sizeof other, &sealed->passphrase), MFA_OK);
}

static void a_wrong_passphrase_is_refused(void **state)
{
	static const char *const wrong[] = { "", "five plain words of tar",
					     "five plain words of taro ",
					     "Five plain words of taro" };
	const struct sealed *sealed = *state;
	for (size_t i = 0; i < MFA_COUNT(wrong); i++) {
		MFA_CLEANUP(mfa_secret_done) struct mfa_secret passphrase = { 0 };
		take_text(wrong[i], &passphrase);
		assert_int_equal(
			open_bytes(sealed->bytes, MFA_KEY_COPY_SIZE, &passphrase),
			MFA_ERR_CRYPTO);
	}
}

static void every_flipped_bit_is_refused(void **state)
{
	const struct sealed *sealed = *state;
	for (size_t i = 0; i < 8 * MFA_KEY_COPY_SIZE; i++) {
		unsigned char bytes[MFA_KEY_COPY_SIZE];
		memcpy(bytes, sealed->bytes, sizeof bytes);
		bytes[i / 8] ^= (unsigned char)(1U << i % 8);
		int err = open_bytes(bytes, sizeof bytes, &sealed->passphrase);
		if (err == MFA_OK || (i >= 64 && err != MFA_ERR_INTEGRITY))
			fail_msg("bit %zu: %s", i, mfa_strerror(err));
	}
}

/* Not by the checksum alone. */
static void every_altered_bit_is_refused(void **state)
{
	const struct sealed *sealed = *state;
	for (size_t i = 0; i < (size_t)8 * AT_CHECKSUM; i++) {
		unsigned char bytes[MFA_KEY_COPY_SIZE];
		memcpy(bytes, sealed->bytes, sizeof bytes);
		bytes[i / 8] ^= (unsigned char)(1U << i % 8);
		sum_up(bytes);
		if (mfa_get32(bytes + AT_MEMORY) > 64 * 1024)
			continue; /* the next test's */
		if (open_bytes(bytes, sizeof bytes, &sealed->passphrase) == MFA_OK)
			fail_msg("bit %zu", i);
	}
}

static void every_cut_is_refused(void **state)
{
	const struct sealed *sealed = *state;
	for (size_t len = 0; len < MFA_KEY_COPY_SIZE; len++)
		assert_int_equal(open_bytes(sealed->bytes, len, &sealed->passphrase),
				 len < 8 ? MFA_ERR_INVALID : MFA_ERR_INTEGRITY);
}

static void other_files_are_no_copies(void **state)
{
	static const unsigned char text[] = "a letter of hanako";
	const struct sealed *sealed = *state;
	assert_int_equal(open_bytes(text, sizeof text, &sealed->passphrase),
			 MFA_ERR_INVALID);
	assert_int_equal(open_bytes(NULL, 0, &sealed->passphrase), MFA_ERR_INVALID);
}

static void a_newer_version_is_told(void **state)
{
	struct sealed *sealed = *state;
	sealed->bytes[7]++;
	sum_up(sealed->bytes);
	assert_int_equal(
		open_bytes(sealed->bytes, MFA_KEY_COPY_SIZE, &sealed->passphrase),
		MFA_ERR_UNSUPPORTED);
}

static void an_absurd_cost_is_refused_before_it_is_paid(void **state)
{
	static const struct mfa_key_copy_cost costs[] = {
		{ 0, 8 },	   { 9, 8 }, { UINT32_MAX, 8 },
		{ 1, 0 },	   { 1, 7 }, { 1, 512 * 1024 + 1 },
		{ 1, UINT32_MAX },
	};
	struct sealed *sealed = *state;
	for (size_t i = 0; i < MFA_COUNT(costs); i++) {
		unsigned char unused[MFA_KEY_COPY_SIZE];
		mfa_put32(sealed->bytes + AT_PASSES, costs[i].passes);
		mfa_put32(sealed->bytes + AT_MEMORY, costs[i].memory_kib);
		sum_up(sealed->bytes);
		assert_int_equal(
			open_bytes(sealed->bytes, MFA_KEY_COPY_SIZE, &sealed->passphrase),
			MFA_ERR_UNSUPPORTED);
		assert_int_equal(mfa_key_copy_seal(&sealed->copy, &sealed->passphrase,
						   &costs[i], unused),
				 MFA_ERR_INVALID);
	}
}

static void the_id_is_of_all_of_the_key(void **state)
{
	struct sealed *sealed = *state;
	char first[MFA_KEY_ID_SIZE];
	char other[MFA_KEY_ID_SIZE];
	mfa_key_id(&sealed->copy.key, first);
	assert_int_equal(strlen(first), MFA_KEY_ID_SIZE - 1);
	for (size_t i = 0; i < MFA_KEY_SIZE; i++) {
		sealed->copy.key.data[i] ^= 1;
		mfa_key_id(&sealed->copy.key, other);
		assert_string_not_equal(first, other);
		sealed->copy.key.data[i] ^= 1;
	}
}

#define on_copy(test) cmocka_unit_test_setup_teardown(test, seal_copy, drop_copy)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_copy(what_was_sealed_comes_back),
		on_copy(the_key_is_not_in_it),
		on_copy(two_copies_are_different),
		on_copy(a_wrong_passphrase_is_refused),
		on_copy(every_flipped_bit_is_refused),
		on_copy(every_altered_bit_is_refused),
		on_copy(every_cut_is_refused),
		on_copy(other_files_are_no_copies),
		on_copy(a_newer_version_is_told),
		on_copy(an_absurd_cost_is_refused_before_it_is_paid),
		on_copy(the_id_is_of_all_of_the_key),
	};
	return group_main("key_copy", tests);
}
