/* SPDX-License-Identifier: BSD-2-Clause */
/* The slot of a YubiKey that will hold the secret of a new token. */
#pragma once

#include "mfa/yubikey_driver.h"
#include "token/add.h"

struct yubikey_slot {
	struct mfa_yubikey_port port; /* only its serial, when no key is asked for */
	unsigned number;
	bool is_programmed; /* by this enrolment: it has overwritten what was there */
};

/* Finds the key, shows it, and checks that it and the slot are free: not
 * somebody else's, and, where it will be programmed, empty or overwritten with --force.
 * needs_key false: the serial number alone will do, from --serial or *inout_slot. */
enum exit_code yubikey_slot_find(struct app *app, const struct enrolment *enrolment,
				 bool needs_key, bool will_program,
				 struct yubikey_slot *inout_slot) MFA_MUST_CHECK;

/* That nobody has a token with this public id of typed codes. */
enum exit_code yubikey_slot_check_id(struct app *app, const unsigned char *public_id)
	MFA_MUST_CHECK;

/* Writes a secret into the slot; at, wants_touch and timeout_ms are set here. */
enum exit_code yubikey_slot_program(struct app *app, const struct enrolment *enrolment,
				    struct yubikey_slot *slot,
				    struct mfa_yubikey_program *program) MFA_MUST_CHECK;

bool yubikey_slot_wants_touch(const struct enrolment *enrolment);

/* What a failure leaves behind in a slot that was programmed. */
void yubikey_slot_rollback_notice(const struct app *app, const struct yubikey_slot *slot);
