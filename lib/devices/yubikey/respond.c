/* SPDX-License-Identifier: BSD-2-Clause */
#include "driver.h"
#include "report.h"

#include <string.h>

enum {
	/* For a key to answer, or to report that it waits for a touch: firmware 2.2 takes
	 * its time. */
	ANSWER_MS = 2000,
	FIRST_ANSWER_MS = 1000, /* when it is tried again, if need be */
	EMPTY_ANSWER_MS = 700,	/* of a slot that should have no answer */
};

struct attempt {
	const struct mfa_yubikey_order *order;
	const struct ports *ports;
	bool has_hidden; /* a key did not disclose its serial number */
	bool has_old;
	bool has_other; /* a sound key that is not wanted */
	bool is_challenged;
	bool was_touch_wanted;
	struct mfa_yubikey_answer answer;
};

static enum mfa_yubikey_result challenge_slot(struct attempt *attempt,
					      const struct port *port,
					      const struct mfa_yubikey_slot *slot,
					      struct mfa_diag *diag)
{
	const struct mfa_yubikey_order *order = attempt->order;
	const struct wait_limit limit = { attempt->ports->deadline, order->is_over,
					  order->listener };
	struct exchange exchange = {
		.command = slot->slot == 1 ? SLOT_CHAL_HMAC1 : SLOT_CHAL_HMAC2,
		.payload = { order->challenge, MFA_YUBIKEY_CHALLENGE_LEN },
		.response_len = MFA_YUBIKEY_RESPONSE_LEN,
		.silence_ms = !port->info.is_programmed[slot->slot - 1] ? EMPTY_ANSWER_MS
			      : attempt->ports->is_patient		? ANSWER_MS
									: FIRST_ANSWER_MS,
	};
	attempt->is_challenged = true;
	attempt->answer.from = *slot;
	enum mfa_yubikey_result result = report_exchange(port->key, &exchange, &limit,
							 attempt->answer.response, diag);
	attempt->was_touch_wanted |= exchange.waits_for_touch;
	return result;
}

/* Challenges the wanted slots of this key for which its status gives this bit, until one
 * of them is not silent. The bits are wrong with some firmware, so they decide nothing.
 */
static enum mfa_yubikey_result challenge_slots(struct attempt *attempt,
					       const struct port *port,
					       bool is_programmed, struct mfa_diag *diag)
{
	enum mfa_yubikey_result result = MFA_YUBIKEY_OTHER;
	for (size_t i = 0; i < attempt->order->count; i++) {
		const struct mfa_yubikey_slot *slot = &attempt->order->slots[i];
		if (slot->serial != port->info.serial ||
		    port->info.is_programmed[slot->slot - 1] != is_programmed)
			continue;
		result = challenge_slot(attempt, port, slot, diag);
		if (result != MFA_YUBIKEY_SILENT || ports_has_run_out(attempt->ports))
			break;
	}
	return result;
}

static enum mfa_yubikey_result challenge_port(void *context, struct port *port,
					      struct mfa_diag *diag)
{
	struct attempt *attempt = context;
	bool is_old = !can_answer(&port->info);
	if (port->info.serial == 0) {
		attempt->has_hidden |= !is_old;
		attempt->has_old |= is_old;
		return MFA_YUBIKEY_OTHER;
	}
	enum mfa_yubikey_result result = challenge_slots(attempt, port, true, diag);
	if (result != MFA_YUBIKEY_OTHER && result != MFA_YUBIKEY_SILENT)
		return result;
	enum mfa_yubikey_result of_empty = challenge_slots(attempt, port, false, diag);
	attempt->has_other |=
		result == MFA_YUBIKEY_OTHER && of_empty == MFA_YUBIKEY_OTHER;
	if (of_empty == MFA_YUBIKEY_SILENT && result == MFA_YUBIKEY_OTHER)
		return MFA_YUBIKEY_EMPTY;
	return of_empty == MFA_YUBIKEY_OTHER || of_empty == MFA_YUBIKEY_SILENT ? result
									       : of_empty;
}

/* Why no key is the wanted one, also if there was no time for all of them. */
static enum mfa_yubikey_result explain_others(const struct attempt *attempt,
					      enum mfa_yubikey_result result,
					      struct mfa_diag *diag)
{
	bool is_none_asked = result == MFA_YUBIKEY_OTHER ||
			     (result == MFA_YUBIKEY_SILENT && !attempt->is_challenged);
	if (attempt->has_hidden && is_none_asked) { /* it may be the wanted one */
		(void)mfa_fail(diag, MFA_ERR_IO,
			       "a YubiKey does not tell its serial number: it is hidden, "
			       "or another of its applications is in use");
		return MFA_YUBIKEY_HIDDEN;
	}
	if (result != MFA_YUBIKEY_OTHER || !attempt->has_old || attempt->has_other)
		return result;
	(void)mfa_fail(diag, MFA_ERR_UNSUPPORTED,
		       "a YubiKey has firmware before 2.2, which answers no challenges");
	return MFA_YUBIKEY_TOO_OLD;
}

static enum mfa_yubikey_result ask_keys(const struct ports *ports,
					struct attempt *attempt, struct mfa_diag *diag)
{
	attempt->ports = ports;
	attempt->has_hidden = attempt->has_old = attempt->has_other = false;
	enum mfa_yubikey_result result =
		ports_visit(ports, diag, challenge_port, attempt);
	return explain_others(attempt, result, diag);
}

static bool may_pass(enum mfa_yubikey_result result)
{
	return result == MFA_YUBIKEY_SILENT || result == MFA_YUBIKEY_HIDDEN ||
	       result == MFA_YUBIKEY_DAMAGED || result == MFA_YUBIKEY_CLAIMED;
}

/* First without patience, so that one key does not hold up another. After a touch was
 * wanted the person has to know first. */
static enum mfa_yubikey_result ask_keys_twice(struct ports *ports,
					      struct attempt *attempt,
					      struct mfa_diag *diag)
{
	struct mfa_diag first = { .text = "" };
	ports->is_patient = false;
	enum mfa_yubikey_result result = ask_keys(ports, attempt, &first);
	if (!may_pass(result) || attempt->was_touch_wanted || ports_has_run_out(ports)) {
		if (first.text[0] != '\0')
			(void)mfa_fail(diag, MFA_ERR_IO, "%s", first.text);
		return result;
	}
	ports->is_patient = true;
	result = ask_keys(ports, attempt, diag);
	return result == MFA_YUBIKEY_ABSENT || result == MFA_YUBIKEY_NO_OTP
		       ? MFA_YUBIKEY_CUT_OFF
		       : result;
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
	if (result == MFA_YUBIKEY_DONE)
		result = ask_keys_twice(&ports, &attempt, diag);
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
