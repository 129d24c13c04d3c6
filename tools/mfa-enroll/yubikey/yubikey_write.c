/* SPDX-License-Identifier: BSD-2-Clause */
#include "yubikey/yubikey_write.h"

#include <stdio.h>

#include "cli/change.h"
#include "mfa/usb.h"
#include "yubikey/yubikey_list.h"

void yubikey_write_explain_refusal(const struct app *app, const struct yubikey_slot *slot)
{
	bool was_empty = !slot->port.is_programmed[slot->number - 1];
	if (was_empty)
		app_complain(TR(app, MFA_N_("the YubiKey did not take it, though slot %u "
					    "is empty: some keys (FIPS) take nothing "
					    "without --set-access-code-stdin")),
			     slot->number);
	else if (slot->codes->now.data != NULL)
		app_complain(TR(app, MFA_N_("the YubiKey did not take it: the access "
					    "code is not that of slot %u")),
			     slot->number);
	else
		app_complain(TR(app, MFA_N_("the YubiKey did not take it: an access code "
					    "protects slot %u; give it with "
					    "--access-code-stdin")),
			     slot->number);
	if (slot->number == MFA_YUBIKEY_SLOTS && slot->port.is_programmed[0])
		app_complain("%s", TR(app, MFA_N_("or slot 1 protects slot 2 (flag "
						  "protect-cfg2): then program slot 1 "
						  "anew first, or use it")));
}

/* The person is asked for a touch in any case: it shows which secret is there. */
static enum exit_code go_on_unsure(const struct app *app)
{
	(void)puts(TR(app, MFA_N_("The YubiKey does not confirm the new secret; its "
				  "answers will show which one it holds.")));
	return EXIT_DONE;
}

static enum exit_code fail_write(struct app *app, const struct enrolment *enrolment,
				 const struct yubikey_slot *slot,
				 enum mfa_yubikey_result result,
				 const struct mfa_diag *diag)
{
	enum exit_code code = EXIT_REFUSED;
	if (result == MFA_YUBIKEY_OCCUPIED)
		code = yubikey_slot_complain_of_contents(app, slot);
	else if (result == MFA_YUBIKEY_REFUSED && diag->text[0] == '\0')
		yubikey_write_explain_refusal(app, slot);
	else
		code = yubikey_list_fail(app, result, diag);
	yubikey_write_notice(app, enrolment, slot);
	return code;
}

enum exit_code yubikey_write_slot(struct app *app, const struct enrolment *enrolment,
				  struct yubikey_slot *slot,
				  struct mfa_yubikey_program *program)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_usb_close) struct mfa_usb usb = { .channel = -1 };
	int err = mfa_usb_open(NULL, &diag, &usb);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	struct touch_prompt prompt = { .app = app };
	usb.listener = (struct mfa_yubikey_listener){ touch_prompt_print, &prompt };
	usb.is_over = interrupt_has_come;
	program->at = (struct mfa_yubikey_slot){ slot->port.serial, slot->number };
	program->wants_touch = yubikey_slot_wants_touch(enrolment);
	program->may_overwrite = enrolment->values[ADD_FORCE] != NULL;
	program->access_code = slot->codes->now.data;
	program->new_access_code = slot->codes->next.data;
	program->timeout_ms = YUBIKEY_TIMEOUT_MS;
	enum mfa_yubikey_result result =
		mfa_usb_program(&usb, program, &diag, &slot->write);
	if (result == MFA_YUBIKEY_DONE)
		return EXIT_DONE;
	bool may_go_on = result == MFA_YUBIKEY_REFUSED && program->public_id == NULL &&
			 slot->write == MFA_YUBIKEY_UNSURE && !interrupt_has_come();
	return may_go_on ? go_on_unsure(app)
			 : fail_write(app, enrolment, slot, result, &diag);
}

static const char *find_retry(const struct app *app, const struct yubikey_slot *slot)
{
	bool is_sure = slot->write == MFA_YUBIKEY_WRITTEN;
	if (slot->gets_code && is_sure)
		return TR(app, MFA_N_("The slot has the access code that you gave it: "
				      "try again with --force --access-code-stdin"));
	if (slot->gets_code)
		return TR(app, MFA_N_("Perhaps the slot has the access code that you "
				      "gave it: try again with --force "
				      "--access-code-stdin"));
	if (!is_sure && slot->port.is_programmed[slot->number - 1])
		return TR(app, MFA_N_("Try again with --force; perhaps an access code "
				      "protects it: then give it with "
				      "--access-code-stdin"));
	return TR(app, MFA_N_("Try again with --force"));
}

/* The enrolment has failed already, so that a trail that cannot be written to is only
 * complained of. */
static void log_overwriting(struct app *app, const struct enrolment *enrolment,
			    const struct yubikey_slot *slot)
{
	char detail[128];
	(void)snprintf(detail, sizeof detail,
		       "slot %u of YubiKey %u %s overwritten, and nothing enrolled",
		       slot->number, slot->port.serial,
		       slot->write == MFA_YUBIKEY_WRITTEN ? "was" : "may have been");
	const struct change change = {
		.event = "token.overwrite",
		.user = enrolment->user,
		.kind = enrolment->token->kind,
		.detail = detail,
	};
	enum exit_code unused MFA_UNUSED = change_log(app, &change);
}

void yubikey_write_notice(struct app *app, const struct enrolment *enrolment,
			  const struct yubikey_slot *slot)
{
	if (slot->write != MFA_YUBIKEY_KEPT)
		log_overwriting(app, enrolment, slot);
	switch (slot->write) {
	case MFA_YUBIKEY_KEPT:
		app_complain("%s", TR(app, MFA_N_("nothing was changed")));
		return;
	case MFA_YUBIKEY_WRITTEN:
		app_complain(TR(app, MFA_N_("nothing was enrolled: slot %u of YubiKey %u "
					    "was overwritten, and lets nobody in. %s")),
			     slot->number, slot->port.serial, find_retry(app, slot));
		return;
	case MFA_YUBIKEY_UNSURE:
		app_complain(TR(app, MFA_N_("nothing was enrolled: slot %u of YubiKey %u "
					    "may have been overwritten, and lets nobody "
					    "in. %s")),
			     slot->number, slot->port.serial, find_retry(app, slot));
		return;
	}
}
