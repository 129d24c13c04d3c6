/* SPDX-License-Identifier: BSD-2-Clause */
/* A site that is the same at the beginning of each run: configuration, key, trail, and
 * the record of one user, who has a HOTP token and a YubiKey. */
#pragma once

#include "fuzz.h"
#include "mfa/yubikey.h"

#define FUZZ_USER "daemon"

enum {
	FUZZ_COUNTER = 7,
	FUZZ_LOOK_AHEAD = 10,
	FUZZ_SERIAL = 1234567,
	FUZZ_SLOT = 2,
	/* what of it is hostile */
	BAD_CONFIG = 1 << 0,	/* it is the text */
	BAD_RECORD = 1 << 1,	/* some of its bytes are changed */
	SEALED_RECORD = 1 << 2, /* it is at will, and soundly sealed */
	BAD_AUDIT = 1 << 3,	/* it is the text */
};

/* The configuration's path. The first call makes the site. */
const char *fuzz_site(void);

/* Lays its files anew; the record takes of the input what it needs. */
void fuzz_site_reset(unsigned hostile, const char *text, struct input *input);

/* The code of FUZZ_COUNTER, or of the next one. */
const char *fuzz_site_code(uint64_t counter);

/* What the YubiKey and its factor compute. */
void fuzz_site_hmac(const unsigned char *secret, const unsigned char *message, size_t len,
		    unsigned char ret_response[MFA_YUBIKEY_RESPONSE_LEN]);
struct mfa_yubikey fuzz_site_key(void);
