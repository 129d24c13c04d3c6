/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/usb_wire.h"

#include <string.h>

#include "mfa/bytes.h"

enum {
	VERSION_SIZE = 16,
	TEXT_SIZE = sizeof((struct mfa_diag){ 0 }.text),
	WARNING_SIZE = sizeof((struct mfa_diag){ 0 }.warning),
	SLOT_SIZE = 5,
	PORT_SIZE = 9,
	/* an order */
	AT_TIMEOUT = VERSION_SIZE,
	AT_FOLDER = AT_TIMEOUT + 8,
	AT_REST = AT_FOLDER + MFA_USB_FOLDER_SIZE,
	AT_SLOTS = AT_REST + 1,
	AT_CHALLENGE = AT_SLOTS + MFA_TOKENS_MAX * SLOT_SIZE,
	AT_TURN = AT_CHALLENGE + MFA_YUBIKEY_CHALLENGE_LEN,
	AT_SINCE = AT_TURN + MFA_TURN_SIZE,
	RESPOND_SIZE = AT_SINCE + 8,
	AT_FLAGS = AT_REST + SLOT_SIZE,
	AT_SECRET = AT_FLAGS + 1,
	AT_PUBLIC = AT_SECRET + MFA_YUBIKEY_SECRET_LEN,
	AT_PRIVATE = AT_PUBLIC + MFA_YUBIKEY_PUBLIC_LEN,
	AT_ACCESS = AT_PRIVATE + MFA_YUBIKEY_PRIVATE_LEN,
	AT_NEW_ACCESS = AT_ACCESS + MFA_YUBIKEY_ACCESS_LEN,
	PROGRAM_SIZE = AT_NEW_ACCESS + MFA_YUBIKEY_ACCESS_LEN,
	FLAG_TOUCH = 1,
	FLAG_IDS = 2,
	FLAG_OVERWRITE = 4,
	FLAG_ACCESS = 8,
	FLAG_NEW_ACCESS = 16,
	/* an outcome */
	AT_DIAG = 1,
	AT_WARNING = AT_DIAG + TEXT_SIZE,
	AT_WARNED = AT_WARNING + WARNING_SIZE,
	AT_FROM = AT_WARNED + 1,
	AT_RESPONSE = AT_FROM + SLOT_SIZE,
	AT_OTHER = AT_RESPONSE + MFA_YUBIKEY_RESPONSE_LEN,
	RESPONDED_SIZE = AT_OTHER + MFA_TURN_SIZE,
	AT_COUNT = AT_FROM,
	AT_PORTS = AT_COUNT + 1,
	LISTED_SIZE = AT_PORTS + MFA_YUBIKEYS_MAX * PORT_SIZE,
	AT_WRITE = AT_FROM,
	PROGRAMMED_SIZE = AT_WRITE + 1,
	AT_PORT_VERSION = 4,
	AT_PORT_FLAGS = 7,
	AT_PORT_TOUCH = 8,
};

_Static_assert(sizeof MFA_VERSION <= VERSION_SIZE, "a longer version needs more room");

static size_t order_size(enum mfa_usb_kind kind)
{
	switch (kind) {
	case MFA_USB_RESPOND:
		return RESPOND_SIZE;
	case MFA_USB_LIST:
		return AT_REST;
	case MFA_USB_PROGRAM:
		return PROGRAM_SIZE;
	}
	return 0;
}

static size_t outcome_size(enum mfa_usb_kind kind)
{
	switch (kind) {
	case MFA_USB_RESPOND:
		return RESPONDED_SIZE;
	case MFA_USB_LIST:
		return LISTED_SIZE;
	case MFA_USB_PROGRAM:
		return PROGRAMMED_SIZE;
	}
	return 0;
}

static bool is_valid_order(const struct mfa_usb_order *order)
{
	if (order_size(order->kind) == 0 || order->timeout_ms < 0 ||
	    order->timeout_ms > MFA_USB_TIMEOUT_MAX_MS || order->count > MFA_TOKENS_MAX ||
	    memchr(order->folder, '\0', sizeof order->folder) == NULL ||
	    (order->folder[0] != '\0' && order->folder[0] != '/'))
		return false;
	for (size_t i = 0; i < order->count; i++)
		if (!mfa_yubikey_is_slot(order->slots[i].slot))
			return false;
	return order->kind != MFA_USB_PROGRAM || mfa_yubikey_is_slot(order->at.slot);
}

