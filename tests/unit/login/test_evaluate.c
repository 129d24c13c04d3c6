/* SPDX-License-Identifier: BSD-2-Clause */
#include "login/evaluate.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

/* A record in memory and the zone of its login. */
struct fixture {
	struct mfa_record *record;
	struct mfa_zone zone;
};

static int court_setup(void **state)
{
	static struct fixture fixture;
	fixture = (struct fixture){ .record = mfa_record_new(), .zone = default_zone() };
	*state = &fixture;
	return fixture.record == NULL;
}

static int court_teardown(void **state)
{
	struct fixture *fixture = *state;
	mfa_record_free(&fixture->record);
	return 0;
}

static struct mfa_token *give(void **state, const struct token_spec *spec)
{
	struct fixture *fixture = *state;
	struct mfa_token token;
	struct mfa_token *added = NULL;
	make_token(spec, &token);
	assert_int_equal(mfa_record_add(fixture->record, &token, &added), MFA_OK);
	return added;
}

static struct evaluation judge_at(void **state, const char *answer, bool has_password,
				  int64_t now)
{
	struct fixture *fixture = *state;
	struct evaluation_input what = {
		.zone = &fixture->zone,
		.bounds = &fixture->zone,
		.answer = answer,
		.len = strlen(answer),
		.has_password = has_password,
		.now = now,
	};
	struct evaluation evaluation = { .code_len = 99 };
	assert_int_equal(evaluate(fixture->record, &what, &evaluation), MFA_OK);
	assert_true(evaluation.code_len <= what.len);
	return evaluation;
}

static enum mfa_reason reason(void **state, const char *answer)
{
	return judge_at(state, answer, false, NOW).reason;
}

static struct token_spec other_spec(void)
{
	struct token_spec spec = totp_spec;
	spec.secret = "another secret, 20 b";
	return spec;
}

static void a_right_code_moves_its_token_and_clears_failures(void **state)
{
	struct fixture *fixture = *state;
	struct mfa_token *token = give(state, &totp_spec);
	fixture->record->failures = fixture->record->round = 3;
	struct code code = code_of(&totp_spec, STEP);
	struct evaluation evaluation = judge_at(state, code.text, false, NOW);
	assert_int_equal(evaluation.reason, MFA_REASON_RIGHT);
	assert_string_equal(evaluation.token, token->id);
	assert_int_equal(evaluation.kind, MFA_KIND_TOTP);
	assert_int_equal(evaluation.code_len, 6);
	assert_int_equal(read_token(token).counter, STEP);
	assert_int_equal(token->last_used, NOW);
	assert_int_equal(fixture->record->last_success, NOW);
	assert_int_equal(fixture->record->last_failure, 0);
	assert_int_equal(fixture->record->failures, 0);
	assert_int_equal(fixture->record->round, 0);
}

static void a_wrong_code_is_counted(void **state)
{
	struct fixture *fixture = *state;
	struct mfa_token *token = give(state, &totp_spec);
	struct evaluation evaluation =
		judge_at(state, wrong_code(&totp_spec, STEP).text, false, NOW);
	assert_int_equal(evaluation.reason, MFA_REASON_WRONG);
	assert_string_equal(evaluation.token, "");
	assert_int_equal(evaluation.kind, MFA_KIND_NONE);
	assert_int_equal(fixture->record->failures, 1);
	assert_int_equal(fixture->record->last_failure, NOW);
	assert_int_equal(fixture->record->last_success, 0);
	assert_int_equal(token->last_used, 0);
}

static void a_code_of_a_wrong_length_is_counted_once(void **state)
{
	static const char *const codes[] = { "1", "12345", "1234567", "abcdef", "" };
	struct fixture *fixture = *state;
	struct token_spec other = other_spec();
	(void)give(state, &totp_spec);
	(void)give(state, &other);
	fixture->zone.max_failures = 100;
	for (unsigned i = 0; i < MFA_COUNT(codes); i++) {
		assert_int_equal(reason(state, codes[i]), MFA_REASON_WRONG);
		assert_int_equal(fixture->record->failures, i + 1);
	}
}

static void a_used_code_is_not_counted(void **state)
{
	struct fixture *fixture = *state;
	struct mfa_token *token = give(state, &totp_spec);
	struct code code = code_of(&totp_spec, STEP);
	assert_int_equal(reason(state, code.text), MFA_REASON_RIGHT);
	struct evaluation evaluation = judge_at(state, code.text, false, NOW + 5);
	assert_int_equal(evaluation.reason, MFA_REASON_USED);
	assert_string_equal(evaluation.token, token->id);
	assert_int_equal(fixture->record->failures, 0);
	assert_int_equal(fixture->record->last_failure, NOW + 5);
	assert_int_equal(token->last_used, NOW);
}

