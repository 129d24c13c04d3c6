/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of the software key share: a mock, libykpers, keys and challenges. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ykcore.h>
#include <ykdef.h>
#include <ykpers.h>

#include "usb_mock.h"

enum {
	SERIAL = 7654321,
	DIGEST_SIZE = 20,
	RESPONSE_SIZE = 64, /* libykpers writes whole reports */
};

/* For cmocka: *state is the mock, with libykpers open. */
int softkey_fixture_setup(void **state);
int softkey_fixture_teardown(void **state);
#define on_a_bed(test)                                               \
	cmocka_unit_test_setup_teardown(test, softkey_fixture_setup, \
					softkey_fixture_teardown)

/* A key with an HMAC secret in slot 2. */
struct softkey_options hmac_key(void);
/* A challenge as the product sends them: 63 bytes, the last of them not 0. */
extern const uint8_t CHALLENGE[63];

/* Opens the Nth key, which has to be there. */
YK_KEY *softkey_fixture_open(int n);
/* Asks the slot of the first key, which opens and closes it; 0 or yk_errno. */
int softkey_fixture_ask(int slot, bool wait, const void *challenge, unsigned len,
			uint8_t ret_digest[static DIGEST_SIZE]);
void assert_digest(const uint8_t digest[static DIGEST_SIZE], const char *hex);

/* Programs slot 1 or 2 with ykpers' usual configuration after "change" has been at it;
 * NULL erases. 0 or yk_errno, which is YK_EWRITEERR where the key did not take it. */
int softkey_fixture_program(int slot, void (*change)(YKP_CONFIG *config),
			    const uint8_t *access);
void make_hmac(YKP_CONFIG *config);
/* The same, and the slot wants a touch. */
void make_touch(YKP_CONFIG *config);

/* What the first key's status shows; the caller frees the whole of it. */
YK_STATUS *softkey_fixture_read_status(void);
int softkey_fixture_touch_level(void);
int softkey_fixture_sequence(void);
/* Whether the first key tells its serial number, which must be SERIAL. */
bool softkey_fixture_has_serial(void);
