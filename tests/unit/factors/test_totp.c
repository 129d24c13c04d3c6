/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/factors/totp.c, through the table of factors. */
#include <string.h>

#include "totp.h"

static enum mfa_check check_fresh(const struct token_spec *spec, int64_t step,
				  int64_t now_step)
{
	struct totp totp;
	totp_begin(&totp, spec);
	return check_step(&totp, step, now_step);
}

/* RFC 6238 appendix B, with the keys of its reference code. */
static void the_vectors_of_rfc_6238_are_right(void **state MFA_UNUSED)
{
	static const struct {
		int64_t time;
		const char *sha1, *sha256, *sha512;
	} vectors[] = {
		{ 59, "94287082", "46119246", "90693936" },
		{ 1111111109, "07081804", "68084774", "25091201" },
		{ 1111111111, "14050471", "67062674", "99943326" },
		{ 1234567890, "89005924", "91819424", "93441116" },
		{ 2000000000, "69279037", "90698825", "38618901" },
		{ 20000000000, "65353130", "77737706", "47863826" },
	};
	struct token_spec sha1 = totp_spec, sha256 = totp_spec, sha512 = totp_spec;
	sha1.digits = sha256.digits = sha512.digits = 8;
	sha256.hash = MFA_HASH_SHA256;
	sha256.secret = "12345678901234567890123456789012";
	sha512.hash = MFA_HASH_SHA512;
	sha512.secret =
		"1234567890123456789012345678901234567890123456789012345678901234";
	for (size_t i = 0; i < MFA_COUNT(vectors); i++) {
		const struct {
			const struct token_spec *spec;
			const char *code;
		} cases[] = {
			{ &sha1, vectors[i].sha1 },
			{ &sha256, vectors[i].sha256 },
			{ &sha512, vectors[i].sha512 },
		};
		for (size_t j = 0; j < MFA_COUNT(cases); j++) {
			struct totp totp;
			totp_begin(&totp, cases[j].spec);
			totp.zone.totp_window = 0;
			assert_int_equal(
				check_text(&totp, cases[j].code, vectors[i].time),
				MFA_CHECK_RIGHT);
			assert_int_equal(read_token(&totp.token).counter,
					 vectors[i].time / 30);
			totp_begin(&totp, cases[(j + 1) % 3].spec);
			assert_int_equal(
				check_text(&totp, cases[j].code, vectors[i].time),
				MFA_CHECK_WRONG);
		}
	}
}

static void a_code_is_right_one_step_around_and_no_further(void **state MFA_UNUSED)
{
	for (int64_t off = -5; off <= 5; off++)
		assert_int_equal(check_fresh(&totp_spec, STEP + off, STEP),
				 off >= -1 && off <= 1 ? MFA_CHECK_RIGHT
						       : MFA_CHECK_WRONG);
}

static void the_window_is_the_zones(void **state MFA_UNUSED)
{
	for (int64_t window = 0; window <= 10; window++)
		for (int64_t off = -window - 1; off <= window + 1; off++) {
			struct totp totp;
			totp_begin(&totp, &totp_spec);
			totp.zone.totp_window = window;
			assert_int_equal(check_step(&totp, STEP + off, STEP),
					 off >= -window && off <= window
						 ? MFA_CHECK_RIGHT
						 : MFA_CHECK_WRONG);
		}
}

/* Also for a token whose clock is off: its windows may be three. */
static void as_many_codes_are_counted_as_are_right(void **state MFA_UNUSED)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_TOTP);
	for (int drift = 0; drift <= 20; drift += 5) {
		struct token_spec spec = totp_spec;
		struct totp totp;
		size_t right = 0;
		spec.drift = drift;
		for (int64_t off = -30; off <= 30; off++) {
			totp_begin(&totp, &spec);
			right += check_step(&totp, STEP + off, STEP) == MFA_CHECK_RIGHT;
		}
		totp_begin(&totp, &spec);
		assert_int_equal(factor->count_codes(&totp.token, &totp.zone, NOW),
				 right);
		assert_int_equal(right, drift == 0 ? 3 : 6);
	}
}

static void a_code_lives_to_the_last_second_of_its_window(void **state MFA_UNUSED)
{
	static const struct {
		int64_t second;
		enum mfa_check check;
	} cases[] = {
		{ -31, MFA_CHECK_WRONG }, { -30, MFA_CHECK_RIGHT },
		{ 0, MFA_CHECK_RIGHT },	  { 59, MFA_CHECK_RIGHT },
		{ 60, MFA_CHECK_WRONG },
	};
	struct code code = code_of(&totp_spec, STEP);
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		struct totp totp;
		totp_begin(&totp, &totp_spec);
		assert_int_equal(check_text(&totp, code.text, NOW + cases[i].second),
				 cases[i].check);
	}
}

