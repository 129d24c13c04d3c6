/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/auth.c: what counts as an answer, and what an answer is made of. */
#include <stdio.h>
#include <string.h>

#include "login.h"

static void what_is_no_guess_is_not_counted(void **state)
{
	static const struct {
		struct attempt attempt;
		enum mfa_reason reason;
	} cases[] = {
		{ { .answer = "" }, MFA_REASON_EMPTY },
		{ { .answer = "pass", .password = "pass" }, MFA_REASON_NOT_A_CODE },
		{ { .answer = "123456", .password = "123456" }, MFA_REASON_NOT_A_CODE },
		{ { .answer = "", .wants_password = true }, MFA_REASON_EMPTY },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		uint32_t generation = generation_of(state, "taro");
		struct outcome outcome = login(state, cases[i].attempt);
		assert_outcome(outcome, MFA_DENY, cases[i].reason);
		assert_int_equal(generation_of(state, "taro"), generation);
		assert_audited(state, mfa_reason_name(cases[i].reason));
	}
	assert_int_equal(failures_of(state, "taro"), 0);
}

static const char *const not_codes[] = {
	"\033[D\033[4~\033[B", /* a keypad without Num Lock */
	"\033[200~\033[201~",  /* nothing, pasted */
	"\xe2\x80\x8b",	       /* a space without width */
	"あ",		       /* Japanese input */
	"&(_",
};

static void what_can_be_no_code_is_asked_for_again(void **state)
{
	for (unsigned i = 0; i < MFA_COUNT(not_codes); i++) {
		struct code code = code_of(&totp_spec, STEP + i);
		const char *const answers[] = { not_codes[i], code.text, NULL };
		struct outcome outcome =
			login(state, (struct attempt){ .answers = answers,
						       .now = NOW + i * 30 });
		assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
		assert_int_equal(outcome.script.asked, 2);
		assert_string_equal(outcome.script.prompts[1], "One-time code: ");
		assert_int_equal(outcome.script.told, 0);
	}
}

static void what_can_be_no_code_is_never_counted(void **state)
{
	static const char *const users[] = { "taro", "jiro" };
	for (size_t i = 0; i < 2 * MFA_COUNT(not_codes); i++) {
		struct outcome outcome =
			login(state, (struct attempt){ .user = users[i % 2],
						       .answer = not_codes[i / 2],
						       .is_unknown = i % 2 == 1 });
		assert_outcome(outcome, MFA_DENY, MFA_REASON_NOT_A_CODE);
		assert_int_equal(outcome.script.asked, 3);
		assert_int_equal(outcome.script.told, 0);
		assert_audited(state, "\"reason\":\"not-a-code\"");
	}
	assert_int_equal(failures_of(state, "taro"), 0);
}

/* sshd gives its filler for what users type whom it refuses. That may not be told from
 * what others type by the number of questions. */
static void from_afar_it_is_refused_like_sshds_filler(void **state)
{
	static const char filler[] = "\b\n\r\177";
	for (size_t i = 0; i < MFA_COUNT(not_codes) + 1; i++) {
		uint32_t generation = generation_of(state, "taro");
		struct attempt attempt = { .answer = i < MFA_COUNT(not_codes)
							     ? not_codes[i]
							     : filler,
					   .rhost = "192.0.2.1" };
		struct outcome outcome = login(state, attempt);
		assert_outcome(outcome, MFA_DENY, MFA_REASON_NOT_A_CODE);
		assert_int_equal(outcome.script.asked, 1);
		assert_int_equal(outcome.script.told, 0);
		/* the same work: the refusal is stored, and that its line is written */
		assert_int_equal(generation_of(state, "taro") - generation, 2);
	}
	assert_int_equal(failures_of(state, "taro"), 0);
}

static void a_blank_line_is_an_empty_one(void **state)
{
	static const char *const blanks[] = { "\r", " ", "\r\n", "\t" };
	for (size_t i = 0; i < MFA_COUNT(blanks); i++) {
		uint32_t generation = generation_of(state, "taro");
		assert_outcome(login(state, (struct attempt){ .answer = blanks[i] }),
			       MFA_DENY, MFA_REASON_EMPTY);
		assert_int_equal(generation_of(state, "taro"), generation);
	}
	assert_int_equal(failures_of(state, "taro"), 0);
}

