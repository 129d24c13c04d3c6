/* SPDX-License-Identifier: BSD-2-Clause */
#include "yubikey/yubikey_list.h"

#include <stdio.h>

#include "cli/interrupt.h"
#include "mfa/usb.h"

enum {
	MAJOR_LEAST = 2,
	MINOR_LEAST = 2,
};

enum exit_code yubikey_list_fail(const struct app *app, enum mfa_yubikey_result result,
				 const struct mfa_diag *diag)
{
	static const char *const texts[] = {
		[MFA_YUBIKEY_ABSENT] = MFA_N_("No YubiKey found. Plug one in."),
		[MFA_YUBIKEY_OTHER] = MFA_N_("That YubiKey is not plugged in."),
		[MFA_YUBIKEY_EMPTY] = MFA_N_("The slot is not programmed."),
		[MFA_YUBIKEY_UNTOUCHED] = MFA_N_("The YubiKey was not touched."),
		[MFA_YUBIKEY_SILENT] =
			MFA_N_("The YubiKey does not answer: the slot is not for "
			       "challenges, or the key hangs. Plug it in anew."),
		[MFA_YUBIKEY_CUT_OFF] = MFA_N_("The YubiKey was pulled out."),
		[MFA_YUBIKEY_DAMAGED] =
			MFA_N_("The connection to the YubiKey was disturbed. Try again."),
		[MFA_YUBIKEY_CLAIMED] = MFA_N_("Another program is using the YubiKey."),
		[MFA_YUBIKEY_BLOCKED] =
			MFA_N_("This machine does not allow the YubiKey to be used."),
		[MFA_YUBIKEY_HIDDEN] =
			MFA_N_("The YubiKey does not tell its serial number."),
		[MFA_YUBIKEY_TOO_OLD] = MFA_N_("This YubiKey is too old to be used."),
		[MFA_YUBIKEY_NO_OTP] =
			MFA_N_("This key has no OTP application: it cannot be used."),
		[MFA_YUBIKEY_BUSY] = MFA_N_("Another program is using the YubiKey."),
		[MFA_YUBIKEY_ELSEWHERE] = MFA_N_("Another program is using the YubiKey."),
		[MFA_YUBIKEY_OCCUPIED] = MFA_N_("The slot is programmed already."),
		[MFA_YUBIKEY_REFUSED] = MFA_N_("The YubiKey refused."),
		[MFA_YUBIKEY_BROKEN] = MFA_N_("YubiKeys cannot be used on this machine."),
	};
	if (interrupt_has_come()) {
		app_complain("%s", TR(app, MFA_N_("cancelled")));
		return EXIT_REFUSED;
	}
	bool has_more = diag != NULL && diag->text[0] != '\0';
	app_complain("%s%s%s", TR(app, texts[result]), has_more ? " " : "",
		     has_more ? diag->text : "");
	return result == MFA_YUBIKEY_BUSY ? EXIT_BUSY : EXIT_REFUSED;
}

void touch_prompt_print(void *context, enum mfa_yubikey_stage stage)
{
	struct touch_prompt *prompt = context;
	const struct app *app = prompt->app;
	if (stage == MFA_YUBIKEY_IN_USE) {
		app_complain("%s", TR(app, MFA_N_("a YubiKey is in use by a login: do "
						  "not touch it yet")));
		return;
	}
	prompt->has_blinked = true;
	(void)printf(TR(app, MFA_N_("Touch the YubiKey that blinks (%d of %d).")),
		     prompt->proof, prompt->proofs);
	(void)fputc('\n', stdout);
	(void)fflush(stdout);
}

enum exit_code yubikey_list_read(const struct app *app,
				 struct mfa_yubikey_port *ret_ports, size_t *ret_count)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_usb_close) struct mfa_usb usb = { .channel = -1 };
	int err = mfa_usb_open(NULL, &diag, &usb);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	struct touch_prompt prompt = { .app = app };
	usb.listener = (struct mfa_yubikey_listener){ touch_prompt_print, &prompt };
	usb.is_over = interrupt_has_come;
	*ret_count = 0;
	enum mfa_yubikey_result result =
		mfa_usb_list(&usb, YUBIKEY_TIMEOUT_MS, &diag, ret_ports, ret_count);
	if (result == MFA_YUBIKEY_DONE || result == MFA_YUBIKEY_ABSENT)
		return EXIT_DONE;
	return yubikey_list_fail(app, result, &diag);
}

bool yubikey_list_is_too_old(const struct mfa_yubikey_port *port)
{
	return port->version[0] < MAJOR_LEAST ||
	       (port->version[0] == MAJOR_LEAST && port->version[1] < MINOR_LEAST);
}

