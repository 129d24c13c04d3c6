/* SPDX-License-Identifier: BSD-2-Clause */
#include "begin.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "channel.h"
#include "crowd.h"
#include "gate.h"
#include "hold.h"
#include "mfa/lockout.h"
#include "mfa/log.h"
#include "mfa/text.h"
#include "report.h"
#include "step.h"

/* The protocol has the same limit. */
static void copy_claim(const char *text, char ret_copy[static VISIT_TEXT_SIZE])
{
	(void)snprintf(ret_copy, VISIT_TEXT_SIZE, "%s", text);
}

/* "": none. What is no user id is nobody's. */
static bool read_uid(const char *text, uint32_t *ret_uid)
{
	int64_t number = 0;
	if (text[0] == '\0')
		return false;
	bool is_uid = mfa_text_parse_number(text, &number) == MFA_OK && number >= 0 &&
		      number < UINT32_MAX;
	*ret_uid = is_uid ? (uint32_t)number : UINT32_MAX;
	return true;
}

bool begin_wants_japanese(const struct mfa_authd_begin *begin)
{
	return strncmp(begin->locale, "ja", 2) == 0 &&
	       mfa_charset_has_japanese(mfa_charset_find(begin->charset));
}

static int read_begin(struct mfa_span payload, struct visit *visit)
{
	struct mfa_authd_begin begin;
	struct visit_claims *claims = &visit->claims;
	int err = mfa_authd_unpack_begin(payload, &begin);
	if (err != MFA_OK)
		return err;
	claims->phase = begin.phase;
	copy_claim(begin.user, claims->user);
	copy_claim(begin.service, claims->service);
	copy_claim(begin.tty, claims->tty);
	copy_claim(begin.rhost, claims->rhost);
	copy_claim(begin.display, claims->display);
	copy_claim(begin.zone, claims->zone);
	copy_claim(begin.config, claims->config);
	copy_claim(begin.passed_as, claims->passed_as);
	copy_claim(begin.passed, claims->passed);
	claims->has_passed = begin.passed[0] != '\0';
	claims->has_passed_uid = read_uid(begin.passed_uid, &claims->passed_uid);
	(void)read_uid(begin.peer, &claims->input_peer);
	claims->wants_password = begin.wants_password;
	claims->may_explain = begin.may_explain;
	claims->is_debug = begin.is_debug;
	claims->is_japanese = begin_wants_japanese(&begin);
	claims->charset = mfa_charset_find(begin.charset);
	return MFA_OK;
}

bool begin_may_ask(const struct login *login)
{
	const struct visit_facts *facts = &login->visit->facts;
	return facts->peer.uid == 0 || (login->facts.identity.is_known == MFA_MATCH_YES &&
					login->facts.identity.uid == facts->peer.uid);
}

static void refuse(struct step *step, enum mfa_reason reason)
{
	step->login.visit->result.reason = reason;
	hold_refuse(&step->login, &step->login.visit->result);
	step_send_verdict(step);
}

/* The program is the other name's as well, and whose code it would give is not known. */
static void refuse_shared(struct step *step)
{
	const struct visit *visit = step->login.visit;
	(void)mfa_fail(&step->login.visit->result.diag, MFA_OK,
		       "user id %u has another name as well: give each account an id of "
		       "its own; see mfa-enroll check",
		       (unsigned)visit->facts.peer.uid);
	refuse(step, MFA_REASON_UID_SHARED);
}

/* Before a question is put: the person is told, and nothing has been counted. */
static void refuse_crowded(struct step *step)
{
	struct login *login = &step->login;
	struct mfa_auth_result *result = &login->visit->result;
	char source[MFA_SOURCE_SIZE];
	mfa_source_format(&login->facts.login, source);
	(void)mfa_fail(&result->diag, MFA_OK, "too many logins at once from %s", source);
	result->is_unknown_user = login->facts.identity.is_known == MFA_MATCH_NO;
	mfa_reason_explain(&login->dialog, login_line_language(login),
			   login->desk->site.config->contact, MFA_REASON_CROWDED);
	refuse(step, MFA_REASON_CROWDED);
}

