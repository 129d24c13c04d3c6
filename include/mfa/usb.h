/* SPDX-License-Identifier: BSD-2-Clause */
/* The YubiKeys in this machine's ports. mfa-usb talks to them: a process of root's that
 * inherits nothing from the program, holds the turn at the ports, and ends in time
 * whatever happens to the program or to USB. */
#pragma once

#include "mfa/yubikey_driver.h"

struct mfa_usb {
	const char *folder; /* borrowed; NULL: the plug-in's and mfa-usb's own places */
	int channel;	    /* to mfa-usb; -1: it has got its order */
	/* Set by the caller before the order; a login's order has no stages. */
	struct mfa_yubikey_listener listener;
	/* Asked every 50 ms while the outcome is waited for; true: the caller has no more
	 * need of it. mfa-usb then ends a wait, and writes nothing that it has not begun
	 * to; the outcome says how far it came. A list is waited for 3 s more. NULL:
	 * never. */
	bool (*is_over)(void);
};

/* Loads the plug-in, for its HMAC alone, and starts mfa-usb, both from a folder that only
 * root can write. mfa-usb waits for one order and
 * takes no turn before. The caller ends ret_usb with mfa_usb_close in any case.
 * MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE, MFA_ERR_UNSUPPORTED, MFA_ERR_IO, ... */
int mfa_usb_open(const char *folder, struct mfa_diag *diag, struct mfa_usb *ret_usb)
	MFA_MUST_CHECK;
/* Also ends mfa-usb, if it is still running. */
void mfa_usb_close(struct mfa_usb *usb);

/* The order, one of these; see struct mfa_yubikey_driver. They wait at most
 * MFA_USB_SLACK_MS longer than the driver, and block no signals: if the program ends, its
 * turn at the ports ends too. */
enum mfa_yubikey_result mfa_usb_respond(struct mfa_usb *usb,
					const struct mfa_yubikey_order *order,
					struct mfa_diag *diag, struct mfa_turn *ret_other,
					struct mfa_yubikey_answer *ret_answer);
/* mfa_usb_respond in two halves. The first sends the order, and sets when its reply is
 * late (CLOCK_MONOTONIC); the second takes the reply, which is there when the channel is
 * readable. Of the order it needs slots and challenge. */
int mfa_usb_send_challenge(struct mfa_usb *usb, const struct mfa_yubikey_order *order,
			   struct mfa_diag *diag, int64_t *ret_deadline_ms)
	MFA_MUST_CHECK;
enum mfa_yubikey_result mfa_usb_take_response(struct mfa_usb *usb,
					      const struct mfa_yubikey_order *order,
					      int64_t deadline_ms, struct mfa_diag *diag,
					      struct mfa_turn *ret_other,
					      struct mfa_yubikey_answer *ret_answer);
enum mfa_yubikey_result mfa_usb_list(struct mfa_usb *usb, int64_t timeout_ms,
				     struct mfa_diag *diag,
				     struct mfa_yubikey_port *ret_ports,
				     size_t *ret_count);
/* ret_write is set also after an error. */
enum mfa_yubikey_result mfa_usb_program(struct mfa_usb *usb,
					const struct mfa_yubikey_program *program,
					struct mfa_diag *diag,
					enum mfa_yubikey_write *ret_write);
