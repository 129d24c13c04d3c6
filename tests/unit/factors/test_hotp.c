/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/factors/hotp.c, through the table of factors. */
#include "mfa/factor.h"

#include <string.h>

#include "key.h"
#include "support.h"

struct hotp {
	struct token_spec spec;
	struct mfa_zone zone;
	struct mfa_token token;
};

/* RFC 4226 appendix D, counters 0 to 9. */
static const char *const rfc_4226[] = {
	"755224", "287082", "359152", "969429", "338314",
	"254676", "287922", "162583", "399871", "520489"
};

static void begin(struct hotp *hotp, const struct token_spec *spec, uint64_t counter)
{
	*hotp = (struct hotp){ .spec = *spec, .zone = default_zone() };
	hotp->spec.counter = counter;
	make_token(&hotp->spec, &hotp->token);
}

static enum mfa_check check_text(struct hotp *hotp, const char *code)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_HOTP);
	struct mfa_attempt attempt = { code, strlen(code), NOW, &hotp->zone, NULL };
	struct mfa_token before = hotp->token;
	struct mfa_advance advance = { 0 };
	enum mfa_check check = MFA_CHECK_RIGHT;
	assert_int_equal(factor->verify(&hotp->token, &attempt, &check, &advance),
			 MFA_OK);
	assert_memory_equal(&hotp->token, &before, sizeof before);
	if (check == MFA_CHECK_RIGHT)
		assert_int_equal(factor->advance(&hotp->token, &advance), MFA_OK);
	return check;
}

static enum mfa_check check_counter(struct hotp *hotp, uint64_t counter)
{
	struct code code = code_of(&hotp->spec, counter);
	return check_text(hotp, code.text);
}

static uint64_t counter_of(const struct hotp *hotp)
{
	return read_token(&hotp->token).counter;
}

static void the_vectors_of_rfc_4226_are_right(void **state MFA_UNUSED)
{
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 0);
	hotp.zone.hotp_look_ahead = 0;
	for (unsigned i = 0; i < MFA_COUNT(rfc_4226); i++) {
		assert_int_equal(check_text(&hotp, rfc_4226[i]), MFA_CHECK_RIGHT);
		assert_int_equal(counter_of(&hotp), i + 1);
	}
}

static void codes_are_right_up_to_the_look_ahead(void **state MFA_UNUSED)
{
	for (uint64_t start = 0; start <= 100; start += 50)
		for (uint64_t ahead = 0; ahead <= 12; ahead++) {
			struct hotp hotp;
			begin(&hotp, &hotp_spec, start);
			bool is_near = ahead <= 10;
			assert_int_equal(check_counter(&hotp, start + ahead),
					 is_near ? MFA_CHECK_RIGHT : MFA_CHECK_WRONG);
			assert_int_equal(counter_of(&hotp),
					 is_near ? start + ahead + 1 : start);
		}
}

static void as_many_codes_are_counted_as_are_right(void **state MFA_UNUSED)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_HOTP);
	for (int64_t ahead = 0; ahead <= 12; ahead += 4) {
		struct hotp hotp;
		size_t right = 0;
		for (uint64_t counter = 0; counter < 40; counter++) {
			begin(&hotp, &hotp_spec, 20);
			hotp.zone.hotp_look_ahead = ahead;
			right += check_counter(&hotp, counter) == MFA_CHECK_RIGHT;
		}
		begin(&hotp, &hotp_spec, 20);
		hotp.zone.hotp_look_ahead = ahead;
		assert_int_equal(factor->count_codes(&hotp.token, &hotp.zone, NOW),
				 right);
		assert_int_equal(right, ahead + 1);
	}
}

static void the_look_ahead_is_the_zones(void **state MFA_UNUSED)
{
	static const int64_t most[] = { 0, 1, 100 };
	for (size_t i = 0; i < MFA_COUNT(most); i++) {
		struct hotp hotp;
		begin(&hotp, &hotp_spec, 7);
		hotp.zone.hotp_look_ahead = most[i];
		assert_int_equal(check_counter(&hotp, 7 + (uint64_t)most[i] + 1),
				 MFA_CHECK_WRONG);
		assert_int_equal(check_counter(&hotp, 7 + (uint64_t)most[i]),
				 MFA_CHECK_RIGHT);
	}
}

