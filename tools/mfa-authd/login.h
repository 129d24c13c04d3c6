/* SPDX-License-Identifier: BSD-2-Clause */
/* A visit taken up for one step: its facts as the library wants them, the configuration,
 * the zone, the language. */
#pragma once

#include "desk.h"
#include "visit.h"

struct login {
	struct desk *desk;
	struct visit *visit;
	struct mfa_login_facts facts;
	struct mfa_dialog dialog;
	struct mfa_language *language;
	const struct mfa_zone *zone;
};

/* Takes up a visit; the configuration is not read yet. The caller ends ret_login with
 * login_done. MFA_ERR_NOMEM. */
int login_begin(struct desk *desk, struct visit *visit, struct login *ret_login)
	MFA_MUST_CHECK;
void login_done(struct login *login);

/* Reads who asks, if that is not known yet. MFA_ERR_IO: it is not known. */
int login_read_peer(struct login *login, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Asks the name service and the system who it is, and where: once, at the beginning,
 * while the program waits. Behind login_read_peer. */
int login_identify(struct login *login, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Reads the configuration, and opens the language. Errors as of mfa_site_load. */
int login_load(struct login *login, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Finds the zone, at the first time by the login, later by its name, and its language.
 * Behind both.
 * MFA_ERR_CONFIG: there is no such zone. */
int login_find_zone(struct login *login, struct mfa_diag *diag) MFA_MUST_CHECK;

/* The request for the steps of mfa/auth.h. Borrows from login. */
struct mfa_auth_request login_request(struct login *login);

/* The language of lines, which a program may show in English alone; borrowed. */
const struct mfa_language *login_line_language(const struct login *login);

/* The name of its decisions in the logs: those about programs that are their user's own
 * have another, as such a program may be anything. */
const char *login_event(const struct login *login);

int64_t login_clock(void);
