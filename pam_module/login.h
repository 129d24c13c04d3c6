/* One call of the module: its arguments, what PAM knows of the login, its zone. */
#pragma once

#include <security/pam_modules.h>

#include "arguments.h"
#include "guard.h"
#include "mfa/auth.h"

struct login {
	pam_handle_t *handle;
	struct arguments arguments;
	struct mfa_host host;	/* loaded; mfa_host_open is the caller's */
	struct mfa_login facts; /* the strings are the copies below */
	char *user;
	struct guard guard;
	bool is_logged; /* by this module, or mfa-verify */
	bool is_stuck;	/* the guard could not give the user ids back */
	char *service;
	char *rhost;
	char *tty;
	const struct mfa_zone *zone;
	struct mfa_language *language;
};

/* Collects what is known without the configuration; the user name is asked for when PAM
 * has none. On failure diag tells what is wrong and login_done is still to be called. Zero
 * *ret_login before. */
int login_begin(pam_handle_t *handle, int argc, const char **argv, struct mfa_diag *diag,
		struct login *ret_login) MFA_MUST_CHECK;

/* Reads the configuration, and with it zone and language. Needs root. */
int login_configure(struct login *login, struct mfa_diag *diag) MFA_MUST_CHECK;
void login_done(struct login *login);

/* The time: seconds since 1970. */
int64_t login_clock(void);

/* Whether the process may read the store itself: its effective user is root. */
bool login_is_by_root(void);

/* One line to syslog (authpriv), and one for what was mended or found on the way. phase:
 * "auth" or "account". To be called under the guard, as the caller may have left no
 * descriptor for it. */
void login_write_report(struct login *login, const char *phase,
			const struct mfa_auth_result *result);

/* The same with a guard of its own. false: as guard_end. */
bool login_report(struct login *login, const char *phase,
		  const struct mfa_auth_result *result);