static void the_last_code_is_used_up_and_older_ones_are_wrong(void **state MFA_UNUSED)
{
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 5);
	assert_int_equal(check_counter(&hotp, 4), MFA_CHECK_USED);
	assert_int_equal(check_counter(&hotp, 3), MFA_CHECK_WRONG);
	assert_int_equal(check_counter(&hotp, 5), MFA_CHECK_RIGHT);
	assert_int_equal(check_counter(&hotp, 5), MFA_CHECK_USED);
	assert_int_equal(counter_of(&hotp), 6);
}

static void skipped_codes_are_spent(void **state MFA_UNUSED)
{
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 0);
	assert_int_equal(check_counter(&hotp, 8), MFA_CHECK_RIGHT);
	for (uint64_t counter = 0; counter < 8; counter++)
		assert_int_equal(check_counter(&hotp, counter), MFA_CHECK_WRONG);
	assert_int_equal(check_counter(&hotp, 8), MFA_CHECK_USED);
	assert_int_equal(check_counter(&hotp, 9), MFA_CHECK_RIGHT);
}

static void a_fresh_token_has_no_used_code(void **state MFA_UNUSED)
{
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 0);
	struct code wrong = wrong_code(&hotp_spec, 0);
	assert_int_equal(check_text(&hotp, wrong.text), MFA_CHECK_WRONG);
	assert_int_equal(counter_of(&hotp), 0);
}

static void the_clock_does_not_matter(void **state MFA_UNUSED)
{
	static const int64_t times[] = { INT64_MIN, -1, 0, NOW, INT64_MAX };
	for (unsigned i = 0; i < MFA_COUNT(times); i++) {
		struct hotp hotp;
		begin(&hotp, &hotp_spec, 0);
		struct mfa_attempt attempt = { rfc_4226[0], 6, times[i], &hotp.zone,
					       NULL };
		struct mfa_advance advance = { 0 };
		enum mfa_check check = MFA_CHECK_MISFIT;
		assert_int_equal(
			mfa_factor_find(MFA_KIND_HOTP)
				->verify(&hotp.token, &attempt, &check, &advance),
			MFA_OK);
		assert_int_equal(check, MFA_CHECK_RIGHT);
		assert_int_equal(advance.counter, 1);
	}
}

static void all_hashes_and_digits_work(void **state MFA_UNUSED)
{
	for (unsigned hash = 1; hash <= 3; hash++)
		for (unsigned digits = 6; digits <= 8; digits++) {
			struct hotp hotp;
			struct token_spec spec = hotp_spec;
			spec.hash = (enum mfa_hash)hash;
			spec.digits = digits;
			begin(&hotp, &spec, 41);
			struct code code = code_of(&spec, 42);
			assert_int_equal(strlen(code.text), digits);
			assert_int_equal(
				mfa_factor_find(MFA_KIND_HOTP)->code_len(&hotp.token),
				digits);
			assert_int_equal(check_text(&hotp, code.text + 1),
					 MFA_CHECK_MISFIT);
			assert_int_equal(check_text(&hotp, code.text), MFA_CHECK_RIGHT);
			assert_int_equal(counter_of(&hotp), 43);
		}
}

static void what_is_no_code_does_not_fit(void **state MFA_UNUSED)
{
	static const char *const bad[] = { "", "75522", "7552244", "75522a", " 75522" };
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 0);
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		assert_int_equal(check_text(&hotp, bad[i]), MFA_CHECK_MISFIT);
}

/* As YubiKeys type it: maker and kind, then the token, in modhex, digits or both. */
static const char *const identifiers[] = { "ubhe00000000", "ubhe12345678", "ubhejbcdefgh",
					   "UBHE12345678", "000000000000" };

static struct code_with_prefix {
	char text[64];
} typed(const char *identifier, const struct token_spec *spec, uint64_t counter)
{
	struct code_with_prefix typed = { "" };
	struct code code = code_of(spec, counter);
	(void)strcat(strcat(typed.text, identifier), code.text);
	return typed;
}

static void a_token_identifier_may_stand_in_front(void **state MFA_UNUSED)
{
	for (unsigned digits = 6; digits <= 8; digits++) {
		struct hotp hotp;
		struct token_spec spec = hotp_spec;
		spec.digits = digits;
		begin(&hotp, &spec, 0);
		for (unsigned i = 0; i < MFA_COUNT(identifiers); i++) {
			struct code_with_prefix code = typed(identifiers[i], &spec, i);
			assert_int_equal(check_text(&hotp, code.text), MFA_CHECK_RIGHT);
			assert_int_equal(check_text(&hotp, code.text), MFA_CHECK_USED);
			code = typed(identifiers[i], &spec, 900);
			assert_int_equal(check_text(&hotp, code.text), MFA_CHECK_WRONG);
		}
		assert_int_equal(counter_of(&hotp), MFA_COUNT(identifiers));
		/* and without it as before */
		assert_int_equal(check_counter(&hotp, MFA_COUNT(identifiers)),
				 MFA_CHECK_RIGHT);
	}
}