static void a_suspended_tokens_code_is_not_spent(void **state)
{
	struct fixture *fixture = *state;
	struct token_spec spec = totp_spec;
	spec.state = MFA_STATE_SUSPENDED;
	struct mfa_token *token = give(state, &spec);
	struct code code = code_of(&spec, STEP);
	struct evaluation evaluation = judge_at(state, code.text, false, NOW);
	assert_int_equal(evaluation.reason, MFA_REASON_SUSPENDED);
	assert_string_equal(evaluation.token, token->id);
	assert_int_equal(read_token(token).counter, 0);
	assert_int_equal(token->last_used, 0);
	assert_int_equal(fixture->record->last_success, 0);
	assert_int_equal(fixture->record->failures, 0);
	assert_int_equal(reason(state, wrong_code(&spec, STEP).text), MFA_REASON_WRONG);
	assert_int_equal(fixture->record->failures, 1);
}

static void a_clock_that_stands_back_is_not_counted(void **state)
{
	struct fixture *fixture = *state;
	struct token_spec spec = totp_spec;
	spec.counter = STEP + 100;
	(void)give(state, &spec);
	assert_int_equal(reason(state, code_of(&spec, STEP).text), MFA_REASON_CLOCK);
	assert_int_equal(fixture->record->failures, 0);
}

static void a_locked_record_accepts_nothing_and_spends_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct mfa_token *token = give(state, &totp_spec);
	struct code code = code_of(&totp_spec, STEP);
	fixture->record->failures = 5;
	fixture->record->locked_until = NOW + 1;
	assert_int_equal(reason(state, code.text), MFA_REASON_LOCKED);
	assert_int_equal(reason(state, wrong_code(&totp_spec, STEP).text),
			 MFA_REASON_LOCKED);
	assert_int_equal(fixture->record->failures, 5);
	assert_int_equal(fixture->record->locked_until, NOW + 1);
	assert_int_equal(fixture->record->last_failure, NOW);
	assert_int_equal(read_token(token).counter, 0);
	assert_int_equal(judge_at(state, code.text, false, NOW + 1).reason,
			 MFA_REASON_RIGHT);
}

static void a_record_without_tokens_refuses(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(reason(state, "123456"), MFA_REASON_WRONG);
	assert_int_equal(fixture->record->failures, 1);
	assert_int_equal(judge_at(state, "password123456", true, NOW).code_len, 6);
}

static void any_of_several_tokens_will_do(void **state)
{
	struct token_spec specs[4] = { totp_spec, totp_spec, hotp_spec, hotp_spec };
	specs[1].secret = "the second secret, 1";
	specs[2].secret = "the third secret, 22";
	specs[3].secret = "the fourth secret, 3";
	specs[3].digits = 8;
	struct mfa_token *tokens[4];
	for (size_t i = 0; i < 4; i++)
		tokens[i] = give(state, &specs[i]);
	for (size_t i = 0; i < 4; i++) {
		uint64_t counter = specs[i].kind == MFA_KIND_TOTP ? STEP : 3;
		struct code code = code_of(&specs[i], counter);
		struct evaluation evaluation = judge_at(state, code.text, false, NOW);
		assert_int_equal(evaluation.reason, MFA_REASON_RIGHT);
		assert_string_equal(evaluation.token, tokens[i]->id);
		for (size_t j = 0; j < 4; j++)
			assert_int_equal(tokens[j]->last_used, j <= i ? NOW : 0);
		assert_int_equal(reason(state, code.text), MFA_REASON_USED);
	}
}

static void an_active_token_comes_before_a_suspended_twin(void **state)
{
	struct token_spec suspended = totp_spec;
	suspended.state = MFA_STATE_SUSPENDED;
	struct mfa_token *first = give(state, &suspended);
	struct mfa_token *second = give(state, &totp_spec);
	struct mfa_token *third = give(state, &suspended);
	struct evaluation evaluation =
		judge_at(state, code_of(&totp_spec, STEP).text, false, NOW);
	assert_int_equal(evaluation.reason, MFA_REASON_RIGHT);
	assert_string_equal(evaluation.token, second->id);
	assert_int_equal(read_token(first).counter, 0);
	assert_int_equal(read_token(second).counter, STEP);
	assert_int_equal(read_token(third).counter, 0);
}

