/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/factors/yubikey.c, and what judge makes of a key's answers. */
#include "mfa/yubikey_driver.h"

#include <string.h>

#include <nettle/hmac.h>

#include "keys.h"
#include "login/evaluate.h"
#include "mfa/factor.h"

static void what_is_saved_is_loaded(void **state MFA_UNUSED)
{
	const struct mfa_yubikey key = {
		.serial = 4000000000U,
		.slot = 2,
		.wants_touch = true,
		.is_padded = true,
		.version = { 5, 4, 3 },
		.secret = key_secret,
	};
	struct mfa_token token = { .kind = MFA_KIND_YUBIKEY };
	struct mfa_yubikey back;
	memset(token.data, 0xff, sizeof token.data);
	assert_int_equal(mfa_yubikey_save(&key, &token), MFA_OK);
	assert_int_equal(mfa_yubikey_load(&token, &back), MFA_OK);
	assert_int_equal(back.serial, 4000000000U);
	assert_int_equal(back.slot, 2);
	assert_true(back.wants_touch);
	assert_true(back.is_padded);
	assert_memory_equal(back.version, key.version, sizeof key.version);
	assert_memory_equal(back.secret, key_secret, sizeof key_secret);
	for (size_t i = 36; i < sizeof token.data; i++)
		assert_int_equal(token.data[i], 0);
	back.wants_touch = back.is_padded = false;
	back.slot = 1;
	assert_int_equal(mfa_yubikey_save(&back, &token), MFA_OK); /* in place */
	assert_int_equal(mfa_yubikey_load(&token, &back), MFA_OK);
	assert_int_equal(back.slot, 1);
	assert_false(back.wants_touch);
	assert_false(back.is_padded);
	assert_memory_equal(back.secret, key_secret, sizeof key_secret);
}

static void what_cannot_be_is_not_saved(void **state MFA_UNUSED)
{
	struct mfa_token token = key_token(KEY_SERIAL, 2);
	const struct mfa_token before = token;
	static const struct mfa_yubikey bad[] = {
		{ .serial = 1, .slot = 0, .secret = key_secret },
		{ .serial = 1, .slot = 3, .secret = key_secret },
		{ .serial = 0, .slot = 1, .secret = key_secret },
	};
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		assert_int_equal(mfa_yubikey_save(&bad[i], &token), MFA_ERR_INVALID);
	assert_memory_equal(&token, &before, sizeof before);
}

static void damaged_data_are_told(void **state MFA_UNUSED)
{
	static const struct {
		size_t at;
		unsigned char byte;
	} damages[] = { { 0, 0 }, { 0, 3 }, { 1, 4 }, { 1, 0x80 } };
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_YUBIKEY);
	const struct mfa_attempt attempt = { .code = "", .now = NOW };
	struct mfa_advance advance = { 0 };
	struct mfa_yubikey key;
	enum mfa_check check = MFA_CHECK_MISFIT;
	for (size_t i = 0; i < MFA_COUNT(damages); i++) {
		struct mfa_token token = key_token(KEY_SERIAL, 2);
		token.data[damages[i].at] = damages[i].byte;
		assert_int_equal(mfa_yubikey_load(&token, &key), MFA_ERR_INTEGRITY);
		assert_int_equal(factor->verify(&token, &attempt, &check, &advance),
				 MFA_ERR_INTEGRITY);
	}
	struct mfa_token token = key_token(KEY_SERIAL, 2);
	memset(token.data + 8, 0, 4);
	assert_int_equal(mfa_yubikey_load(&token, &key), MFA_ERR_INTEGRITY);
	token = key_token(KEY_SERIAL, 2);
	token.kind = MFA_KIND_YUBIKEY_OTP;
	assert_int_equal(mfa_yubikey_load(&token, &key), MFA_ERR_INTEGRITY);
}

static void a_description_holds_no_secret(void **state MFA_UNUSED)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_YUBIKEY);
	char text[MFA_DESCRIPTION_SIZE];
	struct mfa_token token = key_token(4294967295U, 1);
	factor->describe(&token, text);
	assert_string_equal(text, "serial 4294967295, slot 1, no touch");
	token.data[1] = 1;
	factor->describe(&token, text);
	assert_string_equal(text, "serial 4294967295, slot 1, touch");
	token.data[0] = 3;
	factor->describe(&token, text);
	assert_string_equal(text, "unreadable");
	assert_int_equal(factor->code_len(&token), 0);
	assert_null(factor->resync);
}

