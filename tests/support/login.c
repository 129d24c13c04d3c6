/* SPDX-License-Identifier: BSD-2-Clause */
#include "login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_own_name(void *context MFA_UNUSED)
{
	return true;
}

static enum mfa_place find_place(void *context MFA_UNUSED)
{
	return MFA_PLACE_OWN;
}

struct outcome login_on(struct test_host *host, const struct attempt *attempt)
{
	struct outcome outcome = {
		.script = { .answer = attempt->answer,
			    .len = attempt->len,
			    .err = attempt->err,
			    .answers = attempt->answers,
			    .meanwhile = attempt->meanwhile,
			    .context = attempt->script_context },
	};
	struct mfa_dialog dialog = script_dialog(&outcome.script);
	struct mfa_auth_result result;
	const char *password = attempt->password != NULL ? attempt->password : "";
	const struct mfa_auth_request request = {
		.site = &host->host,
		.zone = &host->host.config->zones[0],
		.login = { .service = "test",
			   .user = attempt->user != NULL ? attempt->user : "taro",
			   .rhost = attempt->rhost,
			   .tty = attempt->tty,
			   .caller = attempt->caller,
			   .place = attempt->rhost == NULL && !attempt->is_elsewhere
					    ? find_place
					    : NULL,
			   .has_uid = attempt->has_uid,
			   .uid = attempt->uid,
			   .is_own_name = attempt->is_other_name ? NULL : is_own_name,
			   .now = attempt->now != 0 ? attempt->now : NOW },
		.dialog = &dialog,
		.password = { (const unsigned char *)password, strlen(password) },
		.known_user = attempt->is_name_service_down ? MFA_MATCH_UNKNOWN
			      : attempt->is_unknown	    ? MFA_MATCH_NO
							    : MFA_MATCH_YES,
		.wants_password = attempt->wants_password,
		.asks_used_again = attempt->may_explain && !attempt->wants_password,
		.may_explain = attempt->may_explain,
		.is_behind_password = attempt->is_behind_password,
		.clock = attempt->clock,
		.conclude = attempt->conclude,
		.context = attempt->context,
		.actor = attempt->actor,
		.plugin_folder = attempt->plugin_folder,
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

struct outcome login(void **state, struct attempt attempt)
{
	return login_on(*state, &attempt);
}

void assert_outcome(struct outcome outcome, enum mfa_verdict verdict,
		    enum mfa_reason reason)
{
	if (outcome.verdict != verdict || outcome.reason != reason)
		fail_msg("verdict %d, reason %s: %s", outcome.verdict,
			 mfa_reason_name(outcome.reason), outcome.diag);
}

struct mfa_store *store_of(void **state)
{
	return ((struct test_host *)*state)->host.store;
}

struct decoy decoy_of(void **state, const char *user)
{
	struct decoy decoy;
	mfa_store_choose_decoy(store_of(state), user, decoy.name);
	return decoy;
}

const char *record_path(void **state, const char *file)
{
	char name[320];
	(void)snprintf(name, sizeof name, "store/users/%s", file);
	return path_in(&((struct test_host *)*state)->box, name);
}

int read_user(void **state, const char *user)
{
	struct mfa_record *record = mfa_record_new();
	assert_non_null(record);
	int err = mfa_store_read(store_of(state), user, NULL, record);
	mfa_record_free(&record);
	return err;
}

static const char *audit_path(void **state)
{
	return path_in(&((struct test_host *)*state)->box, "audit.jsonl");
}

uint32_t failures_of(void **state, const char *user)
{
	struct mfa_record *record = stored_record(store_of(state), user);
	uint32_t failures = record->failures;
	mfa_record_free(&record);
	return failures;
}

uint32_t generation_of(void **state, const char *user)
{
	struct mfa_record *record = stored_record(store_of(state), user);
	uint32_t generation = record->generation;
	mfa_record_free(&record);
	return generation;
}

uint64_t counter_of(void **state, const char *user)
{
	struct mfa_record *record = stored_record(store_of(state), user);
	uint64_t counter = read_token(&record->tokens[0]).counter;
	mfa_record_free(&record);
	return counter;
}

void assert_audited(void **state, const char *words)
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

unsigned count_audited(void **state, const char *words)
{
	unsigned count = 0;
	char *trail = read_text(audit_path(state));
	for (const char *at = trail; (at = strstr(at, words)) != NULL; at++)
		count++;
	free(trail);
	return count;
}

int enrolled_setup(void **state)
{
	if (host_setup(state) != 0)
		return -1;
	enroll(store_of(state), "taro", &totp_spec, 1);
	return 0;
}
