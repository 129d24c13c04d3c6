/* SPDX-License-Identifier: BSD-2-Clause */
/* Enrolling YubiKeys that answer challenges. */
#include "yubikey/yubikey_write.h"

#include <stdio.h>
#include <string.h>

#include "cli/terminal.h"
#include "mfa/oath.h"
#include "mfa/usb.h"
#include "yubikey/yubikey_list.h"
#include "yubikey/yubikey_lock.h"

enum {
	PROOFS = 2, /* one key answers every challenge alike: that has firmware 2.2 */
	TOUCH_SHOWN_MAJOR = 3,
};

static enum exit_code read_hmac_secret(const struct app *app, const char *form,
				       struct mfa_secret *ret_secret)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret line = { 0 };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret secret = { 0 };
	if (strcmp(form, "hex") != 0)
		return add_misuse(app, ADD_SECRET_STDIN);
	int err = terminal_ask(TR(app, MFA_N_("Secret of the YubiKey: ")), ECHO_HIDDEN,
			       &line);
	if (err == MFA_OK)
		err = mfa_oath_parse_hex((char *)line.data, line.len, &secret);
	if (err == MFA_ERR_NOMEM)
		return app_fail(err, NULL);
	if (err != MFA_OK || secret.len != MFA_YUBIKEY_SECRET_LEN) {
		app_complain(TR(app, MFA_N_("the secret is not %d hexadecimal digits; "
					    "nothing was changed")),
			     2 * MFA_YUBIKEY_SECRET_LEN);
		return EXIT_REFUSED;
	}
	*ret_secret = secret;
	secret = (struct mfa_secret){ 0 };
	return EXIT_DONE;
}

/* Whether the key answered as it must; finds out which of its two ways it hashes by. */
static bool is_answer_right(struct mfa_yubikey *key,
			    const struct mfa_yubikey_answer *answer, int proof)
{
	unsigned char expected[MFA_YUBIKEY_RESPONSE_LEN];
	bool is_equal = false;
	for (int way = 0; way < 2 && !is_equal; way++) {
		if (proof == 0)
			key->is_padded = way == 1;
		mfa_yubikey_expect(key, answer->hmac, answer->challenge, expected);
		is_equal =
			mfa_secret_is_equal(expected, answer->response, sizeof expected);
	}
	mfa_wipe(expected, sizeof expected);
	return is_equal;
}

/* A key that did not confirm the new secret shows by a wrong answer that it has kept the
 * old one. */
static enum exit_code complain_of_answer(const struct app *app, struct yubikey_slot *slot)
{
	if (slot->write == MFA_YUBIKEY_UNSURE) {
		slot->write = MFA_YUBIKEY_KEPT;
		yubikey_write_explain_refusal(app, slot);
		return EXIT_REFUSED;
	}
	app_complain("%s", TR(app, MFA_N_("the YubiKey answers wrongly: it holds another "
					  "secret, or its firmware cannot do this")));
	return EXIT_REFUSED;
}

static enum exit_code complain_of_touch(const struct app *app,
					const struct yubikey_slot *slot, bool wants_touch)
{
	app_complain(TR(app, wants_touch ? MFA_N_("slot %u answers only when touched: "
						  "leave out --no-touch")
					 : MFA_N_("slot %u answers without a touch: say "
						  "so with --no-touch, or have it "
						  "programmed anew")),
		     slot->number);
	return EXIT_REFUSED;
}

