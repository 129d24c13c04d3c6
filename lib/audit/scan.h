/* Reading a trail from its beginning and checking each line, bit by bit, so that it can go
 * on where it ended when the trail has grown, in memory that does not grow with it. */
#pragma once

#include <sodium.h>

#include "line.h"

struct audit_scan {
	crypto_generichash_state before; /* of all bytes before the line that is begun */
	unsigned char keys[2][MFA_SUBKEY_SIZE];
	size_t key_count;
	struct audit_link last;
	struct mfa_audit_report report;
	dev_t device;
	ino_t inode;
	off_t at;   /* how much of the file was read */
	size_t len; /* of the line that is begun */
	char line[AUDIT_LINE_MAX];
	bool is_too_long;
};

int audit_scan_begin(const struct mfa_audit *audit, struct audit_scan *ret_scan)
	MFA_MUST_CHECK;
void audit_scan_done(struct audit_scan *scan);

/* Makes the next key known, which may have been made since. */
int audit_scan_use_next(const struct mfa_audit *audit, struct audit_scan *scan)
	MFA_MUST_CHECK;

/* Reads on to the end that an open trail has now; from the beginning, where it is another
 * file than before. Nobody may write meanwhile. MFA_ERR_ABORT. */
int audit_scan_file(struct audit_scan *scan, int fd, const struct mfa_watch *watch)
	MFA_MUST_CHECK;

/* The same of the trail at its path, while others may write behind what is its end now. */
int audit_scan_trail(const struct mfa_audit *audit, struct audit_scan *scan,
		     const struct mfa_watch *watch, struct mfa_diag *diag) MFA_MUST_CHECK;

void audit_scan_feed(struct audit_scan *scan, const char *bytes, size_t len);

/* The hash of all bytes before the line that is begun. */
void audit_scan_hash(const struct audit_scan *scan,
		     unsigned char ret_hash[static AUDIT_MAC_SIZE]);

/* What was found up to here: MFA_OK, or MFA_ERR_INTEGRITY and the line; ret_report in both
 * cases. A last line that has no end counts as bad. */
int audit_scan_result(const struct audit_scan *scan, const char *path,
		      struct mfa_diag *diag, struct mfa_audit_report *ret_report)
	MFA_MUST_CHECK;
