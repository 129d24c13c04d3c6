/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/grace.c, through mfa_auth_run: people without an authenticator, until a day.
 */
#include "login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mfa/factor.h"

/* NOW is 2027-01-15T08:00:00Z. */
static int setup(void **state)
{
	struct test_host *host = calloc(1, sizeof *host);
	if (host == NULL)
		return -1;
	host_open(host, "", "grace_until = 2027-01-15\ngrace_reason = roll-out");
	enroll(host->host.store, "hanako", &hotp_spec, 1);
	*state = host;
	return 0;
}

#define in_grace(test) cmocka_unit_test_setup_teardown(test, setup, host_teardown)

enum {
	LAST_SECOND = NOW + 16 * 60 * 60 - 1
};

static void who_has_no_token_gets_in_unasked(void **state)
{
	struct outcome outcome = login(state, (struct attempt){ .answer = "" });
	assert_outcome(outcome, MFA_EXEMPT, MFA_REASON_GRACE);
	assert_int_equal(outcome.script.asked, 0);
	assert_int_equal(outcome.script.told, 1);
	assert_non_null(strstr(outcome.script.line, "After 2027-01-15 you cannot"));
	assert_audited(state, "\"result\":\"exempt\",\"reason\":\"grace\"");
}

static void the_day_ends_with_its_last_second(void **state)
{
	struct attempt attempt = { .answer = "123456", .now = LAST_SECOND };
	assert_outcome(login(state, attempt), MFA_EXEMPT, MFA_REASON_GRACE);
	attempt.now++;
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_NOT_ENROLLED);
}

static void who_has_a_token_needs_it(void **state)
{
	struct attempt attempt = { .user = "hanako", .answer = "" };
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_EMPTY);
	struct code code = code_of(&hotp_spec, 0);
	attempt.answer = code.text;
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
}

static void a_name_that_nobody_has_is_asked(void **state)
{
	struct attempt attempt = { .answer = "123456", .is_unknown = true };
	struct outcome outcome = login(state, attempt);
	assert_outcome(outcome, MFA_DENY, MFA_REASON_UNKNOWN_USER);
	assert_int_equal(outcome.script.asked, 1);
}

static void a_name_service_that_fails_is_no_grace(void **state)
{
	struct attempt attempt = { .answer = "123456", .is_name_service_down = true };
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_NOT_ENROLLED);
}

static void another_name_than_the_own_is_no_grace(void **state)
{
	struct attempt attempt = { .answer = "123456", .is_other_name = true };
	struct outcome outcome = login(state, attempt);
	assert_outcome(outcome, MFA_DENY, MFA_REASON_NOT_ENROLLED);
	assert_int_equal(outcome.script.asked, 1);
	assert_audited(state, "\"detail\":\"grace_until is for names as the name");
	attempt.now = LAST_SECOND + 1;
	outcome = login(state, attempt);
	assert_outcome(outcome, MFA_DENY, MFA_REASON_NOT_ENROLLED);
	assert_string_equal(outcome.diag, "");
}

static void a_record_that_cannot_be_read_is_no_grace(void **state)
{
	struct test_host *host = *state;
	char path[64];
	(void)snprintf(path, sizeof path, "store/users/%s", "taro");
	write_text(path_in(&host->box, path), "no record");
	assert_outcome(login(state, (struct attempt){ .answer = "123456" }),
		       MFA_UNAVAILABLE, MFA_REASON_FAILED);
}

static void in_one_line_all_of_it_is_the_password(void **state)
{
	struct attempt attempt = { .answer = "horse123456", .wants_password = true };
	struct outcome outcome = login(state, attempt);
	assert_outcome(outcome, MFA_EXEMPT, MFA_REASON_GRACE);
	assert_int_equal(outcome.script.asked, 1);
	assert_string_equal(outcome.password, "horse123456");
}

