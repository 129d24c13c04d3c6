/* SPDX-License-Identifier: BSD-2-Clause */
/* File names of users: percent-encoded, so that every user name is a valid file name. */
#pragma once

#include "mfa/base.h"

enum {
	STORE_NAME_SIZE = 256
}; /* NAME_MAX and a NUL */

/* The file name of a user. Bytes outside A-Z a-z 0-9 . _ - and a leading dot become
 * %XX; the decoys' names (mfa/decoy.h) become ".decoy" for the common one, and
 * ".decoy-00" and so on, which no other name does. MFA_ERR_INVALID: the result would be
 * too long. */
int store_name_encode(const char *user, char ret_name[static STORE_NAME_SIZE])
	MFA_MUST_CHECK;

/* The user of a file name. MFA_ERR_INVALID: store_name_encode makes no such name, or it
 * is a decoy's. */
int store_name_decode(const char *name, char ret_user[static STORE_NAME_SIZE])
	MFA_MUST_CHECK;
