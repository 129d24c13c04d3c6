/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/factors/oath.c: what HOTP and TOTP share. */
#include "mfa/oath.h"

#include <string.h>

#include "support.h"

static struct mfa_attempt attempt(const char *code)
{
	return (struct mfa_attempt){ .code = code, .len = strlen(code) };
}

static void hashes_have_names_and_lengths(void **state MFA_UNUSED)
{
	assert_string_equal(mfa_hash_name(MFA_HASH_SHA1), "sha1");
	assert_string_equal(mfa_hash_name(MFA_HASH_SHA256), "sha256");
	assert_string_equal(mfa_hash_name(MFA_HASH_SHA512), "sha512");
	assert_string_equal(mfa_hash_name((enum mfa_hash)0), "unknown");
	assert_int_equal(mfa_hash_from_name("sha1"), MFA_HASH_SHA1);
	assert_int_equal(mfa_hash_from_name("sha256"), MFA_HASH_SHA256);
	assert_int_equal(mfa_hash_from_name("sha512"), MFA_HASH_SHA512);
	assert_int_equal(mfa_hash_from_name("SHA1"), 0);
	assert_int_equal(mfa_hash_from_name(""), 0);
	assert_int_equal(mfa_hash_secret_len(MFA_HASH_SHA1), 20);
	assert_int_equal(mfa_hash_secret_len(MFA_HASH_SHA256), 32);
	assert_int_equal(mfa_hash_secret_len(MFA_HASH_SHA512), 64);
	assert_int_equal(mfa_hash_secret_len((enum mfa_hash)0), 0);
}

static struct mfa_oath sound(void)
{
	static const unsigned char secret[MFA_OATH_SECRET_MAX] = { 1, 2, 3, [63] = 64 };
	return (struct mfa_oath){
		.hash = MFA_HASH_SHA512,
		.digits = 8,
		.period = 60,
		.counter = 0x1122334455667788,
		.drift = -300,
		.drift_base = 299,
		.secret = secret,
		.secret_len = sizeof secret,
	};
}

static void what_is_saved_can_be_loaded(void **state MFA_UNUSED)
{
	struct mfa_oath in = sound();
	struct mfa_token token = { .kind = MFA_KIND_TOTP };
	assert_int_equal(mfa_oath_save(&in, &token), MFA_OK);
	struct mfa_oath out = read_token(&token);
	assert_int_equal(out.hash, in.hash);
	assert_int_equal(out.digits, in.digits);
	assert_int_equal(out.period, in.period);
	assert_int_equal(out.counter, in.counter);
	assert_int_equal(out.drift, in.drift);
	assert_int_equal(out.drift_base, in.drift_base);
	assert_int_equal(out.secret_len, in.secret_len);
	assert_memory_equal(out.secret, in.secret, in.secret_len);
}

static void a_loaded_token_can_be_saved_in_place(void **state MFA_UNUSED)
{
	struct mfa_oath in = sound();
	struct mfa_token token = { .kind = MFA_KIND_TOTP };
	assert_int_equal(mfa_oath_save(&in, &token), MFA_OK);
	struct mfa_oath again = read_token(&token);
	again.counter++;
	assert_int_equal(mfa_oath_save(&again, &token), MFA_OK);
	struct mfa_oath out = read_token(&token);
	assert_int_equal(out.counter, in.counter + 1);
	assert_memory_equal(out.secret, in.secret, in.secret_len);
}

static void a_shorter_secret_leaves_nothing_of_a_longer_one(void **state MFA_UNUSED)
{
	struct mfa_oath oath = sound();
	struct mfa_token token = { .kind = MFA_KIND_TOTP };
	memset(token.data, 0xff, sizeof token.data);
	oath.secret_len = MFA_OATH_SECRET_MIN;
	assert_int_equal(mfa_oath_save(&oath, &token), MFA_OK);
	unsigned set = 0;
	for (size_t i = 0; i < sizeof token.data; i++)
		set += token.data[i] == 0xff;
	assert_true(set <= 1); /* a byte of the drift */
	assert_int_equal(token.data[sizeof token.data - 1], 0);
}

