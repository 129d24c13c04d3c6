/* Sealing every record anew under a fresh store key, while logins go on. */
#pragma once

#include "mfa/host.h"

/* How far it is, and whether to stop here. */
struct mfa_rekey_watch {
	/* After each record; false stops, and the next run goes on from there. */
	bool (*step)(void *context, size_t done, size_t total);
	void *context;
};

struct mfa_rekey_report {
	size_t records;	  /* of all users, and the decoy's */
	size_t resealed;  /* in this run */
	bool was_resumed; /* an earlier run had not come to its end */
};

/* Reads every record, and changes nothing. MFA_ERR_INTEGRITY names the first that a
 * rekey could not seal anew. */
int mfa_rekey_check(struct mfa_host *host, const struct mfa_rekey_watch *watch,
		    struct mfa_diag *diag, struct mfa_rekey_report *ret_report)
	MFA_MUST_CHECK;

/* Makes the next key (or takes that of an unfinished run), seals every record anew under
 * it, and makes it the store key. Until the last step both keys are good; it can be
 * stopped or killed anywhere and run again. MFA_ERR_ABORT: the watch stopped it;
 * MFA_ERR_BUSY: somebody holds the old key; MFA_ERR_INTEGRITY: a record is damaged: the
 * old key stays until it is restored or removed. host is open, and to be closed
 * afterwards: its key is the old one. */
int mfa_rekey_run(struct mfa_host *host, const struct mfa_rekey_watch *watch,
		  struct mfa_diag *diag, struct mfa_rekey_report *ret_report)
	MFA_MUST_CHECK;
