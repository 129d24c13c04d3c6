/* SPDX-License-Identifier: BSD-2-Clause */
#include "login.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "channel.h"
#include "report.h"

int64_t login_clock(void)
{
	return time(NULL);
}

static int recall_identity(struct login *login)
{
	struct visit_facts *facts = &login->visit->facts;
	const struct identity known = {
		.name = facts->name,
		.typed = facts->is_typed ? facts->typed : NULL,
		.is_known = facts->is_known,
		.problem = facts->problem,
		.uid = facts->uid,
		.gid = facts->gid,
	};
	return mfa_login_facts_identify(&login->facts, &known);
}

/* What was found out at the beginning is not asked for again. */
static int recall_facts(struct login *login)
{
	const struct visit_facts *facts = &login->visit->facts;
	struct mfa_login *known = &login->facts.login;
	known->caller = facts->peer.real_uid;
	known->peer = facts->peer.real_uid == 0 ? login->visit->claims.input_peer : 0;
	known->is_nameless = facts->is_nameless;
	known->is_from_itself = facts->is_from_itself;
	mfa_login_facts_set_place(&login->facts, facts->place);
	return recall_identity(login);
}

int login_begin(struct desk *desk, struct visit *visit, struct login *ret_login)
{
	const struct visit_claims *claims = &visit->claims;
	const struct mfa_login_claims said = {
		.user = claims->user,
		.service = claims->service,
		.rhost = claims->rhost,
		.tty = claims->tty,
		.display = claims->display,
	};
	*ret_login = (struct login){ .desk = desk, .visit = visit };
	channel_set_charset(desk, claims->charset, claims->tty);
	ret_login->dialog = channel_dialog(desk);
	int err = mfa_login_facts_begin(&said, login_clock(), &ret_login->facts);
	if (err == MFA_OK && visit->is_identified)
		err = recall_facts(ret_login);
	return err;
}

void login_done(struct login *login)
{
	if (login->desk == NULL) /* it never began */
		return;
	mfa_language_close(&login->language);
	mfa_login_facts_done(&login->facts);
}

static int copy_name(const char *name, char ret_copy[static VISIT_TEXT_SIZE],
		     struct mfa_diag *diag)
{
	int len = snprintf(ret_copy, VISIT_TEXT_SIZE, "%s", name);
	return len >= 0 && len < VISIT_TEXT_SIZE
		       ? MFA_OK
		       : mfa_fail(diag, MFA_ERR_INVALID, "the user name is too long");
}

static int keep_identity(struct login *login, struct mfa_diag *diag)
{
	struct visit_facts *facts = &login->visit->facts;
	const struct identity *identity = &login->facts.identity;
	facts->is_known = identity->is_known;
	facts->problem = identity->problem;
	facts->uid = identity->uid;
	facts->gid = identity->gid;
	facts->is_typed = identity->typed != NULL;
	int err = copy_name(identity->name, facts->name, diag);
	if (err == MFA_OK && facts->is_typed)
		err = copy_name(identity->typed, facts->typed, diag);
	return err;
}

/* The account that passed auth by this very name is not looked up again behind auth. That
 * it has passed is root's word, or nobody's. */
static const struct identity *passed_identity(struct visit *visit,
					      struct identity *identity)
{
	struct visit_claims *claims = &visit->claims;
	bool may_have_passed = claims->has_passed && claims->phase == MFA_AUTHD_ACCOUNT &&
			       visit->facts.peer.uid == 0;
	if (!may_have_passed || strcmp(claims->passed_as, claims->user) != 0)
		return NULL;
	*identity = (struct identity){
		.name = claims->passed,
		.typed = strcmp(claims->passed, claims->user) != 0 ? claims->user : NULL,
		.is_known = claims->has_passed_uid ? MFA_MATCH_YES : MFA_MATCH_UNKNOWN,
		.uid = claims->passed_uid,
		.gid = (gid_t)-1, /* the mark does not have it: no group is the primary
				     one */
	};
	return identity;
}

int login_read_peer(struct login *login, struct mfa_diag *diag)
{
	struct visit *visit = login->visit;
	if (visit->facts.has_peer)
		return MFA_OK;
	int err = mfa_peer_read(login->desk->connection, visit->accepted_ms,
				&visit->facts.peer);
	return err == MFA_OK ? err : mfa_fail(diag, err, "it is not known who asks");
}

