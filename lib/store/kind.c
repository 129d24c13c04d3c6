/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/kind.h"

#include <string.h>

#include "mfa/base.h"

static const struct {
	enum mfa_kind kind;
	const char *name;
} kinds[] = {
	{ MFA_KIND_TOTP, "totp" },	     { MFA_KIND_HOTP, "hotp" },
	{ MFA_KIND_YUBIKEY, "yubikey" },     { MFA_KIND_YUBIKEY_OTP, "yubikey-otp" },
	{ MFA_KIND_FIDO2, "fido2" },	     { MFA_KIND_RECOVERY, "recovery" },
	{ MFA_KIND_TEMPORARY, "temporary" }, { MFA_KIND_BREAK_GLASS, "break-glass" },
};

const char *mfa_kind_name(enum mfa_kind kind)
{
	for (size_t i = 0; i < MFA_COUNT(kinds); i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "unknown";
}

enum mfa_kind mfa_kind_from_name(const char *name)
{
	for (size_t i = 0; i < MFA_COUNT(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	return MFA_KIND_NONE;
}

const char *mfa_state_name(enum mfa_state state)
{
	switch (state) {
	case MFA_STATE_ACTIVE:
		return "active";
	case MFA_STATE_SUSPENDED:
		return "suspended";
	case MFA_STATE_NONE:
		break;
	}
	return "unknown";
}