/* Were the last byte left to chance, 20000 challenges would all pass once in 10^34. */
static void challenges_are_fresh_and_never_end_in_zero(void **state MFA_UNUSED)
{
	unsigned char before[MFA_YUBIKEY_CHALLENGE_LEN] = { 0 };
	unsigned seen[MFA_YUBIKEY_CHALLENGE_LEN] = { 0 };
	for (unsigned i = 0; i < 20000; i++) {
		unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
		mfa_yubikey_challenge(challenge);
		assert_int_not_equal(challenge[MFA_YUBIKEY_CHALLENGE_LEN - 1], 0);
		assert_memory_not_equal(challenge, before, sizeof challenge);
		memcpy(before, challenge, sizeof before);
		for (size_t at = 0; at < sizeof challenge; at++)
			seen[at] |= challenge[at];
	}
	for (size_t at = 0; at < MFA_COUNT(seen); at++)
		assert_int_equal(seen[at], 0xff); /* each bit of it moves */
}

static void the_vectors_of_rfc_2202_are_right(void **state MFA_UNUSED)
{
	static const struct {
		unsigned char key;
		const char *data;
		size_t len;
		const char *digest;
	} cases[] = {
		{ 0x0b, "Hi There", 8,
		  "\xb6\x17\x31\x86\x55\x05\x72\x64\xe2\x8b"
		  "\xc0\xb6\xfb\x37\x8c\x8e\xf1\x46\xbe\x00" },
		{ 0xaa,
		  "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
		  "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
		  "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd",
		  50,
		  "\x12\x5d\x73\x42\xb9\xac\x11\xcd\x91\xa3"
		  "\x9a\xf4\x8a\xa1\x7b\x4f\x63\xf1\x75\xd3" },
		{ 0x0c, "Test With Truncation", 20,
		  "\x4c\x1a\x03\x42\x4b\x55\xe0\x7f\xe7\xf2"
		  "\x7b\xe1\xd5\x8b\xb9\x32\x4a\x9a\x5a\x04" },
	};
	const struct mfa_yubikey_driver *driver = open_driver();
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		unsigned char secret[MFA_YUBIKEY_SECRET_LEN];
		unsigned char digest[MFA_YUBIKEY_RESPONSE_LEN];
		memset(secret, cases[i].key, sizeof secret);
		driver->hmac(secret, (const unsigned char *)cases[i].data, cases[i].len,
			     digest);
		assert_memory_equal(digest, cases[i].digest, sizeof digest);
	}
}

static void digest_of(const void *message, size_t len, unsigned char *ret_digest)
{
	struct hmac_sha1_ctx context;
	hmac_sha1_set_key(&context, sizeof key_secret, key_secret);
	hmac_sha1_update(&context, len, message);
	hmac_sha1_digest(&context, MFA_YUBIKEY_RESPONSE_LEN, ret_digest);
}

static void both_ways_of_hashing_a_challenge_are_expected(void **state MFA_UNUSED)
{
	const struct mfa_yubikey_driver *driver = open_driver();
	unsigned char block[MFA_YUBIKEY_BLOCK_LEN] = { 0 };
	mfa_yubikey_challenge(block);
	for (size_t len = sizeof block - 1; len <= sizeof block; len++) {
		const struct mfa_yubikey key = { .serial = 1,
						 .slot = 2,
						 .is_padded = len == sizeof block,
						 .secret = key_secret };
		unsigned char wanted[MFA_YUBIKEY_RESPONSE_LEN];
		unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
		digest_of(block, len, wanted);
		mfa_yubikey_expect(&key, driver->hmac, block, response);
		assert_memory_equal(response, wanted, sizeof wanted);
	}
}

/* The answer of the key with key_secret in that slot. */
static struct mfa_yubikey_answer answer_of(uint32_t serial, unsigned slot)
{
	struct mfa_yubikey_answer answer = { .from = { serial, slot },
					     .hmac = open_driver()->hmac };
	mfa_yubikey_challenge(answer.challenge);
	digest_of(answer.challenge, sizeof answer.challenge, answer.response);
	return answer;
}