static void what_is_no_token_identifier_does_not_fit(void **state MFA_UNUSED)
{
	static const char *const bad[] = {
		"u",
		"ubhe0000000",
		"ubhe000000000",
		"ubhe0000000 ",
		"ubhe-0000000",
		"ubhe0000000.",
		"\xc3\xa9he12345678",
		"ubhe000\n0000",
		"ubhe00000000ubhe00000000",
	};
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 0);
	for (size_t i = 0; i < MFA_COUNT(bad); i++) {
		struct code_with_prefix code = typed(bad[i], &hotp_spec, 0);
		assert_int_equal(check_text(&hotp, code.text), MFA_CHECK_MISFIT);
	}
	assert_int_equal(check_text(&hotp, "ubhe0000000075522a"), MFA_CHECK_MISFIT);
	assert_int_equal(check_text(&hotp, "ubhe00000000"), MFA_CHECK_MISFIT);
	assert_int_equal(counter_of(&hotp), 0);
}

/* Gives the slot an identifier of six bytes, the first two of them typed in modhex. */
static void identify(struct slot *slot)
{
	memcpy(slot->config + CONFIG_FIXED, "\xe1\x63\x12\x34\x56\x78", 6);
	slot->config[CONFIG_FIXED_SIZE] = 6;
	slot->config[CONFIG_CFG] |= 0x40;
}

/* The software key's own, without an identifier and with it. */
static void what_the_software_key_types_is_right(void **state MFA_UNUSED)
{
	for (unsigned eight = 0; eight <= 1; eight++) {
		struct softkey_options options = {
			.slot[0] = { .kind = SOFTKEY_HOTP, .eight_digits = eight == 1 },
		};
		struct hotp hotp;
		struct key key;
		struct token_spec spec = hotp_spec;
		spec.digits = eight == 1 ? 8 : 6;
		memcpy(options.slot[0].secret, spec.secret, SOFTKEY_SECRET_SIZE);
		begin(&hotp, &spec, 0);
		key_init(&key, &options);
		key_power_up(&key, 0);
		for (unsigned i = 0; i < 40; i++) {
			char text[SOFTKEY_CODE_SIZE];
			if (i == 20)
				identify(&key.slot[0]);
			key_type(&key, 1, i, text);
			assert_int_equal(strlen(text), spec.digits + (i < 20 ? 0 : 12));
			assert_int_equal(check_text(&hotp, text), MFA_CHECK_RIGHT);
		}
	}
}

static void resync_takes_codes_behind_their_identifier(void **state MFA_UNUSED)
{
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 7);
	struct code_with_prefix a = typed(identifiers[0], &hotp_spec, 100);
	struct code_with_prefix b = typed(identifiers[0], &hotp_spec, 101);
	const struct mfa_attempt one = { a.text, strlen(a.text), NOW, &hotp.zone, NULL };
	const struct mfa_attempt two = { b.text, strlen(b.text), NOW, &hotp.zone, NULL };
	assert_int_equal(mfa_factor_find(MFA_KIND_HOTP)->resync(&hotp.token, &one, &two),
			 MFA_OK);
	assert_int_equal(counter_of(&hotp), 102);
}

static int resync(struct hotp *hotp, uint64_t first, uint64_t second)
{
	struct code a = code_of(&hotp->spec, first);
	struct code b = code_of(&hotp->spec, second);
	struct mfa_attempt one = { a.text, hotp->spec.digits, NOW, &hotp->zone, NULL };
	struct mfa_attempt two = { b.text, hotp->spec.digits, NOW, &hotp->zone, NULL };
	return mfa_factor_find(MFA_KIND_HOTP)->resync(&hotp->token, &one, &two);
}

