/* SPDX-License-Identifier: BSD-2-Clause */
/* Kinds and states of tokens, and their names. */
#pragma once

/* Kinds of token. The numbers are stored: never change one. */
enum mfa_kind {
	MFA_KIND_NONE = 0,
	MFA_KIND_TOTP = 1,
	MFA_KIND_HOTP = 2,
	MFA_KIND_YUBIKEY = 3,
	MFA_KIND_YUBIKEY_OTP = 4,
	MFA_KIND_FIDO2 = 5,
	MFA_KIND_RECOVERY = 6,
	MFA_KIND_TEMPORARY = 7,
	MFA_KIND_BREAK_GLASS = 8,
	MFA_KIND_COUNT
};

/* The name of a kind in configuration, output and audit; the kind of a name
 * (MFA_KIND_NONE: no such kind). */
const char *mfa_kind_name(enum mfa_kind kind);
enum mfa_kind mfa_kind_from_name(const char *name);

/* States of a token. The numbers are stored: never change one. */
enum mfa_state {
	MFA_STATE_NONE = 0,
	MFA_STATE_ACTIVE = 1,
	MFA_STATE_SUSPENDED = 2
};

/* "active", "suspended"; "unknown" for anything else. */
const char *mfa_state_name(enum mfa_state state);
