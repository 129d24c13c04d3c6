/* SPDX-License-Identifier: BSD-2-Clause */
/* Software YubiKeys for unit tests: plugged into a machine of umockdev's, where the real
 * libykpers, libusb and libudev find them. In C, by the process that holds the bed and by
 *its children; programs that are started need LD_PRELOAD=libumockdev-preload.so.0.
 *
 *	struct softkey_bed *bed = softkey_bed_new();
 *	unsigned key = softkey_bed_plug(bed, &(struct softkey_options){
 *		.serial = 1234567,
 *		.slot[1] = { .kind = SOFTKEY_HMAC, .secret = { ... }, .touch = true },
 *	});
 *	... yk_init, yk_open_key(0), yk_challenge_response ...
 *	softkey_bed_free(bed);
 *
 * One bed at a time, since umockdev's is in the environment. A test has to be linked with
 * softkey_bed_dep, which puts umockdev's preloaded library before libc. What cannot be
 *set up ends the process with a line on stderr. */
#pragma once

#include "softkey.h"

struct softkey_bed;

enum {
	SOFTKEY_KEYS = 4, /* a bed has as many ports */
};

struct softkey_bed *softkey_bed_new(void);
void softkey_bed_free(struct softkey_bed *bed);

/* Plugs a new key into the next port, and gives its number: 0, 1, ... yk_open_key(N)
 * opens the Nth in libusb's order, which puts the newest first. */
unsigned softkey_bed_plug(struct softkey_bed *bed, const struct softkey_options *options);
/* Pulls it out; in again, it is in its old port with all that it was programmed with. */
void softkey_bed_unplug(struct softkey_bed *bed, unsigned key);
void softkey_bed_replug(struct softkey_bed *bed, unsigned key);
bool softkey_bed_is_plugged(struct softkey_bed *bed, unsigned key);

/* Replaces the key's faults, in the middle of whatever it does. */
void softkey_bed_set_faults(struct softkey_bed *bed, unsigned key,
			    const struct softkey_faults *faults);
struct softkey_counts softkey_bed_counts(struct softkey_bed *bed, unsigned key);

/* A finger on the button: types slot 1's or 2's next code, without Enter; "" where
 * nothing is typed, or the key is out. */
void softkey_bed_type(struct softkey_bed *bed, unsigned key, unsigned slot,
		      char ret_code[static SOFTKEY_CODE_SIZE]);
