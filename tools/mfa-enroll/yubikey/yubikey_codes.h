/* SPDX-License-Identifier: BSD-2-Clause */
/* Access codes: who does not know a slot's cannot write to it. */
#pragma once

#include "mfa/secret.h"
#include "token/add.h"

struct yubikey_codes {
	struct mfa_secret now;	/* the slot's; empty: not given */
	struct mfa_secret next; /* that it gets; empty: none */
};

/* Reads what --access-code-stdin and --set-access-code-stdin announce, in this order; the
 * one that the slot has afterwards twice at a terminal. Without a new one a slot keeps
 * the one that it has, or gets that one. The caller ends ret_codes with
 * yubikey_codes_done.
 */
enum exit_code yubikey_codes_read(struct app *app, const struct enrolment *enrolment,
				  struct yubikey_codes *ret_codes) MFA_MUST_CHECK;
void yubikey_codes_done(struct yubikey_codes *codes);

/* Whether a write with these options leaves the slot an access code. */
bool yubikey_codes_are_given(const char *const *values);

/* That neither is given for a slot that is not written to. */
enum exit_code yubikey_codes_refuse(const struct app *app, const char *const *values)
	MFA_MUST_CHECK;
