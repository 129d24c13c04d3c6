/* SPDX-License-Identifier: BSD-2-Clause */
/* The slot of a YubiKey that will hold the secret of a new token. */
#pragma once

#include "mfa/yubikey_driver.h"
#include "token/add.h"
#include "yubikey/yubikey_codes.h"

struct yubikey_slot {
	struct mfa_yubikey_port port; /* only its serial, when no key is asked for */
	unsigned number;
	const struct yubikey_codes *codes; /* borrowed; to program it */
	bool gets_code;			   /* a write leaves it an access code */
	enum mfa_yubikey_write write;	   /* what this enrolment did to it */
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

bool yubikey_slot_wants_touch(const struct enrolment *enrolment);

/* That a slot is programmed already, and how to overwrite it. */
enum exit_code yubikey_slot_complain_of_contents(const struct app *app,
						 const struct yubikey_slot *slot);
