/* SPDX-License-Identifier: BSD-2-Clause */
/* What a slot holds, by what the key shows and answers. libykpers looks once, at a number
 * that may be the one of before; and it takes a refused write of an empty key for done.
 */
#pragma once

#include "ports.h"

/* What the key showed before it was written to. */
struct shown {
	int sequence;
	int level; /* CONFIG1_VALID and the like */
};

struct shown read_back_shown(YK_STATUS *status);

/* Whether the slot answers challenges, or would when touched, whatever the status says of
 * it. A slot that types is not found out. */
bool read_back_is_answering(struct port *port, unsigned slot, bool (*is_over)(void),
			    struct mfa_diag *diag);

/* After a write, whatever libykpers made of it. Waits up to a second for a status that
 * shows the write; a slot for challenges is then asked. */
enum mfa_yubikey_write read_back_slot(struct port *port, const struct shown *before,
				      const struct mfa_yubikey_program *program);
