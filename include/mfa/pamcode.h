/* SPDX-License-Identifier: BSD-2-Clause */
/* PAM's return codes and their names in pam.d. The numbers are Linux-PAM's, which this
 * library does not link. */
#pragma once

#include "mfa/base.h"

enum {
	MFA_PAM_SUCCESS = 0,
	MFA_PAM_PERM_DENIED = 6,
	MFA_PAM_AUTH_ERR = 7,
	MFA_PAM_AUTHINFO_UNAVAIL = 9,
	MFA_PAM_USER_UNKNOWN = 10,
	MFA_PAM_NEW_AUTHTOK_REQD = 12,
	MFA_PAM_CONV_ERR = 19,
	MFA_PAM_IGNORE = 25,
	MFA_PAM_ABORT = 26,
	MFA_PAM_MODULE_UNKNOWN = 28,
	MFA_PAM_INCOMPLETE = 31,
	MFA_PAM_CODES = 32,
	MFA_PAM_INVALID = 32, /* for every number that is no code */
};

/* What a line of pam.d does with a code. A positive number jumps over as many lines. */
enum {
	MFA_DO_IGNORE = 0,
	MFA_DO_OK = -1,
	MFA_DO_DONE = -2,
	MFA_DO_BAD = -3,
	MFA_DO_DIE = -4,
	MFA_DO_RESET = -5,
	MFA_DO_UNSET = -6,
};

/* The name of a code in pam.d ("success"); "invalid" for other numbers. */
const char *mfa_pam_code_name(int code);

/* The code, or MFA_PAM_CODES for "default", whose name the text begins with; ret_rest is
 * the text after it. -1: none. */
int mfa_pam_code_read(const char *text, const char **ret_rest);

/* The same for the name of an action (MFA_DO_...); 1: none. */
int mfa_pam_action_read(const char *text, const char **ret_rest);
