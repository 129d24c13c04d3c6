/* SPDX-License-Identifier: BSD-2-Clause */
/* Enrolling OATH tokens: totp and hotp. */
#include "token/add.h"

#include <stdio.h>
#include <string.h>

#include "cli/qr.h"
#include "cli/terminal.h"
#include "mfa/oath.h"
#include "token/confirm.h"

static enum exit_code read_oath_parameters(const struct app *app, enum mfa_kind kind,
					   const char *const *values,
					   struct mfa_oath *oath)
{
	int64_t digits = 6;
	int64_t period = 30;
	int64_t counter = 0;
	bool is_totp = kind == MFA_KIND_TOTP;
	oath->hash = MFA_HASH_SHA1;
	if (values[ADD_ALGORITHM] != NULL)
		oath->hash = mfa_hash_from_name(values[ADD_ALGORITHM]);
	if (oath->hash == (enum mfa_hash)0)
		return add_misuse(app, ADD_ALGORITHM);
	if (!add_take_number(values[ADD_DIGITS], 6, 8, &digits))
		return add_misuse(app, ADD_DIGITS);
	if (!add_take_number(values[ADD_PERIOD], 30, 60, &period) ||
	    (period != 30 && period != 60) || (values[ADD_PERIOD] != NULL && !is_totp))
		return add_misuse(app, ADD_PERIOD);
	if (!add_take_number(values[ADD_COUNTER], 0, INT64_MAX / 4, &counter) ||
	    (values[ADD_COUNTER] != NULL && is_totp))
		return add_misuse(app, ADD_COUNTER);
	oath->digits = (unsigned)digits;
	oath->period = is_totp ? (unsigned)period : 0;
	oath->counter = (uint64_t)counter;
	return EXIT_DONE;
}

static enum exit_code read_oath_secret(const struct app *app, const char *form,
				       struct mfa_secret *ret_secret)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret line = { 0 };
	bool is_hex = strcmp(form, "hex") == 0;
	if (!is_hex && strcmp(form, "base32") != 0)
		return add_misuse(app, ADD_SECRET_STDIN);
	int err = terminal_ask(TR(app, MFA_N_("Secret of the token: ")), ECHO_HIDDEN,
			       &line);
	if (err == MFA_OK)
		err = is_hex ? mfa_oath_parse_hex((char *)line.data, line.len, ret_secret)
			     : mfa_oath_parse_base32((char *)line.data, line.len,
						     ret_secret);
	if (err == MFA_ERR_NOMEM)
		return app_fail(err, NULL);
	if (err != MFA_OK) {
		app_complain(
			TR(app, MFA_N_("the secret is not %s of %d to %d bytes; nothing "
				       "was changed")),
			form, MFA_OATH_SECRET_MIN, MFA_OATH_SECRET_MAX);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

/* Enough against guesses at a login, and less than the standard asks for. */
static void warn_of_short_secret(const struct app *app, const struct mfa_secret *secret)
{
	if (secret->len >= MFA_OATH_SECRET_ADVISED)
		return;
	app_complain(TR(app, MFA_N_("the secret has %zu bits, and RFC 4226 asks for %d "
				    "at least: enrol the user anew with a fresh one "
				    "when you can")),
		     secret->len * 8, MFA_OATH_SECRET_ADVISED * 8);
}

static enum exit_code make_oath_data(struct app *app, struct enrolment *enrolment)
{
	const char *const *values = enrolment->values;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret secret = { 0 };
	struct mfa_oath oath = { 0 };
	enum exit_code code =
		read_oath_parameters(app, enrolment->token->kind, values, &oath);
	if (code != EXIT_DONE)
		return code;
	if (values[ADD_SECRET_STDIN] != NULL)
		code = read_oath_secret(app, values[ADD_SECRET_STDIN], &secret);
	else if (mfa_secret_random(mfa_hash_secret_len(oath.hash), &secret) != MFA_OK)
		code = app_fail(MFA_ERR_NOMEM, NULL);
	if (code != EXIT_DONE)
		return code;
	warn_of_short_secret(app, &secret);
	oath.secret = secret.data;
	oath.secret_len = secret.len;
	int err = mfa_oath_save(&oath, enrolment->token);
	return err == MFA_OK ? EXIT_DONE : app_fail(err, NULL);
}

static void cut_text(char *from, const char *to)
{
	memmove(from, to, strlen(to) + 1);
}

/* Where the whole URI makes too tall a code for a terminal of 24 rows, the issuer is
 * before the user's name alone and not once more as a parameter; where that is not
 * enough (a long name, a long secret), it goes altogether. */
static void shorten_uri(struct mfa_secret *uri)
{
	char *text = (char *)uri->data;
	char *parameter = strstr(text, "&issuer=");
	if (parameter == NULL || qr_fits(uri))
		return;
	cut_text(parameter, parameter + 1 + strcspn(parameter + 1, "&"));
	char *label = strchr(text + strlen("otpauth://"), '/') + 1;
	if (!qr_fits(uri))
		cut_text(label, strchr(label, ':') + 1);
}

static enum exit_code show_oath_secret(struct app *app, const char *user,
				       const struct mfa_token *token)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret uri = { 0 };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	int err = mfa_oath_uri(token, app->site.config->issuer, user, &uri);
	if (err == MFA_OK)
		err = mfa_oath_base32(token, &key);
	if (err != MFA_OK)
		return app_fail(err, NULL);
	(void)puts(
		TR(app, MFA_N_("Scan the QR code, or type the key into the token. It is "
			       "shown this once.")));
	shorten_uri(&uri);
	(void)printf("%s\n%s\n", (char *)uri.data, (char *)key.data);
	if (qr_print(&uri) != MFA_OK)
		app_complain("%s",
			     TR(app, MFA_N_("too long for a QR code: type the key")));
	(void)fflush(stdout);
	return EXIT_DONE;
}

static enum exit_code make_oath(struct app *app, struct enrolment *enrolment)
{
	enum exit_code code = make_oath_data(app, enrolment);
	if (code == EXIT_DONE && enrolment->values[ADD_SECRET_STDIN] == NULL)
		code = show_oath_secret(app, enrolment->user, enrolment->token);
	if (code == EXIT_DONE && enrolment->values[ADD_NO_CONFIRM] == NULL)
		code = confirm_token(app, enrolment->token, false);
	return code;
}

static bool is_same_oath(const struct mfa_token *one, const struct mfa_token *other)
{
	struct mfa_oath a;
	struct mfa_oath b;
	return mfa_oath_load(one, &a) == MFA_OK && mfa_oath_load(other, &b) == MFA_OK &&
	       a.secret_len == b.secret_len &&
	       mfa_secret_is_equal(a.secret, b.secret, a.secret_len);
}

const struct add_kind add_totp = {
	.kind = MFA_KIND_TOTP,
	.options = 1U << ADD_DIGITS | 1U << ADD_ALGORITHM | 1U << ADD_PERIOD,
	.make = make_oath,
	.is_same = is_same_oath,
};

const struct add_kind add_hotp = {
	.kind = MFA_KIND_HOTP,
	.options = 1U << ADD_DIGITS | 1U << ADD_ALGORITHM | 1U << ADD_COUNTER,
	.make = make_oath,
	.is_same = is_same_oath,
};
