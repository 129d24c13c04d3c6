/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device types if it is touched too early, or through a wrong keyboard layout, and
 * what other keys type that are in no code. */
#pragma once

#include "mfa/auth.h"

/* MFA_REASON_GARBLED: a code that the layout has made unusable. MFA_REASON_KEY_TYPED: a
 * device's code, but of no token of this user that the zone allows.
 * MFA_REASON_NOT_A_CODE: neither letters nor digits. None of them can be right, so none
 * is a guess. MFA_REASON_NONE: anything else. Opens the site, and closes it if it was not
 * open. *ret_err as of mfa_store_read. */
enum mfa_reason typed_key_problem(const struct mfa_auth_request *request,
				  const struct mfa_secret *answer, struct mfa_diag *diag,
				  int *ret_err);

/* Whether the person may learn of such a problem, and is asked again: at this machine, or
 * where refusals are explained. From afar it would tell whose device it is, and whom sshd
 * refuses, since it gives its filler for what they type and hears of no problem. */
bool typed_key_may_be_told(const struct mfa_auth_request *request);
