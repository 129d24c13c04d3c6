/* SPDX-License-Identifier: BSD-2-Clause */
/* YubiKeys for the race and crash tests: tokens of theirs, what they type, and, where
 * tests/softkey/enter has put softkeyd, keys in the ports. */
#pragma once

#include "pam_fixture.h"

/* Makes the token that a YubiKey with this secret has: MFA_KIND_YUBIKEY_OTP with
 * spec->counter, or MFA_KIND_YUBIKEY, in slot 2 of the key with the serial number of
 * key_fixture_serial. */
void key_fixture_save(const struct pam_fixture_token *spec, struct mfa_token *token);
uint32_t key_fixture_serial(unsigned secret);
/* Makes the token one of the key with that serial number. */
void key_fixture_claim(struct mfa_token *token, uint32_t serial);

/* What such a YubiKey types when its session and use counters, in one number, are so. */
struct pam_fixture_code pam_fixture_typed(unsigned secret, uint64_t counter);
/* The line of a personalization tool, as add --secret-stdin csv takes it. */
struct pam_fixture_line {
	char text[128];
} pam_fixture_csv(unsigned secret);

/* Enter: what asks for the YubiKey in the port. */
extern const struct pam_fixture_code pam_fixture_enter;

/* A line of softkeyctl's; what it answers. */
struct pam_fixture_text {
	char text[2048]; /* as much as softkeyd says */
} pam_fixture_softkey(const char *format, ...) MFA_PRINTF(1, 2);
/* Takes all keys away and plugs in one that answers challenges when it is touched, which
 * it is at once. */
void key_fixture_plug(unsigned secret);
/* A number that softkeyctl shows of the first key, as "challenges". */
unsigned key_fixture_fact(const char *name);

/* Whether nobody holds the lock that users of the ports take. A device process whose
 * caller was killed has a moment to notice. */
bool pam_fixture_ports_are_free(void);