static enum mfa_check check(const struct mfa_token *token,
			    const struct mfa_yubikey_answer *answer)
{
	struct mfa_zone zone = default_zone();
	struct mfa_device_answer packed;
	if (answer != NULL)
		mfa_yubikey_answer_pack(answer, &packed);
	const struct mfa_attempt attempt = { .code = "755224",
					     .len = 6,
					     .now = NOW,
					     .zone = &zone,
					     .answer = answer != NULL ? &packed : NULL };
	struct mfa_advance advance = { 0 };
	enum mfa_check check = MFA_CHECK_CLOCK;
	assert_int_equal(mfa_factor_find(MFA_KIND_YUBIKEY)
				 ->verify(token, &attempt, &check, &advance),
			 MFA_OK);
	return check;
}

static void the_right_answer_is_right(void **state MFA_UNUSED)
{
	struct mfa_token token = key_token(KEY_SERIAL, 2);
	struct mfa_yubikey_answer answer = answer_of(KEY_SERIAL, 2);
	assert_int_equal(check(&token, &answer), MFA_CHECK_RIGHT);
	for (size_t bit = 0; bit < 8 * sizeof answer.response; bit++) {
		struct mfa_yubikey_answer wrong = answer;
		wrong.response[bit / 8] ^= (unsigned char)(1U << bit % 8);
		assert_int_equal(check(&token, &wrong), MFA_CHECK_WRONG);
	}
	answer.challenge[0] ^= 1;
	assert_int_equal(check(&token, &answer), MFA_CHECK_WRONG);
	struct mfa_yubikey_answer zeros = { .from = { KEY_SERIAL, 2 },
					    .hmac = answer.hmac };
	assert_int_equal(check(&token, &zeros), MFA_CHECK_WRONG);
}

static void a_padded_slots_answer_is_right_for_its_token_alone(void **state MFA_UNUSED)
{
	struct mfa_token token = key_token(KEY_SERIAL, 2);
	struct mfa_yubikey_answer answer = answer_of(KEY_SERIAL, 2);
	token.data[1] = 2; /* padded */
	assert_int_equal(check(&token, &answer), MFA_CHECK_WRONG);
	unsigned char block[MFA_YUBIKEY_BLOCK_LEN] = { 0 };
	memcpy(block, answer.challenge, sizeof answer.challenge);
	digest_of(block, sizeof block, answer.response);
	assert_int_equal(check(&token, &answer), MFA_CHECK_RIGHT);
}

static void answers_of_other_keys_and_slots_and_codes_do_not_fit(void **state MFA_UNUSED)
{
	struct mfa_token token = key_token(KEY_SERIAL, 2);
	struct mfa_yubikey_answer other_key = answer_of(KEY_SERIAL + 1, 2);
	struct mfa_yubikey_answer other_slot = answer_of(KEY_SERIAL, 1);
	assert_int_equal(check(&token, &other_key), MFA_CHECK_MISFIT);
	assert_int_equal(check(&token, &other_slot), MFA_CHECK_MISFIT);
	assert_int_equal(check(&token, NULL), MFA_CHECK_MISFIT);
}

/* A record with one key, and a zone that takes it. */
static struct mfa_record *evaluate_fixture(struct mfa_zone *zone)
{
	struct mfa_record *record = mfa_record_new();
	struct mfa_token token = key_token(KEY_SERIAL, 2);
	struct mfa_token *added = NULL;
	assert_non_null(record);
	assert_int_equal(mfa_record_add(record, &token, &added), MFA_OK);
	*zone = default_zone();
	zone->factors |= 1U << MFA_KIND_YUBIKEY;
	return record;
}

static enum mfa_reason judge_answer(struct mfa_record *record,
				    const struct mfa_zone *zone,
				    struct mfa_yubikey_answer answer)
{
	struct mfa_device_answer packed;
	mfa_yubikey_answer_pack(&answer, &packed);
	const struct evaluation_input what = {
		.zone = zone, .bounds = zone, .device_answer = &packed, .now = NOW
	};
	struct evaluation evaluation = { 0 };
	assert_int_equal(evaluate(record, &what, &evaluation), MFA_OK);
	if (evaluation.reason == MFA_REASON_RIGHT)
		assert_int_equal(evaluation.kind, MFA_KIND_YUBIKEY);
	return evaluation.reason;
}

