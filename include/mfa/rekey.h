/* Sealing every record anew under a fresh store key, while logins go on. */
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
	const char *actor;	       /* who did it: for the bridge */
	bool has_trail;		       /* the trail's half of the key is to change too */
	bool takes_broken; /* also where the trail does not verify: the bridge says so */
};

struct mfa_rekey_report {
	size_t records;	 /* of people: the decoy's is sealed with them, and not counted */
	size_t resealed; /* of these and the decoy's, in this run */
	bool was_resumed; /* an earlier run had not come to its end */
	/* The trail's half has changed. It has not, although asked for, where the run that was
	 * resumed had begun without: another run changes it. */
	bool has_trail;
	struct mfa_audit_report trail; /* then: of what the bridge seals */
	char hash[MFA_REKEY_HASH_SIZE];
};

/* Reads every record, and changes nothing. MFA_ERR_INTEGRITY names the first that a
 * rekey could not seal anew. */
int mfa_rekey_check(struct mfa_site *site, const struct mfa_watch *watch,
		    struct mfa_diag *diag, struct mfa_rekey_report *ret_report)
	MFA_MUST_CHECK;

/* Makes the next key (or takes that of an unfinished run), seals every record anew under
 * it, has the decoy remember the time, binds the trail to its new half by a bridge, and
 * makes it the store key. Until the last step both keys are good; it can be
 * stopped or killed anywhere and run again. MFA_ERR_ABORT: the watch stopped it;
 * MFA_ERR_BUSY: somebody holds the old key; MFA_ERR_INTEGRITY: a record is damaged: the
 * old key stays until it is restored or removed; or a line of the trail is. site is open,
 * and closed afterwards when it is done: its key is the old one. */
int mfa_rekey_run(struct mfa_site *site, const struct mfa_rekey_options *options,
		  struct mfa_diag *diag, struct mfa_rekey_report *ret_report)
	MFA_MUST_CHECK;

/* The time of the last rekey, 0: none is known. The secrets of tokens that were enrolled
 * until then are those of anybody who had the key of then and the store. */
int mfa_rekey_time(struct mfa_site *site, struct mfa_diag *diag, int64_t *ret_time)
	MFA_MUST_CHECK;

/* Sets it, where a run of now had the wrong one from the clock. */
int mfa_rekey_set_time(struct mfa_site *site, int64_t time, struct mfa_diag *diag)
	MFA_MUST_CHECK;