/* Once over it stays over: the common decoy remembers, whatever the clock comes to be. */
static void a_clock_that_goes_back_does_not_bring_it_back(void **state)
{
	struct test_host *host = *state;
	struct attempt late = { .answer = "123456", .now = LAST_SECOND + 1 };
	struct attempt early = { .answer = "123456", .now = NOW };
	assert_outcome(login(state, early), MFA_EXEMPT, MFA_REASON_GRACE);
	assert_outcome(login(state, late), MFA_DENY, MFA_REASON_NOT_ENROLLED);
	for (int i = 0; i < 2; i++) {
		assert_outcome(login(state, early), MFA_DENY, MFA_REASON_NOT_ENROLLED);
		assert_audited(state,
			       "\"reason\":\"not-enrolled\",\"detail\":\"no grace, "
			       "as grace_until was over once");
	}
	/* the way back: another day */
	host->host.config->zones[0].grace_until += 1;
	assert_outcome(login(state, early), MFA_EXEMPT, MFA_REASON_GRACE);
}

static void a_name_that_nobody_has_ends_it_as_well(void **state)
{
	struct attempt attempt = { .answer = "123456",
				   .now = LAST_SECOND + 1,
				   .is_unknown = true };
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_UNKNOWN_USER);
	attempt = (struct attempt){ .answer = "123456" };
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_NOT_ENROLLED);
}

/* A name with another decoy than taro's. */
static struct attempt find_other(void **state, int64_t now)
{
	static char user[16];
	unsigned i = 0;
	do
		(void)snprintf(user, sizeof user, "jiro%u", i++);
	while (strcmp(decoy_of(state, user).name, decoy_of(state, "taro").name) == 0);
	return (struct attempt){ .user = user, .answer = "123456", .now = now };
}

static void it_ends_for_the_names_of_all_decoys(void **state)
{
	struct attempt late = { .answer = "123456", .now = LAST_SECOND + 1 };
	struct attempt other = find_other(state, NOW);
	assert_outcome(login(state, other), MFA_EXEMPT, MFA_REASON_GRACE);
	assert_outcome(login(state, late), MFA_DENY, MFA_REASON_NOT_ENROLLED);
	assert_outcome(login(state, other), MFA_DENY, MFA_REASON_NOT_ENROLLED);
	assert_audited(state, "\"detail\":\"no grace, as grace_until was over once");
	/* and for a decoy that is made afterwards */
	struct test_host *host = *state;
	const struct mfa_store_keys keys = { .current = &host->key };
	char file[32];
	bool is_made = false;
	(void)snprintf(file, sizeof file, ".decoy-%s",
		       decoy_of(state, other.user).name + 1);
	assert_int_equal(unlink(record_path(state, file)), 0);
	assert_int_equal(mfa_store_prepare(host->host.config->store, &keys,
					   mfa_factor_fill_decoy, NULL, &is_made),
			 MFA_OK);
	assert_true(is_made);
	assert_outcome(login(state, other), MFA_DENY, MFA_REASON_NOT_ENROLLED);
}

/* Many at once, as when everybody comes in the morning. */
static int come_late(void *context, unsigned index)
{
	char user[16];
	(void)snprintf(user, sizeof user, "jiro%u", index);
	const struct attempt attempt = { .user = user,
					 .answer = "123456",
					 .now = LAST_SECOND + 1 };
	struct outcome outcome = login_on(context, &attempt);
	return outcome.reason == MFA_REASON_NOT_ENROLLED ? 0 : 1;
}

static void many_who_see_the_end_at_once_are_refused_as_one_would_be(void **state)
{
	struct test_host *host = *state;
	mfa_site_close(&host->host); /* each opens it for itself */
	assert_int_equal(count_processes(8, 0, come_late, host), 8);
	assert_int_equal(mfa_site_open(&host->host, NULL), MFA_OK);
	assert_outcome(login(state, (struct attempt){ .answer = "123456" }), MFA_DENY,
		       MFA_REASON_NOT_ENROLLED);
}

