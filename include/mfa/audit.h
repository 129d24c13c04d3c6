/* The audit trail: one JSON line for every decision and administrative act, each bound
 * to the one before by a keyed hash. See docs/store-format.md. */
#pragma once

#include "mfa/secret.h"

/* One event. Strings are borrowed; NULL fields are left out. Never a secret or a code. */
struct mfa_event {
	const char *event;  /* stable name, as "auth" or "token.add" */
	const char *result; /* "allowed", "denied", "done", "failed", ... */
	const char *reason; /* stable name */
	const char *zone;
	const char *service;
	const char *user;
	const char *typed; /* the user's name as it was typed, where that is another */
	const char *token;
	const char *kind;
	const char *actor; /* who did it: for administrative acts */
	const char *rhost;
	const char *tty;
	const char *detail; /* for a person to read */
	int64_t time;	    /* seconds since 1970 */
};

struct mfa_audit;

/* Prepares appending to the trail at path, keyed from the store key, which is borrowed
 * until mfa_audit_close. Opens no file yet. MFA_ERR_NOMEM. */
int mfa_audit_open(const char *path, const struct mfa_secret *store_key,
		   struct mfa_audit **ret_audit) MFA_MUST_CHECK;
void mfa_audit_close(struct mfa_audit **audit);

/* Whether the process' limit on file sizes lets a line be appended: to be known before what
 * the line is to tell of. MFA_ERR_LIMIT. */
int mfa_audit_check_limit(const struct mfa_audit *audit, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Appends one line (the file is made, 0600, when it is missing; its folder is not).
 * MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE, MFA_ERR_NOSPACE, MFA_ERR_BUSY, ... */
int mfa_audit_append(struct mfa_audit *audit, const struct mfa_event *event,
		     struct mfa_diag *diag) MFA_MUST_CHECK;

/* Reads the whole trail and checks the chain. ret_count: lines read; on
 * MFA_ERR_INTEGRITY the last of them is the first bad one. */
int mfa_audit_verify(struct mfa_audit *audit, struct mfa_diag *diag, uint64_t *ret_count)
	MFA_MUST_CHECK;

/* The same facts for syslog: key=value, values quoted where they need it, control
 * characters and bytes that are not UTF-8 as \xNN. Always NUL-terminated. */
void mfa_event_format(const struct mfa_event *event, char *ret_text, size_t size);
