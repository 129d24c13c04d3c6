/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a key is the store's: before a copy of it is put back. */
#pragma once

#include "mfa/config.h"
#include "mfa/secret.h"

struct mfa_key_trial {
	size_t opened; /* records that open under the key, the decoys' included */
	size_t closed; /* and that do not: of another key, or damaged */
};

/* Tries the key (MFA_KEY_SIZE bytes) on every record, with the next key of an unfinished
 * rekey if there is one, and changes nothing. What opens under the next key alone says
 * nothing about this one, and counts as neither. MFA_ERR_NOTFOUND: there is no store. */
int mfa_key_try(const struct mfa_config *config, const struct mfa_secret *key,
		struct mfa_diag *diag, struct mfa_key_trial *ret_trial) MFA_MUST_CHECK;
