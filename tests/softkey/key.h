/* SPDX-License-Identifier: BSD-2-Clause */
/* A YubiKey's OTP application, seen through its feature reports: a state machine without
 * a clock, a thread or a device of its own. */
#pragma once

#include "slot.h"

enum key_phase {
	KEY_IDLE,
	KEY_TOUCH,     /* waits for the button */
	KEY_BUSY,      /* has something to answer, and does not show it yet */
	KEY_ANSWERING, /* the answer is being read */
};

struct key {
	uint32_t serial;
	bool serial_hidden; /* while no slot is programmed */
	struct softkey_firmware firmware;
	struct softkey_faults faults;
	struct slot slot[SOFTKEY_SLOTS];
	bool info_serial;
	uint8_t touch_s;
	uint8_t sequence; /* of programming; 0: no slot is programmed */
	unsigned writes;
	unsigned challenges;
	uint64_t powered;   /* since when it has power, in ms */
	uint32_t ticks;	    /* what its clock showed then */
	uint64_t reclaimed; /* until then it takes no command; 0: not yet known */

	/* struct softkey_writing: until when, and what it shows meanwhile */
	uint64_t starting, holding, lagging;
	uint8_t old_sequence, old_bits;

	enum key_phase phase;
	struct frame frame;
	struct answer answer;
	uint64_t deadline; /* of the touch */
	unsigned polls;
};

void key_init(struct key *key, const struct softkey_options *options);
void key_set_faults(struct key *key, const struct softkey_faults *faults);
/* Plugged in at "now"; times are in milliseconds of any clock that only goes forward. */
void key_power_up(struct key *key, uint64_t now);

bool key_firmware_is(const struct key *key, unsigned major,
		     unsigned minor); /* or newer */

/* GET_REPORT and SET_REPORT. */
void key_read(struct key *key, uint64_t now, uint8_t ret_report[static REPORT_SIZE]);
void key_write(struct key *key, uint64_t now, const uint8_t report[static REPORT_SIZE]);

/* A finger on the button: the next code of slot 1 or 2, or "". */
void key_type(struct key *key, unsigned slot, uint64_t now,
	      char ret_code[static SOFTKEY_CODE_SIZE]);
