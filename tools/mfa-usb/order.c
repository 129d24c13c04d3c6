/* SPDX-License-Identifier: BSD-2-Clause */
#include "order.h"

#include <string.h>

static enum mfa_yubikey_result respond(const struct mfa_usb_order *order,
				       const struct order_caller *caller,
				       const struct mfa_yubikey_driver *driver,
				       struct mfa_usb_outcome *outcome)
{
	struct mfa_yubikey_answer answer;
	struct mfa_yubikey_order wanted = {
		.slots = order->slots,
		.count = order->count,
		.challenge = order->challenge,
		.timeout_ms = order->timeout_ms,
		.turn = order->turn.number != 0 ? &order->turn : NULL,
		.since_ms = order->since_ms,
		.is_over = caller->is_over,
	};
	if (wanted.turn == NULL)
		wanted.listener = caller->listener;
	enum mfa_yubikey_result result =
		driver->respond(&wanted, &outcome->diag, &outcome->other, &answer);
	if (result == MFA_YUBIKEY_DONE) {
		outcome->from = answer.from;
		memcpy(outcome->response, answer.response, sizeof outcome->response);
		mfa_wipe(&answer, sizeof answer);
	}
	return result;
}

static enum mfa_yubikey_result program(const struct mfa_usb_order *order,
				       const struct order_caller *caller,
				       const struct mfa_yubikey_driver *driver,
				       struct mfa_usb_outcome *outcome)
{
	const struct mfa_yubikey_program wanted = {
		.at = order->at,
		.wants_touch = order->wants_touch,
		.may_overwrite = order->may_overwrite,
		.access_code = order->has_access_code ? order->access_code : NULL,
		.new_access_code =
			order->has_new_access_code ? order->new_access_code : NULL,
		.secret = order->secret,
		.public_id = order->has_ids ? order->public_id : NULL,
		.private_id = order->has_ids ? order->private_id : NULL,
		.timeout_ms = order->timeout_ms,
		.is_over = caller->is_over,
		.listener = caller->listener,
	};
	return driver->program(&wanted, &outcome->diag, &outcome->write);
}

static enum mfa_yubikey_result carry_out(const struct mfa_usb_order *order,
					 const struct order_caller *caller,
					 const struct mfa_yubikey_driver *driver,
					 struct mfa_usb_outcome *outcome)
{
	switch (order->kind) {
	case MFA_USB_RESPOND:
		return respond(order, caller, driver, outcome);
	case MFA_USB_LIST:
		return driver->list(order->timeout_ms, &caller->listener, &outcome->diag,
				    outcome->ports, &outcome->count);
	case MFA_USB_PROGRAM:
		return program(order, caller, driver, outcome);
	}
	return MFA_YUBIKEY_BROKEN;
}

void order_run(const struct mfa_usb_order *order, const struct order_caller *caller,
	       struct mfa_usb_outcome *ret_outcome)
{
	const struct mfa_yubikey_driver *driver = NULL;
	const char *folder = order->folder[0] != '\0' ? order->folder : NULL;
	*ret_outcome = (struct mfa_usb_outcome){ .result = MFA_YUBIKEY_BROKEN };
	if (mfa_yubikey_driver_open(folder, &ret_outcome->diag, &driver) == MFA_OK)
		ret_outcome->result = carry_out(order, caller, driver, ret_outcome);
}