static enum exit_code prove_once(const struct app *app, struct mfa_yubikey *key,
				 struct yubikey_slot *slot, int proof)
{
	struct mfa_diag diag = { .text = "" };
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
	struct mfa_yubikey_answer answer;
	struct mfa_turn unused;
	const struct mfa_yubikey_slot at = { key->serial, key->slot };
	struct touch_prompt prompt = { .app = app, .proof = proof + 1, .proofs = PROOFS };
	const struct mfa_yubikey_order order = {
		.slots = &at,
		.count = 1,
		.challenge = challenge,
		.timeout_ms = YUBIKEY_TIMEOUT_MS,
	};
	MFA_CLEANUP(mfa_usb_close) struct mfa_usb usb = { .channel = -1 };
	int err = mfa_usb_open(NULL, &diag, &usb);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	usb.listener = (struct mfa_yubikey_listener){ touch_prompt_print, &prompt };
	usb.is_over = interrupt_has_come;
	mfa_yubikey_challenge(challenge);
	enum mfa_yubikey_result result =
		mfa_usb_respond(&usb, &order, &diag, &unused, &answer);
	if (result != MFA_YUBIKEY_DONE)
		return yubikey_list_fail(app, result, &diag);
	if (!is_answer_right(key, &answer, proof))
		return complain_of_answer(app, slot);
	if (slot->write == MFA_YUBIKEY_UNSURE)
		slot->write = MFA_YUBIKEY_WRITTEN;
	/* of what was just programmed it is known, and the finger may be there still */
	bool is_known = slot->write != MFA_YUBIKEY_KEPT || proof > 0;
	return is_known || prompt.has_blinked == key->wants_touch
		       ? EXIT_DONE
		       : complain_of_touch(app, slot, prompt.has_blinked);
}

static enum exit_code prove_key(const struct app *app, struct mfa_yubikey *key,
				struct yubikey_slot *slot)
{
	enum exit_code code = EXIT_DONE;
	for (int i = 0; i < PROOFS && code == EXIT_DONE; i++)
		code = prove_once(app, key, slot, i);
	return code;
}

/* A key shows it from firmware 3.0 on; before, its first answer does. */
static enum exit_code check_touch(const struct app *app, const struct yubikey_slot *slot,
				  bool wants_touch)
{
	const struct mfa_yubikey_port *port = &slot->port;
	bool shows_touch = port->wants_touch[slot->number - 1];
	bool is_shown = port->version[0] >= TOUCH_SHOWN_MAJOR &&
			port->is_programmed[slot->number - 1];
	return !is_shown || shows_touch == wants_touch
		       ? EXIT_DONE
		       : complain_of_touch(app, slot, shows_touch);
}

/* It is not known which slot shows the number, unless there is only one. */
static void warn_of_hiding(const struct app *app, const struct yubikey_slot *slot)
{
	unsigned other = slot->number == 1 ? 2 : 1;
	if (slot->port.is_programmed[other - 1])
		app_complain(TR(app, MFA_N_("the serial number is perhaps shown by slot "
					    "%u alone: if that is erased, the YubiKey no "
					    "longer lets in")),
			     other);
}

/* The options that contradict each other. */
static enum exit_code check_yubikey_options(const struct app *app,
					    const char *const *values)
{
	bool has_secret = values[ADD_SECRET_STDIN] != NULL;
	if (values[ADD_TOUCH] != NULL && values[ADD_NO_TOUCH] != NULL)
		return add_misuse(app, ADD_NO_TOUCH);
	if (values[ADD_NO_PROGRAM] != NULL && !has_secret)
		return add_misuse(app, ADD_NO_PROGRAM);
	if (values[ADD_FORCE] != NULL && has_secret)
		return add_misuse(app, ADD_FORCE);
	if (has_secret) {
		enum exit_code code = yubikey_codes_refuse(app, values);
		if (code != EXIT_DONE)
			return code;
	}
	/* a key that was just programmed is here to prove itself */
	if (values[ADD_NO_CONFIRM] != NULL &&
	    (!has_secret || values[ADD_SERIAL] == NULL || values[ADD_SLOT] == NULL))
		return add_misuse(app, ADD_NO_CONFIRM);
	return EXIT_DONE;
}

static enum exit_code get_hmac_secret(struct app *app, const struct enrolment *enrolment,
				      struct mfa_secret *ret_secret)
{
	const char *form = enrolment->values[ADD_SECRET_STDIN];
	if (form != NULL)
		return read_hmac_secret(app, form, ret_secret);
	int err = mfa_secret_random(MFA_YUBIKEY_SECRET_LEN, ret_secret);
	return err == MFA_OK ? EXIT_DONE : app_fail(err, NULL);
}

static enum exit_code program_hmac(struct app *app, const struct enrolment *enrolment,
				   struct yubikey_slot *slot,
				   const struct mfa_secret *secret)
{
	struct mfa_yubikey_program wanted = { .secret = secret->data };
	return yubikey_write_slot(app, enrolment, slot, &wanted);
}