static void one_tokens_used_code_may_be_anothers_right_one(void **state)
{
	struct token_spec used = totp_spec;
	used.counter = STEP;
	(void)give(state, &used);
	struct mfa_token *second = give(state, &totp_spec);
	struct evaluation evaluation =
		judge_at(state, code_of(&totp_spec, STEP).text, false, NOW);
	assert_int_equal(evaluation.reason, MFA_REASON_RIGHT);
	assert_string_equal(evaluation.token, second->id);
}

static void a_kind_that_the_zone_does_not_allow_is_wrong(void **state)
{
	struct fixture *fixture = *state;
	struct mfa_token *token = give(state, &totp_spec);
	fixture->zone.factors = 1U << MFA_KIND_HOTP;
	struct evaluation evaluation =
		judge_at(state, code_of(&totp_spec, STEP).text, false, NOW);
	assert_int_equal(evaluation.reason, MFA_REASON_WRONG);
	assert_non_null(strstr(evaluation.detail, "\"factors\""));
	assert_int_equal(read_token(token).counter, 0);
	fixture->zone.factors |= 1U << MFA_KIND_TOTP;
	assert_null(judge_at(state, "000000", false, NOW).detail);
	assert_int_equal(reason(state, code_of(&totp_spec, STEP).text), MFA_REASON_RIGHT);
}

static void a_kind_that_this_build_lacks_is_passed_over(void **state)
{
	struct fixture *fixture = *state;
	struct mfa_token strange = { .kind = MFA_KIND_FIDO2, .state = MFA_STATE_ACTIVE };
	struct mfa_token *added = NULL;
	fixture->zone.factors |= 1U << MFA_KIND_FIDO2;
	assert_int_equal(mfa_record_add(fixture->record, &strange, &added), MFA_OK);
	assert_int_equal(reason(state, "123456"), MFA_REASON_WRONG);
	(void)give(state, &totp_spec);
	assert_int_equal(reason(state, code_of(&totp_spec, STEP).text), MFA_REASON_RIGHT);
}

static void what_is_no_guess_is_wrong_but_not_counted(void **state)
{
	struct fixture *fixture = *state;
	struct evaluation_input what = { .zone = &fixture->zone,
					 .bounds = &fixture->zone,
					 .answer = "filler",
					 .len = 6,
					 .is_no_guess = true,
					 .now = NOW };
	struct evaluation evaluation = { 0 };
	(void)give(state, &totp_spec);
	assert_int_equal(evaluate(fixture->record, &what, &evaluation), MFA_OK);
	assert_int_equal(evaluation.reason, MFA_REASON_NOT_A_CODE);
	assert_int_equal(fixture->record->failures, 0);
	assert_int_equal(fixture->record->last_failure, NOW);
}

static void damaged_token_data_are_an_error(void **state)
{
	struct fixture *fixture = *state;
	struct evaluation_input what = { .zone = &fixture->zone,
					 .bounds = &fixture->zone,
					 .now = NOW };
	struct evaluation evaluation = { .reason = MFA_REASON_NONE, .code_len = 99 };
	struct token_spec other = other_spec();
	(void)give(state, &totp_spec);
	give(state, &other)->data[1] = 77;
	struct code code = code_of(&totp_spec, STEP);
	what.answer = code.text;
	what.len = 6;
	assert_int_equal(evaluate(fixture->record, &what, &evaluation),
			 MFA_ERR_INTEGRITY);
	assert_int_equal(evaluation.reason, MFA_REASON_NONE);
	assert_int_equal(evaluation.code_len, 99);
}

static void so_they_are_behind_a_password(void **state)
{
	struct fixture *fixture = *state;
	struct evaluation evaluation = { .reason = MFA_REASON_NONE };
	struct evaluation_input what = {
		.zone = &fixture->zone,
		.bounds = &fixture->zone,
		.answer = "pw123456",
		.len = 8,
		.has_password = true,
		.now = NOW,
	};
	give(state, &totp_spec)->data[1] = 77;
	assert_int_equal(evaluate(fixture->record, &what, &evaluation),
			 MFA_ERR_INTEGRITY);
	assert_int_equal(evaluation.reason, MFA_REASON_NONE);
}