static void print_name(const struct app *app, const struct mfa_yubikey_port *port)
{
	if (port->serial != 0)
		(void)printf(TR(app, MFA_N_("YubiKey %u")), port->serial);
	else if (yubikey_list_is_too_old(port))
		(void)fputs(TR(app, MFA_N_("YubiKey too old for a serial number")),
			    stdout);
	else
		(void)fputs(TR(app, MFA_N_("YubiKey that does not tell its serial "
					   "number")),
			    stdout);
}

void yubikey_list_print_one(const struct app *app, const struct mfa_yubikey_port *port)
{
	const char *empty = TR(app, MFA_N_("empty"));
	const char *programmed = TR(app, MFA_N_("programmed"));
	print_name(app, port);
	(void)printf(TR(app, MFA_N_(", firmware %u.%u.%u; slot 1: %s, slot 2: %s")),
		     port->version[0], port->version[1], port->version[2],
		     port->is_programmed[0] ? programmed : empty,
		     port->is_programmed[1] ? programmed : empty);
	if (port->touch_s != 0)
		(void)printf(TR(app, MFA_N_("; waits %u s for a touch")), port->touch_s);
	(void)fputc('\n', stdout);
}

static enum exit_code complain_of_silence(const struct app *app,
					  const struct mfa_yubikey_port *port)
{
	if (yubikey_list_is_too_old(port))
		app_complain(TR(app, MFA_N_("the firmware of this YubiKey, %u.%u.%u, is "
					    "too old; it needs 2.2 or later")),
			     port->version[0], port->version[1], port->version[2]);
	else
		app_complain("%s", TR(app, MFA_N_("the YubiKey does not tell its serial "
						  "number, so it cannot be registered. "
						  "Plug it in anew; if it hides the "
						  "number: see mfa-enroll(8), HIDDEN "
						  "SERIAL NUMBERS")));
	return EXIT_REFUSED;
}

static enum exit_code complain_of_other(const struct app *app, uint32_t serial,
					const struct mfa_yubikey_port *ports,
					size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ports[i].serial == 0) {
			app_complain(TR(app, MFA_N_("YubiKey %u is not plugged in, "
						    "unless it is this one:")),
				     serial);
			yubikey_list_print_one(app, &ports[i]);
			return complain_of_silence(app, &ports[i]);
		}
	app_complain(TR(app, MFA_N_("YubiKey %u is not plugged in")), serial);
	return EXIT_REFUSED;
}

/* A serial number is what a key says of itself: a device that poses as somebody's key
 * would be given the new secret. */
static enum exit_code complain_of_twins(const struct app *app, uint32_t serial)
{
	app_complain(TR(app, MFA_N_("more than one device says that it is YubiKey %u: "
				    "pull out all but the right one, look for one that "
				    "nobody knows, and try again; nothing was changed")),
		     serial);
	return EXIT_REFUSED;
}

static bool has_twin(const struct mfa_yubikey_port *ports, size_t count, uint32_t serial)
{
	size_t same = 0;
	for (size_t i = 0; i < count; i++)
		same += ports[i].serial == serial && serial != 0;
	return same > 1;
}

static enum exit_code choose_yubikey(const struct app *app, uint32_t serial,
				     const struct mfa_yubikey_port *ports, size_t count,
				     struct mfa_yubikey_port *ret_port)
{
	if (count == 0)
		return yubikey_list_fail(app, MFA_YUBIKEY_ABSENT, NULL);
	if (has_twin(ports, count, serial))
		return complain_of_twins(app, serial);
	for (size_t i = 0; i < count; i++)
		if (ports[i].serial == serial && serial != 0) {
			*ret_port = ports[i];
			return EXIT_DONE;
		}
	if (serial != 0)
		return complain_of_other(app, serial, ports, count);
	if (count == 1) {
		*ret_port = ports[0];
		return EXIT_DONE;
	}
	for (size_t i = 0; i < count; i++)
		yubikey_list_print_one(app, &ports[i]);
	app_complain("%s", TR(app, MFA_N_("more than one YubiKey: say which with "
					  "--serial, or pull out the others")));
	return EXIT_REFUSED;
}

enum exit_code yubikey_list_find(const struct app *app, uint32_t serial,
				 struct mfa_yubikey_port *ret_port)
{
	struct mfa_yubikey_port ports[MFA_YUBIKEYS_MAX];
	struct mfa_yubikey_port found = { 0 };
	size_t count = 0;
	enum exit_code code = yubikey_list_read(app, ports, &count);
	if (code == EXIT_DONE)
		code = choose_yubikey(app, serial, ports, count, &found);
	if (code != EXIT_DONE)
		return code;
	if (found.serial == 0)
		return complain_of_silence(app, &found);
	*ret_port = found;
	return EXIT_DONE;
}
