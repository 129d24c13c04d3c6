#include "touch.h"

#include <stdio.h>
#include <string.h>

#include "lookup.h"
#include "mfa/factor.h"
#include "mfa/usb.h"
#include "record_status.h"

enum {
	SECOND_MS = 1000,
};

static bool may_offer_key(const struct mfa_auth_request *request)
{
	return (request->zone->factors & 1U << MFA_KIND_YUBIKEY) != 0 &&
	       mfa_zone_may_ask_keys(request->zone, &request->login) &&
	       !request->wants_password;
}

void touch_begin(const struct mfa_auth_request *request, struct touch *ret_touch)
{
	*ret_touch = (struct touch){
		.is_offered = may_offer_key(request),
		.since_ms = mfa_monotonic_ms(),
	};
}

/* The user's keys. Suspended ones as well, behind the others: they answer, and are refused
 * then. */
struct candidates {
	struct mfa_yubikey_slot slots[MFA_TOKENS_MAX];
	size_t count;
};

static int add_candidates(const struct mfa_record *record, bool is_active,
			  struct candidates *candidates)
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
		candidates->slots[candidates->count++] =
			(struct mfa_yubikey_slot){ key.serial, key.slot };
	}
	return MFA_OK;
}

static int read_candidates(const struct mfa_auth_request *request,
			   struct candidates *candidates, struct mfa_diag *diag)
{
	struct mfa_record *record = mfa_store_workspace(request->site->store);
	bool is_decoy = false;
	int err = lookup_record(request, record, &is_decoy, diag);
	if (err != MFA_OK)
		return err;
	enum mfa_record_status status = record_status_of(record, &request->login);
	record_status_explain(status, record->user, record->uid, diag);
	if (status != MFA_RECORD_USABLE)
		return MFA_OK;
	err = add_candidates(record, true, candidates);
	if (err == MFA_OK)
		err = add_candidates(record, false, candidates);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "token of %s: %s", request->login.user,
				mfa_strerror(err));
	return MFA_OK;
}

static int find_candidates(const struct mfa_auth_request *request,
			   struct candidates *candidates, struct mfa_diag *diag)
{
	bool was_open = request->site->is_open;
	int err = mfa_site_open(request->site, diag);
	if (err == MFA_OK)
		err = read_candidates(request, candidates, diag);
	if (!was_open)
		mfa_site_close(request->site);
	return err;
}

static enum mfa_reason reason_of_result(enum mfa_yubikey_result result)
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
	case MFA_YUBIKEY_ELSEWHERE:
		return MFA_REASON_KEY_ELSEWHERE;
	case MFA_YUBIKEY_REFUSED:
	case MFA_YUBIKEY_BROKEN:
		break;
	}
	return MFA_REASON_KEY_UNUSABLE;
}

/* A name that nobody has may be a password typed too early: others are not shown it. */
static void make_turn(const struct mfa_auth_request *request,
		      struct mfa_yubikey_turn *ret_turn)
{
	const struct mfa_login *login = &request->login;
	bool is_nobody = request->known_user == MFA_MATCH_NO;
	mfa_turn_make(login->service, login->tty, is_nobody ? NULL : login->user,
		      ret_turn);
}

static enum mfa_reason ask_ports(const struct mfa_auth_request *request,
				 struct mfa_usb *usb, const struct candidates *candidates,
				 struct touch *touch, struct mfa_diag *diag,
				 struct mfa_yubikey_answer *ret_answer)
{
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
	mfa_yubikey_challenge(challenge);
	if (touch->own.number == 0)
		make_turn(request, &touch->own);
	const struct mfa_yubikey_order order = {
		.slots = candidates->slots,
		.count = candidates->count,
		.challenge = challenge,
		.timeout_ms = request->zone->yubikey_timeout * SECOND_MS,
		.turn = &touch->own,
		.since_ms = touch->since_ms,
	};
	return reason_of_result(
		mfa_usb_respond(usb, &order, diag, &touch->other, ret_answer));
}

static void note_meeting(enum mfa_reason problem, struct touch *touch)
{
	const struct mfa_auth_meeting met = { .is_met = true, .turn = touch->other };
	if (problem == MFA_REASON_KEY_ELSEWHERE) {
		touch->since_ms = touch->other.answered_ms; /* is told of once */
		touch->elsewhere = met;
	} else if (problem == MFA_REASON_KEY_BUSY && touch->busy.turn.number == 0) {
		touch->busy = met;
	}
}

/* Starts what will ask the ports; then, while that loads its libraries, reads whose key it is
 * to ask for. */
