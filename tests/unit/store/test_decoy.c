/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/decoy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/seal.h"
#include "mfa/text.h"
#include "support.h"

enum {
	NAMES_PER_DECOY = 256
};

static unsigned number_of(const struct mfa_secret *store_key, const char *user)
{
	unsigned char key[MFA_DECOY_KEY_SIZE];
	char name[MFA_DECOY_NAME_SIZE];
	assert_int_equal(mfa_decoy_derive(store_key, key), MFA_OK);
	mfa_decoy_choose(key, user, name);
	assert_true(mfa_decoy_is_name(name));
	return (unsigned)strtoul(name + 1, NULL, 10);
}

/* Computed from docs/store-format.md with other implementations of BLAKE2b and SipHash.
 */
static void the_format_is_the_documented_one(void **state MFA_UNUSED)
{
	static const struct {
		const char *user;
		unsigned number;
	} cases[] = {
		{ "taro", 31 },	      { "hanako", 61 }, { "jiro", 3 },
		{ "nobody-here", 1 }, { "", 17 },
	};
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = test_key(1);
	for (size_t i = 0; i < MFA_COUNT(cases); i++)
		assert_int_equal(number_of(&key, cases[i].user), cases[i].number);
}

/* How many of the names have the same decoy under both keys. */
static unsigned count_same(const struct mfa_secret *a, const struct mfa_secret *b)
{
	unsigned count = 0;
	for (unsigned i = 0; i < MFA_DECOYS * 4; i++) {
		char user[16];
		(void)snprintf(user, sizeof user, "user%u", i);
		count += number_of(a, user) == number_of(b, user);
	}
	return count;
}

static void a_name_keeps_its_decoy_as_long_as_the_trails_half_of_the_key(
	void **state MFA_UNUSED)
{
	struct mfa_secret keys[3] = { test_key(1), test_key(1), test_key(1) };
	keys[1].data[0] ^= 1; /* a rekey */
	keys[2].data[MFA_KEY_SIZE - 1] ^= 1;
	assert_int_equal(count_same(&keys[0], &keys[0]), MFA_DECOYS * 4);
	assert_int_equal(count_same(&keys[0], &keys[1]), MFA_DECOYS * 4);
	assert_in_range(count_same(&keys[0], &keys[2]), 0, 16); /* 4 by chance */
	for (size_t i = 0; i < MFA_COUNT(keys); i++)
		mfa_secret_done(&keys[i]);
}

/* Pearson's statistic has the mean 63 and the deviation 11.2 for 64 decoys. The key and
 * the names are the same in each run. */
static void names_are_spread_evenly(void **state MFA_UNUSED)
{
	unsigned counts[MFA_DECOYS] = { 0 };
	double sum = 0;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = test_key(1);
	for (unsigned i = 0; i < MFA_DECOYS * NAMES_PER_DECOY; i++) {
		char user[16];
		(void)snprintf(user, sizeof user, "user%u", i);
		unsigned number = number_of(&key, user);
		assert_in_range(number, 0, MFA_DECOYS - 1);
		counts[number]++;
	}
	for (size_t i = 0; i < MFA_DECOYS; i++) {
		double off = (double)counts[i] - NAMES_PER_DECOY;
		sum += off * off / NAMES_PER_DECOY;
	}
	assert_in_range((unsigned)sum, 20, 120);
}

static void a_key_of_another_length_is_invalid(void **state MFA_UNUSED)
{
	unsigned char bytes[MFA_DECOY_KEY_SIZE] = "untouched";
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	assert_int_equal(mfa_secret_alloc(MFA_SUBKEY_SIZE, &key), MFA_OK);
	assert_int_equal(mfa_decoy_derive(&key, bytes), MFA_ERR_INVALID);
	assert_memory_equal(bytes, "untouched", sizeof "untouched");
}

static void no_person_has_a_decoys_name(void **state MFA_UNUSED)
{
	static const char *const others[] = { "taro", "\n",   "\n0",	"\n000",
					      "\n0a", "\na0", "00",	" 00",
					      "\r00", "\n-1", ".decoy", ".decoy-00" };
	char before[MFA_DECOY_NAME_SIZE] = "";
	assert_true(mfa_decoy_is_name(MFA_DECOY_USER));
	assert_false(mfa_text_is_label(MFA_DECOY_USER, MFA_USER_SIZE));
	for (size_t i = 0; i < MFA_DECOYS; i++) {
		char name[MFA_DECOY_NAME_SIZE];
		mfa_decoy_name(i, name);
		assert_true(mfa_decoy_is_name(name));
		/* mfa-enroll takes labels alone */
		assert_false(mfa_text_is_label(name, MFA_USER_SIZE));
		assert_true(strcmp(before, name) < 0);
		memcpy(before, name, sizeof before);
	}
	for (size_t i = 0; i < MFA_COUNT(others); i++)
		assert_false(mfa_decoy_is_name(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_format_is_the_documented_one),
		cmocka_unit_test(
			a_name_keeps_its_decoy_as_long_as_the_trails_half_of_the_key),
		cmocka_unit_test(names_are_spread_evenly),
		cmocka_unit_test(a_key_of_another_length_is_invalid),
		cmocka_unit_test(no_person_has_a_decoys_name),
	};
	return group_main("decoy", tests);
}
