/* SPDX-License-Identifier: BSD-2-Clause */
/* Beside the store key: that a copy of it was verified. Nothing in it is secret. */
#pragma once

#include "mfa/key_copy.h"
#include "mfa/record.h"

struct mfa_key_note {
	char id[MFA_KEY_ID_SIZE]; /* of the key whose copy it was */
	int64_t time;		  /* seconds since 1970 */
	char actor[MFA_ACTOR_SIZE];
};

/* Replaces the note of a source of the store key. MFA_ERR_NOSPACE, MFA_ERR_READONLY,
 * MFA_ERR_BUSY, ... */
int mfa_key_note_write(const char *source, const struct mfa_key_note *note,
		       struct mfa_diag *diag) MFA_MUST_CHECK;

/* MFA_ERR_NOTFOUND: there is none; MFA_ERR_INVALID: it is damaged; ... */
int mfa_key_note_read(const char *source, struct mfa_diag *diag,
		      struct mfa_key_note *ret_note) MFA_MUST_CHECK;