static struct mfa_yubikey_answer wrong_answer(void)
{
	struct mfa_yubikey_answer answer = answer_of(KEY_SERIAL, 2);
	answer.response[19] ^= 1;
	return answer;
}

static void a_key_clears_failures_and_notes_the_time(void **state MFA_UNUSED)
{
	struct mfa_zone zone;
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = evaluate_fixture(&zone);
	record->failures = record->round = 3;
	assert_int_equal(judge_answer(record, &zone, answer_of(KEY_SERIAL, 2)),
			 MFA_REASON_RIGHT);
	assert_int_equal(record->failures, 0);
	assert_int_equal(record->round, 0);
	assert_int_equal(record->last_success, NOW);
	assert_int_equal(record->tokens[0].last_used, NOW);
}

/* Nobody guesses twenty bytes; who tries must not be able to lock the user out. */
static void wrong_answers_are_not_counted(void **state MFA_UNUSED)
{
	struct mfa_zone zone;
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = evaluate_fixture(&zone);
	for (unsigned i = 0; i < 300; i++)
		assert_int_equal(judge_answer(record, &zone, wrong_answer()),
				 MFA_REASON_KEY_WRONG);
	assert_int_equal(judge_answer(record, &zone, answer_of(KEY_SERIAL, 1)),
			 MFA_REASON_KEY_WRONG);
	assert_int_equal(record->failures, 0);
	assert_int_equal(record->locked_until, 0);
	assert_int_equal(record->last_failure, NOW);
	assert_int_equal(record->last_success, 0);
}

static void a_lock_on_codes_does_not_stop_a_key_nor_does_a_key_end_it(
	void **state MFA_UNUSED)
{
	static const int64_t locks[] = { NOW + 600, MFA_LOCKED_FOREVER };
	for (size_t i = 0; i < MFA_COUNT(locks); i++) {
		struct mfa_zone zone;
		MFA_CLEANUP(mfa_record_free)
		struct mfa_record *record = evaluate_fixture(&zone);
		record->failures = record->round = 5;
		record->locked_until = locks[i];
		assert_int_equal(judge_answer(record, &zone, wrong_answer()),
				 MFA_REASON_KEY_WRONG);
		assert_int_equal(judge_answer(record, &zone, answer_of(KEY_SERIAL, 2)),
				 MFA_REASON_RIGHT);
		assert_int_equal(record->last_success, NOW);
		assert_int_equal(record->locked_until, locks[i]);
		assert_int_equal(record->failures, 5);
		assert_int_equal(record->round, 5);
	}
}

static void nor_does_a_key_end_the_lock_of_a_source_or_all_sources(
	void **state MFA_UNUSED)
{
	for (unsigned failures = 5; failures <= 100; failures += 95) {
		struct mfa_zone zone;
		MFA_CLEANUP(mfa_record_free)
		struct mfa_record *record = evaluate_fixture(&zone);
		record->failures = failures;
		record->sources[0] = (struct mfa_source){ .time = NOW + 600, .locks = 1 };
		assert_int_equal(judge_answer(record, &zone, answer_of(KEY_SERIAL, 2)),
				 MFA_REASON_RIGHT);
		assert_int_equal(record->last_success, NOW);
		assert_int_equal(record->failures, failures);
		assert_int_equal(record->sources[0].time, NOW + 600);
	}
}

static void a_suspended_key_is_told_and_not_let_in(void **state MFA_UNUSED)
{
	struct mfa_zone zone;
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = evaluate_fixture(&zone);
	record->tokens[0].state = MFA_STATE_SUSPENDED;
	assert_int_equal(judge_answer(record, &zone, answer_of(KEY_SERIAL, 2)),
			 MFA_REASON_SUSPENDED);
	assert_int_equal(record->last_success, 0);
	assert_int_equal(record->failures, 0);
}

