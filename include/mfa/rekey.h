/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing the store key: every record is sealed again under a new one, while logins go
 * on. */
#pragma once

#include "mfa/site.h"
#include "mfa/watch.h"

enum {
	MFA_REKEY_HASH_SIZE = 65 /* 64 digits and a NUL */
};

/* How a rekey is to be done. */
struct mfa_rekey_options {
	const struct mfa_watch *watch; /* of records, and of the trail's bytes; or NULL */
	int64_t (*clock)(void);	       /* seconds since 1970 */
	const char *actor;	       /* who does it: for the bridge */
	bool has_trail;		       /* change the trail's half of the key too */
	bool takes_broken; /* even if the trail does not verify: the bridge says so */
};

struct mfa_rekey_report {
	size_t records; /* of people: the decoys' are sealed with them, and not counted */
	size_t resealed;  /* of these and the decoys', in this run */
	bool was_resumed; /* it finished an earlier run */
	/* The trail's half has changed. Not so, although asked for, if the resumed run
	 * was begun without: then another run changes it. */
	bool has_trail;
	struct mfa_audit_report trail; /* has_trail: of what the bridge seals */
	char hash[MFA_REKEY_HASH_SIZE];
};

/* Reads every record, changes nothing. MFA_ERR_INTEGRITY: a rekey could not seal one
 * again; diag names the first. */
int mfa_rekey_check(struct mfa_site *site, const struct mfa_watch *watch,
		    struct mfa_diag *diag, struct mfa_rekey_report *ret_report)
	MFA_MUST_CHECK;

/* Makes the next key (or uses that of an unfinished run), seals every record again under
 * it, and makes it the store key. Until the last step both keys are valid; it can be
 * stopped or killed anywhere and run again. site is open; on success it is closed, as its
 * key is old. MFA_ERR_ABORT: the watch stopped it; MFA_ERR_BUSY: somebody holds the old
 * key; MFA_ERR_INTEGRITY: a record (to be restored or removed) or the trail is
 * damaged. */
int mfa_rekey_run(struct mfa_site *site, const struct mfa_rekey_options *options,
		  struct mfa_diag *diag, struct mfa_rekey_report *ret_report)
	MFA_MUST_CHECK;

/* The time of the last rekey; 0: unknown. Somebody who had the store and the key before
 * it has the secrets of all tokens that were enrolled until then. */
int mfa_rekey_time(struct mfa_site *site, struct mfa_diag *diag, int64_t *ret_time)
	MFA_MUST_CHECK;

/* Corrects it, after a rekey while the clock was wrong. */
int mfa_rekey_set_time(struct mfa_site *site, int64_t time, struct mfa_diag *diag)
	MFA_MUST_CHECK;
