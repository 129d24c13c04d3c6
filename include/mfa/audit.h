/* SPDX-License-Identifier: BSD-2-Clause */
/* The audit trail: one JSON line for every decision and administrative act, each bound
 * to the one before by a keyed hash. See docs/store-format.md. */
#pragma once

#include "mfa/secret.h"
#include "mfa/text.h"
#include "mfa/watch.h"

/* The event of the line that ties a trail to what was written under an older key. */
#define MFA_AUDIT_BRIDGE "trail.rekey"

enum {
	MFA_CALLER_SIZE = 12,  /* of a user id as text, with its NUL */
	MFA_REPEATS_SIZE = 12, /* of a number of lines */
	MFA_ASKER_SIZE = 40,   /* of a process, as mfa_process_name writes it */
};

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
	char caller[MFA_CALLER_SIZE]; /* user id of who ran the program; "": root's own */
	/* The process that asked and its parent, of a login that began a session while
	 * enable waits for one; else "". */
	char process[MFA_ASKER_SIZE];
	char parent[MFA_ASKER_SIZE];
	/* How many events the line stands for, and the time of the first of them; "":
	 * one. It has the terminal of the first, and what they all have. */
	char repeats[MFA_REPEATS_SIZE];
	char since[MFA_TIME_SIZE];
	const char *detail; /* for a person to read */
	int64_t time;	    /* seconds since 1970 */
};

struct mfa_audit;
struct mfa_snapshot;

/* Prepares appending to the trail at path, keyed from the store key, which is borrowed
 * until mfa_audit_close. Opens no file yet. MFA_ERR_NOMEM. */
int mfa_audit_open(const char *path, const struct mfa_secret *store_key,
		   struct mfa_audit **ret_audit) MFA_MUST_CHECK;
void mfa_audit_close(struct mfa_audit **audit);

/* From the first line on the folders above the file are not checked again: for a caller
 * that closes the audit when the place of the file is not what it was, which is added to
 * the snapshot. */
void mfa_audit_keep(struct mfa_audit *audit, struct mfa_snapshot *snapshot);

/* Adds the next key of a rekey, borrowed as the first: lines are appended under the
 * first, and verify under either. */
void mfa_audit_use_next(struct mfa_audit *audit, const struct mfa_secret *next_key);

/* Whether the process' limit on file sizes lets a line be appended. To be checked before
 * what the line will report is done. MFA_ERR_LIMIT. */
int mfa_audit_check_limit(const struct mfa_audit *audit, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Whether this process may append: to the file, or where there is none, to its folder.
 * MFA_ERR_READONLY, MFA_ERR_NOTFOUND, ... */
int mfa_audit_check_writable(const struct mfa_audit *audit, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Appends one line (the file is made, 0600, when it is missing; its folder is not).
 * MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE, MFA_ERR_NOSPACE, MFA_ERR_BUSY, ... */
int mfa_audit_append(struct mfa_audit *audit, const struct mfa_event *event,
		     struct mfa_diag *diag) MFA_MUST_CHECK;

/* Appends a line of its own for the warning of a diagnosis, if it has one: "mode.mend",
 * ... actor: who ran into it, where that is an administrator; else NULL. */
int mfa_audit_append_warning(struct mfa_audit *audit, const struct mfa_diag *warned,
			     const char *actor, int64_t now, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Does all of mfa_audit_append's work but write the line: for one that is to be written
 * later, with others, and must neither be faster nor succeed where that would not. */
int mfa_audit_rehearse(struct mfa_audit *audit, const struct mfa_event *event,
		       struct mfa_diag *diag) MFA_MUST_CHECK;

/* Reads the whole trail and checks the chain. ret_count: lines read; on
 * MFA_ERR_INTEGRITY the number of the first bad one. */
int mfa_audit_verify(struct mfa_audit *audit, struct mfa_diag *diag, uint64_t *ret_count)
	MFA_MUST_CHECK;

/* What reading a trail has found. Lines are counted from 1, at the beginning of the
 * file. */
struct mfa_audit_report {
	uint64_t lines;
	uint64_t first_bad;	   /* 0: it verifies */
	char first[MFA_TIME_SIZE]; /* time of the first line and of the last; "": none */
	char last[MFA_TIME_SIZE];
	/* The last bridge: its line, 0: none; its time; and the first line before it that
	 * did not verify when it was written, 0: all did. */
	uint64_t bridge;
	char bridged[MFA_TIME_SIZE];
	uint64_t broken;
	bool is_altered; /* first_bad is a bridge: the lines before it were changed */
};

/* As mfa_audit_verify with a full report, which is set after MFA_ERR_INTEGRITY too. path:
 * any copy of a trail; NULL: the trail itself. Logins are not delayed meanwhile. watch:
 * of bytes, or NULL. MFA_ERR_ABORT. */
int mfa_audit_inspect(struct mfa_audit *audit, const char *path,
		      const struct mfa_watch *watch, struct mfa_diag *diag,
		      struct mfa_audit_report *ret_report) MFA_MUST_CHECK;

/* The same facts for syslog: key=value, values quoted where they need it, control
 * characters and bytes that are not UTF-8 as \xNN. A value has at most 144 bytes so
 * written, the detail what is left; what is cut off is "...". A field for which there is
 * no room is left out as a whole. Always NUL-terminated. */
void mfa_event_format(const struct mfa_event *event, char *ret_text, size_t size);
