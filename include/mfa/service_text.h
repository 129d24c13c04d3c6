/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a service file, with the lines of pam_mfa.so or without them. Pure: reads
 * no file. Whether the result asks for what it should is not decided here: see
 * mfa/inspect.h. */
#pragma once

#include "mfa/base.h"

/* What "@include common-auth" stands for on this host. */
enum mfa_common_auth {
	MFA_COMMON_PLAIN, /* pam_unix.so and nothing else: its line replaces it */
	MFA_COMMON_MORE,  /* other modules as well: it stays */
};

/* Whether the text of common-auth has no other modules than Debian has put there. */
enum mfa_common_auth mfa_common_auth_kind(const char *text);

/* Whether it reads common-auth in the auth phase. */
bool mfa_service_text_has_common(const char *text);

/* Puts pam_mfa.so behind the password of the auth phase, and before the account phase's
 * common lines. The caller frees ret_text. MFA_ERR_EXISTS: there is a line of it already;
 * MFA_ERR_NOTFOUND: the file itself asks for no password; MFA_ERR_INVALID: libpam cannot
 * read the lines; MFA_ERR_NOMEM. */
int mfa_service_text_add(const char *text, enum mfa_common_auth common, char **ret_text)
	MFA_MUST_CHECK;

/* Takes all lines of pam_mfa.so out. What has taken its password from pam_mfa.so asks for
 * it itself then. The caller frees ret_text. MFA_ERR_NOTFOUND: there are none;
 * MFA_ERR_UNSUPPORTED: a jump ([success=2]) would end at another line; MFA_ERR_INVALID,
 * MFA_ERR_NOMEM. */
int mfa_service_text_remove(const char *text, char **ret_text) MFA_MUST_CHECK;
