/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing to a slot, and saying what it holds if nothing comes of the enrolment. */
#pragma once

#include "yubikey/yubikey_slot.h"

/* Writes a secret into the slot, with its access codes; at, wants_touch, may_overwrite
 * and timeout_ms are set here. EXIT_DONE and slot->write MFA_YUBIKEY_UNSURE: an answer of
 * the key will tell which secret it holds. */
enum exit_code yubikey_write_slot(struct app *app, const struct enrolment *enrolment,
				  struct yubikey_slot *slot,
				  struct mfa_yubikey_program *program) MFA_MUST_CHECK;

/* Why the key did not take it, as far as its slots show. */
void yubikey_write_explain_refusal(const struct app *app,
				   const struct yubikey_slot *slot);

/* What a failed or cancelled enrolment leaves behind in the slot: for the person, and
 * where that is another secret than before, or may be, for the audit trail. */
void yubikey_write_notice(struct app *app, const struct enrolment *enrolment,
			  const struct yubikey_slot *slot);