static void values_out_of_range_are_not_saved(void **state MFA_UNUSED)
{
	static const struct {
		enum mfa_kind kind;
		unsigned hash, digits, period;
		size_t secret_len;
		int err;
	} cases[] = {
		{ MFA_KIND_TOTP, 1, 6, 30, 20, MFA_OK },
		{ MFA_KIND_TOTP, 3, 8, 60, 64, MFA_OK },
		{ MFA_KIND_TOTP, 1, 7, 30, 10, MFA_OK },
		{ MFA_KIND_HOTP, 2, 6, 0, 32, MFA_OK },
		{ MFA_KIND_TOTP, 0, 6, 30, 20, MFA_ERR_INVALID },
		{ MFA_KIND_TOTP, 4, 6, 30, 20, MFA_ERR_INVALID },
		{ MFA_KIND_TOTP, 1, 5, 30, 20, MFA_ERR_INVALID },
		{ MFA_KIND_TOTP, 1, 9, 30, 20, MFA_ERR_INVALID },
		{ MFA_KIND_TOTP, 1, 6, 0, 20, MFA_ERR_INVALID },
		{ MFA_KIND_TOTP, 1, 6, 31, 20, MFA_ERR_INVALID },
		{ MFA_KIND_TOTP, 1, 6, 30, 9, MFA_ERR_INVALID },
		{ MFA_KIND_TOTP, 1, 6, 30, 65, MFA_ERR_INVALID },
		{ MFA_KIND_HOTP, 1, 6, 30, 20, MFA_ERR_INVALID },
		{ MFA_KIND_YUBIKEY, 1, 6, 30, 20, MFA_ERR_INVALID },
		{ MFA_KIND_NONE, 1, 6, 30, 20, MFA_ERR_INVALID },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		struct mfa_oath oath = sound();
		struct mfa_token token = { .kind = cases[i].kind, .data = { 7 } };
		oath.hash = (enum mfa_hash)cases[i].hash;
		oath.digits = cases[i].digits;
		oath.period = cases[i].period;
		oath.secret_len = cases[i].secret_len;
		assert_int_equal(mfa_oath_save(&oath, &token), cases[i].err);
		if (cases[i].err != MFA_OK)
			assert_int_equal(token.data[0], 7);
	}
}

static void numbers_out_of_range_are_not_saved(void **state MFA_UNUSED)
{
	struct mfa_token token = { .kind = MFA_KIND_TOTP };
	static const int far[] = { INT16_MAX + 1, INT16_MIN - 1 };
	for (size_t i = 0; i < MFA_COUNT(far); i++) {
		struct mfa_oath oath = sound();
		oath.drift = far[i];
		assert_int_equal(mfa_oath_save(&oath, &token), MFA_ERR_INVALID);
		oath = sound();
		oath.drift_base = far[i];
		assert_int_equal(mfa_oath_save(&oath, &token), MFA_ERR_INVALID);
	}
	struct mfa_oath oath = sound();
	oath.counter = INT64_MAX;
	assert_int_equal(mfa_oath_save(&oath, &token), MFA_ERR_INVALID);
}

static void altered_data_are_loaded_or_refused(void **state MFA_UNUSED)
{
	struct mfa_oath in = sound();
	struct mfa_token token = { .kind = MFA_KIND_TOTP };
	assert_int_equal(mfa_oath_save(&in, &token), MFA_OK);
	for (size_t at = 0; at < 24; at++)
		for (unsigned flip = 1; flip < 256; flip++) {
			struct mfa_oath out;
			token.data[at] ^= (unsigned char)flip;
			int err = mfa_oath_load(&token, &out);
			assert_true(err == MFA_OK || err == MFA_ERR_INTEGRITY);
			if (err == MFA_OK)
				assert_in_range(out.secret_len, MFA_OATH_SECRET_MIN,
						MFA_OATH_SECRET_MAX);
			if (at == 0 || at == 1 || at == 4) /* hash, digits, period */
				assert_true(err == MFA_ERR_INTEGRITY ||
					    out.hash != in.hash ||
					    out.digits != in.digits ||
					    out.period != in.period);
			token.data[at] ^= (unsigned char)flip;
		}
}

