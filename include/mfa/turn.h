/* A turn at the YubiKeys of this host: one login has it at a time, and those who meet it
 * are told whose it is. */
#pragma once

#include "mfa/base.h"

enum {
	MFA_TURN_WHERE_SIZE = 32,
	MFA_TURN_USER_SIZE = 64,
	MFA_TURN_SIZE = 8 + 8 + 4 + 2 * MFA_TURN_WHERE_SIZE + MFA_TURN_USER_SIZE,
};

struct mfa_yubikey_turn {
	uint64_t number;     /* random, and one for all of a login; 0: nothing is known */
	int64_t answered_ms; /* CLOCK_MONOTONIC: when a key answered in it; 0: none did */
	uint32_t serial;     /* of that key; 0: none did */
	/* "": none; "?": of no use. A program may say what it likes, and these are shown
	 * in a prompt: nothing but letters, digits and -._/:@+ in the first two. */
	char service[MFA_TURN_WHERE_SIZE];
	char terminal[MFA_TURN_WHERE_SIZE];
	char user[MFA_TURN_USER_SIZE];
};

/* A new turn, in which no key has answered, with a number of its own. Strings may be
 * NULL; "/dev/" in front of the terminal goes. */
void mfa_turn_make(const char *service, const char *terminal, const char *user,
		   struct mfa_yubikey_turn *ret_turn);

/* Its bytes. MFA_ERR_INVALID: it is none that could be read again. */
int mfa_turn_put(const struct mfa_yubikey_turn *turn,
		 unsigned char ret_bytes[static MFA_TURN_SIZE]) MFA_MUST_CHECK;
/* And back, strictly: what would not be put as the same bytes is MFA_ERR_INVALID, and
 * leaves ret_turn as it is, which is enough for most. */
int mfa_turn_get(const unsigned char bytes[static MFA_TURN_SIZE],
		 struct mfa_yubikey_turn *ret_turn);
