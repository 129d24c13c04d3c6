/* SPDX-License-Identifier: BSD-2-Clause */
/* A turn at the YubiKeys of this host: one login has it at a time, and other logins can
 * say whose it is. */
#pragma once

#include "mfa/base.h"

enum {
	MFA_TURN_WHERE_SIZE = 32,
	MFA_TURN_USER_SIZE = 64,
	MFA_TURN_SIZE = 8 + 8 + 4 + 2 * MFA_TURN_WHERE_SIZE + MFA_TURN_USER_SIZE,
};

struct mfa_turn {
	uint64_t number;     /* random, one for each login; 0: nothing is known */
	int64_t answered_ms; /* CLOCK_MONOTONIC: when a key answered; 0: none did */
	uint32_t serial;     /* of that key; 0: none did */
	/* "": none; "?": unusable. They come from programs and are shown in prompts, so
	 * the first two have only letters, digits and -._/:@+. */
	char service[MFA_TURN_WHERE_SIZE];
	char terminal[MFA_TURN_WHERE_SIZE];
	char user[MFA_TURN_USER_SIZE];
};

/* A new turn with a number of its own. Strings may be NULL; "/dev/" is cut off the
 * terminal. */
void mfa_turn_make(const char *service, const char *terminal, const char *user,
		   struct mfa_turn *ret_turn);

/* To bytes. MFA_ERR_INVALID: they could not be read again. */
int mfa_turn_put(const struct mfa_turn *turn,
		 unsigned char ret_bytes[static MFA_TURN_SIZE]) MFA_MUST_CHECK;
/* And back. MFA_ERR_INVALID: mfa_turn_put would not write these bytes; ret_turn is then
 * unchanged, so the result may be ignored. */
int mfa_turn_get(const unsigned char bytes[static MFA_TURN_SIZE],
		 struct mfa_turn *ret_turn);