static int prepare(struct login *login, struct mfa_diag *diag)
{
	int err = login_identify(login, diag);
	if (err == MFA_OK && !begin_may_ask(login))
		return mfa_fail(diag, MFA_ERR_UNSUPPORTED,
				"a program that is not root may only authenticate the "
				"user it runs as");
	if (err == MFA_OK)
		err = login_load(login, diag);
	return err == MFA_OK ? login_find_zone(login, diag) : err;
}

static void begin_auth(struct step *step)
{
	struct login *login = &step->login;
	struct visit *visit = login->visit;
	int err = prepare(login, &visit->result.diag);
	if (err != MFA_OK) {
		step_fail(step, err);
	} else if (visit->facts.peer.uid != 0 &&
		   nss_owns_uid(&login->facts.identity) != MFA_MATCH_YES) {
		refuse_shared(step);
	} else if (mfa_zone_is_exempt(login->zone, &login->facts.login)) {
		visit->result.verdict = MFA_EXEMPT;
		visit->result.reason = MFA_REASON_ZONE_OFF;
		report_login(login, "auth", &visit->result);
		step_send_verdict(step);
	} else if (crowd_has(&login->desk->crowd, &visit->facts.source)) {
		refuse_crowded(step);
	} else {
		const struct mfa_auth_request request = step_request(step);
		step_go_on(step, &request,
			   mfa_auth_begin(&request, &visit->state, &visit->result));
	}
}

static void begin_account(struct step *step)
{
	struct visit *visit = step->login.visit;
	int err = gate_decide(&step->login, &visit->result);
	step->is_asker_at_fault = err == MFA_ERR_UNSUPPORTED;
	step_send_verdict(step);
	visit->wait = VISIT_END;
}

/* Only root's own programs may choose a configuration, and not this service's for others.
 */
static bool has_its_config(struct step *step)
{
	struct desk *desk = step->login.desk;
	const struct visit *visit = step->login.visit;
	if (desk_has_config(desk, visit->claims.config))
		return true;
	if (!desk->is_once || !visit->facts.peer.is_root_only)
		return false;
	desk_use_config(desk, visit->claims.config);
	return true;
}

/* Its conf= is not this service's: a process of the program's own has to read it. */
static void begin_elsewhere(struct step *step)
{
	struct login *login = &step->login;
	struct visit *visit = login->visit;
	visit->wait = VISIT_END;
	if (visit->facts.peer.is_root_only && !login->desk->is_once) {
		channel_send(login->desk, MFA_AUTHD_ONCE, "");
		return;
	}
	step->is_asker_at_fault = true;
	visit->result.verdict = MFA_UNAVAILABLE;
	visit->result.reason = MFA_REASON_FAILED;
	visit->result.is_unknown_user = true;
	(void)mfa_fail(&visit->result.diag, MFA_ERR_CONFIG,
		       "pam.d: conf= has no effect in a program that is not root: "
		       "mfa-authd reads %s",
		       desk_config(login->desk));
	report_login(login, "auth", &visit->result);
	step_send_verdict(step);
}

/* A module that was loaded before an upgrade, or one that was forgotten at one. */
static void refuse_version(const struct desk *desk)
{
	const struct mfa_authd_verdict verdict = { .verdict = MFA_UNAVAILABLE,
						   .name = "" };
	mfa_log(LOG_ERR,
		"a pam_mfa.so of another version asks: restart the program that has loaded "
		"it, or install pam_mfa anew");
	channel_send_verdict(desk, &verdict);
}

void begin_take(struct desk *desk, struct visit *visit, struct mfa_span payload)
{
	MFA_CLEANUP(step_done) struct step step = { .text_len = 0 };
	visit->wait = VISIT_END;
	int err = read_begin(payload, visit);
	if (err == MFA_ERR_UNSUPPORTED)
		refuse_version(desk);
	if (err != MFA_OK)
		return;
	err = step_begin(desk, visit, &step);
	if (err == MFA_OK)
		err = login_read_peer(&step.login, &visit->result.diag);
	if (err != MFA_OK)
		step_fail(&step, err);
	else if (!has_its_config(&step))
		begin_elsewhere(&step);
	else if (visit->claims.phase == MFA_AUTHD_ACCOUNT)
		begin_account(&step);
	else
		begin_auth(&step);
}
