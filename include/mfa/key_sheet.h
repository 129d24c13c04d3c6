/* SPDX-License-Identifier: BSD-2-Clause */
/* The store key on paper: lines of groups to be written down and typed again. Whoever
 * reads them has the key. See docs/store-format.md. */
#pragma once

#include "mfa/secret.h"

enum {
	MFA_KEY_LINES = 7,
	MFA_KEY_LINE_SIZE = 25, /* five groups of four characters, and a NUL */
	MFA_KEY_LINE_BYTES = 10,
};

/* A sheet in locked memory (mfa_locked_new). */
struct mfa_key_sheet {
	char lines[MFA_KEY_LINES][MFA_KEY_LINE_SIZE];
	unsigned char bytes[MFA_KEY_LINES][MFA_KEY_LINE_BYTES];
};

/* Fills a sheet with the lines of a key. MFA_ERR_INVALID: of another length. */
int mfa_key_sheet_write(const struct mfa_secret *key, struct mfa_key_sheet *ret_sheet)
	MFA_MUST_CHECK;

/* Reads one line as people type it: in either case, full-width, with spaces and hyphens
 * or without, O for 0, I and L for 1; typed is changed. index: from 0. MFA_ERR_INVALID:
 * a typing mistake, or another line. */
int mfa_key_sheet_read_line(struct mfa_key_sheet *sheet, unsigned index, char *typed,
			    size_t len) MFA_MUST_CHECK;

/* The key of a sheet whose lines were all read; the caller owns it. MFA_ERR_UNSUPPORTED:
 * of a newer version; MFA_ERR_INTEGRITY: lines of two sheets; MFA_ERR_NOMEM. */
int mfa_key_sheet_read(const struct mfa_key_sheet *sheet, struct mfa_secret *ret_key)
	MFA_MUST_CHECK;