static bool is_valid_outcome(enum mfa_usb_kind kind,
			     const struct mfa_usb_outcome *outcome)
{
	bool is_done = outcome->result == MFA_YUBIKEY_DONE;
	bool has_answer = kind == MFA_USB_RESPOND && is_done;
	if (kind == MFA_USB_PROGRAM &&
	    (outcome->write > MFA_YUBIKEY_UNSURE ||
	     is_done != (outcome->write == MFA_YUBIKEY_WRITTEN)))
		return false;
	return outcome_size(kind) != 0 && outcome->result <= MFA_YUBIKEY_BROKEN &&
	       outcome->count <= MFA_YUBIKEYS_MAX &&
	       memchr(outcome->diag.text, '\0', TEXT_SIZE) != NULL &&
	       memchr(outcome->diag.warning, '\0', WARNING_SIZE) != NULL &&
	       (unsigned)outcome->diag.warned < MFA_WARNING_COUNT &&
	       (!has_answer || mfa_yubikey_is_slot(outcome->from.slot));
}

static void put_slot(unsigned char *bytes, const struct mfa_yubikey_slot *slot)
{
	mfa_put32(bytes, slot->serial);
	bytes[4] = (unsigned char)slot->slot;
}

static struct mfa_yubikey_slot get_slot(const unsigned char *bytes)
{
	return (struct mfa_yubikey_slot){ mfa_get32(bytes), bytes[4] };
}

static void put_program(unsigned char *bytes, const struct mfa_usb_order *order)
{
	put_slot(bytes + AT_REST, &order->at);
	bytes[AT_FLAGS] =
		(unsigned char)((order->wants_touch ? FLAG_TOUCH : 0) |
				(order->has_ids ? FLAG_IDS : 0) |
				(order->may_overwrite ? FLAG_OVERWRITE : 0) |
				(order->has_access_code ? FLAG_ACCESS : 0) |
				(order->has_new_access_code ? FLAG_NEW_ACCESS : 0));
	memcpy(bytes + AT_SECRET, order->secret, sizeof order->secret);
	memcpy(bytes + AT_PUBLIC, order->public_id, sizeof order->public_id);
	memcpy(bytes + AT_PRIVATE, order->private_id, sizeof order->private_id);
	memcpy(bytes + AT_ACCESS, order->access_code, sizeof order->access_code);
	memcpy(bytes + AT_NEW_ACCESS, order->new_access_code,
	       sizeof order->new_access_code);
}

static void get_program(const unsigned char *bytes, struct mfa_usb_order *order)
{
	order->at = get_slot(bytes + AT_REST);
	order->wants_touch = (bytes[AT_FLAGS] & FLAG_TOUCH) != 0;
	order->has_ids = (bytes[AT_FLAGS] & FLAG_IDS) != 0;
	order->may_overwrite = (bytes[AT_FLAGS] & FLAG_OVERWRITE) != 0;
	order->has_access_code = (bytes[AT_FLAGS] & FLAG_ACCESS) != 0;
	order->has_new_access_code = (bytes[AT_FLAGS] & FLAG_NEW_ACCESS) != 0;
	memcpy(order->secret, bytes + AT_SECRET, sizeof order->secret);
	memcpy(order->public_id, bytes + AT_PUBLIC, sizeof order->public_id);
	memcpy(order->private_id, bytes + AT_PRIVATE, sizeof order->private_id);
	memcpy(order->access_code, bytes + AT_ACCESS, sizeof order->access_code);
	memcpy(order->new_access_code, bytes + AT_NEW_ACCESS,
	       sizeof order->new_access_code);
}

/* An order belongs to a turn in which no key has answered yet. */
static int put_turn(unsigned char *bytes, const struct mfa_usb_order *order)
{
	bool is_login = order->turn.number != 0;
	if (order->turn.serial != 0 || order->since_ms < 0 ||
	    (!is_login && order->since_ms != 0))
		return MFA_ERR_INVALID;
	mfa_put64(bytes + AT_SINCE, (uint64_t)order->since_ms);
	return mfa_turn_put(&order->turn, bytes + AT_TURN);
}

static void put_challenge(unsigned char *bytes, const struct mfa_usb_order *order)
{
	bytes[AT_REST] = (unsigned char)order->count;
	for (size_t i = 0; i < order->count; i++)
		put_slot(bytes + AT_SLOTS + i * SLOT_SIZE, &order->slots[i]);
	memcpy(bytes + AT_CHALLENGE, order->challenge, sizeof order->challenge);
}

