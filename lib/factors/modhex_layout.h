/* SPDX-License-Identifier: BSD-2-Clause */
/* What the letters of a YubiKey become on keyboards of other layouts. The key sends the
 * numbers of keys, those of a US keyboard, and the host's layout makes letters of them;
 * modhex has the sixteen that are the same on most Latin layouts. */
#pragma once

#include "mfa/yubikey_otp.h"

/* One code, as one of the layouts has it. */
struct modhex_reading {
	char code[MFA_YUBIKEY_CODE_LEN + 1];
};

enum {
	MODHEX_LAYOUTS = 9
};

/* The codes that a normalized text may be, each once: for every layout on which all of
 * its characters are letters of modhex, in either case. Returns how many. The caller
 * wipes them. */
size_t modhex_read(const char *text, size_t len,
		   struct modhex_reading ret_readings[static MODHEX_LAYOUTS]);