static void the_code_is_the_end_of_an_answer_with_a_password(void **state)
{
	static const char *const passwords[] = { "p",	       "pass word",
						 "12345678",   "ends in 123456",
						 "パスワード", "" };
	for (unsigned i = 0; i < MFA_COUNT(passwords); i++) {
		char answer[128];
		struct fixture *fixture = *state;
		mfa_wipe(fixture->record, sizeof *fixture->record);
		(void)give(state, &totp_spec);
		(void)snprintf(answer, sizeof answer, "%s%s", passwords[i],
			       code_of(&totp_spec, STEP).text);
		struct evaluation evaluation = judge_at(state, answer, true, NOW);
		assert_int_equal(evaluation.reason, MFA_REASON_RIGHT);
		assert_int_equal(evaluation.code_len, 6);
	}
}

/* As a Japanese input method leaves it: the code in full-width digits. */
static void the_end_of_a_line_is_made_plain(void **state)
{
	char answer[128];
	struct code code = code_of(&totp_spec, STEP);
	size_t len = (size_t)snprintf(answer, sizeof answer, "パス12");
	(void)give(state, &totp_spec);
	for (size_t i = 0; i < 6; i++)
		len += (size_t)snprintf(answer + len, sizeof answer - len, "%s\xef\xbc%c",
					i == 3 ? " " : "", code.text[i] - '0' + 0x90);
	struct evaluation evaluation = judge_at(state, answer, true, NOW);
	assert_int_equal(evaluation.reason, MFA_REASON_RIGHT);
	assert_int_equal(evaluation.code_len, 19);
}

static void without_a_password_the_whole_answer_is_the_code(void **state)
{
	char answer[32];
	(void)give(state, &totp_spec);
	(void)snprintf(answer, sizeof answer, "x%s", code_of(&totp_spec, STEP).text);
	assert_int_equal(reason(state, answer), MFA_REASON_WRONG);
}

static void tokens_of_other_lengths_cut_the_answer_differently(void **state)
{
	char answer[64];
	struct token_spec eight = totp_spec;
	eight.secret = "another secret, 20 b";
	eight.digits = 8;
	(void)give(state, &totp_spec);
	(void)give(state, &eight);
	(void)snprintf(answer, sizeof answer, "pw%s", code_of(&eight, STEP).text);
	struct evaluation evaluation = judge_at(state, answer, true, NOW);
	assert_int_equal(evaluation.reason, MFA_REASON_RIGHT);
	assert_int_equal(evaluation.code_len, 8);
	(void)snprintf(answer, sizeof answer, "pw%s", code_of(&totp_spec, STEP).text);
	evaluation = judge_at(state, answer, true, NOW);
	assert_int_equal(evaluation.reason, MFA_REASON_RIGHT);
	assert_int_equal(evaluation.code_len, 6);
}

static void an_answer_shorter_than_a_code_is_counted_once(void **state)
{
	struct fixture *fixture = *state;
	(void)give(state, &totp_spec);
	struct evaluation evaluation = judge_at(state, "123", true, NOW);
	assert_int_equal(evaluation.reason, MFA_REASON_WRONG);
	assert_int_equal(evaluation.code_len, 3);
	assert_int_equal(fixture->record->failures, 1);
}

#define in_court(test) cmocka_unit_test_setup_teardown(test, court_setup, court_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_court(a_right_code_moves_its_token_and_clears_failures),
		in_court(a_wrong_code_is_counted),
		in_court(a_code_of_a_wrong_length_is_counted_once),
		in_court(a_used_code_is_not_counted),
		in_court(a_suspended_tokens_code_is_not_spent),
		in_court(a_clock_that_stands_back_is_not_counted),
		in_court(a_locked_record_accepts_nothing_and_spends_nothing),
		in_court(a_record_without_tokens_refuses),
		in_court(any_of_several_tokens_will_do),
		in_court(an_active_token_comes_before_a_suspended_twin),
		in_court(one_tokens_used_code_may_be_anothers_right_one),
		in_court(a_kind_that_the_zone_does_not_allow_is_wrong),
		in_court(a_kind_that_this_build_lacks_is_passed_over),
		in_court(what_is_no_guess_is_wrong_but_not_counted),
		in_court(damaged_token_data_are_an_error),
		in_court(so_they_are_behind_a_password),
		in_court(the_code_is_the_end_of_an_answer_with_a_password),
		in_court(the_end_of_a_line_is_made_plain),
		in_court(without_a_password_the_whole_answer_is_the_code),
		in_court(tokens_of_other_lengths_cut_the_answer_differently),
		in_court(an_answer_shorter_than_a_code_is_counted_once),
	};
	return group_main("evaluate", tests);
}