static void sixty_seconds_make_a_step_where_the_token_says_so(void **state MFA_UNUSED)
{
	struct token_spec spec = totp_spec;
	struct totp totp;
	spec.period = 60;
	totp_begin(&totp, &spec);
	struct code code = code_of(&spec, NOW / 60);
	assert_int_equal(check_text(&totp, code.text, NOW + 119), MFA_CHECK_RIGHT);
	totp_begin(&totp, &spec);
	assert_int_equal(check_text(&totp, code.text, NOW + 120), MFA_CHECK_WRONG);
	totp_begin(&totp, &spec);
	assert_int_equal(check_text(&totp, code.text, NOW - 60), MFA_CHECK_RIGHT);
	totp_begin(&totp, &spec);
	assert_int_equal(check_text(&totp, code.text, NOW - 61), MFA_CHECK_WRONG);
}

static void an_accepted_code_is_used_up(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	assert_int_equal(check_step(&totp, STEP, STEP), MFA_CHECK_RIGHT);
	assert_int_equal(read_token(&totp.token).counter, STEP);
	assert_int_equal(check_step(&totp, STEP, STEP), MFA_CHECK_USED);
	assert_int_equal(check_step(&totp, STEP, STEP + 1), MFA_CHECK_USED);
	assert_int_equal(read_token(&totp.token).counter, STEP);
}

static void a_step_before_the_accepted_one_is_used_up_too(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	assert_int_equal(check_step(&totp, STEP, STEP), MFA_CHECK_RIGHT);
	assert_int_equal(check_step(&totp, STEP - 1, STEP), MFA_CHECK_USED);
	assert_int_equal(check_step(&totp, STEP + 1, STEP), MFA_CHECK_RIGHT);
	assert_int_equal(check_step(&totp, STEP, STEP), MFA_CHECK_USED);
}

static void a_wrong_code_changes_nothing(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	struct code wrong = wrong_code(&totp_spec, STEP);
	assert_int_equal(check_text(&totp, wrong.text, NOW), MFA_CHECK_WRONG);
	assert_int_equal(read_token(&totp.token).counter, 0);
}

static void the_clock_of_a_token_is_followed(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	/* one step further off with every login, always at the edge of the window */
	for (int drift = 1; drift <= 10; drift++) {
		int64_t now = STEP + drift * 10;
		assert_int_equal(check_step(&totp, now + drift, now), MFA_CHECK_RIGHT);
		assert_int_equal(read_token(&totp.token).drift, drift);
	}
	int64_t now = STEP + 200;
	assert_int_equal(check_step(&totp, now + 2, now), MFA_CHECK_WRONG);
	assert_int_equal(check_step(&totp, now + 8, now), MFA_CHECK_WRONG);
	assert_int_equal(check_step(&totp, now + 9, now), MFA_CHECK_RIGHT);
	assert_int_equal(read_token(&totp.token).drift, 9);
}

static void the_drift_is_bounded(void **state MFA_UNUSED)
{
	for (int sign = -1; sign <= 1; sign += 2) {
		struct totp totp;
		totp_begin(&totp, &totp_spec);
		totp.zone.totp_drift = 2;
		int64_t now = STEP;
		for (int drift = 1; drift <= 2; drift++, now += 10)
			assert_int_equal(check_step(&totp, now + sign * drift, now),
					 MFA_CHECK_RIGHT);
		/* three steps off is within the window, but not remembered */
		assert_int_equal(check_step(&totp, now + sign * 3, now), MFA_CHECK_RIGHT);
		assert_int_equal(read_token(&totp.token).drift, sign * 2);
		now += 10;
		assert_int_equal(check_step(&totp, now + sign * 4, now), MFA_CHECK_WRONG);
		assert_int_equal(check_step(&totp, now + sign * 3, now), MFA_CHECK_RIGHT);
	}
}

static void the_bound_counts_from_the_drift_at_enrolment(void **state MFA_UNUSED)
{
	struct token_spec spec = totp_spec;
	struct totp totp;
	spec.drift = 50;
	totp_begin(&totp, &spec);
	totp.zone.totp_drift = 1;
	assert_int_equal(check_step(&totp, STEP + 51, STEP), MFA_CHECK_RIGHT);
	assert_int_equal(read_token(&totp.token).drift, 51);
	assert_int_equal(check_step(&totp, STEP + 62, STEP + 10), MFA_CHECK_RIGHT);
	assert_int_equal(read_token(&totp.token).drift, 51);
	assert_int_equal(read_token(&totp.token).drift_base, 50);
}

static void no_drift_may_be_remembered(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	totp.zone.totp_drift = 0;
	assert_int_equal(check_step(&totp, STEP + 1, STEP), MFA_CHECK_RIGHT);
	assert_int_equal(read_token(&totp.token).drift, 0);
}

static void a_clock_before_the_last_code_is_told(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	assert_int_equal(check_step(&totp, STEP, STEP), MFA_CHECK_RIGHT);
	/* one step back: the window still reaches the last code */
	assert_int_equal(check_step(&totp, STEP, STEP - 1), MFA_CHECK_USED);
	struct code wrong = wrong_code(&totp_spec, STEP);
	assert_int_equal(check_text(&totp, wrong.text, (STEP - 1) * 30), MFA_CHECK_WRONG);
	/* two steps back: it does not */
	assert_int_equal(check_step(&totp, STEP - 2, STEP - 2), MFA_CHECK_CLOCK);
	assert_int_equal(check_text(&totp, wrong.text, (STEP - 2) * 30), MFA_CHECK_CLOCK);
	assert_int_equal(check_step(&totp, 5, 5), MFA_CHECK_CLOCK);
	assert_int_equal(check_step(&totp, STEP + 1, STEP + 1), MFA_CHECK_RIGHT);
}

