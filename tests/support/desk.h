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

struct desk {
	struct softkey_bed *bed;
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
};

/* For cmocka: *state is a struct desk, with no key plugged in. */
int desk_setup(void **state);
int desk_teardown(void **state);
#define at_a_desk(test) cmocka_unit_test_setup_teardown(test, desk_setup, desk_teardown)

/* Plugs in a soft_key; the second one wants to be touched, and is the wanted one. */
unsigned desk_plug(struct desk *desk, uint32_t serial, struct softkey_faults faults);
unsigned desk_plug_touch(struct desk *desk, struct softkey_faults faults);

/* Asks the driver for an answer, of these slots or of the wanted one. Fails the test when
 * it takes too long, or leaves a half of an answer. */
enum mfa_yubikey_result desk_respond_with(struct desk *desk,
					  const struct mfa_yubikey_slot *slots,
					  size_t count, int64_t timeout_ms);
enum mfa_yubikey_result desk_respond(struct desk *desk, int64_t timeout_ms);

/* The last answer is right, and of the wanted slot; the key answers so. */
void assert_right(const struct desk *desk);
void assert_answers(struct desk *desk);
