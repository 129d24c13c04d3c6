/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/usb.h"

#include <stdio.h>
#include <string.h>

#include "mfa/spawn.h"
#include "mfa/usb_wire.h"

enum {
	PROGRAM_MODE = 0755,
	SEND_MS = 1000, /* an order is taken at once, or never */
	STAGES_MAX = MFA_YUBIKEY_BLINKS + 1,
};

static int start_helper(struct mfa_usb *usb, struct mfa_diag *diag)
{
	char path[MFA_USB_FOLDER_SIZE + sizeof "/mfa-usb"];
	const struct mfa_yubikey_driver *driver = NULL;
	if (usb->folder != NULL && strlen(usb->folder) >= MFA_USB_FOLDER_SIZE)
		return mfa_fail(diag, MFA_ERR_INVALID, "%s: too long a path",
				usb->folder);
	(void)snprintf(path, sizeof path, "%s/mfa-usb",
		       usb->folder != NULL ? usb->folder : "");
	int err = mfa_yubikey_driver_open(usb->folder, diag, &driver);
	if (err != MFA_OK)
		return err;
	usb->hmac = driver->hmac;
	return mfa_spawn(usb->folder != NULL ? path : MFA_USB_PATH, PROGRAM_MODE, diag,
			 &usb->channel);
}

int mfa_usb_open(const char *folder, struct mfa_diag *diag, struct mfa_usb *ret_usb)
{
	*ret_usb = (struct mfa_usb){ .folder = folder, .channel = -1 };
	return start_helper(ret_usb, diag);
}

void mfa_usb_close(struct mfa_usb *usb)
{
	mfa_close_fd(&usb->channel);
}

static int send_order(const struct mfa_usb *usb, const struct mfa_usb_order *order,
		      struct mfa_secret *packet)
{
	struct mfa_span payload = { packet->data, 0 };
	int err = mfa_usb_pack_order(order, packet->data, &payload.len);
	return err != MFA_OK ? err
			     : mfa_packet_send(usb->channel, (unsigned char)order->kind,
					       payload, SEND_MS);
}

static int show_stage(const struct mfa_usb *usb, struct mfa_span payload)
{
	enum mfa_yubikey_stage stage = MFA_YUBIKEY_IN_USE;
	int err = mfa_usb_unpack_stage(payload, &stage);
	if (err == MFA_OK && usb->listener.tell != NULL)
		usb->listener.tell(usb->listener.context, stage);
	return err;
}

/* Waits for the outcome, and passes on the stages before it. MFA_ERR_BUSY: nothing came
 * in time. */
static int receive_outcome(const struct mfa_usb *usb, const struct mfa_usb_order *order,
			   struct mfa_secret *packet, struct mfa_usb_outcome *ret_outcome)
{
	int64_t end = mfa_monotonic_ms() + order->timeout_ms + MFA_USB_SLACK_MS;
	for (int i = 0; i <= STAGES_MAX; i++) {
		unsigned char letter = 0;
		struct mfa_span payload = { 0 };
		int64_t left = end - mfa_monotonic_ms();
		int err = mfa_packet_receive(usb->channel, packet,
					     left > 0 ? (int)left : 0, &letter, &payload);
		if (err != MFA_OK)
			return err;
		if (letter == (unsigned char)order->kind)
			return mfa_usb_unpack_outcome(order->kind, payload, ret_outcome);
		if (letter != MFA_USB_STAGE)
			return MFA_ERR_INVALID;
		err = show_stage(usb, payload);
		if (err != MFA_OK)
			return err;
	}
	return MFA_ERR_INVALID;
}

static int exchange_packets(const struct mfa_usb *usb, const struct mfa_usb_order *order,
			    struct mfa_usb_outcome *ret_outcome)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret packet = { 0 };
	int err = mfa_secret_alloc(MFA_PACKET_SIZE, &packet);
	if (err == MFA_OK)
		err = send_order(usb, order, &packet);
	return err == MFA_OK ? receive_outcome(usb, order, &packet, ret_outcome) : err;
}

