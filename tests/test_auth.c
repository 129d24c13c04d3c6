/* lib/auth.c: whole logins over a scripted dialog and a real store. */
#include "mfa/auth.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

/* One login. Zeroed members: the usual thing. */
struct attempt {
	const char *user; /* NULL: taro */
	const char *answer;
	size_t len;  /* of the answer; 0: its strlen */
	int err;     /* the dialog's */
	int64_t now; /* 0: NOW */
	const char *password;
	bool is_unknown;
	bool wants_password;
	bool may_explain;
};

struct outcome {
	enum mfa_verdict verdict;
	enum mfa_reason reason;
	char token[MFA_TOKEN_ID_SIZE];
	char password[256];
	char diag[512];
	struct script script;
};

static struct outcome login_on(struct test_host *host, const struct attempt *attempt)
{
	struct outcome outcome = {
		.script = { .answer = attempt->answer,
			    .len = attempt->len,
			    .err = attempt->err },
	};
	struct mfa_dialog dialog = script_dialog(&outcome.script);
	struct mfa_auth_result result;
	const char *password = attempt->password != NULL ? attempt->password : "";
	const struct mfa_auth_request request = {
		.host = &host->host,
		.zone = &host->host.config->zones[0],
		.login = { .service = "test",
			   .user = attempt->user != NULL ? attempt->user : "taro",
			   .now = attempt->now != 0 ? attempt->now : NOW },
		.dialog = &dialog,
		.password = { (const unsigned char *)password, strlen(password) },
		.is_known_user = !attempt->is_unknown,
		.wants_password = attempt->wants_password,
		.may_explain = attempt->may_explain,
	};
	mfa_auth_run(&request, &result);
	outcome.verdict = result.verdict;
	outcome.reason = result.reason;
	memcpy(outcome.token, result.token, sizeof outcome.token);
	memcpy(outcome.diag, result.diag.text, sizeof outcome.diag);
	if (result.password.len > 0)
		memcpy(outcome.password, result.password.data, result.password.len);
	mfa_auth_result_done(&result);
	assert_null(result.password.data);
	return outcome;
}

static struct outcome login(void **state, struct attempt attempt)
{
	return login_on(*state, &attempt);
}

static void assert_outcome(struct outcome outcome, enum mfa_verdict verdict,
			   enum mfa_reason reason)
{
	if (outcome.verdict != verdict || outcome.reason != reason)
		fail_msg("verdict %d, reason %s: %s", outcome.verdict,
			 mfa_reason_name(outcome.reason), outcome.diag);
}

static struct mfa_store *store_of(void **state)
{
	return ((struct test_host *)*state)->host.store;
}

static const char *audit_path(void **state)
{
	return path_in(&((struct test_host *)*state)->box, "audit.jsonl");
}

static uint32_t failures_of(void **state, const char *user)
{
	struct mfa_record *record = stored_record(store_of(state), user);
	uint32_t failures = record->failures;
	mfa_record_free(&record);
	return failures;
}

static uint32_t generation_of(void **state, const char *user)
{
	struct mfa_record *record = stored_record(store_of(state), user);
	uint32_t generation = record->generation;
	mfa_record_free(&record);
	return generation;
}

static uint64_t counter_of(void **state, const char *user)
{
	struct mfa_record *record = stored_record(store_of(state), user);
	uint64_t counter = read_token(&record->tokens[0]).counter;
	mfa_record_free(&record);
	return counter;
}

static void assert_audited(void **state, const char *words)
{
	char *trail = read_text(audit_path(state));
	size_t len = strlen(trail);
	assert_true(len > 0 && trail[len - 1] == '\n');
	trail[len - 1] = '\0';
	char *last = strrchr(trail, '\n');
	if (strstr(last != NULL ? last : trail, words) == NULL)
		fail_msg("%s does not tell %s", last != NULL ? last : trail, words);
	free(trail);
}

static int enrolled_setup(void **state)
{
	if (host_setup(state) != 0)
		return -1;
	enroll(store_of(state), "taro", &totp_spec, 1);
	return 0;
}

#define enrolled(test) \
	cmocka_unit_test_setup_teardown(test, enrolled_setup, host_teardown)

