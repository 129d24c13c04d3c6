#include "touch.h"

#include <string.h>

#include "closure.h"
#include "mfa/factor.h"
#include "mfa/usb.h"
#include "reader.h"

enum {
	SECOND_MS = 1000
};

bool touch_is_offered(const struct mfa_auth_request *request)
{
	return (request->zone->factors & 1U << MFA_KIND_YUBIKEY) != 0 &&
	       mfa_policy_may_ask_keys(request->zone, &request->login) &&
	       !request->wants_password;
}

/* The user's keys. Suspended ones as well, behind the others: they answer, and are refused
 * then. */
struct mine {
	struct mfa_yubikey_slot slots[MFA_TOKENS_MAX];
	size_t count;
};

static int add_mine(const struct mfa_record *record, bool is_active, struct mine *mine)
{
	for (size_t i = 0; i < record->token_count; i++) {
		const struct mfa_token *token = &record->tokens[i];
		struct mfa_yubikey key;
		if (token->kind != MFA_KIND_YUBIKEY ||
		    (token->state == MFA_STATE_ACTIVE) != is_active)
			continue;
		int err = mfa_yubikey_load(token, &key);
		if (err != MFA_OK)
			return err;
		mine->slots[mine->count++] =
			(struct mfa_yubikey_slot){ key.serial, key.slot };
	}
	return MFA_OK;
}

static int read_mine(const struct mfa_auth_request *request, struct mine *mine,
		     struct mfa_diag *diag)
{
	struct mfa_record *record = mfa_store_workspace(request->host->store);
	bool is_decoy = false;
	int err = reader_read(request, record, &is_decoy, diag);
	if (err != MFA_OK)
		return err;
	enum mfa_closure closure = closure_of(record, &request->login);
	closure_explain(closure, record->uid, diag);
	if (closure != MFA_CLOSURE_NONE)
		return MFA_OK;
	err = add_mine(record, true, mine);
	if (err == MFA_OK)
		err = add_mine(record, false, mine);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "token of %s: %s", request->login.user,
				mfa_strerror(err));
	return MFA_OK;
}

static int find_mine(const struct mfa_auth_request *request, struct mine *mine,
		     struct mfa_diag *diag)
{
	bool was_open = request->host->is_open;
	int err = mfa_host_open(request->host, diag);
	if (err == MFA_OK)
		err = read_mine(request, mine, diag);
	if (!was_open)
		mfa_host_close(request->host);
	return err;
}

static enum mfa_reason reason_of(enum mfa_yubikey_result result)
{
	switch (result) {
	case MFA_YUBIKEY_DONE:
		return MFA_REASON_NONE;
	case MFA_YUBIKEY_ABSENT:
		return MFA_REASON_KEY_ABSENT;
	case MFA_YUBIKEY_OTHER:
		return MFA_REASON_KEY_OTHER;
	case MFA_YUBIKEY_EMPTY:
		return MFA_REASON_KEY_EMPTY;
	case MFA_YUBIKEY_UNTOUCHED:
		return MFA_REASON_KEY_UNTOUCHED;
	case MFA_YUBIKEY_SILENT:
		return MFA_REASON_KEY_SILENT;
	case MFA_YUBIKEY_CUT_OFF:
		return MFA_REASON_KEY_CUT_OFF;
	case MFA_YUBIKEY_BUSY:
		return MFA_REASON_KEY_BUSY;
	case MFA_YUBIKEY_REFUSED:
	case MFA_YUBIKEY_BROKEN:
		break;
	}
	return MFA_REASON_KEY_UNUSABLE;
}

static enum mfa_reason ask_ports(const struct mfa_auth_request *request,
				 struct mfa_usb *usb, const struct mine *mine,
				 struct mfa_diag *diag,
				 struct mfa_yubikey_answer *ret_answer)
{
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
	mfa_yubikey_challenge(challenge);
	const struct mfa_yubikey_order order = {
		.slots = mine->slots,
		.count = mine->count,
		.challenge = challenge,
		.timeout_ms = request->zone->yubikey_timeout * SECOND_MS,
	};
	return reason_of(mfa_usb_respond(usb, &order, diag, ret_answer));
}

/* Starts what will ask the ports; then, while that loads its libraries, reads whose key it is
 * to ask for. */
static enum mfa_reason prepare(const struct mfa_auth_request *request,
			       struct mfa_usb *usb, struct mine *mine,
			       struct mfa_diag *diag, int *ret_err)
{
	if (request->begin_work != NULL)
		request->begin_work(request->context);
	enum mfa_reason reason = MFA_REASON_NONE;
	*ret_err = mfa_usb_open(request->plugin_folder, diag, usb);
	if (*ret_err != MFA_OK)
		reason = MFA_REASON_KEY_UNUSABLE;
	else if ((*ret_err = find_mine(request, mine, diag)) != MFA_OK)
		reason = MFA_REASON_FAILED;
	if (request->end_work != NULL)
		request->end_work(request->context);
	return reason;
}

/* The same for everybody, keys or no keys: what the ports hold is no secret to who stands
 * at them, what the store holds is. A touch is waited for as a question is: with no lock
 * held, by a program that its caller may end. */
enum mfa_reason touch_ask(const struct mfa_auth_request *request, struct mfa_diag *diag,
			  int *ret_err, struct mfa_yubikey_answer *ret_answer)
{
	struct mine mine = { .count = 0 };
	MFA_CLEANUP(mfa_usb_close) struct mfa_usb usb = { .channel = -1 };
	request->dialog->tell(
		request->dialog->context, MFA_TELL_INFO,
		mfa_text(request->language, "Touch your YubiKey when it blinks."));
	enum mfa_reason reason = prepare(request, &usb, &mine, diag, ret_err);
	if (reason == MFA_REASON_NONE)
		reason = ask_ports(request, &usb, &mine, diag, ret_answer);
	if (reason == MFA_REASON_KEY_UNUSABLE && *ret_err == MFA_OK)
		*ret_err = MFA_ERR_IO;
	return reason;
}

const char *touch_prompt(enum mfa_reason problem)
{
	switch ((int)problem) {
	case MFA_REASON_KEY_ABSENT:
		return MFA_N_("No YubiKey found. Plug it in and press Enter, or type a "
			      "one-time password: ");
	case MFA_REASON_KEY_OTHER:
		return MFA_N_("This YubiKey is not registered for you. Plug in yours and "
			      "press Enter: ");
	case MFA_REASON_KEY_EMPTY:
		return MFA_N_("This YubiKey is no longer programmed. Type a one-time "
			      "password: ");
	case MFA_REASON_KEY_UNTOUCHED:
		return MFA_N_("The YubiKey was not touched. Press Enter, and touch it: ");
	case MFA_REASON_KEY_SILENT:
		return MFA_N_("The YubiKey does not answer. Plug it in anew and press "
			      "Enter: ");
	case MFA_REASON_KEY_CUT_OFF:
		return MFA_N_("The YubiKey was pulled out. Plug it in and press Enter: ");
	case MFA_REASON_KEY_BUSY:
		return MFA_N_("Another login is using the YubiKey. Press Enter to try "
			      "again: ");
	case MFA_REASON_KEY_TYPED:
		return MFA_N_("The YubiKey typed a code that is not registered for you. "
			      "One-time password: ");
	case MFA_REASON_GARBLED:
		return MFA_N_("The YubiKey's code came garbled. Turn off Caps Lock and "
			      "Japanese input, and touch it again: ");
	default:
		return MFA_N_("One-time password (YubiKey: Enter): ");
	}
}
