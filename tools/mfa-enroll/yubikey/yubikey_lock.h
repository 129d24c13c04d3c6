/* SPDX-License-Identifier: BSD-2-Clause */
/* One enrolment of a YubiKey at a time: between finding that a key is nobody's and its
 * record, another one would find the same. */
#pragma once

#include "token/add.h"

/* Waits until no other enrolment goes on, and says that it waits. EXIT_REFUSED: Ctrl-C
 * or the like came first. The lock ends with the enrolment. */
enum exit_code yubikey_lock_take(const struct app *app, struct enrolment *enrolment)
	MFA_MUST_CHECK;
