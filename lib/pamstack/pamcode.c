/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/pamcode.h"

#include <string.h>

/* in the order of their numbers, followed by libpam's name for the default */
static const char *const names[MFA_PAM_CODES + 1] = {
	"success",
	"open_err",
	"symbol_err",
	"service_err",
	"system_err",
	"buf_err",
	"perm_denied",
	"auth_err",
	"cred_insufficient",
	"authinfo_unavail",
	"user_unknown",
	"maxtries",
	"new_authtok_reqd",
	"acct_expired",
	"session_err",
	"cred_unavail",
	"cred_expired",
	"cred_err",
	"no_module_data",
	"conv_err",
	"authtok_err",
	"authtok_recover_err",
	"authtok_lock_busy",
	"authtok_disable_aging",
	"try_again",
	"ignore",
	"abort",
	"authtok_expired",
	"module_unknown",
	"bad_item",
	"conv_again",
	"incomplete",
	"default",
};

static const char *const actions[] = { "ignore", "ok", "done", "bad", "die", "reset" };

const char *mfa_pam_code_name(int code)
{
	return code >= 0 && code < MFA_PAM_CODES ? names[code] : "invalid";
}

/* libpam takes the first word that the text begins with, whatever follows. */
static int read_word(const char *const *words, size_t count, const char *text,
		     const char **ret_rest)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(words[i]);
		if (strncmp(words[i], text, len) == 0) {
			*ret_rest = text + len;
			return (int)i;
		}
	}
	return -1;
}

int mfa_pam_code_read(const char *text, const char **ret_rest)
{
	return read_word(names, MFA_COUNT(names), text, ret_rest);
}

int mfa_pam_action_read(const char *text, const char **ret_rest)
{
	int index = read_word(actions, MFA_COUNT(actions), text, ret_rest);
	return index < 0 ? 1 : -index;
}