static void two_codes_in_a_row_find_a_counter_again(void **state MFA_UNUSED)
{
	static const uint64_t ahead[] = { 0, 1, 11, 500, 1000 };
	for (size_t i = 0; i < MFA_COUNT(ahead); i++) {
		struct hotp hotp;
		begin(&hotp, &hotp_spec, 7);
		assert_int_equal(resync(&hotp, 7 + ahead[i], 8 + ahead[i]), MFA_OK);
		assert_int_equal(counter_of(&hotp), 9 + ahead[i]);
		assert_int_equal(check_counter(&hotp, 8 + ahead[i]), MFA_CHECK_USED);
		assert_int_equal(check_counter(&hotp, 9 + ahead[i]), MFA_CHECK_RIGHT);
	}
}

static void resync_looks_a_thousand_codes_ahead_and_no_further(void **state MFA_UNUSED)
{
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 7);
	assert_int_equal(resync(&hotp, 1008, 1009), MFA_ERR_NOTFOUND);
	assert_int_equal(resync(&hotp, 6, 7), MFA_ERR_NOTFOUND); /* 6 is spent */
	assert_int_equal(counter_of(&hotp), 7);
}

static void resync_wants_two_codes_in_a_row(void **state MFA_UNUSED)
{
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 7);
	assert_int_equal(resync(&hotp, 20, 20), MFA_ERR_NOTFOUND);
	assert_int_equal(resync(&hotp, 21, 20), MFA_ERR_NOTFOUND);
	assert_int_equal(resync(&hotp, 20, 22), MFA_ERR_NOTFOUND);
	assert_int_equal(counter_of(&hotp), 7);
}

static void resync_wants_codes_of_the_tokens_length(void **state MFA_UNUSED)
{
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 7);
	hotp.spec.digits = 8;
	assert_int_equal(resync(&hotp, 7, 8), MFA_ERR_NOTFOUND);
	assert_int_equal(counter_of(&hotp), 7);
}

static void a_description_holds_no_secret(void **state MFA_UNUSED)
{
	char text[MFA_DESCRIPTION_SIZE];
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 42);
	mfa_factor_find(MFA_KIND_HOTP)->describe(&hotp.token, text);
	assert_string_equal(text, "sha1, 6 digits, next counter 42");
	hotp.token.data[0] = 99;
	mfa_factor_find(MFA_KIND_HOTP)->describe(&hotp.token, text);
	assert_string_equal(text, "unreadable");
}

static void damaged_data_are_told(void **state MFA_UNUSED)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_HOTP);
	struct hotp hotp;
	begin(&hotp, &hotp_spec, 0);
	struct mfa_attempt attempt = { rfc_4226[0], 6, NOW, &hotp.zone, NULL };
	struct mfa_advance advance = { .counter = 1 };
	enum mfa_check check = MFA_CHECK_MISFIT;
	hotp.token.data[2] = 3;
	assert_int_equal(factor->verify(&hotp.token, &attempt, &check, &advance),
			 MFA_ERR_INTEGRITY);
	assert_int_equal(factor->advance(&hotp.token, &advance), MFA_ERR_INTEGRITY);
	assert_int_equal(factor->resync(&hotp.token, &attempt, &attempt),
			 MFA_ERR_INTEGRITY);
	assert_int_equal(factor->code_len(&hotp.token), 0);
	assert_int_equal(check, MFA_CHECK_MISFIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_rfc_4226_are_right),
		cmocka_unit_test(codes_are_right_up_to_the_look_ahead),
		cmocka_unit_test(the_look_ahead_is_the_zones),
		cmocka_unit_test(as_many_codes_are_counted_as_are_right),
		cmocka_unit_test(the_last_code_is_used_up_and_older_ones_are_wrong),
		cmocka_unit_test(skipped_codes_are_spent),
		cmocka_unit_test(a_fresh_token_has_no_used_code),
		cmocka_unit_test(the_clock_does_not_matter),
		cmocka_unit_test(all_hashes_and_digits_work),
		cmocka_unit_test(what_is_no_code_does_not_fit),
		cmocka_unit_test(a_token_identifier_may_stand_in_front),
		cmocka_unit_test(what_is_no_token_identifier_does_not_fit),
		cmocka_unit_test(what_the_software_key_types_is_right),
		cmocka_unit_test(resync_takes_codes_behind_their_identifier),
		cmocka_unit_test(two_codes_in_a_row_find_a_counter_again),
		cmocka_unit_test(resync_looks_a_thousand_codes_ahead_and_no_further),
		cmocka_unit_test(resync_wants_two_codes_in_a_row),
		cmocka_unit_test(resync_wants_codes_of_the_tokens_length),
		cmocka_unit_test(a_description_holds_no_secret),
		cmocka_unit_test(damaged_data_are_told),
	};
	return group_main("hotp", tests);
}
