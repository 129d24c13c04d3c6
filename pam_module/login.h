/* SPDX-License-Identifier: BSD-2-Clause */
/* One call of the module: its arguments, what PAM knows of the login, its zone. */
#pragma once

#include <security/pam_modules.h>

#include "arguments.h"
#include "mfa/auth.h"
#include "mfa/login_facts.h"
#include "process_guard.h"

struct login {
	pam_handle_t *handle;
	struct arguments arguments;
	struct mfa_site host; /* loaded; mfa_site_open is the caller's */
	struct mfa_login_facts facts;
	struct guard guard;
	bool is_logged; /* by this module, or mfa-verify */
	bool is_stuck;	/* the guard could not give the user ids back */
	const struct mfa_zone *zone;
	struct mfa_language *language;
};

/* Collects what is known without configuration and name service; asks for the user name
 * if PAM has none. Zero *ret_login before. The caller ends it with login_done, also after
 * a failure. */
int login_begin(pam_handle_t *handle, int argc, const char **argv, struct mfa_diag *diag,
		struct login *ret_login) MFA_MUST_CHECK;

/* Asks the name service whose account the name is, once; what the login is about from
 * then on is that account's own name. known: it has been asked before; or NULL. */
int login_identify(struct login *login, const struct identity *known,
		   struct mfa_diag *diag) MFA_MUST_CHECK;

/* Whether nobody has the name, so that it may be a password typed too early. */
bool login_is_of_nobody(const struct login *login);

/* Reads the configuration, and with it the language, and the zone where pam.d names it.
 * Needs root. */
int login_configure(struct login *login, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Finds the zone where pam.d names none. Behind the two before. */
void login_choose_zone(struct login *login);
void login_done(struct login *login);

/* The time: seconds since 1970. */
int64_t login_clock(void);

/* Whether the process may read the store itself: its effective user is root. */
bool login_is_by_root(void);

/* Writes one line to syslog (authpriv), and further ones for warnings. phase: "auth" or
 * "account". To be called under the guard, as a caller may have left no free
 * descriptor. */
void login_write_report(struct login *login, const char *phase,
			const struct mfa_auth_result *result);

/* The same with a guard of its own. false: as process_guard_end. */
bool login_report(struct login *login, const char *phase,
		  const struct mfa_auth_result *result);
