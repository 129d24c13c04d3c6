/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/usb.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "mfa/spawn.h"
#include "mfa/usb_wire.h"

enum {
	SEND_MS = 1000, /* an order is taken at once, or never */
	OVER_MS = 50,	/* how often is_over is asked */
	LIST_MS = 3000, /* for a list that is over: it does not know */
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
	/* the answer needs its HMAC: better to fail before anybody has touched a key */
	int err = mfa_yubikey_driver_open(usb->folder, diag, &driver);
	if (err != MFA_OK)
		return err;
	return mfa_spawn(usb->folder != NULL ? path : MFA_USB_PATH, NULL, diag,
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

static int64_t time_left(int64_t deadline_ms)
{
	int64_t left = deadline_ms - mfa_monotonic_ms();
	return left > 0 ? left : 0;
}

/* When the caller has no more need of the outcome, mfa-usb is told so, and says what it
 * has done until then. A list may wait for another's turn, and is left alone then. */
static int receive_packet(const struct mfa_usb *usb, enum mfa_usb_kind kind,
			  int64_t deadline_ms, struct mfa_secret *packet,
			  struct mfa_span *ret_payload)
{
	unsigned char letter = 0;
	bool may_end = usb->is_over != NULL;
	for (;;) {
		int64_t left = time_left(deadline_ms);
		int wait_ms = (int)(may_end && left > OVER_MS ? OVER_MS : left);
		int err = mfa_packet_receive(usb->channel, packet, wait_ms, &letter,
					     ret_payload);
		if (err != MFA_ERR_BUSY || left == 0)
			return err == MFA_OK ? letter : err;
		if (!may_end || !usb->is_over())
			continue;
		may_end = shutdown(usb->channel, SHUT_WR) != 0;
		if (kind == MFA_USB_LIST && left > LIST_MS)
			deadline_ms -= left - LIST_MS;
	}
}

/* Waits for the outcome, and passes on the stages before it. MFA_ERR_BUSY: nothing came
 * in time. */
static int receive_outcome(const struct mfa_usb *usb, enum mfa_usb_kind kind,
			   int64_t deadline_ms, struct mfa_secret *packet,
			   struct mfa_usb_outcome *ret_outcome)
{
	for (int i = 0; i <= STAGES_MAX; i++) {
		struct mfa_span payload = { 0 };
		int letter = receive_packet(usb, kind, deadline_ms, packet, &payload);
		if (letter < 0)
			return letter;
		if (letter == (int)kind)
			return mfa_usb_unpack_outcome(kind, payload, ret_outcome);
		if (letter != MFA_USB_STAGE)
			return MFA_ERR_INVALID;
		int err = show_stage(usb, payload);
		if (err != MFA_OK)
			return err;
	}
	return MFA_ERR_INVALID;
}

static enum mfa_yubikey_result fail_order(int err, struct mfa_diag *diag)
{
	(void)mfa_fail(diag, err, "mfa-usb gave no answer: %s",
		       err == MFA_ERR_BUSY    ? "its time is over"
		       : err == MFA_ERR_ABORT ? "it has ended"
					      : mfa_strerror(err));
	return err == MFA_ERR_BUSY ? MFA_YUBIKEY_SILENT : MFA_YUBIKEY_BROKEN;
}

/* Wipes the order. */
static int begin_order(const struct mfa_usb *usb, struct mfa_usb_order *order,
		       int64_t *ret_deadline_ms)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret packet = { 0 };
	if (usb->folder != NULL)
		(void)snprintf(order->folder, sizeof order->folder, "%s", usb->folder);
	*ret_deadline_ms = mfa_monotonic_ms() + order->timeout_ms + MFA_USB_SLACK_MS;
	int err = mfa_secret_alloc(MFA_PACKET_SIZE, &packet);
	if (err == MFA_OK)
		err = send_order(usb, order, &packet);
	mfa_wipe(order, sizeof *order);
	return err;
}

/* Ends mfa-usb. */
static enum mfa_yubikey_result end_order(struct mfa_usb *usb, enum mfa_usb_kind kind,
					 int64_t deadline_ms, struct mfa_diag *diag,
					 struct mfa_usb_outcome *ret_outcome)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret packet = { 0 };
	int err = mfa_secret_alloc(MFA_PACKET_SIZE, &packet);
	if (err == MFA_OK)
		err = receive_outcome(usb, kind, deadline_ms, &packet, ret_outcome);
	mfa_usb_close(usb);
	if (err != MFA_OK)
		return fail_order(err, diag);
	if (ret_outcome->diag.text[0] != '\0')
		(void)mfa_fail(diag, err, "%s", ret_outcome->diag.text);
	mfa_warn_of(diag, &ret_outcome->diag);
	return ret_outcome->result;
}