static void the_right_code_is_let_in(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	struct outcome outcome = login(state, (struct attempt){ .answer = code.text });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 1);
	assert_int_equal(outcome.script.told, 0);
	assert_string_equal(outcome.script.prompt, "One-time password: ");
	assert_string_equal(outcome.diag, "");
	struct mfa_record *record = stored_record(store_of(state), "taro");
	assert_string_equal(outcome.token, record->tokens[0].id);
	assert_int_equal(record->last_success, NOW);
	assert_int_equal(record->tokens[0].last_used, NOW);
	mfa_record_free(&record);
	assert_audited(state, "\"result\":\"allowed\",\"reason\":\"code-right\"");
	assert_audited(state, "\"user\":\"taro\"");
}

static void the_state_is_stored_before_the_verdict(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	uint32_t generation = generation_of(state, "taro");
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
	assert_int_equal(counter_of(state, "taro"), STEP);
	assert_true(generation_of(state, "taro") > generation);
}

static void a_wrong_code_is_refused_and_counted(void **state)
{
	struct code code = wrong_code(&totp_spec, STEP);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_DENY,
		       MFA_REASON_WRONG);
	assert_int_equal(failures_of(state, "taro"), 1);
	assert_audited(state, "\"result\":\"denied\",\"reason\":\"code-wrong\"");
}

static void a_used_code_is_refused_and_not_counted(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
	for (int64_t later = 0; later < 60; later += 20)
		assert_outcome(login(state, (struct attempt){ .answer = code.text,
							      .now = NOW + later }),
			       MFA_DENY, MFA_REASON_USED);
	assert_int_equal(failures_of(state, "taro"), 0);
	assert_audited(state, "\"reason\":\"code-used\"");
}

static void an_old_code_is_refused(void **state)
{
	struct code code = code_of(&totp_spec, STEP - 2);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_DENY,
		       MFA_REASON_WRONG);
}

static void a_suspended_token_is_refused(void **state)
{
	struct mfa_record *record = stored_record(store_of(state), "taro");
	record->tokens[0].state = MFA_STATE_SUSPENDED;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	struct code code = code_of(&totp_spec, STEP);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_DENY,
		       MFA_REASON_SUSPENDED);
	assert_int_equal(counter_of(state, "taro"), 0);
	mfa_record_free(&record);
	record = stored_record(store_of(state), "taro");
	record->tokens[0].state = MFA_STATE_ACTIVE;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
}

static void fail_often(void **state, unsigned times, int64_t now)
{
	struct code code = wrong_code(&totp_spec, (uint64_t)now / 30);
	for (unsigned i = 0; i < times; i++)
		assert_outcome(
			login(state, (struct attempt){ .answer = code.text, .now = now }),
			MFA_DENY, MFA_REASON_WRONG);
}

