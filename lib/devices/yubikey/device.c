/* SPDX-License-Identifier: BSD-2-Clause */
/* In every program that asks for a YubiKey; the plug-in beside it is in mfa-usb. */
#include "device.h"

#include <assert.h>
#include <string.h>

#include "mfa/language.h"
#include "mfa/usb.h"

/* What the candidates' bytes are. */
struct slots {
	struct mfa_yubikey_slot list[MFA_TOKENS_MAX];
};

/* What a session's bytes are: what was sent, which the reply must fit. */
struct question {
	const char *folder; /* borrowed; NULL where they are installed */
	size_t count;
	struct slots slots;
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
};

static_assert(sizeof(struct slots) <= MFA_DEVICE_CANDIDATES_SIZE, "the slots fit");
static_assert(sizeof(struct question) <= MFA_DEVICE_SESSION_SIZE, "a session fits");

static int add_slot(const struct mfa_token *token,
		    struct mfa_device_candidates *inout_candidates)
{
	struct mfa_yubikey key;
	int err = mfa_yubikey_load(token, &key);
	if (err != MFA_OK)
		return err;
	if (inout_candidates->count >= MFA_TOKENS_MAX)
		return MFA_ERR_FULL;
	const struct mfa_yubikey_slot slot = { key.serial, key.slot };
	memcpy(inout_candidates->bytes + inout_candidates->count++ * sizeof slot, &slot,
	       sizeof slot);
	return MFA_OK;
}

static int open_usb(const char *folder, struct mfa_diag *diag,
		    struct mfa_device_session *ret_session)
{
	struct mfa_usb usb = { .channel = -1 };
	const struct question question = { .folder = folder };
	int err = mfa_usb_open(folder, diag, &usb);
	*ret_session = (struct mfa_device_session){ .ops = &mfa_device_yubikey,
						    .channel = usb.channel };
	memcpy(ret_session->bytes, &question, sizeof question);
	return err;
}

static void close_usb(struct mfa_device_session *session)
{
	mfa_close_fd(&session->channel);
}

static enum mfa_device_result result_of_usb(enum mfa_yubikey_result result)
{
	switch (result) {
	case MFA_YUBIKEY_DONE:
		return MFA_DEVICE_ANSWERED;
	case MFA_YUBIKEY_ABSENT:
		return MFA_DEVICE_ABSENT;
	case MFA_YUBIKEY_OTHER:
		return MFA_DEVICE_OTHER;
	case MFA_YUBIKEY_EMPTY:
		return MFA_DEVICE_EMPTY;
	case MFA_YUBIKEY_UNTOUCHED:
		return MFA_DEVICE_UNTOUCHED;
	case MFA_YUBIKEY_SILENT:
		return MFA_DEVICE_SILENT;
	case MFA_YUBIKEY_CUT_OFF:
		return MFA_DEVICE_CUT_OFF;
	case MFA_YUBIKEY_DAMAGED:
		return MFA_DEVICE_DAMAGED;
	case MFA_YUBIKEY_CLAIMED:
		return MFA_DEVICE_CLAIMED;
	case MFA_YUBIKEY_BLOCKED:
		return MFA_DEVICE_BLOCKED;
	case MFA_YUBIKEY_HIDDEN:
		return MFA_DEVICE_HIDDEN;
	case MFA_YUBIKEY_TOO_OLD:
		return MFA_DEVICE_TOO_OLD;
	case MFA_YUBIKEY_NO_OTP:
		return MFA_DEVICE_UNFIT;
	case MFA_YUBIKEY_BUSY:
		return MFA_DEVICE_BUSY;
	case MFA_YUBIKEY_ELSEWHERE:
		return MFA_DEVICE_ELSEWHERE;
	case MFA_YUBIKEY_OCCUPIED:
	case MFA_YUBIKEY_REFUSED:
	case MFA_YUBIKEY_BROKEN:
		break;
	}
	return MFA_DEVICE_UNUSABLE;
}

static int send_challenge(struct mfa_device_session *session,
			  const struct mfa_device_order *order, struct mfa_diag *diag)
{
	struct question question;
	memcpy(&question, session->bytes, sizeof question);
	question.count = order->candidates->count;
	memcpy(&question.slots, order->candidates->bytes, sizeof question.slots);
	mfa_yubikey_challenge(question.challenge);
	memcpy(session->bytes, &question, sizeof question);
	const struct mfa_yubikey_order wanted = {
		.slots = question.slots.list,
		.count = question.count,
		.challenge = question.challenge,
		.timeout_ms = order->timeout_ms,
		.turn = order->turn,
		.since_ms = order->since_ms,
	};
	struct mfa_usb usb = { .folder = question.folder, .channel = session->channel };
	int err = mfa_usb_send_challenge(&usb, &wanted, diag, &session->deadline_ms);
	session->channel = usb.channel;
	return err;
}

static enum mfa_device_result take_response(struct mfa_device_session *session,
					    struct mfa_diag *diag,
					    struct mfa_device_reply *ret_reply)
{
	struct question question;
	struct mfa_yubikey_answer answer = { .from = { 0 } };
	memcpy(&question, session->bytes, sizeof question);
	const struct mfa_yubikey_order sent = {
		.slots = question.slots.list,
		.count = question.count,
		.challenge = question.challenge,
	};
	struct mfa_usb usb = { .folder = question.folder, .channel = session->channel };
	enum mfa_device_result result = result_of_usb(mfa_usb_take_response(
		&usb, &sent, session->deadline_ms, diag, &ret_reply->other, &answer));
	session->channel = usb.channel;
	if (result == MFA_DEVICE_ANSWERED)
		mfa_yubikey_answer_pack(&answer, &ret_reply->answer);
	mfa_wipe(&answer, sizeof answer);
	return result;
}

