/* SPDX-License-Identifier: BSD-2-Clause */
/* Enrolling YubiKeys that type codes of 44 characters. */
#include "yubikey/yubikey_write.h"

#include <stdio.h>
#include <string.h>

#include "cli/terminal.h"
#include "mfa/yubikey_otp.h"
#include "token/confirm.h"
#include "yubikey/yubikey_lock.h"

enum {
	SECRETS_LEN =
		MFA_YUBIKEY_PUBLIC_LEN + MFA_YUBIKEY_PRIVATE_LEN + MFA_YUBIKEY_AES_LEN,
	/* "vv" begins the public ids that are not from the maker of the keys */
	OWN_PREFIX = 0xff,
};

static enum exit_code read_otp_secrets(struct app *app, const char *form,
				       struct mfa_secret *ret_secret,
				       uint32_t *ret_serial)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret line = { 0 };
	if (strcmp(form, "csv") != 0)
		return add_misuse(app, ADD_SECRET_STDIN);
	int err = terminal_ask(TR(app, MFA_N_("Line of the personalization tool: ")),
			       ECHO_HIDDEN, &line);
	if (err == MFA_OK)
		err = mfa_yubikey_otp_parse((char *)line.data, line.len, ret_secret,
					    ret_serial);
	if (err == MFA_ERR_NOMEM)
		return app_fail(err, NULL);
	if (err != MFA_OK) {
		app_complain(
			"%s",
			TR(app, MFA_N_("the line does not hold a public id (12 letters), "
				       "a private id (12 digits) and an AES key (32 "
				       "digits) between commas; nothing was changed")));
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static enum exit_code make_otp_secrets(struct mfa_secret *ret_secret)
{
	int err = mfa_secret_random(SECRETS_LEN, ret_secret);
	if (err != MFA_OK)
		return app_fail(err, NULL);
	ret_secret->data[0] = OWN_PREFIX;
	return EXIT_DONE;
}

static void point_into_secrets(struct mfa_yubikey_otp *otp,
			       const struct mfa_secret *secret)
{
	otp->public_id = secret->data;
	otp->private_id = otp->public_id + MFA_YUBIKEY_PUBLIC_LEN;
	otp->aes_key = otp->private_id + MFA_YUBIKEY_PRIVATE_LEN;
}

static enum exit_code get_otp_secrets(struct app *app, const struct enrolment *enrolment,
				      struct mfa_secret *ret_secret, uint32_t *ret_serial)
{
	const char *form = enrolment->values[ADD_SECRET_STDIN];
	return form != NULL ? read_otp_secrets(app, form, ret_secret, ret_serial)
			    : make_otp_secrets(ret_secret);
}

static enum exit_code program_otp(struct app *app, const struct enrolment *enrolment,
				  struct yubikey_slot *slot,
				  const struct mfa_yubikey_otp *otp)
{
	struct mfa_yubikey_program wanted = {
		.secret = otp->aes_key,
		.public_id = otp->public_id,
		.private_id = otp->private_id,
	};
	return yubikey_write_slot(app, enrolment, slot, &wanted);
}

static enum exit_code confirm_typed(struct app *app, const struct enrolment *enrolment,
				    const struct yubikey_slot *slot)
{
	(void)printf(TR(app, slot->number == 1
				     ? MFA_N_("Touch the YubiKey's button shortly to "
					      "type a code.")
				     : MFA_N_("Touch the YubiKey's button for three "
					      "seconds to type a code.")));
	(void)fputc('\n', stdout);
	return confirm_token(app, enrolment->token, slot->write != MFA_YUBIKEY_KEPT);
}

static enum exit_code check_otp_options(const struct app *app, const char *const *values)
{
	bool will_program = values[ADD_SECRET_STDIN] == NULL;
	if (values[ADD_NO_PROGRAM] != NULL && will_program)
		return add_misuse(app, ADD_NO_PROGRAM);
	if (values[ADD_FORCE] != NULL && !will_program)
		return add_misuse(app, ADD_FORCE);
	return will_program ? EXIT_DONE : yubikey_codes_refuse(app, values);
}

/* Finds the slot, and writes the secrets where they are not there yet. */
static enum exit_code fill_slot(struct app *app, struct enrolment *enrolment,
				const struct mfa_yubikey_otp *otp,
				struct yubikey_slot *slot)
{
	bool will_program = enrolment->values[ADD_SECRET_STDIN] == NULL;
	interrupt_hold(&enrolment->interrupt);
	slot->port.serial = otp->serial;
	enum exit_code code = yubikey_lock_take(app, enrolment);
	if (code == EXIT_DONE)
		code = yubikey_slot_check_id(app, otp->public_id);
	if (code == EXIT_DONE)
		code = yubikey_slot_find(app, enrolment, will_program, will_program,
					 slot);
	if (code == EXIT_DONE && will_program)
		code = program_otp(app, enrolment, slot, otp);
	return code;
}

static enum exit_code make_yubikey_otp(struct app *app, struct enrolment *enrolment)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret secret = { 0 };
	MFA_CLEANUP(yubikey_codes_done) struct yubikey_codes codes = { 0 };
	struct mfa_yubikey_otp otp = { 0 };
	struct yubikey_slot slot = {
		.codes = &codes,
		.gets_code = yubikey_codes_are_given(enrolment->values),
	};
	enum exit_code code = check_otp_options(app, enrolment->values);
	if (code == EXIT_DONE)
		code = get_otp_secrets(app, enrolment, &secret, &otp.serial);
	if (code == EXIT_DONE)
		code = yubikey_codes_read(app, enrolment, &codes);
	if (code != EXIT_DONE)
		return code;
	point_into_secrets(&otp, &secret);
	code = fill_slot(app, enrolment, &otp, &slot);
	if (code != EXIT_DONE)
		return code;
	otp.serial = slot.port.serial;
	otp.slot = slot.number;
	int err = mfa_yubikey_otp_save(&otp, enrolment->token);
	if (err != MFA_OK)
		return app_fail(err, NULL);
	if (enrolment->values[ADD_NO_CONFIRM] == NULL)
		code = confirm_typed(app, enrolment, &slot);
	if (code != EXIT_DONE && slot.write != MFA_YUBIKEY_KEPT)
		yubikey_write_notice(app, enrolment, &slot);
	return code;
}

