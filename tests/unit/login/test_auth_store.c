/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/auth.c where store and audit trail fail, and where logins meet. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static const char *path_of(struct test_host *host, const char *name)
{
	return path_in(&host->box, name);
}

static enum mfa_place here(void *context MFA_UNUSED)
{
	return MFA_PLACE_OWN;
}

static void run_from(struct test_host *host, uint32_t caller, const char *user,
		     const char *answer, struct mfa_auth_result *ret_result)
{
	struct script script = { .answer = answer };
	struct mfa_dialog dialog = script_dialog(&script);
	const struct mfa_auth_request request = {
		.site = &host->host,
		.zone = &host->host.config->zones[0],
		.login = { .service = "test",
			   .user = user,
			   .caller = caller,
			   .place = here,
			   .now = NOW },
		.dialog = &dialog,
		.known_user = MFA_MATCH_YES,
	};
	mfa_auth_run(&request, ret_result);
	mfa_auth_result_done(ret_result);
}

static void run(struct test_host *host, const char *user, const char *answer,
		struct mfa_auth_result *ret_result)
{
	run_from(host, 0, user, answer, ret_result);
}

static void assert_login(struct test_host *host, const char *answer,
			 enum mfa_verdict verdict, enum mfa_reason reason)
{
	struct mfa_auth_result result;
	run(host, "taro", answer, &result);
	if (result.verdict != verdict || result.reason != reason)
		fail_msg("verdict %d, reason %s: %s", result.verdict,
			 mfa_reason_name(result.reason), result.diag.text);
	assert_int_equal(result.diag.text[0] != '\0', reason == MFA_REASON_FAILED);
}

static void open_enrolled(struct test_host *host, const char *host_lines)
{
	host_open(host, host_lines, "");
	enroll(host->host.store, "taro", &totp_spec, 1);
}

static uint64_t counter_of(struct test_host *host)
{
	struct mfa_record *record = stored_record(host->host.store, "taro");
	uint64_t counter = read_token(&record->tokens[0]).counter;
	mfa_record_free(&record);
	return counter;
}

static void without_its_audit_line_nobody_is_let_in(void **state MFA_UNUSED)
{
	struct test_host host;
	struct code code = code_of(&totp_spec, STEP);
	struct code wrong = wrong_code(&totp_spec, STEP);
	open_enrolled(&host, "");
	assert_int_equal(mkdir(path_of(&host, "audit.jsonl"), 0700), 0);
	assert_login(&host, wrong.text, MFA_UNAVAILABLE, MFA_REASON_FAILED);
	assert_login(&host, code.text, MFA_UNAVAILABLE, MFA_REASON_FAILED);
	/* the code was spent before the line failed */
	assert_int_equal(counter_of(&host), STEP);
	host_close(&host);
}

static void a_rotated_audit_trail_with_another_mode_keeps_nobody_out(
	void **state MFA_UNUSED)
{
	struct test_host host;
	struct code code = code_of(&totp_spec, STEP);
	open_enrolled(&host, "");
	write_text(path_of(&host, "audit.jsonl"), "");
	assert_int_equal(chmod(path_of(&host, "audit.jsonl"), 0644), 0);
	struct mfa_auth_result result;
	run(&host, "taro", code.text, &result);
	assert_int_equal(result.verdict, MFA_ALLOW);
	assert_non_null(strstr(result.diag.warning, "mode was 0644 and is now 0600"));
	MFA_CLEANUP(mfa_free_string)
	char *text = read_text(path_of(&host, "audit.jsonl"));
	assert_non_null(strstr(text, "\"event\":\"mode.mend\""));
	host_close(&host);
}

static void where_the_trail_is_optional_logins_go_on(void **state MFA_UNUSED)
{
	struct test_host host;
	struct code code = code_of(&totp_spec, STEP);
	struct code wrong = wrong_code(&totp_spec, STEP);
	struct mfa_auth_result result;
	open_enrolled(&host, "audit_required = no");
	assert_int_equal(mkdir(path_of(&host, "audit.jsonl"), 0700), 0);
	run(&host, "taro", wrong.text, &result);
	assert_int_equal(result.verdict, MFA_DENY);
	assert_int_equal(result.reason, MFA_REASON_WRONG);
	run(&host, "taro", code.text, &result);
	assert_int_equal(result.verdict, MFA_ALLOW);
	/* syslog is told */
	assert_non_null(strstr(result.diag.text, "audit.jsonl"));
	host_close(&host);
}

