/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver by itself, and the software keys it is tried on. */
#pragma once

#include "keys.h"

enum {
	TIMEOUT_MS = 5000,
	SHORT_MS = 300,
	/* what comes on top of a time-out: the poll that goes on, a slow machine */
	SLACK_MS = 3000,
	SERIAL_MS = 1200, /* libykpers waits so long for a serial number */
};

struct driver_fixture {
	struct usb_mock *mock;
	const struct mfa_yubikey_driver *driver;
	/* Of the questions from here on; number 0: they are an enrolment's, and wait. */
	struct mfa_turn turn;
	int64_t since_ms;
	struct mfa_yubikey_listener listener;
	struct mfa_diag diag; /* of the last question */
	struct mfa_turn other;
	struct mfa_yubikey_answer answer;
	int64_t took_ms;
	struct mfa_yubikey_port ports[MFA_YUBIKEYS_MAX]; /* of the last list */
	size_t count;
	enum mfa_yubikey_write write; /* what the last programming left */
};

/* For cmocka: *state is a struct driver_fixture, with no key plugged in. */
int driver_fixture_setup(void **state);
int driver_fixture_teardown(void **state);
#define with_driver_fixture(test)                                   \
	cmocka_unit_test_setup_teardown(test, driver_fixture_setup, \
					driver_fixture_teardown)

/* Plugs in a soft_key; the second one wants to be touched, and is the wanted one. */
unsigned driver_fixture_plug(struct driver_fixture *fixture, uint32_t serial,
			     struct softkey_faults faults);
unsigned driver_fixture_plug_touch(struct driver_fixture *fixture,
				   struct softkey_faults faults);

/* Asks the driver for an answer, of these slots or of the wanted one. Fails the test when
 * it takes too long, or leaves a half of an answer. */
enum mfa_yubikey_result driver_fixture_respond_with(struct driver_fixture *fixture,
						    const struct mfa_yubikey_slot *slots,
						    size_t count, int64_t timeout_ms);
enum mfa_yubikey_result driver_fixture_respond(struct driver_fixture *fixture,
					       int64_t timeout_ms);

/* The last answer is right, and of the wanted slot; the key answers so. */
void assert_right(const struct driver_fixture *fixture);
void assert_answers(struct driver_fixture *fixture);
