/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose YubiKey has which serial number: a search through all records. */
#pragma once

#include "cli/app.h"

/* One token in a YubiKey whose serial number is known. */
struct serial_entry {
	const char *user;
	const struct mfa_token *token;
	uint32_t serial;
	unsigned slot;			/* 0: not known */
	const unsigned char *public_id; /* of a yubikey-otp token, else NULL */
};

typedef void (*serial_index_visit)(void *context, const struct serial_entry *entry);

/* Calls visit for each of all users' YubiKey tokens. A record that cannot be read is
 * complained of, and the others follow; but then the answer is not known, and its exit
 * code is returned. Draws a progress bar, and ends at a signal that waits
 * (cli/interrupt.h). */
enum exit_code serial_index_search(struct app *app, serial_index_visit visit,
				   void *context) MFA_MUST_CHECK;
