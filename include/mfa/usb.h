/* The YubiKeys in this machine's ports, for programs of all kinds: what talks to them is
 * mfa-usb, a process of root's that takes nothing over from the program, holds the turn at
 * the ports, and ends in time whatever becomes of the program or of USB. */
#pragma once

#include "mfa/yubikey_driver.h"

struct mfa_usb {
	const char *folder; /* borrowed; NULL: the plug-in's and mfa-usb's own places */
	mfa_yubikey_hmac hmac; /* the plug-in's; it needs no USB */
	int channel;	       /* to mfa-usb; -1: it has had its order */
	/* The caller's, set before the order; what a login orders comes to no stage. */
	struct mfa_yubikey_listener listener;
};

/* Loads the plug-in, for hmac alone, and starts mfa-usb, both from a folder that only root
 * can write. It waits for one order, and holds nothing until it comes. The caller ends
 * ret_usb with mfa_usb_close in any case.
 * MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE, MFA_ERR_UNSUPPORTED, MFA_ERR_IO, ... */
int mfa_usb_open(const char *folder, struct mfa_diag *diag, struct mfa_usb *ret_usb)
	MFA_MUST_CHECK;
/* Ends mfa-usb as well, if it is still at work. */
void mfa_usb_close(struct mfa_usb *usb);

/* The order, one of these: as struct mfa_yubikey_driver's. They wait MFA_USB_SLACK_MS longer
 * than the driver at most, with signals as they are: a program that ends meanwhile, or is
 * ended, takes its turn at the ports with it. */
enum mfa_yubikey_result mfa_usb_respond(struct mfa_usb *usb,
					const struct mfa_yubikey_order *order,
					struct mfa_diag *diag,
					struct mfa_yubikey_turn *ret_other,
					struct mfa_yubikey_answer *ret_answer);
enum mfa_yubikey_result mfa_usb_list(struct mfa_usb *usb, int64_t timeout_ms,
				     struct mfa_diag *diag,
				     struct mfa_yubikey_port *ret_ports,
				     size_t *ret_count);
enum mfa_yubikey_result mfa_usb_program(struct mfa_usb *usb,
					const struct mfa_yubikey_program *program,
					struct mfa_diag *diag);
