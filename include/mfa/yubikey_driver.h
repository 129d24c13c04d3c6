/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver, a plug-in, that talks to the YubiKeys in this machine's ports. */
#pragma once

#include "mfa/turn.h"
#include "mfa/yubikey.h"

enum {
	MFA_YUBIKEYS_MAX = 16 /* keys that are listed, and whose answers are noted */
};

/* The result of an order. */
enum mfa_yubikey_result {
	MFA_YUBIKEY_DONE = 0,
	MFA_YUBIKEY_ABSENT,    /* no YubiKey in any port */
	MFA_YUBIKEY_OTHER,     /* some, but none of the wanted ones */
	MFA_YUBIKEY_EMPTY,     /* the wanted slot is not programmed */
	MFA_YUBIKEY_UNTOUCHED, /* nobody touched it in time */
	MFA_YUBIKEY_SILENT,    /* no answer in time */
	MFA_YUBIKEY_CUT_OFF,   /* it was pulled out */
	MFA_YUBIKEY_DAMAGED,   /* what it sent was damaged, or a transfer failed */
	MFA_YUBIKEY_CLAIMED,   /* another program than ours uses it */
	MFA_YUBIKEY_BLOCKED,   /* the kernel was told not to use it: usbguard */
	MFA_YUBIKEY_HIDDEN,    /* one does not tell its serial number */
	MFA_YUBIKEY_TOO_OLD,   /* firmware before 2.2, which answers no challenges */
	MFA_YUBIKEY_NO_OTP,    /* a key without the OTP application: a Security Key */
	MFA_YUBIKEY_BUSY,      /* another login uses the keys */
	MFA_YUBIKEY_ELSEWHERE, /* a wanted key has answered another login meanwhile */
	MFA_YUBIKEY_OCCUPIED,  /* programming: something is in the slot already */
	MFA_YUBIKEY_REFUSED,   /* programming: the key has not taken what was written */
	MFA_YUBIKEY_BROKEN,    /* USB cannot be used: see the diagnosis */
};

/* What to tell a person before there is a result, each at most once. */
enum mfa_yubikey_stage {
	MFA_YUBIKEY_IN_USE, /* waiting for another's turn to end */
	MFA_YUBIKEY_BLINKS, /* a wanted key waits for a touch, in the own turn */
};

struct mfa_yubikey_listener {
	/* NULL: nobody is told */
	void (*tell)(void *context, enum mfa_yubikey_stage stage);
	void *context;
};

struct mfa_yubikey_order {
	const struct mfa_yubikey_slot *slots; /* any of these may answer */
	size_t count;
	const unsigned char *challenge; /* MFA_YUBIKEY_CHALLENGE_LEN bytes */
	int64_t timeout_ms;		/* for the whole order */
	/* A login's turn. It does not wait for another's: MFA_YUBIKEY_BUSY; and it sends
	 * no challenge if a wanted key has answered another login after since_ms
	 * (CLOCK_MONOTONIC): MFA_YUBIKEY_ELSEWHERE. NULL, for an enrolment: neither. */
	const struct mfa_turn *turn;
	int64_t since_ms;
	/* Called while waiting; true: nobody needs the answer any more. NULL: never. */
	bool (*is_over)(void);
	struct mfa_yubikey_listener listener;
};

/* A key in a port. */
struct mfa_yubikey_port {
	uint32_t serial; /* 0: not readable */
	unsigned char version[3];
	bool is_programmed[MFA_YUBIKEY_SLOTS];
	bool wants_touch[MFA_YUBIKEY_SLOTS]; /* known from firmware 3.0 on */
	unsigned char touch_s;		     /* that it waits for a touch; 0: not known */
};

/* What to write into a slot: an HMAC-SHA1 secret for challenges if public_id is NULL,
 * else the ids and key of Yubico OTP. */
struct mfa_yubikey_program {
	struct mfa_yubikey_slot at;
	bool wants_touch;
	bool may_overwrite; /* else MFA_YUBIKEY_OCCUPIED, also if only its answer shows it
			     */
	const unsigned char *secret;	 /* 20 bytes, or the AES key's 16 */
	const unsigned char *public_id;	 /* 6 bytes */
	const unsigned char *private_id; /* 6 bytes */
	/* 6 bytes each, or NULL: the access code that the slot has, and the one that it
	 * gets; without the second nothing protects it afterwards */
	const unsigned char *access_code;
	const unsigned char *new_access_code;
	int64_t timeout_ms;
	bool (*is_over)(void); /* as in an order: then nothing is written */
	struct mfa_yubikey_listener listener;
};

/* What a slot holds after an order to program it, by what the key shows and answers. */
enum mfa_yubikey_write {
	MFA_YUBIKEY_KEPT = 0, /* what it held before */
	MFA_YUBIKEY_WRITTEN,  /* what the order says: always so with MFA_YUBIKEY_DONE */
	MFA_YUBIKEY_UNSURE,   /* one of the two: a touch, or a typed code, would tell */
};

/* What the plug-in exports. Except for an order with a turn, the functions wait for other
 * users of the keys on this host, up to the time-out. Only mfa-usb calls them
 * (mfa/usb.h), except for hmac. */
struct mfa_yubikey_driver {
	/* ret_other: whose turn it was, with MFA_YUBIKEY_BUSY and MFA_YUBIKEY_ELSEWHERE;
	 * zeros otherwise. */
	enum mfa_yubikey_result (*respond)(const struct mfa_yubikey_order *order,
					   struct mfa_diag *diag,
					   struct mfa_turn *ret_other,
					   struct mfa_yubikey_answer *ret_answer);
	/* The first MFA_YUBIKEYS_MAX keys. */
	enum mfa_yubikey_result (*list)(int64_t timeout_ms,
					const struct mfa_yubikey_listener *listener,
					struct mfa_diag *diag,
					struct mfa_yubikey_port *ret_ports,
					size_t *ret_count);
	/* MFA_YUBIKEY_REFUSED, with a diagnosis: two devices tell this serial number, so
	 * nothing was written. */
	enum mfa_yubikey_result (*program)(const struct mfa_yubikey_program *program,
					   struct mfa_diag *diag,
					   enum mfa_yubikey_write *ret_write);
	mfa_yubikey_hmac hmac;
};

/* Opens the driver in a folder of plug-ins (NULL: the one it is installed in).
 * MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE, MFA_ERR_UNSUPPORTED. */
int mfa_yubikey_driver_open(const char *folder, struct mfa_diag *diag,
			    const struct mfa_yubikey_driver **ret_driver) MFA_MUST_CHECK;
