/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a trail from its beginning and checks each line, in pieces and with constant
 * memory. A scan can be continued when the trail has grown. */
#pragma once

#include <sodium.h>

#include "line.h"

struct audit_scan {
	crypto_generichash_state before; /* hash of all bytes before the current line */
	unsigned char keys[2][MFA_SUBKEY_SIZE];
	size_t key_count;
	struct audit_link last;
	struct mfa_audit_report report;
	dev_t device;
	ino_t inode;
	off_t at;   /* how much of the file was read */
	size_t len; /* of the current line so far */
	char line[AUDIT_LINE_MAX];
	bool is_too_long;
};

/* Begins at the start of a trail. The caller ends it with audit_scan_done, which wipes
 * the keys. */
int audit_scan_begin(const struct mfa_audit *audit, struct audit_scan *ret_scan)
	MFA_MUST_CHECK;
void audit_scan_done(struct audit_scan *scan);

/* Adds the next key, if the audit has one by now. */
int audit_scan_use_next(const struct mfa_audit *audit, struct audit_scan *scan)
	MFA_MUST_CHECK;

/* Reads on to the present end of an open trail; from the beginning if it is another file
 * than before. Nobody may write meanwhile. MFA_ERR_ABORT. */
int audit_scan_file(struct audit_scan *scan, int fd, const struct mfa_watch *watch)
	MFA_MUST_CHECK;

/* The same for the trail at its path, while others may append to it. */
int audit_scan_trail(const struct mfa_audit *audit, struct audit_scan *scan,
		     const struct mfa_watch *watch, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Checks further bytes of the trail. */
void audit_scan_feed(struct audit_scan *scan, const char *bytes, size_t len);

/* The hash of all bytes before the current line. */
void audit_scan_hash(const struct audit_scan *scan,
		     unsigned char ret_hash[static AUDIT_MAC_SIZE]);

/* The result so far: MFA_OK, or MFA_ERR_INTEGRITY with the line in diag; ret_report is
 * set in both cases. A last line without a line feed counts as bad. */
int audit_scan_result(const struct audit_scan *scan, const char *path,
		      struct mfa_diag *diag, struct mfa_audit_report *ret_report)
	MFA_MUST_CHECK;