/* Without a key in a port only what was given is known. */
static void describe_key(const struct enrolment *enrolment,
			 const struct yubikey_slot *slot, struct mfa_yubikey *key)
{
	key->serial = slot->port.serial;
	key->slot = slot->number;
	key->wants_touch = yubikey_slot_wants_touch(enrolment);
	memcpy(key->version, slot->port.version, sizeof key->version);
}

static enum exit_code program_and_prove(struct app *app, struct enrolment *enrolment,
					struct yubikey_slot *slot,
					struct mfa_yubikey *key)
{
	const char *const *values = enrolment->values;
	bool is_there = values[ADD_NO_CONFIRM] == NULL;
	bool will_program = values[ADD_SECRET_STDIN] == NULL;
	const struct mfa_secret secret = { (unsigned char *)(uintptr_t)key->secret,
					   MFA_YUBIKEY_SECRET_LEN };
	enum exit_code code =
		yubikey_slot_find(app, enrolment, is_there, will_program, slot);
	if (code != EXIT_DONE)
		return code;
	describe_key(enrolment, slot, key);
	if (!is_there)
		return EXIT_DONE;
	code = will_program ? program_hmac(app, enrolment, slot, &secret)
			    : check_touch(app, slot, key->wants_touch);
	if (code != EXIT_DONE)
		return code;
	code = prove_key(app, key, slot);
	if (code != EXIT_DONE)
		yubikey_write_notice(app, enrolment, slot);
	else if (!will_program)
		warn_of_hiding(app, slot);
	return code;
}

static enum exit_code make_yubikey(struct app *app, struct enrolment *enrolment)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret secret = { 0 };
	MFA_CLEANUP(yubikey_codes_done) struct yubikey_codes codes = { 0 };
	struct yubikey_slot slot = {
		.codes = &codes,
		.gets_code = yubikey_codes_are_given(enrolment->values),
	};
	enum exit_code code = check_yubikey_options(app, enrolment->values);
	if (code == EXIT_DONE)
		code = get_hmac_secret(app, enrolment, &secret);
	if (code == EXIT_DONE)
		code = yubikey_codes_read(app, enrolment, &codes);
	if (code != EXIT_DONE)
		return code;
	struct mfa_yubikey key = { .secret = secret.data };
	interrupt_hold(&enrolment->interrupt);
	code = yubikey_lock_take(app, enrolment);
	if (code == EXIT_DONE)
		code = program_and_prove(app, enrolment, &slot, &key);
	if (code != EXIT_DONE)
		return code;
	int err = mfa_yubikey_save(&key, enrolment->token);
	return err == MFA_OK ? EXIT_DONE : app_fail(err, NULL);
}

static bool is_same_yubikey(const struct mfa_token *one, const struct mfa_token *other)
{
	struct mfa_yubikey a;
	struct mfa_yubikey b;
	return mfa_yubikey_load(one, &a) == MFA_OK &&
	       mfa_yubikey_load(other, &b) == MFA_OK && a.serial == b.serial &&
	       a.slot == b.slot;
}

static void yubikey_rollback_notice(struct app *app, const struct enrolment *enrolment)
{
	struct mfa_yubikey key;
	if (mfa_yubikey_load(enrolment->token, &key) != MFA_OK)
		return;
	const struct yubikey_slot slot = {
		.port = { .serial = key.serial },
		.number = key.slot,
		.gets_code = yubikey_codes_are_given(enrolment->values),
		.write = enrolment->values[ADD_SECRET_STDIN] == NULL ? MFA_YUBIKEY_WRITTEN
								     : MFA_YUBIKEY_KEPT,
	};
	yubikey_write_notice(app, enrolment, &slot);
}

const struct add_kind add_yubikey = {
	.kind = MFA_KIND_YUBIKEY,
	.options = 1U << ADD_SLOT | 1U << ADD_SERIAL | 1U << ADD_TOUCH |
		   1U << ADD_NO_TOUCH | 1U << ADD_FORCE | 1U << ADD_NO_PROGRAM |
		   1U << ADD_ACCESS_CODE | 1U << ADD_SET_ACCESS_CODE,
	.make = make_yubikey,
	.is_same = is_same_yubikey,
	.rollback_notice = yubikey_rollback_notice,
};
