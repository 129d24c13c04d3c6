/* SPDX-License-Identifier: BSD-2-Clause */
/* What PAM and its line say of a login. */
#pragma once

#include <security/pam_modules.h>

#include "mfa/arguments.h"
#include "mfa/authd_protocol.h"

struct claims {
	pam_handle_t *handle;
	struct mfa_arguments arguments;
	/* Ready to be sent; strings are copies, since an application may free its own
	 * while it talks to the person. */
	struct mfa_authd_begin begin;
	const char *user; /* as PAM has it */
	char *copies;	  /* where they are, one after the other */
	char peer[16];
	char passed_uid[16];
};

/* Collects them; asks for the user name if PAM has none. The caller ends ret_claims with
 * claims_done, also after a failure. MFA_ERR_CONFIG, MFA_ERR_CONV, MFA_ERR_ABORT,
 * MFA_ERR_NOMEM. */
int claims_begin(pam_handle_t *handle, int argc, const char **argv,
		 enum mfa_authd_phase phase, struct mfa_diag *diag,
		 struct claims *ret_claims) MFA_MUST_CHECK;
void claims_done(struct claims *claims);

/* PAM's user as it is now, if the application has changed it; else "". Borrowed. */
const char *claims_other_user(const struct claims *claims);