static void a_lock_refuses_the_right_code_until_it_ends(void **state)
{
	fail_often(state, 5, NOW);
	struct code code = code_of(&totp_spec, STEP);
	assert_outcome(login(state, (struct attempt){ .answer = code.text }), MFA_DENY,
		       MFA_REASON_LOCKED);
	assert_audited(state, "\"reason\":\"locked\"");
	assert_int_equal(failures_of(state, "taro"), 5);
	struct code later = code_of(&totp_spec, STEP + 30);
	assert_outcome(
		login(state, (struct attempt){ .answer = later.text, .now = NOW + 899 }),
		MFA_DENY, MFA_REASON_LOCKED);
	assert_outcome(
		login(state, (struct attempt){ .answer = later.text, .now = NOW + 900 }),
		MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(failures_of(state, "taro"), 0);
}

static void a_lock_without_end_waits_for_an_administrator(void **state MFA_UNUSED)
{
	struct test_host host;
	struct code wrong = wrong_code(&totp_spec, STEP);
	struct code right = code_of(&totp_spec, STEP);
	host_open(&host, "", "max_failures = 2\nlock_time = 0");
	enroll(host.host.store, "taro", &totp_spec, 1);
	const struct attempt guess = { .answer = wrong.text };
	const struct attempt good = { .answer = right.text };
	assert_outcome(login_on(&host, &guess), MFA_DENY, MFA_REASON_WRONG);
	assert_outcome(login_on(&host, &guess), MFA_DENY, MFA_REASON_WRONG);
	struct code much_later = code_of(&totp_spec, STEP * 2);
	const struct attempt late = { .answer = much_later.text, .now = NOW * 2LL };
	assert_outcome(login_on(&host, &late), MFA_DENY, MFA_REASON_LOCKED);
	struct mfa_record *record = stored_record(host.host.store, "taro");
	mfa_policy_unlock(record);
	assert_int_equal(mfa_store_swap(host.host.store, record, NULL), MFA_OK);
	mfa_record_free(&record);
	assert_outcome(login_on(&host, &good), MFA_ALLOW, MFA_REASON_RIGHT);
	host_close(&host);
}

static unsigned count_files(void **state)
{
	unsigned count = 0;
	DIR *folder = opendir(path_in(&((struct test_host *)*state)->box, "store/users"));
	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count;
}

static void a_stranger_is_asked_and_refused_like_anybody(void **state)
{
	static const struct attempt strangers[] = {
		{ .user = "jiro", .answer = "123456" },
		{ .user = "nobody-has-this", .answer = "123456", .is_unknown = true },
		{ .user = "", .answer = "123456", .is_unknown = true },
		{ .user = "..", .answer = "123456", .is_unknown = true },
		{ .user = "\xff/", .answer = "123456", .is_unknown = true },
	};
	unsigned files = count_files(state);
	for (size_t i = 0; i < MFA_COUNT(strangers); i++) {
		uint32_t taros = generation_of(state, "taro");
		uint32_t decoys = generation_of(state, MFA_DECOY_USER);
		struct outcome outcome = login(state, strangers[i]);
		assert_outcome(outcome, MFA_DENY,
			       strangers[i].is_unknown ? MFA_REASON_UNKNOWN_USER
						       : MFA_REASON_NOT_ENROLLED);
		assert_int_equal(outcome.script.asked, 1);
		assert_string_equal(outcome.script.prompt, "One-time password: ");
		assert_int_equal(outcome.script.told, 0);
		assert_string_equal(outcome.token, "");
		assert_string_equal(outcome.diag, "");
		/* the same write, but into the decoy's record */
		assert_true(generation_of(state, MFA_DECOY_USER) > decoys);
		assert_int_equal(generation_of(state, "taro"), taros);
		assert_int_equal(count_files(state), files);
	}
}

/* Not even the decoy's own code; and the decoy's lock is not felt. */
static void nothing_lets_a_stranger_in(void **state)
{
	struct mfa_record *decoy = stored_record(store_of(state), MFA_DECOY_USER);
	struct mfa_token token;
	make_token(&totp_spec, &token);
	memcpy(decoy->tokens[0].data, token.data, sizeof token.data);
	assert_int_equal(mfa_store_swap(store_of(state), decoy, NULL), MFA_OK);
	mfa_record_free(&decoy);
	struct code code = code_of(&totp_spec, STEP);
	assert_outcome(
		login(state, (struct attempt){ .user = "jiro", .answer = code.text }),
		MFA_DENY, MFA_REASON_NOT_ENROLLED);
	for (int i = 0; i < 20; i++)
		assert_outcome(login(state, (struct attempt){ .user = "jiro",
							      .answer = "000000" }),
			       MFA_DENY, MFA_REASON_NOT_ENROLLED);
}

static void an_unknown_name_is_not_written_down(void **state)
{
	/* it may be a password that was typed too early, whatever comes after it */
	static const struct attempt attempts[] = {
		{ .answer = "123456" },
		{ .answer = "" },
		{ .answer = "\b\n\r\177INCORRECT" },
		{ .err = MFA_ERR_ABORT },
	};
	for (size_t i = 0; i < MFA_COUNT(attempts); i++) {
		struct attempt attempt = attempts[i];
		attempt.user = "hunter2";
		attempt.is_unknown = true;
		assert_int_not_equal(login(state, attempt).verdict, MFA_ALLOW);
		char *trail = read_text(audit_path(state));
		if (strstr(trail, "hunter2") != NULL)
			fail_msg("case %zu: %s", i, trail);
		free(trail);
	}
}

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
	uint32_t decoys = generation_of(state, MFA_DECOY_USER);
	assert_outcome(login(state, (struct attempt){ .user = "jiro", .answer = filler }),
		       MFA_DENY, MFA_REASON_NOT_ENROLLED);
	assert_true(generation_of(state, MFA_DECOY_USER) > decoys);
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
		const char *result;
	} cases[] = {
		{ MFA_ERR_CONV, MFA_NO_DIALOG, "\"result\":\"no-dialog\"" },
		{ MFA_ERR_ABORT, MFA_GIVEN_UP, "\"result\":\"given-up\"" },
		{ MFA_ERR_NOMEM, MFA_NO_MEMORY, "\"result\":\"no-memory\"" },
	};
	uint32_t generation = generation_of(state, "taro");
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		assert_outcome(login(state, (struct attempt){ .err = cases[i].err }),
			       cases[i].verdict, MFA_REASON_FAILED);
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