static void a_code_may_come_with_key_sequences(void **state)
{
	static const char *const forms[] = { "\033[200~%s\033[201~", "%s\r",
					     "%s\xe2\x80\x8b", "\xe2\x80\xaf%s",
					     "\033[D%s\033OA\r\n" };
	for (unsigned i = 0; i < MFA_COUNT(forms); i++) {
		char answer[64];
		(void)snprintf(answer, sizeof answer, forms[i],
			       code_of(&totp_spec, STEP + i).text);
		assert_outcome(login(state, (struct attempt){ .answer = answer,
							      .now = NOW + i * 30 }),
			       MFA_ALLOW, MFA_REASON_RIGHT);
	}
}

/* sshd repeats its filler to the length of what was typed. It takes the way of any other
 * answer, so that the time does not tell whom sshd refuses. */
static void sshds_filler_is_written_but_not_counted(void **state)
{
	static const char filler[] = "\b\n\r\177INCORRECT\b\n\r\177INCORRECT\b\n\r\177";
	for (size_t len = 1; len < sizeof filler; len++) {
		uint32_t generation = generation_of(state, "taro");
		assert_outcome(
			login(state, (struct attempt){ .answer = filler, .len = len }),
			MFA_DENY, MFA_REASON_NOT_A_CODE);
		assert_true(generation_of(state, "taro") > generation);
		assert_audited(state, "\"reason\":\"not-a-code\"");
	}
	assert_int_equal(failures_of(state, "taro"), 0);
	struct decoy decoy = decoy_of(state, "jiro");
	uint32_t decoys = generation_of(state, decoy.name);
	assert_outcome(login(state, (struct attempt){ .user = "jiro", .answer = filler }),
		       MFA_DENY, MFA_REASON_NOT_ENROLLED);
	assert_true(generation_of(state, decoy.name) > decoys);
	assert_outcome(login(state, (struct attempt){ .answer = "\b\n\r\177INCORRECt" }),
		       MFA_DENY, MFA_REASON_WRONG);
	assert_int_equal(failures_of(state, "taro"), 1);
}

static void a_password_that_is_nearly_the_answer_is_a_guess(void **state)
{
	static const char *const answers[] = { "pas", "pass1", "Pass", "passx" };
	for (uint32_t i = 0; i < MFA_COUNT(answers); i++) {
		assert_outcome(login(state, (struct attempt){ .answer = answers[i],
							      .password = "pass" }),
			       MFA_DENY, MFA_REASON_WRONG);
		assert_int_equal(failures_of(state, "taro"), i + 1);
	}
}

static void a_dialog_that_fails_is_not_counted(void **state)
{
	static const struct {
		int err;
		enum mfa_verdict verdict;
		enum mfa_reason reason;
		const char *result;
	} cases[] = {
		{ MFA_ERR_CONV, MFA_NO_DIALOG, MFA_REASON_NO_ANSWER,
		  "\"result\":\"no-dialog\"" },
		{ MFA_ERR_ABORT, MFA_GIVEN_UP, MFA_REASON_NO_ANSWER,
		  "\"result\":\"given-up\"" },
		{ MFA_ERR_NOMEM, MFA_NO_MEMORY, MFA_REASON_FAILED,
		  "\"result\":\"no-memory\"" },
	};
	uint32_t generation = generation_of(state, "taro");
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		assert_outcome(login(state, (struct attempt){ .err = cases[i].err }),
			       cases[i].verdict, cases[i].reason);
		assert_audited(state, cases[i].result);
	}
	assert_int_equal(generation_of(state, "taro"), generation);
}

static void a_code_of_a_wrong_length_is_counted_once(void **state)
{
	char longest[5000];
	memset(longest, '1', sizeof longest);
	const struct attempt attempts[] = {
		{ .answer = "12345" },
		{ .answer = "1234567" },
		{ .answer = longest, .len = sizeof longest },
		{ .answer = "\xff\xfe\xe3\x81", .len = 4 },
	};
	for (uint32_t i = 0; i < MFA_COUNT(attempts); i++) {
		assert_outcome(login(state, attempts[i]), MFA_DENY, MFA_REASON_WRONG);
		assert_int_equal(failures_of(state, "taro"), i + 1);
	}
}

static void a_nul_byte_ends_no_code(void **state)
{
	char answer[8] = "";
	struct code code = code_of(&totp_spec, STEP);
	memcpy(answer, code.text, 6);
	assert_outcome(login(state, (struct attempt){ .answer = answer, .len = 7 }),
		       MFA_DENY, MFA_REASON_WRONG);
}