static enum mfa_reason prepare_request(const struct mfa_auth_request *request,
				       struct mfa_usb *usb, struct candidates *candidates,
				       struct mfa_diag *diag, int *ret_err)
{
	if (request->begin_work != NULL)
		request->begin_work(request->context);
	enum mfa_reason reason = MFA_REASON_NONE;
	*ret_err = mfa_usb_open(request->plugin_folder, diag, usb);
	if (*ret_err != MFA_OK)
		reason = MFA_REASON_KEY_UNUSABLE;
	else if ((*ret_err = find_candidates(request, candidates, diag)) != MFA_OK)
		reason = MFA_REASON_FAILED;
	if (request->end_work != NULL)
		request->end_work(request->context);
	return reason;
}

/* The same for everybody, keys or no keys: what the ports hold is no secret to who stands
 * at them, what the store holds is. A touch is waited for as a question is: with no lock
 * held, by a program that its caller may end. */
enum mfa_reason touch_ask(const struct mfa_auth_request *request, struct touch *touch,
			  struct mfa_diag *diag, int *ret_err,
			  struct mfa_yubikey_answer *ret_answer)
{
	struct candidates candidates = { .count = 0 };
	MFA_CLEANUP(mfa_usb_close) struct mfa_usb usb = { .channel = -1 };
	enum mfa_reason reason =
		prepare_request(request, &usb, &candidates, diag, ret_err);
	if (reason == MFA_REASON_NONE)
		reason = ask_ports(request, &usb, &candidates, touch, diag, ret_answer);
	note_meeting(reason, touch);
	if (reason == MFA_REASON_KEY_UNUSABLE && *ret_err == MFA_OK)
		*ret_err = MFA_ERR_IO;
	return reason;
}

bool touch_is_of_other(enum mfa_reason problem)
{
	return problem == MFA_REASON_KEY_BUSY || problem == MFA_REASON_KEY_ELSEWHERE;
}

static const char *prompt_text(const struct mfa_auth_request *request,
			       const struct touch *touch, enum mfa_reason problem)
{
	if (request->wants_password)
		return MFA_N_("Password and one-time password: ");
	if (problem == MFA_REASON_NONE && !touch->is_offered)
		return MFA_N_("One-time password: ");
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
		return MFA_N_("YubiKey in use: do not touch. Enter: again: ");
	case MFA_REASON_KEY_ELSEWHERE:
		return MFA_N_("Your YubiKey has just answered elsewhere. Enter, then "
			      "touch: ");
	case MFA_REASON_KEY_TYPED:
		return MFA_N_("The YubiKey typed a code that is not registered for you. "
			      "One-time password: ");
	case MFA_REASON_GARBLED:
		return MFA_N_("The YubiKey's code came garbled. Turn off Caps Lock and "
			      "Japanese input, and type it again: ");
	default:
		return MFA_N_("One-time password (YubiKey: Enter, then touch): ");
	}
}

/* "su, pts/3, taro", of what is known; true when anything is. */
static bool format_other(const struct mfa_auth_request *request,
			 const struct touch *touch, char *ret_text, size_t size)
{
	const struct mfa_yubikey_turn *other = &touch->other;
	bool is_own_user = strcmp(other->user, touch->own.user) == 0;
	const char *const parts[] = { other->service, other->terminal,
				      is_own_user ? other->user : "" };
	/* TRANSLATORS: between the parts of "su, pts/3, taro" */
	const char *comma = mfa_text(request->language, MFA_N_(", "));
	size_t len = 0;
	ret_text[0] = '\0';
	for (size_t i = 0; i < MFA_COUNT(parts); i++) {
		if (parts[i][0] == '\0' || strcmp(parts[i], "?") == 0)
			continue;
		int more = snprintf(ret_text + len, size - len, "%s%s",
				    len > 0 ? comma : "", parts[i]);
		if (more > 0 && (size_t)more < size - len)
			len += (size_t)more;
	}
	return len > 0;
}

void touch_prompt(const struct mfa_auth_request *request, const struct touch *touch,
		  enum mfa_reason problem, char ret_prompt[static TOUCH_PROMPT_SIZE])
{
	const struct mfa_language *language = request->language;
	char where[2 * MFA_TURN_WHERE_SIZE + MFA_TURN_USER_SIZE + 8];
	bool is_named = touch_is_of_other(problem) &&
			format_other(request, touch, where, sizeof where);
	if (!is_named)
		(void)snprintf(ret_prompt, TOUCH_PROMPT_SIZE, "%s",
			       mfa_text(language, prompt_text(request, touch, problem)));
	else if (problem == MFA_REASON_KEY_BUSY) /* TRANSLATORS: %s: "su, pts/3" */
		(void)snprintf(ret_prompt, TOUCH_PROMPT_SIZE,
			       mfa_text(language, "YubiKey in use (%s): do not touch. "
						  "Enter: again: "),
			       where);
	else /* TRANSLATORS: %s: "su, pts/3" */
		(void)snprintf(ret_prompt, TOUCH_PROMPT_SIZE,
			       mfa_text(language, "Your YubiKey has just answered "
						  "elsewhere (%s). Enter, then touch: "),
			       where);
}