/* Bytes that are no turn become an empty one, which is packed to other bytes: an
 * error. */
static void get_challenge(const unsigned char *bytes, struct mfa_usb_order *order)
{
	(void)mfa_turn_get(bytes + AT_TURN, &order->turn);
	order->since_ms = (int64_t)mfa_get64(bytes + AT_SINCE);
	order->count = bytes[AT_REST];
	for (size_t i = 0; i < order->count && i < MFA_TOKENS_MAX; i++)
		order->slots[i] = get_slot(bytes + AT_SLOTS + i * SLOT_SIZE);
	memcpy(order->challenge, bytes + AT_CHALLENGE, sizeof order->challenge);
}

int mfa_usb_pack_order(const struct mfa_usb_order *order,
		       unsigned char ret_payload[static MFA_PACKET_SIZE], size_t *ret_len)
{
	if (!is_valid_order(order))
		return MFA_ERR_INVALID;
	int err = MFA_OK;
	size_t size = order_size(order->kind);
	memset(ret_payload, 0, size);
	memcpy(ret_payload, MFA_VERSION, sizeof MFA_VERSION);
	mfa_put64(ret_payload + AT_TIMEOUT, (uint64_t)order->timeout_ms);
	memcpy(ret_payload + AT_FOLDER, order->folder, strlen(order->folder));
	if (order->kind == MFA_USB_RESPOND) {
		put_challenge(ret_payload, order);
		err = put_turn(ret_payload, order);
	}
	if (order->kind == MFA_USB_PROGRAM)
		put_program(ret_payload, order);
	if (err == MFA_OK)
		*ret_len = size;
	return err;
}

int mfa_usb_unpack_order(unsigned char letter, struct mfa_span payload,
			 struct mfa_usb_order *ret_order)
{
	static const char version[VERSION_SIZE] = MFA_VERSION;
	unsigned char again[MFA_PACKET_SIZE];
	struct mfa_usb_order order = { .kind = (enum mfa_usb_kind)letter };
	size_t len = 0;
	if (payload.len < VERSION_SIZE || order_size(order.kind) == 0)
		return MFA_ERR_INVALID;
	if (memcmp(payload.data, version, sizeof version) != 0)
		return MFA_ERR_UNSUPPORTED;
	if (payload.len != order_size(order.kind))
		return MFA_ERR_INVALID;
	order.timeout_ms = (int64_t)mfa_get64(payload.data + AT_TIMEOUT);
	memcpy(order.folder, payload.data + AT_FOLDER, sizeof order.folder);
	if (order.kind == MFA_USB_RESPOND)
		get_challenge(payload.data, &order);
	if (order.kind == MFA_USB_PROGRAM)
		get_program(payload.data, &order);
	int err = mfa_usb_pack_order(&order, again, &len);
	if (err == MFA_OK && memcmp(again, payload.data, len) != 0)
		err = MFA_ERR_INVALID;
	if (err == MFA_OK)
		*ret_order = order;
	mfa_wipe(again, sizeof again);
	mfa_wipe(&order, sizeof order);
	return err;
}

void mfa_usb_pack_stage(enum mfa_yubikey_stage stage,
			unsigned char ret_payload[static MFA_USB_STAGE_LEN])
{
	ret_payload[0] = (unsigned char)stage;
}

int mfa_usb_unpack_stage(struct mfa_span payload, enum mfa_yubikey_stage *ret_stage)
{
	if (payload.len != MFA_USB_STAGE_LEN || payload.data[0] > MFA_YUBIKEY_BLINKS)
		return MFA_ERR_INVALID;
	*ret_stage = (enum mfa_yubikey_stage)payload.data[0];
	return MFA_OK;
}

static void put_port(unsigned char *bytes, const struct mfa_yubikey_port *port)
{
	mfa_put32(bytes, port->serial);
	memcpy(bytes + AT_PORT_VERSION, port->version, sizeof port->version);
	bytes[AT_PORT_TOUCH] = port->touch_s;
	for (unsigned i = 0; i < MFA_YUBIKEY_SLOTS; i++) {
		unsigned flags = (port->is_programmed[i] ? 1U : 0U) |
				 (port->wants_touch[i] ? 2U : 0U);
		bytes[AT_PORT_FLAGS] |= (unsigned char)(flags << 2 * i);
	}
}

