/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/login_facts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mfa/caller.h"
#include "mfa/origin.h"
#include "mfa/own_address.h"

static enum mfa_match is_member_of(void *context, const char *group)
{
	struct mfa_login_facts *facts = context;
	return nss_is_member(&facts->identity, group);
}

static bool is_typed_as_known(void *context)
{
	struct mfa_login_facts *facts = context;
	return nss_has_own_name(&facts->identity);
}

static enum mfa_place ask_place(const struct mfa_login_facts *facts)
{
	bool is_named = facts->display != NULL && facts->display[0] != '\0';
	const struct origin_claims claims = {
		.service = facts->service,
		.rhost = facts->rhost,
		/* some programs name the display as the terminal */
		.display = is_named ? facts->display : facts->tty,
	};
	bool is_known = facts->identity.is_known == MFA_MATCH_YES;
	if (facts->pid == 0)
		return MFA_PLACE_ELSEWHERE;
	return origin_place(facts->pid, facts->real_uid,
			    is_known ? facts->identity.uid : (uid_t)-1, &claims);
}

/* Found out once, as several conditions ask. */
static enum mfa_place place_of_login(void *context)
{
	struct mfa_login_facts *facts = context;
	if (!facts->has_place)
		mfa_login_facts_set_place(facts, ask_place(facts));
	return facts->place;
}

static int copy_claim(const char *text, char **ret_copy)
{
	if (text == NULL)
		return MFA_OK;
	*ret_copy = strdup(text);
	return *ret_copy != NULL ? MFA_OK : MFA_ERR_NOMEM;
}

int mfa_login_facts_begin(const struct mfa_login_claims *claims, int64_t now,
			  struct mfa_login_facts *ret_facts)
{
	if (copy_claim(claims->user, &ret_facts->user) != MFA_OK ||
	    copy_claim(claims->service, &ret_facts->service) != MFA_OK ||
	    copy_claim(claims->rhost, &ret_facts->rhost) != MFA_OK ||
	    copy_claim(claims->tty, &ret_facts->tty) != MFA_OK ||
	    copy_claim(claims->display, &ret_facts->display) != MFA_OK)
		return MFA_ERR_NOMEM;
	ret_facts->login = (struct mfa_login){
		.service = ret_facts->service,
		.rhost = ret_facts->rhost,
		.tty = ret_facts->tty,
		.now = now,
		.is_member = is_member_of,
		.place = place_of_login,
		.is_own_name = is_typed_as_known,
		.context = ret_facts,
	};
	return MFA_OK;
}

void mfa_login_facts_read_self(struct mfa_login_facts *facts)
{
	caller_find(&facts->login);
	facts->login.is_from_itself =
		facts->rhost != NULL && mfa_address_is_own(facts->rhost);
	facts->pid = getpid();
	facts->real_uid = getuid();
}

void mfa_login_facts_read_peer(struct mfa_login_facts *facts, const struct mfa_peer *peer,
			       uint32_t input_peer)
{
	caller_set(&facts->login, peer->real_uid, peer->uid == 0 ? input_peer : 0);
	if (!peer->is_known)
		facts->login.is_nameless = true;
	facts->login.is_from_itself =
		facts->rhost != NULL && mfa_address_is_own(facts->rhost);
	facts->pid = peer->is_known ? peer->pid : 0;
	facts->real_uid = peer->real_uid;
}

enum mfa_place mfa_login_facts_place(struct mfa_login_facts *facts)
{
	return place_of_login(facts);
}

void mfa_login_facts_set_place(struct mfa_login_facts *facts, enum mfa_place place)
{
	facts->place = place;
	facts->has_place = true;
}

int mfa_login_facts_identify(struct mfa_login_facts *facts, const struct identity *known)
{
	int err = MFA_OK;
	if (facts->identity.name == NULL)
		err = known != NULL ? nss_copy(known, &facts->identity)
				    : nss_find(facts->user, &facts->identity);
	if (err != MFA_OK)
		return err;
	facts->login.user = facts->identity.name;
	facts->login.typed = facts->identity.typed;
	facts->login.has_uid = facts->identity.is_known == MFA_MATCH_YES;
	facts->login.uid = facts->identity.uid;
	return MFA_OK;
}

void mfa_login_facts_done(struct mfa_login_facts *facts)
{
	nss_done(&facts->identity);
	mfa_free_string(&facts->user);
	mfa_free_string(&facts->service);
	mfa_free_string(&facts->rhost);
	mfa_free_string(&facts->tty);
	mfa_free_string(&facts->display);
	*facts = (struct mfa_login_facts){ 0 };
}
