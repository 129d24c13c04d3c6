/* SPDX-License-Identifier: BSD-2-Clause */
/* Software YubiKeys for unit tests: plugged into a machine of umockdev's, where the real
 * libykpers, libusb and libudev find them. In C, by the process that holds the mock and
 *by its children; programs that are started need LD_PRELOAD=libumockdev-preload.so.0.
 *
 *	struct usb_mock *mock = usb_mock_new();
 *	unsigned key = usb_mock_plug(mock, &(struct softkey_options){
 *		.serial = 1234567,
 *		.slot[1] = { .kind = SOFTKEY_HMAC, .secret = { ... }, .touch = true },
 *	});
 *	... yk_init, yk_open_key(0), yk_challenge_response ...
 *	usb_mock_free(mock);
 *
 * One mock at a time, since umockdev's is in the environment. A test has to be linked
 *with usb_mock_dep, which puts umockdev's preloaded library before libc. What cannot be
 *set up ends the process with a line on stderr. */
#pragma once

#include "softkey.h"

struct usb_mock;

enum {
	SOFTKEY_KEYS = 20, /* a mock has as many ports */
};

struct usb_mock *usb_mock_new(void);
void usb_mock_free(struct usb_mock *mock);

/* Plugs a new key into the next port, and gives its number: 0, 1, ... yk_open_key(N)
 * opens the Nth in libusb's order, which puts the newest first. */
unsigned usb_mock_plug(struct usb_mock *mock, const struct softkey_options *options);
/* Pulls it out; in again, it is in its old port with all that it was programmed with. */
void usb_mock_unplug(struct usb_mock *mock, unsigned key);
void usb_mock_replug(struct usb_mock *mock, unsigned key);
bool usb_mock_is_plugged(struct usb_mock *mock, unsigned key);

/* Replaces the key's faults, in the middle of whatever it does. */
void usb_mock_set_faults(struct usb_mock *mock, unsigned key,
			 const struct softkey_faults *faults);
struct softkey_counts usb_mock_counts(struct usb_mock *mock, unsigned key);

/* Takes back what a program that was killed had claimed, as Linux does when it closes its
 * descriptors. umockdev does not always notice. */
void usb_mock_end_claim(struct usb_mock *mock, unsigned key);

/* A finger on the button: types slot 1's or 2's next code, without Enter; "" where
 * nothing is typed, or the key is out. */
void usb_mock_type(struct usb_mock *mock, unsigned key, unsigned slot,
		   char ret_code[static SOFTKEY_CODE_SIZE]);