static enum mfa_yubikey_result execute_order(struct mfa_usb *usb,
					     struct mfa_usb_order *order,
					     struct mfa_diag *diag,
					     struct mfa_usb_outcome *ret_outcome)
{
	if (usb->folder != NULL)
		(void)snprintf(order->folder, sizeof order->folder, "%s", usb->folder);
	int err = exchange_packets(usb, order, ret_outcome);
	mfa_wipe(order, sizeof *order);
	mfa_usb_close(usb);
	if (err == MFA_OK) {
		if (ret_outcome->diag.text[0] != '\0')
			(void)mfa_fail(diag, err, "%s", ret_outcome->diag.text);
		mfa_warn_of(diag, &ret_outcome->diag);
		return ret_outcome->result;
	}
	(void)mfa_fail(diag, err, "mfa-usb gave no answer: %s",
		       err == MFA_ERR_BUSY    ? "its time is over"
		       : err == MFA_ERR_ABORT ? "it has ended"
					      : mfa_strerror(err));
	return err == MFA_ERR_BUSY ? MFA_YUBIKEY_SILENT : MFA_YUBIKEY_BROKEN;
}

static bool wants_slot(const struct mfa_yubikey_order *order,
		       const struct mfa_yubikey_slot *from)
{
	for (size_t i = 0; i < order->count; i++)
		if (order->slots[i].serial == from->serial &&
		    order->slots[i].slot == from->slot)
			return true;
	return false;
}

enum mfa_yubikey_result mfa_usb_respond(struct mfa_usb *usb,
					const struct mfa_yubikey_order *order,
					struct mfa_diag *diag, struct mfa_turn *ret_other,
					struct mfa_yubikey_answer *ret_answer)
{
	struct mfa_usb_outcome outcome;
	struct mfa_usb_order sent = {
		.kind = MFA_USB_RESPOND,
		.timeout_ms = order->timeout_ms,
		.count = order->count,
	};
	if (order->turn != NULL) {
		sent.turn = *order->turn;
		sent.since_ms = order->since_ms;
	}
	for (size_t i = 0; i < order->count && i < MFA_TOKENS_MAX; i++)
		sent.slots[i] = order->slots[i];
	memcpy(sent.challenge, order->challenge, sizeof sent.challenge);
	enum mfa_yubikey_result result = execute_order(usb, &sent, diag, &outcome);
	*ret_other = (struct mfa_turn){ .number = 0 };
	if (mfa_usb_has_other(result))
		*ret_other = outcome.other;
	if (result != MFA_YUBIKEY_DONE)
		return result;
	if (!wants_slot(order, &outcome.from)) {
		(void)mfa_fail(diag, MFA_ERR_INVALID, "mfa-usb answers for another key");
		result = MFA_YUBIKEY_BROKEN;
	} else {
		*ret_answer = (struct mfa_yubikey_answer){ .from = outcome.from,
							   .hmac = usb->hmac };
		memcpy(ret_answer->challenge, order->challenge,
		       sizeof ret_answer->challenge);
		memcpy(ret_answer->response, outcome.response,
		       sizeof ret_answer->response);
	}
	mfa_wipe(&outcome, sizeof outcome);
	return result;
}

enum mfa_yubikey_result mfa_usb_list(struct mfa_usb *usb, int64_t timeout_ms,
				     struct mfa_diag *diag,
				     struct mfa_yubikey_port *ret_ports,
				     size_t *ret_count)
{
	struct mfa_usb_outcome outcome;
	struct mfa_usb_order sent = { .kind = MFA_USB_LIST, .timeout_ms = timeout_ms };
	enum mfa_yubikey_result result = execute_order(usb, &sent, diag, &outcome);
	if (result != MFA_YUBIKEY_DONE)
		return result;
	memcpy(ret_ports, outcome.ports, sizeof outcome.ports);
	*ret_count = outcome.count;
	return result;
}

enum mfa_yubikey_result mfa_usb_program(struct mfa_usb *usb,
					const struct mfa_yubikey_program *program,
					struct mfa_diag *diag)
{
	struct mfa_usb_outcome outcome;
	struct mfa_usb_order sent = {
		.kind = MFA_USB_PROGRAM,
		.timeout_ms = program->timeout_ms,
		.at = program->at,
		.wants_touch = program->wants_touch,
		.has_ids = program->public_id != NULL,
	};
	if (sent.has_ids) {
		memcpy(sent.secret, program->secret, MFA_YUBIKEY_AES_LEN);
		memcpy(sent.public_id, program->public_id, sizeof sent.public_id);
		memcpy(sent.private_id, program->private_id, sizeof sent.private_id);
	} else {
		memcpy(sent.secret, program->secret, sizeof sent.secret);
	}
	return execute_order(usb, &sent, diag, &outcome);
}
