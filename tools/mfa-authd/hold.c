/* SPDX-License-Identifier: BSD-2-Clause */
#include "hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "report.h"

/* Nobody's count of failures is any other for it. A wrong code always has a line. */
static bool counts_nothing(const struct mfa_auth_result *result)
{
	return !result->is_noted || result->reason != MFA_REASON_WRONG;
}

static bool is_refused(const struct mfa_auth_result *result)
{
	return result->verdict == MFA_DENY || result->verdict == MFA_NO_DIALOG ||
	       result->verdict == MFA_GIVEN_UP;
}

/* Other lines, which tell of other things, go with none of these. */
static bool may_be_held(const struct mfa_auth_result *result)
{
	return is_refused(result) && counts_nothing(result) &&
	       result->reason != MFA_REASON_USER_CHANGED && result->unlogged == 0 &&
	       !result->busy.is_met && !result->elsewhere.is_met &&
	       result->diag.warned == MFA_WARNING_NONE;
}

static void add_text(crypto_generichash_state *hash, const char *text)
{
	const char *all = text != NULL ? text : "";
	(void)crypto_generichash_update(hash, (const unsigned char *)all,
					strlen(all) + 1);
}

/* All that a line says but the terminal, which a user has many of. */
static void find_key(const struct source *source, const struct mfa_event *event,
		     struct fold_key *ret_key)
{
	crypto_generichash_state hash;
	const char *const texts[] = { event->event, event->result, event->reason,
				      event->zone,  event->caller, event->service,
				      event->user,  event->typed,  event->token,
				      event->kind,  event->rhost,  event->detail };
	(void)crypto_generichash_init(&hash, NULL, 0, sizeof ret_key->hash);
	(void)crypto_generichash_update(&hash, source->hash, sizeof source->hash);
	for (size_t i = 0; i < MFA_COUNT(texts); i++)
		add_text(&hash, texts[i]);
	(void)crypto_generichash_final(&hash, ret_key->hash, sizeof ret_key->hash);
}

bool hold_back(const struct login *login, const char *event,
	       const struct mfa_auth_result *result)
{
	struct desk *desk = login->desk;
	struct fold_key key;
	struct mfa_event line = mfa_auth_event(login->zone, &login->facts.login, result);
	line.event = event;
	/* for others, too: the same work */
	find_key(&login->visit->facts.source, &line, &key);
	if (!may_be_held(result))
		return false;
	desk->told.key = key;
	bool is_held = fold_has(&desk->held, &desk->told.key);
	desk->told.done = is_held ? FOLD_HELD : FOLD_WRITTEN;
	desk->told.time = login_clock();
	return is_held;
}

void hold_settle(struct desk *desk, bool is_in_trail)
{
	if (!is_in_trail)
		desk->told.done = FOLD_NOTHING;
}

static const char *phase_of(const struct login *login)
{
	return login->visit->claims.phase == MFA_AUTHD_ACCOUNT ? "account" : "auth";
}

static const char *event_of(const struct login *login)
{
	return login->visit->claims.phase == MFA_AUTHD_ACCOUNT ? "account"
							       : login_event(login);
}

void hold_refuse(struct login *login, struct mfa_auth_result *result)
{
	struct mfa_site *site = &login->desk->site;
	struct mfa_diag diag = { .text = "" };
	bool is_held = hold_back(login, event_of(login), result);
	struct mfa_event event = mfa_auth_event(login->zone, &login->facts.login, result);
	event.event = event_of(login);
	int err = mfa_site_open(site, &diag);
	if (err == MFA_OK)
		err = is_held ? mfa_audit_rehearse(site->audit, &event, &diag)
			      : mfa_audit_append(site->audit, &event, &diag);
	mfa_site_close(site);
	hold_settle(login->desk, err == MFA_OK);
	mfa_warn_of(&result->diag, &diag);
	if (err != MFA_OK)
		(void)mfa_fail(&result->diag, err, "%s", diag.text);
	if (err != MFA_OK || !is_held)
		report_login(login, phase_of(login), result);
}

static int read_config(struct login *login, struct mfa_diag *diag)
{
	int err = login_load(login, diag);
	if (err == MFA_OK && login->visit->facts.zone[0] != '\0')
		err = login_find_zone(login, diag);
	return err;
}

static int append_line(struct login *login, const struct mfa_event *event,
		       struct mfa_diag *diag)
{
	struct mfa_site *site = &login->desk->site;
	int err = mfa_site_open(site, diag);
	if (err == MFA_OK)
		err = mfa_audit_append(site->audit, event, diag);
	mfa_site_close(site);
	return err;
}

/* As it was decided then. */
static struct mfa_event event_for_many(const struct login *login,
				       const struct fold_repeats *repeats)
{
	struct mfa_event event =
		mfa_auth_event(login->zone, &login->facts.login, &login->visit->result);
	event.event = event_of(login);
	(void)snprintf(event.repeats, sizeof event.repeats, "%" PRIu32, repeats->count);
	mfa_text_format_time(repeats->since, event.since);
	return event;
}

/* Into syslog what is in the trail, or cannot get there any more. */
static void write_event(struct login *login, const struct fold_repeats *repeats)
{
	struct mfa_diag diag = { .text = "" };
	char detail[sizeof diag.text];
	int err = read_config(login, &diag);
	struct mfa_event event = event_for_many(login, repeats);
	if (err == MFA_OK)
		err = append_line(login, &event, &diag);
	if (err != MFA_OK)
		login->desk->is_worn = true;
	if (err != MFA_OK && !repeats->is_last) {
		login->desk->told.done = FOLD_HELD;
		return;
	}
	login->desk->told.done = FOLD_WRITTEN;
	if (err != MFA_OK) {
		(void)snprintf(detail, sizeof detail, "not in the audit trail: %.400s",
			       diag.text);
		event.detail = detail;
	}
	report_event(login, &event, phase_of(login),
		     mfa_auth_priority(&login->visit->result));
}

void hold_write(struct desk *desk, struct visit *visit,
		const struct fold_repeats *repeats)
{
	struct login login;
	if (login_begin(desk, visit, &login) == MFA_OK)
		write_event(&login, repeats);
	else
		desk->is_worn = true;
	login_done(&login);
}