static void without_the_common_decoy_there_is_no_grace(void **state)
{
	struct code code = code_of(&hotp_spec, 0);
	struct outcome outcome;
	write_text(record_path(state, ".decoy"), "no record");
	outcome = login(state, (struct attempt){ .answer = "123456" });
	assert_outcome(outcome, MFA_UNAVAILABLE, MFA_REASON_FAILED);
	assert_int_equal(unlink(record_path(state, ".decoy")), 0);
	outcome = login(state, (struct attempt){ .answer = "123456" });
	assert_outcome(outcome, MFA_UNAVAILABLE, MFA_REASON_FAILED);
	assert_non_null(strstr(outcome.diag, "mfa-enroll init"));
	/* with a line each */
	struct mfa_record *own =
		stored_record(store_of(state), decoy_of(state, "taro").name);
	assert_int_equal(own->failures, 2);
	assert_int_equal(own->unlogged, 0);
	mfa_record_free(&own);
	/* those who have a token need no decoy */
	outcome = login(state, (struct attempt){ .user = "hanako", .answer = "000000" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_WRONG);
	assert_string_equal(outcome.diag, "");
	outcome = login(state, (struct attempt){ .user = "hanako", .answer = code.text });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
}

/* What a clock shows whose battery is empty. */
static void a_clock_from_before_this_program_is_no_grace(void **state)
{
	static const int64_t times[] = { 1, MFA_EPOCH - 1, -1, INT64_MIN };
	struct attempt attempt = { .answer = "123456" };
	for (size_t i = 0; i < MFA_COUNT(times); i++) {
		attempt.now = times[i];
		assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_NOT_ENROLLED);
		assert_audited(state, "no grace, as the clock is before 2026");
	}
	attempt.now = MFA_EPOCH;
	assert_outcome(login(state, attempt), MFA_EXEMPT, MFA_REASON_GRACE);
}

static int64_t after_the_end(void)
{
	return LAST_SECOND + 1;
}

static void a_question_that_stays_open_does_not_outlast_it(void **state)
{
	struct attempt attempt = { .answer = "horse",
				   .wants_password = true,
				   .clock = after_the_end };
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_NOT_ENROLLED);
}

static void enroll_taro(void *context, unsigned question MFA_UNUSED)
{
	enroll(context, "taro", &totp_spec, 1);
}

static void who_is_enrolled_meanwhile_needs_the_code(void **state)
{
	struct code right = code_of(&totp_spec, STEP);
	char line[64];
	struct attempt attempt = { .answer = "the horse",
				   .wants_password = true,
				   .meanwhile = enroll_taro,
				   .script_context = store_of(state) };
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_NOT_A_CODE);
	(void)snprintf(line, sizeof line, "horse%s", right.text);
	attempt = (struct attempt){ .answer = line, .wants_password = true };
	assert_outcome(login(state, attempt), MFA_ALLOW, MFA_REASON_RIGHT);
}

/* Who has begun to type the code already. */
static void who_is_enrolled_meanwhile_may_give_it(void **state)
{
	struct code right = code_of(&totp_spec, STEP);
	char line[64];
	(void)snprintf(line, sizeof line, "horse%s", right.text);
	struct outcome outcome =
		login(state, (struct attempt){ .answer = line,
					       .wants_password = true,
					       .meanwhile = enroll_taro,
					       .script_context = store_of(state) });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_string_equal(outcome.password, "horse");
}

static void change_user(void *context MFA_UNUSED, struct mfa_auth_result *result)
{
	result->verdict = MFA_DENY;
	result->reason = MFA_REASON_USER_CHANGED;
}

static void what_the_program_must_hold_true_still_holds(void **state)
{
	struct attempt attempt = { .answer = "", .conclude = change_user };
	assert_outcome(login(state, attempt), MFA_DENY, MFA_REASON_USER_CHANGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_grace(who_has_no_token_gets_in_unasked),
		in_grace(the_day_ends_with_its_last_second),
		in_grace(who_has_a_token_needs_it),
		in_grace(a_name_that_nobody_has_is_asked),
		in_grace(a_name_service_that_fails_is_no_grace),
		in_grace(another_name_than_the_own_is_no_grace),
		in_grace(a_record_that_cannot_be_read_is_no_grace),
		in_grace(in_one_line_all_of_it_is_the_password),
		in_grace(who_is_enrolled_meanwhile_needs_the_code),
		in_grace(who_is_enrolled_meanwhile_may_give_it),
		in_grace(what_the_program_must_hold_true_still_holds),
		in_grace(a_clock_that_goes_back_does_not_bring_it_back),
		in_grace(a_name_that_nobody_has_ends_it_as_well),
		in_grace(it_ends_for_the_names_of_all_decoys),
		in_grace(many_who_see_the_end_at_once_are_refused_as_one_would_be),
		in_grace(without_the_common_decoy_there_is_no_grace),
		in_grace(a_clock_from_before_this_program_is_no_grace),
		in_grace(a_question_that_stays_open_does_not_outlast_it),
	};
	return group_main("grace", tests);
}
