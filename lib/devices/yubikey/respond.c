/* SPDX-License-Identifier: BSD-2-Clause */
#include "driver.h"
#include "report.h"

#include <string.h>

struct attempt {
	const struct mfa_yubikey_order *order;
	int64_t deadline;
	bool has_silent; /* a key did not disclose its serial number */
	struct mfa_yubikey_answer answer;
};

/* The first wanted slot of this key that is programmed; else the first wanted one. */
static const struct mfa_yubikey_slot *choose_slot(const struct mfa_yubikey_order *order,
						  const struct mfa_yubikey_port *info)
{
	const struct mfa_yubikey_slot *chosen = NULL;
	for (size_t i = 0; i < order->count; i++) {
		const struct mfa_yubikey_slot *slot = &order->slots[i];
		if (info->serial == 0 || slot->serial != info->serial)
			continue;
		if (info->is_programmed[slot->slot - 1])
			return slot;
		if (chosen == NULL)
			chosen = slot;
	}
	return chosen;
}

/* Firmware before 2.2 has no command for the serial number. */
static bool should_tell_serial(const struct mfa_yubikey_port *info)
{
	return info->version[0] > 2 || (info->version[0] == 2 && info->version[1] >= 2);
}

static enum mfa_yubikey_result challenge_port(void *context, struct port *port,
					      struct mfa_diag *diag)
{
	struct attempt *attempt = context;
	const struct mfa_yubikey_slot *slot = choose_slot(attempt->order, &port->info);
	if (port->info.serial == 0 && should_tell_serial(&port->info))
		attempt->has_silent = true;
	if (slot == NULL)
		return MFA_YUBIKEY_OTHER;
	if (!port->info.is_programmed[slot->slot - 1])
		return MFA_YUBIKEY_EMPTY;
	attempt->answer.from = *slot;
	const struct wait_limit limit = { attempt->deadline, attempt->order->is_over,
					  attempt->order->listener };
	return report_exchange(port->key, slot->slot, &limit, attempt->order->challenge,
			       attempt->answer.response, diag);
}

/* Takes the turn. MFA_YUBIKEY_ELSEWHERE, and the turn is to be ended: a wanted key has
 * answered another login, which the person should know first. */
static enum mfa_yubikey_result begin_turn(const struct mfa_yubikey_order *order,
					  struct mfa_diag *diag,
					  struct mfa_turn *ret_other,
					  struct ports *ret_ports)
{
	const struct ports_wait wait = { order->timeout_ms, order->turn, order->is_over,
					 order->listener };
	enum mfa_yubikey_result result = ports_begin(&wait, diag, ret_ports);
	*ret_other = (struct mfa_turn){ .number = 0 };
	if (result == MFA_YUBIKEY_BUSY)
		*ret_other = ret_ports->turns.holder;
	if (result != MFA_YUBIKEY_DONE || order->turn == NULL)
		return result;
	const struct mfa_turn *other =
		turns_find_answer(&ret_ports->turns, order, mfa_monotonic_ms());
	if (other == NULL)
		return MFA_YUBIKEY_DONE;
	*ret_other = *other;
	return MFA_YUBIKEY_ELSEWHERE;
}

enum mfa_yubikey_result driver_respond(const struct mfa_yubikey_order *order,
				       struct mfa_diag *diag, struct mfa_turn *ret_other,
				       struct mfa_yubikey_answer *ret_answer)
{
	MFA_CLEANUP(ports_done) struct ports ports;
	struct attempt attempt = { .order = order };
	enum mfa_yubikey_result result = begin_turn(order, diag, ret_other, &ports);
	attempt.deadline = ports.deadline;
	if (result == MFA_YUBIKEY_DONE)
		result = ports_visit(&ports, diag, challenge_port, &attempt);
	if (result == MFA_YUBIKEY_OTHER && attempt.has_silent) {
		(void)mfa_fail(diag, MFA_ERR_IO,
			       "a YubiKey does not tell its serial number");
		result = MFA_YUBIKEY_SILENT; /* it may be the wanted one */
	}
	if (result == MFA_YUBIKEY_DONE) {
		ports_note_answer(&ports, attempt.answer.from.serial, diag);
		memcpy(attempt.answer.challenge, order->challenge,
		       sizeof attempt.answer.challenge);
		attempt.answer.hmac = driver_hmac;
		*ret_answer = attempt.answer;
	}
	mfa_wipe(&attempt.answer, sizeof attempt.answer);
	return result;
}
