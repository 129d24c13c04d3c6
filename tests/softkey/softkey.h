/* SPDX-License-Identifier: BSD-2-Clause */
/* The software YubiKey: what a test says of a key, whichever front it is plugged into. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SOFTKEY_SLOTS = 2,
	SOFTKEY_SECRET_SIZE = 20,
	SOFTKEY_ID_SIZE = 6,
	SOFTKEY_ACCESS_SIZE = 6,
	SOFTKEY_CODE_SIZE = 65, /* what a slot types, at most, and its end */
	SOFTKEY_NEVER = INT_MAX,
};

enum softkey_kind {
	SOFTKEY_EMPTY,
	SOFTKEY_HMAC, /* HMAC-SHA1 challenge-response */
	SOFTKEY_OTP,  /* types 44 characters of modhex */
	SOFTKEY_HOTP, /* types 6 or 8 digits */
	SOFTKEY_OTHER /* programmed with what this key does not do, such as a fixed
			 password */
};

/* What a slot holds from the start, as a personalisation tool would have written it. */
struct softkey_setup {
	enum softkey_kind kind;
	uint8_t secret[SOFTKEY_SECRET_SIZE]; /* OTP: the AES key is the first 16 bytes */
	uint8_t public_id[SOFTKEY_ID_SIZE];  /* OTP */
	uint8_t private_id[SOFTKEY_ID_SIZE]; /* OTP */
	bool eight_digits;		     /* HOTP: else six */
	bool touch;			     /* HMAC: only when the key is touched */
	bool whole_block; /* HMAC of all 64 bytes of a frame: without HMAC_LT64 */
	uint8_t access[SOFTKEY_ACCESS_SIZE]; /* to be given before it is overwritten */
	bool protects; /* slot 1: slot 2 takes no writes, unless it has this flag too */
};

/* How a key behaves while it starts and while it is programmed. All zero: it does at once
 * what it is told, and shows it. Times in ms; SOFTKEY_NEVER: it goes on for good. */
struct softkey_writing {
	unsigned start_ms; /* after power-up it shows 0x9f, and takes nothing */
	unsigned held_ms;  /* after a write it shows the write flag, and takes nothing */
	unsigned lag_ms;   /* after a write it shows the status of before */
	bool ignored;	   /* takes no write, whatever code comes with it */
};

/* A signal to a process at the Nth transfer from now; 0: none. */
struct softkey_signal {
	unsigned after;
	int pid;
	int number;
};

/* What a key or its owner does wrong. All zero: nothing. */
struct softkey_faults {
	unsigned touch_after;  /* touched at the Nth poll of the wait; 0: the second */
	unsigned touch_ms;     /* how long a key waits for the touch; 0: 15000 */
	unsigned answer_after; /* polls without an answer, after the touch */
	struct softkey_writing writing;
	struct softkey_signal signal;
	unsigned unplug_after; /* the Nth transfer from now finds the key gone; 0: none */
	bool bad_crc;	       /* of the answers to challenges */
	bool mute;	       /* answers nothing, not even its serial number */
	bool denied;	       /* only others may open the device: EACCES */
	/* From its first report on, firmware before 5.6 takes no command for so long, as
	 * after its card or FIDO application was used; its status can be read. */
	unsigned reclaim_ms;
	unsigned lies;		 /* SOFTKEY_LIE_*: bits of its status that are wrong */
	unsigned damaged_status; /* so many statuses from now on are damaged */
	unsigned damaged_serial; /* so many answers with the serial number are */
	unsigned error_after;	 /* the Nth transfer from now fails; 0: none */
	unsigned error;		 /* with this errno; 0: EPROTO */
	/* Another program has claimed it, until so many claims have been refused. */
	unsigned claims;
	bool unauthorised; /* the kernel does not configure it, as told by usbguard */
};

enum softkey_lie {
	SOFTKEY_LIE_VALID_1 = 1,
	SOFTKEY_LIE_VALID_2 = 2,
	SOFTKEY_LIE_TOUCH_1 = 4,
	SOFTKEY_LIE_TOUCH_2 = 8,
};

struct softkey_firmware {
	uint8_t major, minor, build;
};

struct softkey_options {
	uint32_t serial;
	struct softkey_firmware firmware; /* all zero: 5.4.3 */
	bool serial_hidden;		  /* no slot makes the serial number readable */
	bool info_serial;		  /* the device information has it all the same */
	uint8_t touch_s;		  /* for a touch, by its configuration; 0: 15 s */
	uint16_t product; /* of USB; 0: the firmware's usual one, with all applications */
	struct softkey_setup slot[SOFTKEY_SLOTS];
	struct softkey_faults faults;
};

struct softkey_counts {
	unsigned transfers;  /* control transfers that reached the key */
	unsigned writes;     /* slots that were programmed, updated or erased */
	unsigned challenges; /* that the key took up, answered or not */
	bool waiting;	     /* for a touch, now */
	bool detached;	     /* taken from the keyboard driver, and not given back */
};
