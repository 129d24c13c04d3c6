/* SPDX-License-Identifier: BSD-2-Clause */
/* What a login is, gathered in one place: what a program says of it, and what the system
 * says of the program and of the account. */
#pragma once

#include "mfa/nss.h"
#include "mfa/peer.h"

/* What a program says. Strings are borrowed; NULL where it says nothing. */
struct mfa_login_claims {
	const char *user;
	const char *service;
	const char *rhost;
	const char *tty;
	const char *display; /* PAM_XDISPLAY */
};

/* Zero it before mfa_login_facts_begin, end it with mfa_login_facts_done. It must stay
 * where it is meanwhile: login.context points to it. */
struct mfa_login_facts {
	struct mfa_login login; /* its strings are copies, below and in identity */
	struct identity identity;
	char *user; /* as it was typed */
	char *service;
	char *rhost;
	char *tty;
	char *display;
	/* The process that the person has started, which the place is asked of; 0: nobody
	 * knows, and so it is elsewhere. */
	pid_t pid;
	uid_t real_uid; /* its */
	bool has_place; /* it is known */
	enum mfa_place place;
};

/* Copies the claims, since an application may free its own while it talks to the person.
 * now: seconds since 1970. Asks nothing yet. MFA_ERR_NOMEM. */
int mfa_login_facts_begin(const struct mfa_login_claims *claims, int64_t now,
			  struct mfa_login_facts *ret_facts) MFA_MUST_CHECK;

/* The login is this process' own: who runs it, where from. */
void mfa_login_facts_read_self(struct mfa_login_facts *facts);

/* The login is of the program at the other end of a socket. input_peer: the user id at
 * the other end of that program's standard input, which is believed of root's programs;
 * 0: none. */
void mfa_login_facts_read_peer(struct mfa_login_facts *facts, const struct mfa_peer *peer,
			       uint32_t input_peer);

/* Where the person is; asked of the system once. Behind mfa_login_facts_identify. */
enum mfa_place mfa_login_facts_place(struct mfa_login_facts *facts);

/* The place is known, and not asked for. */
void mfa_login_facts_set_place(struct mfa_login_facts *facts, enum mfa_place place);

/* Asks the name service whose account the name is; from then on the login is about the
 * account's own name. known: it has been asked before; or NULL. MFA_ERR_NOMEM. */
int mfa_login_facts_identify(struct mfa_login_facts *facts, const struct identity *known)
	MFA_MUST_CHECK;

/* Frees the copies. */
void mfa_login_facts_done(struct mfa_login_facts *facts);