static void no_answer_is_right_where_the_zone_takes_no_keys(void **state MFA_UNUSED)
{
	struct mfa_zone zone;
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = evaluate_fixture(&zone);
	zone.factors &= ~(1U << MFA_KIND_YUBIKEY);
	assert_int_equal(judge_answer(record, &zone, answer_of(KEY_SERIAL, 2)),
			 MFA_REASON_KEY_WRONG);
	assert_int_equal(record->last_success, 0);
}

static void a_removed_keys_answer_is_wrong(void **state MFA_UNUSED)
{
	struct mfa_zone zone;
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = evaluate_fixture(&zone);
	mfa_record_remove(record, &record->tokens[0]);
	assert_int_equal(judge_answer(record, &zone, answer_of(KEY_SERIAL, 2)),
			 MFA_REASON_KEY_WRONG);
	assert_int_equal(record->failures, 0);
}

static void of_two_tokens_of_one_slot_the_right_one_counts(void **state MFA_UNUSED)
{
	struct mfa_zone zone;
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = evaluate_fixture(&zone);
	struct mfa_token again = key_token(KEY_SERIAL, 2);
	struct mfa_token *added = NULL;
	assert_int_equal(mfa_record_add(record, &again, &added), MFA_OK);
	record->tokens[0].data[20] ^= 1; /* programmed anew since */
	record->tokens[0].state = MFA_STATE_SUSPENDED;
	assert_int_equal(judge_answer(record, &zone, answer_of(KEY_SERIAL, 2)),
			 MFA_REASON_RIGHT);
	assert_int_equal(record->tokens[0].last_used, 0);
	assert_int_equal(record->tokens[1].last_used, NOW);
}

static void reads_access_codes(void **state MFA_UNUSED)
{
	static const char *const good[] = { "616363657373", "61 63 63-65:73:73",
					    "616363657373 " };
	static const char *const bad[] = { "",
					   "61636365737",
					   "6163636573",
					   "61636365737361",
					   "000000000000",
					   "61636365737g",
					   "616363657373;",
					   "0x6163636573" };
	for (size_t i = 0; i < MFA_COUNT(good); i++) {
		MFA_CLEANUP(mfa_secret_done) struct mfa_secret code = { 0 };
		assert_int_equal(
			mfa_yubikey_parse_access(good[i], strlen(good[i]), &code),
			MFA_OK);
		assert_int_equal(code.len, MFA_YUBIKEY_ACCESS_LEN);
		assert_memory_equal(code.data, "access", MFA_YUBIKEY_ACCESS_LEN);
	}
	for (size_t i = 0; i < MFA_COUNT(bad); i++) {
		struct mfa_secret code = { 0 };
		assert_int_equal(mfa_yubikey_parse_access(bad[i], strlen(bad[i]), &code),
				 MFA_ERR_INVALID);
		assert_null(code.data);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_saved_is_loaded),
		cmocka_unit_test(what_cannot_be_is_not_saved),
		cmocka_unit_test(damaged_data_are_told),
		cmocka_unit_test(a_description_holds_no_secret),
		cmocka_unit_test(challenges_are_fresh_and_never_end_in_zero),
		cmocka_unit_test(the_vectors_of_rfc_2202_are_right),
		cmocka_unit_test(both_ways_of_hashing_a_challenge_are_expected),
		cmocka_unit_test(the_right_answer_is_right),
		cmocka_unit_test(a_padded_slots_answer_is_right_for_its_token_alone),
		cmocka_unit_test(answers_of_other_keys_and_slots_and_codes_do_not_fit),
		cmocka_unit_test(a_key_clears_failures_and_notes_the_time),
		cmocka_unit_test(wrong_answers_are_not_counted),
		cmocka_unit_test(
			a_lock_on_codes_does_not_stop_a_key_nor_does_a_key_end_it),
		cmocka_unit_test(nor_does_a_key_end_the_lock_of_a_source_or_all_sources),
		cmocka_unit_test(a_suspended_key_is_told_and_not_let_in),
		cmocka_unit_test(no_answer_is_right_where_the_zone_takes_no_keys),
		cmocka_unit_test(a_removed_keys_answer_is_wrong),
		cmocka_unit_test(of_two_tokens_of_one_slot_the_right_one_counts),
		cmocka_unit_test(reads_access_codes),
	};
	return keys_main("yubikey", tests, argc, argv);
}
