/* SPDX-License-Identifier: BSD-2-Clause */
/* The records of nobody: the login of a user who has no record works on one of them, so
 * that it does the same work, and is refused whatever the result. */
#pragma once

#include "mfa/record.h"
#include "mfa/secret.h"

enum {
	/* Names without a record are spread over so many: while three of mfa-authd's four
	 * workers write decoys, a login by such a name waits for one of them in less than
	 * 5 of 100 cases. Part of the store's format; at most 100. */
	MFA_DECOYS = 64,
	MFA_DECOY_NAME_SIZE = 4, /* a line feed, two digits and a NUL */
	MFA_DECOY_KEY_SIZE = 16,
};

/* The common decoy. It serves the names whose own decoy is missing, as in a store that
 * was made before there were others, and remembers what concerns the whole store: in
 * created the last rekey, in last_success the latest roll-out that was seen to be over.
 */
#define MFA_DECOY_USER ""

/* The name of a decoy's record; index is below MFA_DECOYS. */
void mfa_decoy_name(size_t index, char ret_name[static MFA_DECOY_NAME_SIZE]);

/* Whether a name is a decoy's, also the common one's. No person has such a name. */
bool mfa_decoy_is_name(const char *user);

/* The key that decoys are chosen with, from the trail's half of a store key. Into locked
 * memory. MFA_ERR_INVALID for a store key of another length. */
int mfa_decoy_derive(const struct mfa_secret *store_key,
		     unsigned char ret_key[static MFA_DECOY_KEY_SIZE]) MFA_MUST_CHECK;

/* The name of the decoy for a user's name: always the same one with a key, and foreseen
 * by nobody who does not have it. */
void mfa_decoy_choose(const unsigned char key[static MFA_DECOY_KEY_SIZE],
		      const char *user, char ret_name[static MFA_DECOY_NAME_SIZE]);
