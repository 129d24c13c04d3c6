/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose turn at the keys it is, and in which turn each key answered last: a file in the
 * folder that is locked for a turn. It is only for messages, so what cannot be read or
 * written is unknown, and no error. */
#pragma once

#include "mfa/yubikey_driver.h"

struct turns {
	struct mfa_turn holder;
	/* A turn has begun and not ended: without the folder's lock it is going on, with
	 * it the process was killed, and may have left keys without a driver. */
	bool is_on;
	struct mfa_turn answered[MFA_YUBIKEYS_MAX]; /* one for each key */
};

/* Reads the file in the open folder. Without the folder's lock it may be partly
 * written. */
void turns_read(int folder, struct mfa_diag *diag, struct turns *ret_turns);

/* Writes the file; the caller holds the folder's lock. A failure is only a warning in the
 * diagnosis (or NULL), as keys work without the file. */
void turns_write(int folder, const struct turns *turns, struct mfa_diag *diag);

/* Notes an answer in the holder's turn, in place of the key's last one, else of the
 * oldest. */
void turns_add_answer(struct turns *turns, uint32_t serial, int64_t now_ms);

/* The last answer that a wanted key gave to another login since the order's own began;
 * NULL: none. */
const struct mfa_turn *turns_find_answer(const struct turns *turns,
					 const struct mfa_yubikey_order *order,
					 int64_t now_ms);
