/* SPDX-License-Identifier: BSD-2-Clause */
/* The decision about a login. */
#pragma once

/* The decision. Zeroed memory denies. */
enum mfa_verdict {
	MFA_DENY = 0,
	MFA_ALLOW,
	MFA_EXEMPT,	 /* a zone with mfa = off covers the login, or its grace does */
	MFA_UNAVAILABLE, /* configuration, store, key, audit trail cannot be used */
	MFA_NO_DIALOG,	 /* the application's conversation failed */
	MFA_GIVEN_UP,	 /* the person did not answer */
	MFA_NO_MEMORY,
};

/* The verdict that an error of the machinery leads to. Never MFA_ALLOW or MFA_EXEMPT. */
enum mfa_verdict mfa_verdict_from_err(int err);

/* The stable name of a verdict in the audit trail: "allowed". Never NULL. */
const char *mfa_verdict_name(enum mfa_verdict verdict);