static void the_first_moments_of_1970_do_no_harm(void **state MFA_UNUSED)
{
	assert_int_equal(check_fresh(&totp_spec, 1, 0), MFA_CHECK_RIGHT);
	assert_int_equal(check_fresh(&totp_spec, 0, 0), MFA_CHECK_USED);
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	assert_int_equal(check_text(&totp, "000000", -3000), MFA_CHECK_CLOCK);
}

static void codes_have_the_number_of_digits_of_their_token(void **state MFA_UNUSED)
{
	for (unsigned digits = 6; digits <= 8; digits++) {
		struct token_spec spec = totp_spec;
		struct totp totp;
		spec.digits = digits;
		totp_begin(&totp, &spec);
		assert_int_equal(mfa_factor_find(MFA_KIND_TOTP)->code_len(&totp.token),
				 digits);
		struct code code = code_of(&spec, STEP);
		assert_int_equal(strlen(code.text), digits);
		assert_int_equal(check_text(&totp, code.text + 1, NOW), MFA_CHECK_MISFIT);
		struct code longer = code;
		memcpy(longer.text + digits, "0", 2);
		assert_int_equal(check_text(&totp, longer.text, NOW), MFA_CHECK_MISFIT);
		assert_int_equal(check_text(&totp, "", NOW), MFA_CHECK_MISFIT);
		assert_int_equal(check_text(&totp, code.text, NOW), MFA_CHECK_RIGHT);
	}
}

static void letters_are_no_code(void **state MFA_UNUSED)
{
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	assert_int_equal(check_text(&totp, "abcdef", NOW), MFA_CHECK_MISFIT);
	assert_int_equal(check_text(&totp, "12345x", NOW), MFA_CHECK_MISFIT);
	assert_int_equal(check_text(&totp, "-12345", NOW), MFA_CHECK_MISFIT);
}

static void a_description_holds_no_secret(void **state MFA_UNUSED)
{
	char text[MFA_DESCRIPTION_SIZE];
	struct mfa_token token;
	struct token_spec spec = totp_spec;
	spec.drift = -3;
	spec.hash = MFA_HASH_SHA256;
	spec.digits = 8;
	spec.period = 60;
	make_token(&spec, &token);
	mfa_factor_find(MFA_KIND_TOTP)->describe(&token, text);
	assert_string_equal(text, "sha256, 8 digits, 60 s, drift -3 steps");
	token.data[0] = 99;
	mfa_factor_find(MFA_KIND_TOTP)->describe(&token, text);
	assert_string_equal(text, "unreadable");
}

static void damaged_data_are_told(void **state MFA_UNUSED)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_TOTP);
	struct totp totp;
	totp_begin(&totp, &totp_spec);
	struct mfa_attempt attempt = { "123456", 6, NOW, &totp.zone, NULL };
	struct mfa_advance advance = { 0 };
	enum mfa_check check = MFA_CHECK_MISFIT;
	totp.token.data[1] = 5;
	assert_int_equal(factor->verify(&totp.token, &attempt, &check, &advance),
			 MFA_ERR_INTEGRITY);
	assert_int_equal(factor->advance(&totp.token, &advance), MFA_ERR_INTEGRITY);
	assert_int_equal(factor->resync(&totp.token, &attempt, &attempt),
			 MFA_ERR_INTEGRITY);
	assert_int_equal(factor->code_len(&totp.token), 0);
	assert_int_equal(check, MFA_CHECK_MISFIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_rfc_6238_are_right),
		cmocka_unit_test(a_code_is_right_one_step_around_and_no_further),
		cmocka_unit_test(the_window_is_the_zones),
		cmocka_unit_test(as_many_codes_are_counted_as_are_right),
		cmocka_unit_test(a_code_lives_to_the_last_second_of_its_window),
		cmocka_unit_test(sixty_seconds_make_a_step_where_the_token_says_so),
		cmocka_unit_test(an_accepted_code_is_used_up),
		cmocka_unit_test(a_step_before_the_accepted_one_is_used_up_too),
		cmocka_unit_test(a_wrong_code_changes_nothing),
		cmocka_unit_test(the_clock_of_a_token_is_followed),
		cmocka_unit_test(the_drift_is_bounded),
		cmocka_unit_test(the_bound_counts_from_the_drift_at_enrolment),
		cmocka_unit_test(no_drift_may_be_remembered),
		cmocka_unit_test(a_clock_before_the_last_code_is_told),
		cmocka_unit_test(the_first_moments_of_1970_do_no_harm),
		cmocka_unit_test(codes_have_the_number_of_digits_of_their_token),
		cmocka_unit_test(letters_are_no_code),
		cmocka_unit_test(a_description_holds_no_secret),
		cmocka_unit_test(damaged_data_are_told),
	};
	return group_main("totp", tests);
}
