/* SPDX-License-Identifier: BSD-2-Clause */
/* A worker's part of fold.h: which lines may be held back, and the one that stands for
 * them. */
#pragma once

#include "login.h"

/* Whether the line of this refusal is held back. Tells the service about it, also about
 * one that is to be written now: hold_settle says how that went. event: its name in the
 * logs. */
bool hold_back(const struct login *login, const char *event,
	       const struct mfa_auth_result *result);

/* The line is in the trail, or could have been written. If it could not, it is like no
 * other. */
void hold_settle(struct desk *desk, bool is_in_trail);

/* Writes the line of a refusal before any question, or holds it back: with the same work.
 * Syslog gets the reason if the trail cannot be written. */
void hold_refuse(struct login *login, struct mfa_auth_result *result);

/* Writes the line that stands for others, to the trail and to syslog: the visit is the
 * first one's. Tells the service that it is held back still if it cannot be written now;
 * if there is no later, syslog has it, with the reason. */
void hold_write(struct desk *desk, struct visit *visit,
		const struct fold_repeats *repeats);