static struct mfa_yubikey_port get_port(const unsigned char *bytes)
{
	struct mfa_yubikey_port port = { .serial = mfa_get32(bytes),
					 .touch_s = bytes[AT_PORT_TOUCH] };
	memcpy(port.version, bytes + AT_PORT_VERSION, sizeof port.version);
	for (unsigned i = 0; i < MFA_YUBIKEY_SLOTS; i++) {
		unsigned flags = (unsigned)bytes[AT_PORT_FLAGS] >> 2 * i;
		port.is_programmed[i] = (flags & 1) != 0;
		port.wants_touch[i] = (flags & 2) != 0;
	}
	return port;
}

bool mfa_usb_has_other(enum mfa_yubikey_result result)
{
	return result == MFA_YUBIKEY_BUSY || result == MFA_YUBIKEY_ELSEWHERE;
}

int mfa_usb_pack_outcome(enum mfa_usb_kind kind, const struct mfa_usb_outcome *outcome,
			 unsigned char ret_payload[static MFA_PACKET_SIZE],
			 size_t *ret_len)
{
	if (!is_valid_outcome(kind, outcome))
		return MFA_ERR_INVALID;
	int err = MFA_OK;
	size_t size = outcome_size(kind);
	memset(ret_payload, 0, size);
	ret_payload[0] = (unsigned char)outcome->result;
	memcpy(ret_payload + AT_DIAG, outcome->diag.text, strlen(outcome->diag.text));
	memcpy(ret_payload + AT_WARNING, outcome->diag.warning,
	       strlen(outcome->diag.warning));
	ret_payload[AT_WARNED] = (unsigned char)outcome->diag.warned;
	if (kind == MFA_USB_RESPOND && outcome->result == MFA_YUBIKEY_DONE) {
		put_slot(ret_payload + AT_FROM, &outcome->from);
		memcpy(ret_payload + AT_RESPONSE, outcome->response,
		       sizeof outcome->response);
	}
	if (kind == MFA_USB_RESPOND && mfa_usb_has_other(outcome->result))
		err = mfa_turn_put(&outcome->other, ret_payload + AT_OTHER);
	if (kind == MFA_USB_LIST) {
		ret_payload[AT_COUNT] = (unsigned char)outcome->count;
		for (size_t i = 0; i < outcome->count; i++)
			put_port(ret_payload + AT_PORTS + i * PORT_SIZE,
				 &outcome->ports[i]);
	}
	if (kind == MFA_USB_PROGRAM)
		ret_payload[AT_WRITE] = (unsigned char)outcome->write;
	if (err == MFA_OK)
		*ret_len = size;
	return err;
}

int mfa_usb_unpack_outcome(enum mfa_usb_kind kind, struct mfa_span payload,
			   struct mfa_usb_outcome *ret_outcome)
{
	unsigned char again[MFA_PACKET_SIZE];
	size_t len = 0;
	if (outcome_size(kind) == 0 || payload.len != outcome_size(kind))
		return MFA_ERR_INVALID;
	struct mfa_usb_outcome outcome = {
		.result = (enum mfa_yubikey_result)payload.data[0],
	};
	memcpy(outcome.diag.text, payload.data + AT_DIAG, TEXT_SIZE);
	memcpy(outcome.diag.warning, payload.data + AT_WARNING, WARNING_SIZE);
	outcome.diag.warned = (enum mfa_warning)payload.data[AT_WARNED];
	if (kind == MFA_USB_RESPOND) {
		outcome.from = get_slot(payload.data + AT_FROM);
		memcpy(outcome.response, payload.data + AT_RESPONSE,
		       sizeof outcome.response);
		(void)mfa_turn_get(payload.data + AT_OTHER, &outcome.other);
	}
	if (kind == MFA_USB_PROGRAM)
		outcome.write = (enum mfa_yubikey_write)payload.data[AT_WRITE];
	if (kind == MFA_USB_LIST)
		outcome.count = payload.data[AT_COUNT];
	for (size_t i = 0; i < outcome.count && i < MFA_YUBIKEYS_MAX; i++)
		outcome.ports[i] = get_port(payload.data + AT_PORTS + i * PORT_SIZE);
	int err = mfa_usb_pack_outcome(kind, &outcome, again, &len);
	if (err == MFA_OK && memcmp(again, payload.data, len) != 0)
		err = MFA_ERR_INVALID;
	if (err == MFA_OK)
		*ret_outcome = outcome;
	mfa_wipe(again, sizeof again);
	mfa_wipe(&outcome, sizeof outcome);
	return err;
}
