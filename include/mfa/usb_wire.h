/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages between a program and mfa-usb: an order and its outcome, one packet each
 * (mfa/packet.h), with a fixed layout for each kind. Between them there is a packet for
 * each stage, except for a login's order. */
#pragma once

#include "mfa/packet.h"
#include "mfa/yubikey_driver.h"
#include "mfa/yubikey_otp.h"

/* Also the letter that order and outcome begin with. */
enum mfa_usb_kind {
	MFA_USB_RESPOND = 'r',
	MFA_USB_LIST = 'l',
	MFA_USB_PROGRAM = 'p',
};

enum {
	MFA_USB_STAGE = 's', /* the letter of a stage's packet */
	MFA_USB_STAGE_LEN = 1,
	MFA_USB_FOLDER_SIZE = 256,
	MFA_USB_TIMEOUT_MAX_MS = 10 * 60 * 1000,
	/* The driver may exceed its time-out by one transfer. A program waits so much
	 * longer, and mfa-usb ends in any case a second after that. */
	MFA_USB_SLACK_MS = 3000,
	MFA_USB_SLACK_MORE_MS = MFA_USB_SLACK_MS + 1000,
};

struct mfa_usb_order {
	enum mfa_usb_kind kind;
	int64_t timeout_ms;
	char folder[MFA_USB_FOLDER_SIZE]; /* of the plug-in; "": where it is installed */
	/* respond */
	struct mfa_yubikey_slot slots[MFA_TOKENS_MAX];
	size_t count;
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
	struct mfa_turn turn; /* number 0: not a login's */
	int64_t since_ms;
	/* program */
	struct mfa_yubikey_slot at;
	bool wants_touch;
	bool may_overwrite;
	bool has_access_code;
	bool has_new_access_code;
	unsigned char access_code[MFA_YUBIKEY_ACCESS_LEN];
	unsigned char new_access_code[MFA_YUBIKEY_ACCESS_LEN];
	bool has_ids; /* for Yubico OTP: the secret is the AES key, followed by zeros */
	unsigned char secret[MFA_YUBIKEY_SECRET_LEN];
	unsigned char public_id[MFA_YUBIKEY_PUBLIC_LEN];
	unsigned char private_id[MFA_YUBIKEY_PRIVATE_LEN];
};

struct mfa_usb_outcome {
	enum mfa_yubikey_result result;
	struct mfa_diag diag;
	/* respond, and MFA_YUBIKEY_DONE */
	struct mfa_yubikey_slot from;
	unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
	struct mfa_turn other; /* if mfa_usb_has_other */
	/* list */
	struct mfa_yubikey_port ports[MFA_YUBIKEYS_MAX];
	size_t count;
	/* program */
	enum mfa_yubikey_write write;
};

/* Whether an order to respond with this result has another login's turn in its
 * outcome. */
bool mfa_usb_has_other(enum mfa_yubikey_result result);

/* To bytes; what the kind does not use is ignored. MFA_ERR_INVALID: a value is out of its
 * range. */
int mfa_usb_pack_order(const struct mfa_usb_order *order,
		       unsigned char ret_payload[static MFA_PACKET_SIZE], size_t *ret_len)
	MFA_MUST_CHECK;
int mfa_usb_pack_outcome(enum mfa_usb_kind kind, const struct mfa_usb_outcome *outcome,
			 unsigned char ret_payload[static MFA_PACKET_SIZE],
			 size_t *ret_len) MFA_MUST_CHECK;

/* A stage to a byte, and back. MFA_ERR_INVALID: it is no stage. */
void mfa_usb_pack_stage(enum mfa_yubikey_stage stage,
			unsigned char ret_payload[static MFA_USB_STAGE_LEN]);
int mfa_usb_unpack_stage(struct mfa_span payload, enum mfa_yubikey_stage *ret_stage)
	MFA_MUST_CHECK;

/* And back. MFA_ERR_INVALID: they would not be packed to the same bytes.
 * MFA_ERR_UNSUPPORTED: they are of another version of pam_mfa. */
int mfa_usb_unpack_order(unsigned char letter, struct mfa_span payload,
			 struct mfa_usb_order *ret_order) MFA_MUST_CHECK;
int mfa_usb_unpack_outcome(enum mfa_usb_kind kind, struct mfa_span payload,
			   struct mfa_usb_outcome *ret_outcome) MFA_MUST_CHECK;
