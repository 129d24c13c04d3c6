/* Whose YubiKey is whose: a search through all records. */
#pragma once

#include "cli/app.h"

/* One token that is bound to a YubiKey whose serial number is known. */
struct binding {
	const char *user;
	const struct mfa_token *token;
	uint32_t serial;
	unsigned slot;			/* 0: not known */
	const unsigned char *public_id; /* of a yubikey-otp token, else NULL */
};

typedef void (*bound_visit)(void *context, const struct binding *binding);

/* Calls visit for each of all users' YubiKey tokens. A record that cannot be read is
 * complained of, and the others follow. Draws a progress bar. */
enum exit_code bound_search(struct app *app, bound_visit visit, void *context)
	MFA_MUST_CHECK;