static const char *yubikey_request(enum mfa_device_lead lead)
{
	switch (lead) {
	case MFA_LEAD_NO_CODE:
		return MFA_N_("YubiKey: Enter, then touch");
	case MFA_LEAD_DEVICE: /* TRANSLATORS: %s: "code" */
		return MFA_N_("YubiKey: Enter, touch; or %s");
	case MFA_LEAD_CODE:
		break;
	}
	/* TRANSLATORS: %s: "Code" */
	return MFA_N_("%s (YubiKey: Enter, touch)");
}

static const char *yubikey_problem(enum mfa_device_result result)
{
	switch (result) {
	case MFA_DEVICE_ABSENT:
		return MFA_N_("No YubiKey.");
	case MFA_DEVICE_OTHER:
		return MFA_N_("Wrong YubiKey.");
	case MFA_DEVICE_EMPTY:
		return MFA_N_("YubiKey erased.");
	case MFA_DEVICE_UNTOUCHED:
		return MFA_N_("Not touched.");
	case MFA_DEVICE_SILENT:
		return MFA_N_("Replug YubiKey.");
	case MFA_DEVICE_CUT_OFF:
		return MFA_N_("Interrupted.");
	case MFA_DEVICE_DAMAGED:
		return MFA_N_("Disturbed.");
	case MFA_DEVICE_CLAIMED:
		return MFA_N_("YubiKey in use.");
	case MFA_DEVICE_BLOCKED:
		return MFA_N_("YubiKey blocked.");
	case MFA_DEVICE_HIDDEN:
		return MFA_N_("Replug YubiKey.");
	case MFA_DEVICE_TOO_OLD:
		return MFA_N_("YubiKey too old.");
	case MFA_DEVICE_UNFIT:
		return MFA_N_("Not an OTP key.");
	case MFA_DEVICE_BUSY:
		return MFA_N_("Don't touch yet.");
	case MFA_DEVICE_ELSEWHERE:
		return MFA_N_("Used elsewhere.");
	case MFA_DEVICE_ANSWERED:
	case MFA_DEVICE_ASKS:
	case MFA_DEVICE_UNUSABLE:
	case MFA_DEVICE_RESULT_COUNT:
		break;
	}
	return "";
}

static const char *yubikey_problem_named(enum mfa_device_result result)
{
	if (result == MFA_DEVICE_BUSY) /* TRANSLATORS: %s: "su, pts/3" */
		return MFA_N_("Don't touch yet (%s).");
	/* TRANSLATORS: %s: "su, pts/3" */
	return MFA_N_("Used elsewhere (%s).");
}

static const char *yubikey_refusal(enum mfa_device_result result)
{
	switch (result) {
	case MFA_DEVICE_ABSENT:
		return MFA_N_("No YubiKey found. See that it is plugged in.");
	case MFA_DEVICE_OTHER:
		return MFA_N_("This YubiKey is not registered for you.");
	case MFA_DEVICE_EMPTY:
		return MFA_N_("This YubiKey is no longer programmed. Ask your system "
			      "administrator.");
	case MFA_DEVICE_UNTOUCHED:
		return MFA_N_("The YubiKey was not touched. Try again.");
	case MFA_DEVICE_SILENT:
		return MFA_N_("The YubiKey does not answer. Plug it in anew.");
	case MFA_DEVICE_CUT_OFF:
		return MFA_N_("The YubiKey was pulled out. Plug it in again.");
	case MFA_DEVICE_DAMAGED:
		return MFA_N_("The connection to the YubiKey was disturbed. Try again.");
	case MFA_DEVICE_CLAIMED:
		return MFA_N_("Another program is using the YubiKey. Close it, and try "
			      "again.");
	case MFA_DEVICE_BLOCKED:
		return MFA_N_("This machine does not allow the YubiKey to be used. Ask "
			      "your system administrator.");
	case MFA_DEVICE_HIDDEN:
		return MFA_N_("The YubiKey does not tell its serial number. Plug it in "
			      "anew; if that does not help, ask your system "
			      "administrator.");
	case MFA_DEVICE_TOO_OLD:
		return MFA_N_("This YubiKey is too old to be used. Ask your system "
			      "administrator.");
	case MFA_DEVICE_UNFIT:
		return MFA_N_("This key has no OTP function. Use your YubiKey, or ask "
			      "your system administrator.");
	case MFA_DEVICE_BUSY:
		return MFA_N_("Another login is using the YubiKey. Try again.");
	case MFA_DEVICE_ELSEWHERE:
		return MFA_N_("Your YubiKey has just answered another login. Try again.");
	case MFA_DEVICE_UNUSABLE:
	case MFA_DEVICE_ANSWERED:
	case MFA_DEVICE_ASKS:
	case MFA_DEVICE_RESULT_COUNT:
		break;
	}
	return MFA_N_("YubiKeys cannot be used on this machine. Ask your system "
		      "administrator.");
}

const struct mfa_device_ops mfa_device_yubikey = {
	.kind = MFA_KIND_YUBIKEY,
	.add_candidate = add_slot,
	.open = open_usb,
	.send = send_challenge,
	.collect = take_response,
	.close = close_usb,
	.request = yubikey_request,
	.problem = yubikey_problem,
	.problem_named = yubikey_problem_named,
	.refusal = yubikey_refusal,
};