static void what_cannot_be_stored_is_not_believed(void **state MFA_UNUSED)
{
	struct test_host host;
	struct rlimit before;
	struct code code = code_of(&totp_spec, STEP);
	open_enrolled(&host, "audit_required = no");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	struct rlimit none = { .rlim_cur = 0, .rlim_max = before.rlim_max };
	struct mfa_auth_result result;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	run(&host, "taro", code.text, &result);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(result.verdict, MFA_UNAVAILABLE);
	assert_int_equal(result.reason, MFA_REASON_FAILED);
	assert_non_null(strstr(result.diag.text, "resource limit"));
	assert_int_equal(counter_of(&host), 0);
	assert_login(&host, code.text, MFA_ALLOW, MFA_REASON_RIGHT);
	host_close(&host);
}

static void a_damaged_record_lets_nobody_in(void **state)
{
	static unsigned char bytes[20000];
	struct test_host *host = *state;
	struct code code = code_of(&totp_spec, STEP);
	enroll(host->host.store, "taro", &totp_spec, 1);
	const char *path = path_of(host, "store/users/taro");
	size_t len = read_bytes(path, bytes, sizeof bytes);
	bytes[8192 + 200] ^= 1;
	write_bytes(path, bytes, len);
	assert_login(host, code.text, MFA_UNAVAILABLE, MFA_REASON_FAILED);
	bytes[8192 + 200] ^= 1;
	write_bytes(path, bytes, len);
	assert_login(host, code.text, MFA_ALLOW, MFA_REASON_RIGHT);
}

static void an_unsafe_record_lets_nobody_in(void **state)
{
	struct test_host *host = *state;
	struct code code = code_of(&totp_spec, STEP);
	enroll(host->host.store, "taro", &totp_spec, 1);
	const char *path = path_of(host, "store/users/taro");
	assert_int_equal(chmod(path, 0660), 0);
	assert_login(host, code.text, MFA_UNAVAILABLE, MFA_REASON_FAILED);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(link(path, path_of(host, "copy")), 0);
	assert_login(host, code.text, MFA_UNAVAILABLE, MFA_REASON_FAILED);
	assert_int_equal(rename(path, path_of(host, "moved")), 0);
	assert_int_equal(symlink("../../moved", path), 0);
	assert_login(host, code.text, MFA_UNAVAILABLE, MFA_REASON_FAILED);
}

static void a_damaged_token_lets_nobody_in(void **state)
{
	struct test_host *host = *state;
	struct code code = code_of(&totp_spec, STEP);
	const struct token_spec specs[] = { totp_spec, hotp_spec };
	enroll(host->host.store, "taro", specs, 2);
	struct mfa_record *record = stored_record(host->host.store, "taro");
	record->tokens[1].data[0] = 77;
	assert_int_equal(mfa_store_swap(host->host.store, record, NULL), MFA_OK);
	mfa_record_free(&record);
	assert_login(host, code.text, MFA_UNAVAILABLE, MFA_REASON_FAILED);
	assert_int_equal(counter_of(host), 0);
}