/* A user's own program may name nobody but its user. */
static int find_identity(struct login *login)
{
	struct visit *visit = login->visit;
	uid_t uid = visit->facts.peer.uid;
	struct identity passed;
	MFA_CLEANUP(nss_done) struct identity own = { 0 };
	if (uid == 0)
		return mfa_login_facts_identify(&login->facts,
						passed_identity(visit, &passed));
	int err = nss_find_of(uid, visit->claims.user, &own);
	return err == MFA_OK ? mfa_login_facts_identify(&login->facts, &own) : err;
}

int login_identify(struct login *login, struct mfa_diag *diag)
{
	struct visit *visit = login->visit;
	struct visit_facts *facts = &visit->facts;
	int err = find_identity(login);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s", mfa_strerror(err));
	mfa_login_facts_read_peer(&login->facts, &facts->peer, visit->claims.input_peer);
	facts->is_nameless = login->facts.login.is_nameless;
	facts->is_from_itself = login->facts.login.is_from_itself;
	source_find(&login->facts.login, &facts->source);
	facts->place = mfa_login_facts_place(&login->facts);
	/* what was read of a process that has ended may be another's */
	if (facts->peer.is_known &&
	    !mfa_peer_is_alive(login->desk->connection, &facts->peer)) {
		facts->place = MFA_PLACE_ELSEWHERE;
		mfa_login_facts_set_place(&login->facts, facts->place);
	}
	err = keep_identity(login, diag);
	visit->is_identified = err == MFA_OK;
	return err;
}

static void open_language(struct login *login, enum mfa_language_choice choice)
{
	const struct visit_claims *claims = &login->visit->claims;
	mfa_language_close(&login->language);
	if (choice != MFA_LANGUAGE_JA && choice != MFA_LANGUAGE_EN)
		choice = claims->is_japanese ? MFA_LANGUAGE_JA : MFA_LANGUAGE_EN;
	if (!mfa_language_may_be_japanese(claims->charset, claims->tty))
		choice = MFA_LANGUAGE_EN;
	login->language = mfa_language_open(choice, claims->tty);
	/* libc never looks for it again: the next worker sees it once it is installed */
	if (!mfa_language_has_locale(login->language))
		login->desk->is_worn = true;
}

/* zone= of a program that is its user's own is that user's word. */
static const char *named_zone(const struct visit *visit)
{
	if (visit->facts.zone[0] != '\0')
		return visit->facts.zone;
	return visit->facts.peer.uid == 0 ? visit->claims.zone : "";
}

int login_load(struct login *login, struct mfa_diag *diag)
{
	int err = mfa_site_refresh(login->desk->config, diag, &login->desk->site);
	if (err == MFA_OK)
		open_language(login, login->desk->site.config->language);
	return err;
}

int login_find_zone(struct login *login, struct mfa_diag *diag)
{
	const struct mfa_config *config = login->desk->site.config;
	struct visit *visit = login->visit;
	const char *name = named_zone(visit);
	login->zone = name[0] == '\0' ? mfa_zone_find(config, &login->facts.login)
				      : mfa_config_zone(config, name);
	if (login->zone == NULL)
		return mfa_fail(diag, MFA_ERR_CONFIG,
				"pam.d: zone=%s: %s has no [zone %s]", name, config->path,
				name);
	if (login->zone->language != MFA_LANGUAGE_OF_HOST)
		open_language(login, login->zone->language);
	if (visit->claims.is_debug && visit->facts.zone[0] == '\0')
		report_debug(login);
	return copy_name(login->zone->name, visit->facts.zone, diag);
}

struct mfa_auth_request login_request(struct login *login)
{
	/* stands for the password before, which the module keeps */
	static const unsigned char again[1] = { '\0' };
	const struct visit_claims *claims = &login->visit->claims;
	bool is_by_root = login->visit->facts.peer.uid == 0;
	bool may_explain = claims->may_explain && is_by_root;
	return (struct mfa_auth_request){
		.site = &login->desk->site,
		.zone = login->zone,
		.login = login->facts.login,
		.clock = login_clock,
		.dialog = &login->dialog,
		.language = login->language,
		.password = { again, sizeof again },
		.known_user = login->facts.identity.is_known,
		.wants_password = claims->wants_password,
		.may_explain = may_explain,
		.asks_used_again = may_explain && !claims->wants_password,
		/* with forward_pass the password is checked later */
		.is_behind_password = may_explain && !claims->wants_password,
		.event = login_event(login),
	};
}

const struct mfa_language *login_line_language(const struct login *login)
{
	return login->dialog.is_ascii ? NULL : login->language;
}

const char *login_event(const struct login *login)
{
	return login->visit->facts.peer.uid == 0 ? "auth" : "verify";
}