static bool is_same_otp(const struct mfa_token *one, const struct mfa_token *other)
{
	struct mfa_yubikey_otp a;
	struct mfa_yubikey_otp b;
	return mfa_yubikey_otp_load(one, &a) == MFA_OK &&
	       mfa_yubikey_otp_load(other, &b) == MFA_OK &&
	       memcmp(a.public_id, b.public_id, MFA_YUBIKEY_PUBLIC_LEN) == 0;
}

static void otp_rollback_notice(struct app *app, const struct enrolment *enrolment)
{
	struct mfa_yubikey_otp otp;
	if (mfa_yubikey_otp_load(enrolment->token, &otp) != MFA_OK)
		return;
	const struct yubikey_slot slot = {
		.port = { .serial = otp.serial },
		.number = otp.slot,
		.gets_code = yubikey_codes_are_given(enrolment->values),
		.write = enrolment->values[ADD_SECRET_STDIN] == NULL ? MFA_YUBIKEY_WRITTEN
								     : MFA_YUBIKEY_KEPT,
	};
	yubikey_write_notice(app, enrolment, &slot);
}

const struct add_kind add_yubikey_otp = {
	.kind = MFA_KIND_YUBIKEY_OTP,
	.options = 1U << ADD_SLOT | 1U << ADD_SERIAL | 1U << ADD_FORCE |
		   1U << ADD_NO_PROGRAM | 1U << ADD_ACCESS_CODE |
		   1U << ADD_SET_ACCESS_CODE,
	.make = make_yubikey_otp,
	.is_same = is_same_otp,
	.rollback_notice = otp_rollback_notice,
};
