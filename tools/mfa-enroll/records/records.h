/* SPDX-License-Identifier: BSD-2-Clause */
/* Which records a store has. Where it has any, its key must not be made anew. */
#pragma once

#include "mfa/config.h"
#include "mfa/store.h"
#include "mfa/strings.h"

/* Needs no key. A store that is not there has none. MFA_ERR_UNSAFE, ... */
int records_find(const char *source, struct mfa_diag *diag, bool *ret_found)
	MFA_MUST_CHECK;

/* The same in the configuration's own store; false also where it cannot be read. */
bool records_exist(const struct mfa_config *config);

/* Whether the store has a record of the user, be it damaged. */
bool records_have(struct mfa_store *store, const char *user);

/* Adds the names of all users who have a record, in the order of their bytes. */
int records_list(struct mfa_store *store, struct mfa_diag *diag,
		 struct mfa_strings *users) MFA_MUST_CHECK;