static enum mfa_yubikey_result execute_order(struct mfa_usb *usb,
					     struct mfa_usb_order *order,
					     struct mfa_diag *diag,
					     struct mfa_usb_outcome *ret_outcome)
{
	enum mfa_usb_kind kind = order->kind;
	int64_t deadline_ms = 0;
	int err = begin_order(usb, order, &deadline_ms);
	if (err == MFA_OK)
		return end_order(usb, kind, deadline_ms, diag, ret_outcome);
	mfa_usb_close(usb);
	ret_outcome->write = MFA_YUBIKEY_KEPT; /* it was not sent */
	return fail_order(err, diag);
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

int mfa_usb_send_challenge(struct mfa_usb *usb, const struct mfa_yubikey_order *order,
			   struct mfa_diag *diag, int64_t *ret_deadline_ms)
{
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
	int err = begin_order(usb, &sent, ret_deadline_ms);
	if (err != MFA_OK) {
		mfa_usb_close(usb);
		(void)fail_order(err, diag);
	}
	return err;
}

/* The plug-in is loaded for its HMAC alone, which needs no USB. */
static enum mfa_yubikey_result fill_answer(const struct mfa_usb *usb,
					   const struct mfa_yubikey_order *order,
					   const struct mfa_usb_outcome *outcome,
					   struct mfa_diag *diag,
					   struct mfa_yubikey_answer *ret_answer)
{
	const struct mfa_yubikey_driver *driver = NULL;
	if (!wants_slot(order, &outcome->from)) {
		(void)mfa_fail(diag, MFA_ERR_INVALID, "mfa-usb answers for another key");
		return MFA_YUBIKEY_BROKEN;
	}
	if (mfa_yubikey_driver_open(usb->folder, diag, &driver) != MFA_OK)
		return MFA_YUBIKEY_BROKEN;
	*ret_answer = (struct mfa_yubikey_answer){ .from = outcome->from,
						   .hmac = driver->hmac };
	memcpy(ret_answer->challenge, order->challenge, sizeof ret_answer->challenge);
	memcpy(ret_answer->response, outcome->response, sizeof ret_answer->response);
	return MFA_YUBIKEY_DONE;
}

enum mfa_yubikey_result mfa_usb_take_response(struct mfa_usb *usb,
					      const struct mfa_yubikey_order *order,
					      int64_t deadline_ms, struct mfa_diag *diag,
					      struct mfa_turn *ret_other,
					      struct mfa_yubikey_answer *ret_answer)
{
	struct mfa_usb_outcome outcome;
	enum mfa_yubikey_result result =
		end_order(usb, MFA_USB_RESPOND, deadline_ms, diag, &outcome);
	*ret_other = (struct mfa_turn){ .number = 0 };
	if (mfa_usb_has_other(result))
		*ret_other = outcome.other;
	if (result != MFA_YUBIKEY_DONE)
		return result;
	result = fill_answer(usb, order, &outcome, diag, ret_answer);
	mfa_wipe(&outcome, sizeof outcome);
	return result;
}

enum mfa_yubikey_result mfa_usb_respond(struct mfa_usb *usb,
					const struct mfa_yubikey_order *order,
					struct mfa_diag *diag, struct mfa_turn *ret_other,
					struct mfa_yubikey_answer *ret_answer)
{
	int64_t deadline_ms = 0;
	int err = mfa_usb_send_challenge(usb, order, diag, &deadline_ms);
	*ret_other = (struct mfa_turn){ .number = 0 };
	if (err != MFA_OK)
		return err == MFA_ERR_BUSY ? MFA_YUBIKEY_SILENT : MFA_YUBIKEY_BROKEN;
	return mfa_usb_take_response(usb, order, deadline_ms, diag, ret_other,
				     ret_answer);
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
					struct mfa_diag *diag,
					enum mfa_yubikey_write *ret_write)
{
	/* what mfa-usb did before it fell silent is not known */
	struct mfa_usb_outcome outcome = { .write = MFA_YUBIKEY_UNSURE };
	struct mfa_usb_order sent = {
		.kind = MFA_USB_PROGRAM,
		.timeout_ms = program->timeout_ms,
		.at = program->at,
		.wants_touch = program->wants_touch,
		.may_overwrite = program->may_overwrite,
		.has_access_code = program->access_code != NULL,
		.has_new_access_code = program->new_access_code != NULL,
		.has_ids = program->public_id != NULL,
	};
	if (sent.has_access_code)
		memcpy(sent.access_code, program->access_code, sizeof sent.access_code);
	if (sent.has_new_access_code)
		memcpy(sent.new_access_code, program->new_access_code,
		       sizeof sent.new_access_code);
	if (sent.has_ids) {
		memcpy(sent.secret, program->secret, MFA_YUBIKEY_AES_LEN);
		memcpy(sent.public_id, program->public_id, sizeof sent.public_id);
		memcpy(sent.private_id, program->private_id, sizeof sent.private_id);
	} else {
		memcpy(sent.secret, program->secret, sizeof sent.secret);
	}
	enum mfa_yubikey_result result = execute_order(usb, &sent, diag, &outcome);
	*ret_write = outcome.write;
	return result;
}