static void no_secret_and_no_code_stands_in_the_trail(void **state)
{
	struct test_host *host = *state;
	struct code right = code_of(&totp_spec, STEP);
	struct code wrong = wrong_code(&totp_spec, STEP);
	enroll(host->host.store, "taro", &totp_spec, 1);
	assert_login(host, wrong.text, MFA_DENY, MFA_REASON_WRONG);
	assert_login(host, right.text, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_login(host, right.text, MFA_DENY, MFA_REASON_USED);
	assert_login(host, "typed by mistake", MFA_DENY, MFA_REASON_WRONG);
	char *trail = read_text(path_of(host, "audit.jsonl"));
	const char *const words[] = { totp_spec.secret, "typed", "mistake",
				      "GEZDGNBVGY3TQOJQ" };
	for (size_t i = 0; i < MFA_COUNT(words); i++)
		assert_null(strstr(trail, words[i]));
	/* digits may be in a mac by chance, but not as a value */
	char value[32];
	(void)snprintf(value, sizeof value, "\"%s\"", right.text);
	assert_null(strstr(trail, value));
	free(trail);
}

struct race {
	struct test_host *host;
	const char *user;
	char answer[16];
	uint32_t sources; /* by turns; 0: one */
};

enum {
	LET_IN = 0,
	USED = 2,
	COUNTED = 3,
	OTHER = 9
};

static int try_login(void *context, unsigned index)
{
	const struct race *race = context;
	struct mfa_auth_result result;
	uint32_t caller = race->sources > 0 ? 1000 + index % race->sources : 0;
	run_from(race->host, caller, race->user, race->answer, &result);
	if (result.verdict == MFA_ALLOW && result.reason == MFA_REASON_RIGHT)
		return LET_IN;
	if (result.verdict == MFA_DENY && result.reason == MFA_REASON_USED)
		return USED;
	if (result.verdict == MFA_DENY && result.reason == MFA_REASON_WRONG)
		return COUNTED;
	return OTHER;
}

static void one_code_lets_one_of_two_logins_in(void **state)
{
	struct race race = { .host = *state, .user = "taro" };
	enroll(race.host->host.store, "taro", &hotp_spec, 1);
	for (uint64_t counter = 0; counter < 200; counter++) {
		struct code code = code_of(&hotp_spec, counter);
		memcpy(race.answer, code.text, sizeof race.answer);
		unsigned let_in = count_processes(2, LET_IN, try_login, &race);
		if (let_in != 1)
			fail_msg("round %u: %u let in", (unsigned)counter, let_in);
	}
}

static void one_code_lets_one_of_many_logins_in(void **state)
{
	struct race race = { .host = *state, .user = "taro" };
	enroll(race.host->host.store, "taro", &hotp_spec, 1);
	for (uint64_t counter = 0; counter < 20; counter++) {
		struct code code = code_of(&hotp_spec, counter);
		memcpy(race.answer, code.text, sizeof race.answer);
		assert_int_equal(count_processes(8, LET_IN, try_login, &race), 1);
	}
}

static void failures_at_the_same_time_are_all_counted(void **state)
{
	struct race race = { .host = *state, .user = "taro", .answer = "wrong!" };
	enroll(race.host->host.store, "taro", &totp_spec, 1);
	struct mfa_zone *zone = &race.host->host.config->zones[0];
	zone->max_failures = 100;
	assert_int_equal(count_processes(32, COUNTED, try_login, &race), 32);
	struct mfa_record *record = stored_record(race.host->host.store, "taro");
	assert_int_equal(record->failures, 32);
	unsigned of_source = 0;
	for (unsigned i = 0; i < MFA_SOURCES_MAX; i++)
		of_source += record->sources[i].round;
	assert_int_equal(of_source, 32);
	mfa_record_free(&record);
}

static void no_more_guesses_than_the_limit_in_a_race(void **state)
{
	struct race race = { .host = *state, .user = "taro", .answer = "wrong!" };
	enroll(race.host->host.store, "taro", &totp_spec, 1);
	assert_int_equal(count_processes(32, COUNTED, try_login, &race), 5);
}

static void each_source_has_its_limit_in_a_race(void **state)
{
	struct race race = {
		.host = *state, .user = "taro", .answer = "wrong!", .sources = 3
	};
	enroll(race.host->host.store, "taro", &totp_spec, 1);
	assert_int_equal(count_processes(36, COUNTED, try_login, &race), 3 * 5);
	struct mfa_record *record = stored_record(race.host->host.store, "taro");
	assert_int_equal(record->failures, 3 * 5);
	/* the last of a hundred, and then each at this machine once */
	record->failures = 99;
	memset(record->sources, 0, sizeof record->sources);
	assert_int_equal(mfa_store_swap(race.host->host.store, record, NULL), MFA_OK);
	mfa_record_free(&record);
	assert_int_equal(count_processes(36, COUNTED, try_login, &race), 1 + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_its_audit_line_nobody_is_let_in),
		cmocka_unit_test(
			a_rotated_audit_trail_with_another_mode_keeps_nobody_out),
		cmocka_unit_test(where_the_trail_is_optional_logins_go_on),
		cmocka_unit_test(what_cannot_be_stored_is_not_believed),
		on_host(a_damaged_record_lets_nobody_in),
		on_host(an_unsafe_record_lets_nobody_in),
		on_host(a_damaged_token_lets_nobody_in),
		on_host(no_secret_and_no_code_stands_in_the_trail),
		on_host(one_code_lets_one_of_two_logins_in),
		on_host(one_code_lets_one_of_many_logins_in),
		on_host(failures_at_the_same_time_are_all_counted),
		on_host(no_more_guesses_than_the_limit_in_a_race),
		on_host(each_source_has_its_limit_in_a_race),
	};
	return group_main("auth_store", tests);
}