static void another_kinds_data_are_refused(void **state MFA_UNUSED)
{
	struct mfa_oath out;
	struct mfa_token token;
	make_token(&totp_spec, &token);
	token.kind = MFA_KIND_HOTP;
	assert_int_equal(mfa_oath_load(&token, &out), MFA_ERR_INTEGRITY);
	make_token(&hotp_spec, &token);
	token.kind = MFA_KIND_TOTP;
	assert_int_equal(mfa_oath_load(&token, &out), MFA_ERR_INTEGRITY);
	token.kind = MFA_KIND_RECOVERY;
	assert_int_equal(mfa_oath_load(&token, &out), MFA_ERR_INTEGRITY);
}

static void only_digits_of_the_right_number_fit(void **state MFA_UNUSED)
{
	static const char *const bad[] = { "",
					   "12345",
					   "1234567",
					   "12345a",
					   " 12345",
					   "12345 ",
					   "-12345",
					   "+12345",
					   "12345\n",
					   ("\xff"
					    "12345") };
	struct mfa_oath oath = { .digits = 6 };
	struct mfa_attempt good = attempt("000000");
	assert_true(mfa_oath_fits(&oath, &good));
	for (size_t i = 0; i < MFA_COUNT(bad); i++) {
		struct mfa_attempt what = attempt(bad[i]);
		assert_false(mfa_oath_fits(&oath, &what));
	}
	struct mfa_attempt nul = { .code = "12345", .len = 6 };
	assert_false(mfa_oath_fits(&oath, &nul));
}

static void a_code_is_compared_to_its_last_digit(void **state MFA_UNUSED)
{
	struct mfa_token token;
	make_token(&hotp_spec, &token);
	struct mfa_oath oath = read_token(&token);
	bool is_equal = false;
	struct mfa_attempt right = attempt("755224"); /* RFC 4226, counter 0 */
	assert_int_equal(mfa_oath_compare(&oath, 0, &right, &is_equal), MFA_OK);
	assert_true(is_equal);
	for (size_t i = 0; i < 6; i++) {
		char code[] = "755224";
		code[i] = code[i] == '9' ? '0' : (char)(code[i] + 1);
		struct mfa_attempt wrong = attempt(code);
		assert_int_equal(mfa_oath_compare(&oath, 0, &wrong, &is_equal), MFA_OK);
		assert_false(is_equal);
	}
}

static void a_counter_beyond_32_bits_counts(void **state MFA_UNUSED)
{
	struct mfa_token token;
	make_token(&hotp_spec, &token);
	struct mfa_oath oath = read_token(&token);
	uint64_t far = (uint64_t)1 << 40;
	struct code code = code_of(&hotp_spec, far);
	struct mfa_attempt what = attempt(code.text);
	bool is_equal = false;
	assert_int_equal(mfa_oath_compare(&oath, far, &what, &is_equal), MFA_OK);
	assert_true(is_equal);
	assert_int_equal(mfa_oath_compare(&oath, 0, &what, &is_equal), MFA_OK);
	assert_false(is_equal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_have_names_and_lengths),
		cmocka_unit_test(what_is_saved_can_be_loaded),
		cmocka_unit_test(a_loaded_token_can_be_saved_in_place),
		cmocka_unit_test(a_shorter_secret_leaves_nothing_of_a_longer_one),
		cmocka_unit_test(values_out_of_range_are_not_saved),
		cmocka_unit_test(numbers_out_of_range_are_not_saved),
		cmocka_unit_test(altered_data_are_loaded_or_refused),
		cmocka_unit_test(another_kinds_data_are_refused),
		cmocka_unit_test(only_digits_of_the_right_number_fit),
		cmocka_unit_test(a_code_is_compared_to_its_last_digit),
		cmocka_unit_test(a_counter_beyond_32_bits_counts),
	};
	return group_main("oath", tests);
}