static void any_token_of_the_user_will_do(void **state)
{
	struct token_spec specs[] = { totp_spec, hotp_spec, totp_spec };
	specs[1].secret = "another secret, 20 b";
	specs[2].secret = "a third secret, 8 di";
	specs[2].digits = 8;
	enroll(store_of(state), "hanako", specs, 3);
	struct code codes[] = { code_of(&specs[0], STEP), code_of(&specs[1], 4),
				code_of(&specs[2], STEP) };
	for (size_t i = 0; i < 3; i++) {
		assert_outcome(login(state, (struct attempt){ .user = "hanako",
							      .answer = codes[i].text }),
			       MFA_ALLOW, MFA_REASON_RIGHT);
		assert_outcome(login(state, (struct attempt){ .user = "hanako",
							      .answer = codes[i].text }),
			       MFA_DENY, MFA_REASON_USED);
	}
}

static void one_users_code_is_not_anothers(void **state)
{
	struct token_spec spec = totp_spec;
	spec.secret = "another secret, 20 b";
	enroll(store_of(state), "hanako", &spec, 1);
	struct code code = code_of(&totp_spec, STEP);
	assert_outcome(
		login(state, (struct attempt){ .user = "hanako", .answer = code.text }),
		MFA_DENY, MFA_REASON_WRONG);
	assert_int_equal(failures_of(state, "taro"), 0);
}

static void password_and_code_come_in_one_line(void **state)
{
	static const char *const passwords[] = { "pass", "ends in 654321", "123456",
						 "パスワード " };
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
		assert_string_equal(outcome.script.prompt,
				    "Password and one-time password: ");
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

static void a_refusal_is_explained_only_where_it_may_be(void **state)
{
	struct attempt attempt = { .user = "jiro", .answer = "123456" };
	struct outcome outcome = login(state, attempt);
	assert_int_equal(outcome.script.told, 0);
	attempt.may_explain = true;
	outcome = login(state, attempt);
	assert_int_equal(outcome.script.told, 1);
	assert_non_null(strstr(outcome.script.line, "no authenticator enrolled"));
	struct code code = code_of(&totp_spec, STEP);
	outcome = login(state,
			(struct attempt){ .answer = code.text, .may_explain = true });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.told, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		enrolled(the_right_code_is_let_in),
		enrolled(the_state_is_stored_before_the_verdict),
		enrolled(a_wrong_code_is_refused_and_counted),
		enrolled(a_used_code_is_refused_and_not_counted),
		enrolled(an_old_code_is_refused),
		enrolled(a_suspended_token_is_refused),
		enrolled(a_lock_refuses_the_right_code_until_it_ends),
		cmocka_unit_test(a_lock_without_end_waits_for_an_administrator),
		enrolled(a_stranger_is_asked_and_refused_like_anybody),
		enrolled(nothing_lets_a_stranger_in),
		enrolled(an_unknown_name_is_not_written_down),
		enrolled(what_is_no_guess_is_not_counted),
		enrolled(sshds_filler_is_written_but_not_counted),
		enrolled(a_password_that_is_nearly_the_answer_is_a_guess),
		enrolled(a_dialog_that_fails_is_not_counted),
		enrolled(a_code_of_a_wrong_length_is_counted_once),
		enrolled(a_nul_byte_ends_no_code),
		enrolled(a_code_may_be_written_as_people_write),
		enrolled(full_width_digits_are_digits),
		enrolled(any_token_of_the_user_will_do),
		enrolled(one_users_code_is_not_anothers),
		enrolled(password_and_code_come_in_one_line),
		enrolled(the_password_goes_on_with_a_wrong_code_too),
		enrolled(the_token_that_is_right_tells_where_the_password_ends),
		enrolled(without_forward_pass_no_password_is_kept),
		enrolled(a_refusal_is_explained_only_where_it_may_be),
	};
	return group_main("auth", tests);
}
