/* SPDX-License-Identifier: BSD-2-Clause */
#include "visit.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ids.h"
#include "pace.h"

static int64_t clock_seconds(void)
{
	return time(NULL);
}

/* Where the one is who made the channel: it has parents, and this process none. */
static void read_starter(struct visit *visit)
{
	struct ucred peer = { .pid = 0 };
	socklen_t len = sizeof peer;
	if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		peer.pid = 0;
	mfa_login_facts_read_starter(&visit->facts, peer.pid, visit->caller);
}

static int copy_claims(struct visit *visit, const struct mfa_helper_begin *begin)
{
	const struct mfa_login_claims claims = {
		.user = begin->user,
		.service = begin->service,
		.rhost = begin->rhost,
		.tty = begin->tty,
	};
	visit->wants_password = begin->wants_password;
	visit->may_explain = begin->may_explain;
	visit->is_japanese = begin->is_japanese;
	visit->zone_name = strdup(begin->zone);
	if (visit->zone_name == NULL)
		return MFA_ERR_NOMEM;
	return mfa_login_facts_begin(&claims, clock_seconds(), &visit->facts);
}

int visit_begin(struct visit *visit)
{
	struct mfa_helper_begin begin;
	int err = channel_begin(&visit->channel, &begin);
	if (err == MFA_OK)
		err = copy_claims(visit, &begin);
	if (err == MFA_OK)
		err = mfa_login_facts_identify(&visit->facts, NULL);
	if (err != MFA_OK)
		return err;
	struct identity *identity = &visit->facts.identity;
	read_starter(visit);
	/* two names of one id are refused later, with a line that tells why */
	bool is_callers = identity->is_known == MFA_MATCH_YES &&
			  identity->uid == visit->caller &&
			  nss_owns_uid(identity) != MFA_MATCH_UNKNOWN;
	return is_callers ? MFA_OK : MFA_ERR_INVALID;
}

void visit_done(struct visit *visit)
{
	mfa_auth_result_done(&visit->result);
	mfa_language_close(&visit->language);
	mfa_site_done(&visit->host);
	channel_done(&visit->channel);
	mfa_login_facts_done(&visit->facts);
	mfa_free_string(&visit->zone_name);
}

static int take_turn(struct visit *visit)
{
	long wait_ms = 0;
	ids_become_root();
	int err = pace_take(visit->caller, &visit->result.diag, &wait_ms);
	ids_become_caller(visit->caller);
	if (err == MFA_OK)
		pace_wait(wait_ms);
	/* who comes too often is told so by no line */
	visit->is_noted = err != MFA_ERR_BUSY;
	return err;
}

static void open_language(struct visit *visit)
{
	enum mfa_language_choice choice = visit->host.config->language;
	if (choice == MFA_LANGUAGE_AUTO && visit->is_japanese)
		choice = MFA_LANGUAGE_JA;
	visit->language = mfa_language_open(choice, visit->facts.tty);
}

/* Only the file of this host, whatever pam.d says to the program. */
static int read_config(struct visit *visit)
{
	struct mfa_diag *diag = &visit->result.diag;
	int err = mfa_site_load(NULL, diag, &visit->host);
	if (err != MFA_OK)
		return err;
	open_language(visit);
	visit->zone = visit->zone_name[0] == '\0'
			      ? mfa_zone_find(visit->host.config, &visit->facts.login)
			      : mfa_config_zone(visit->host.config, visit->zone_name);
	if (visit->zone == NULL)
		return mfa_fail(diag, MFA_ERR_CONFIG,
				"pam.d: zone=: there is no such zone");
	return MFA_OK;
}

static void begin_work(void *context MFA_UNUSED)
{
	ids_become_root();
}

static void end_work(void *context)
{
	struct visit *visit = context;
	ids_become_caller(visit->caller);
}

static void report(void *context, const struct mfa_auth_result *result MFA_UNUSED)
{
	visit_report(context);
}

static void ask(struct visit *visit)
{
	struct mfa_dialog dialog = channel_dialog(&visit->channel);
	struct mfa_auth_request request = {
		.site = &visit->host,
		.zone = visit->zone,
		.login = visit->facts.login,
		.clock = clock_seconds,
		.dialog = &dialog,
		.language = visit->language,
		.password = channel_again(),
		.known_user = MFA_MATCH_YES,
		.wants_password = visit->wants_password,
		.begin_work = begin_work,
		.end_work = end_work,
		.report = report,
		.context = visit,
		/* that a right password came first is a claim: nothing is counted by it
		 */
		.may_explain = visit->may_explain,
		.event = "verify",
	};
	mfa_auth_run(&request, &visit->result);
}

/* The process is the other name's as well, and whose code it would give is not known. The
 * line goes into the audit trail too; syslog has it if that cannot be written. */
static void refuse_shared(struct visit *visit)
{
	struct mfa_auth_result *result = &visit->result;
	struct mfa_diag diag = { .text = "" };
	result->reason = MFA_REASON_UID_SHARED;
	(void)mfa_fail(
		&result->diag, MFA_OK,
		"user id %u has another name as well: give each account an id of its "
		"own; see mfa-enroll check",
		(unsigned)visit->caller);
	struct mfa_event event = mfa_auth_event(visit->zone, &visit->facts.login, result);
	event.event = "verify";
	ids_become_root();
	if (mfa_site_open(&visit->host, &diag) != MFA_OK ||
	    mfa_audit_append(visit->host.audit, &event, &diag) != MFA_OK)
		result->diag = diag;
	mfa_site_close(&visit->host);
	ids_become_caller(visit->caller);
}

/* Where nothing works for anybody, saying so betrays nothing. */
static void tell_outage(struct visit *visit)
{
	struct mfa_dialog dialog = channel_dialog(&visit->channel);
	const struct mfa_config *config = visit->host.config;
	mfa_reason_explain(&dialog, visit->language,
			   config != NULL ? config->contact : "", MFA_REASON_FAILED);
}

void visit_run(struct visit *visit)
{
	struct mfa_auth_result *result = &visit->result;
	int err = take_turn(visit);
	if (err == MFA_OK)
		err = read_config(visit);
	if (err != MFA_OK) {
		result->verdict = mfa_verdict_from_err(err);
		result->reason = MFA_REASON_FAILED;
		result->is_outage = err != MFA_ERR_BUSY;
	} else if (nss_owns_uid(&visit->facts.identity) != MFA_MATCH_YES) {
		refuse_shared(visit);
	} else if (mfa_zone_is_exempt(visit->zone, &visit->facts.login)) {
		result->verdict = MFA_EXEMPT;
		result->reason = MFA_REASON_ZONE_OFF;
	} else {
		ask(visit);
	}
	if (result->verdict == MFA_UNAVAILABLE && result->is_outage)
		tell_outage(visit);
}