static void a_code_may_be_written_as_people_write(void **state)
{
	static const char *const forms[] = {
		"%c%c%c %c%c%c",     "%c%c%c-%c%c%c",  " %c%c%c%c%c%c\t",
		"%c-%c-%c-%c-%c-%c", "%c%c%cー%c%c%c", "　%c%c%c%c%c%c",
	};
	for (unsigned i = 0; i < MFA_COUNT(forms); i++) {
		char answer[64];
		int64_t now = NOW + i * 30;
		const char *c = code_of(&totp_spec, STEP + i).text;
		(void)snprintf(answer, sizeof answer, forms[i], c[0], c[1], c[2], c[3],
			       c[4], c[5]);
		assert_outcome(
			login(state, (struct attempt){ .answer = answer, .now = now }),
			MFA_ALLOW, MFA_REASON_RIGHT);
	}
}

static void full_width_digits_are_digits(void **state)
{
	char answer[32] = "";
	struct code code = code_of(&totp_spec, STEP);
	for (size_t i = 0; i < 6; i++) /* U+FF10 and on: EF BC 90 and on */
		memcpy(answer + 3 * i,
		       (char[]){ '\xef', '\xbc', (char)(0x90 + code.text[i] - '0') }, 3);
	assert_outcome(login(state, (struct attempt){ .answer = answer }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
}

static void password_and_code_come_in_one_line(void **state)
{
	static const char *const passwords[] = { "pass",   "ends in 654321",
						 "123456", "パスワード ",
						 "\033[D", "\xa3\xb1" };
	for (unsigned i = 0; i < MFA_COUNT(passwords); i++) {
		char answer[128];
		(void)snprintf(answer, sizeof answer, "%s%s", passwords[i],
			       code_of(&totp_spec, STEP + i).text);
		struct outcome outcome =
			login(state, (struct attempt){ .answer = answer,
						       .now = NOW + i * 30,
						       .wants_password = true });
		assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
		assert_string_equal(outcome.password, passwords[i]);
		assert_string_equal(outcome.script.prompt, "Password, then code: ");
	}
}

/* So that the password is judged, and a wrong one is logged, whatever the code was. */
static void the_password_goes_on_with_a_wrong_code_too(void **state)
{
	static const struct {
		const char *user;
		const char *answer;
		const char *password;
	} cases[] = {
		{ "taro", "pass000000", "pass" },
		{ "jiro", "pass000000", "pass" }, /* as the decoy's six digits */
		{ "taro", "short", "" },
		{ "taro", "123456", "" },
		{ "taro", "onlypassword", "onlypa" },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		struct outcome outcome =
			login(state, (struct attempt){ .user = cases[i].user,
						       .answer = cases[i].answer,
						       .wants_password = true });
		assert_int_equal(outcome.verdict, MFA_DENY);
		assert_string_equal(outcome.password, cases[i].password);
	}
}

static void the_token_that_is_right_tells_where_the_password_ends(void **state)
{
	char answer[64];
	struct token_spec specs[] = { totp_spec, totp_spec };
	specs[1].secret = "another secret, 20 b";
	specs[1].digits = 8;
	enroll(store_of(state), "hanako", specs, 2);
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(answer, sizeof answer, "pass12%s",
			       code_of(&specs[i], STEP).text);
		struct outcome outcome =
			login(state, (struct attempt){ .user = "hanako",
						       .answer = answer,
						       .wants_password = true });
		assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
		assert_string_equal(outcome.password, "pass12");
	}
}

static void without_forward_pass_no_password_is_kept(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	struct outcome outcome = login(state, (struct attempt){ .answer = code.text });
	assert_string_equal(outcome.password, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		enrolled(what_is_no_guess_is_not_counted),
		enrolled(what_can_be_no_code_is_asked_for_again),
		enrolled(what_can_be_no_code_is_never_counted),
		enrolled(from_afar_it_is_refused_like_sshds_filler),
		enrolled(a_blank_line_is_an_empty_one),
		enrolled(a_code_may_come_with_key_sequences),
		enrolled(sshds_filler_is_written_but_not_counted),
		enrolled(a_password_that_is_nearly_the_answer_is_a_guess),
		enrolled(a_dialog_that_fails_is_not_counted),
		enrolled(a_code_of_a_wrong_length_is_counted_once),
		enrolled(a_nul_byte_ends_no_code),
		enrolled(a_code_may_be_written_as_people_write),
		enrolled(full_width_digits_are_digits),
		enrolled(password_and_code_come_in_one_line),
		enrolled(the_password_goes_on_with_a_wrong_code_too),
		enrolled(the_token_that_is_right_tells_where_the_password_ends),
		enrolled(without_forward_pass_no_password_is_kept),
	};
	return group_main("auth_answer", tests);
}
