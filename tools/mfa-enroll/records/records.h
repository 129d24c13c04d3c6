/* Whether a store has records of people: then its key must not be made anew. */
#pragma once

#include "mfa/config.h"

/* Needs no key. A store that is not there has none. MFA_ERR_UNSAFE, ... */
int records_find(const char *source, struct mfa_diag *diag, bool *ret_found)
	MFA_MUST_CHECK;

/* The same in the configuration's own store; false also where it cannot be read. */
bool records_exist(const struct mfa_config *config);
