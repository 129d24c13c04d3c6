/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose turn at the keys it is, and in whose each key has answered last: a file in the
 * folder that is locked for a turn, so that other logins can tell the person. It decides
 * nothing: what cannot be read or written of it is not known. */
#pragma once

#include "mfa/yubikey_driver.h"

struct turns {
	struct mfa_turn holder;
	struct mfa_turn answered[MFA_YUBIKEYS_MAX]; /* one for each key */
};

/* What the file in the open folder says; who does not hold the lock may find it half
 * written. */
void turns_read(int folder, struct mfa_diag *diag, struct turns *ret_turns);

/* Only for who holds the folder's lock. What cannot be written is no reason to refuse a
 * key: the diagnosis (or NULL) warns of it. */
void turns_write(int folder, const struct turns *turns, struct mfa_diag *diag);

/* The holder's key has answered, in the place of the answer that is the oldest. */
void turns_add_answer(struct turns *turns, uint32_t serial, int64_t now_ms);

/* The last answer that a wanted key gave to another login since the order's own began;
 * NULL: none. */
const struct mfa_turn *turns_find_answer(const struct turns *turns,
					 const struct mfa_yubikey_order *order,
					 int64_t now_ms);
