/* The YubiKey in a login: whether it is offered, and one attempt to have it answer. */
#pragma once

#include "mfa/auth.h"
#include "mfa/yubikey.h"

/* Whether this login may use a key in a port: only at this machine. */
bool touch_is_offered(const struct mfa_auth_request *request);

/* One attempt: which keys are the user's, from the record; then a challenge to one of
 * those, with no lock on the record and no key of the store in memory. MFA_REASON_NONE:
 * *ret_answer is there. *ret_err is not MFA_OK, and diag says why, with
 * MFA_REASON_KEY_UNUSABLE and MFA_REASON_FAILED. */
enum mfa_reason touch_ask(const struct mfa_auth_request *request, struct mfa_diag *diag,
			  int *ret_err, struct mfa_yubikey_answer *ret_answer);

/* The prompt for another attempt after a problem, in English. */
const char *touch_prompt(enum mfa_reason problem);
