/* mfa-enroll add USER totp|hotp */
#include "commands.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "act.h"
#include "confirm.h"
#include "mfa/oath.h"
#include "mfa/text.h"
#include "qr.h"
#include "terminal.h"

enum {
	SECRET_STDIN,
	DIGITS,
	ALGORITHM,
	PERIOD,
	COUNTER,
	LABEL,
	NO_CONFIRM,
	ALLOW_UNKNOWN,
};

static const struct option_spec options[] = {
	[SECRET_STDIN] = { "secret-stdin", "base32|hex",
			   MFA_N_("read the token's secret from standard input") },
	[DIGITS] = { "digits", "6|7|8", MFA_N_("length of a code (6)") },
	[ALGORITHM] = { "algorithm", "sha1|sha256|sha512", MFA_N_("hash (sha1)") },
	[PERIOD] = { "period", "30|60", MFA_N_("totp: seconds of a time step (30)") },
	[COUNTER] = { "counter", "N", MFA_N_("hotp: the token's next counter (0)") },
	[LABEL] = { "label", "TEXT", MFA_N_("a note, as a serial number") },
	[NO_CONFIRM] = { "no-confirm", NULL,
			 MFA_N_("do not ask the person for two codes") },
	[ALLOW_UNKNOWN] = { "allow-unknown", NULL,
			    MFA_N_("the user need not be there yet") },
	{ NULL, NULL, NULL },
};

/* The token that is being enrolled, and where it came to stand. */
struct enrolment {
	struct mfa_token *token;
	char id[MFA_TOKEN_ID_SIZE];
};

static enum exit_code misuse(const struct app *app, const char *option)
{
	app_complain(
		TR(app, MFA_N_("--%s: not a value for this token; see mfa-enroll add "
			       "--help")),
		option);
	return EXIT_USAGE;
}

static bool take_choice(const char *text, int64_t low, int64_t high,
			int64_t *inout_number)
{
	int64_t number = 0;
	if (text == NULL)
		return true;
	if (mfa_text_parse_number(text, &number) != MFA_OK || number < low ||
	    number > high)
		return false;
	*inout_number = number;
	return true;
}

static enum exit_code read_parameters(const struct app *app, enum mfa_kind kind,
				      const char *const *values, struct mfa_oath *oath)
{
	int64_t digits = 6;
	int64_t period = 30;
	int64_t counter = 0;
	bool is_totp = kind == MFA_KIND_TOTP;
	oath->hash = MFA_HASH_SHA1;
	if (values[ALGORITHM] != NULL)
		oath->hash = mfa_hash_from_name(values[ALGORITHM]);
	if (oath->hash == (enum mfa_hash)0)
		return misuse(app, "algorithm");
	if (!take_choice(values[DIGITS], 6, 8, &digits))
		return misuse(app, "digits");
	if (!take_choice(values[PERIOD], 30, 60, &period) ||
	    (period != 30 && period != 60) || (values[PERIOD] != NULL && !is_totp))
		return misuse(app, "period");
	if (!take_choice(values[COUNTER], 0, INT64_MAX / 4, &counter) ||
	    (values[COUNTER] != NULL && is_totp))
		return misuse(app, "counter");
	oath->digits = (unsigned)digits;
	oath->period = is_totp ? (unsigned)period : 0;
	oath->counter = (uint64_t)counter;
	return EXIT_DONE;
}

static enum exit_code read_secret(const struct app *app, const char *form,
				  struct mfa_secret *ret_secret)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret line = { 0 };
	bool is_hex = strcmp(form, "hex") == 0;
	if (!is_hex && strcmp(form, "base32") != 0)
		return misuse(app, "secret-stdin");
	int err = terminal_ask(TR(app, MFA_N_("Secret of the token: ")), ECHO_HIDDEN,
			       &line);
	if (err == MFA_OK)
		err = is_hex ? mfa_oath_parse_hex((char *)line.data, line.len, ret_secret)
			     : mfa_oath_parse_base32((char *)line.data, line.len,
						     ret_secret);
	if (err == MFA_ERR_NOMEM)
		return app_fail(err, &(struct mfa_diag){ "" });
	if (err != MFA_OK) {
		app_complain(
			TR(app, MFA_N_("the secret is not %s of %d to %d bytes; nothing "
				       "was changed")),
			form, MFA_OATH_SECRET_MIN, MFA_OATH_SECRET_MAX);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static enum exit_code make_token(struct app *app, const struct invocation *invocation,
				 struct mfa_token *token)
{
	const char *const *values = invocation->values;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret secret = { 0 };
	struct mfa_oath oath = { 0 };
	enum exit_code code = read_parameters(app, token->kind, values, &oath);
	if (code != EXIT_DONE)
		return code;
	const char *label = values[LABEL];
	if (label != NULL && !mfa_text_is_label(label, sizeof token->label))
		return misuse(app, "label");
	if (values[SECRET_STDIN] != NULL)
		code = read_secret(app, values[SECRET_STDIN], &secret);
	else if (mfa_secret_random(mfa_hash_secret_len(oath.hash), &secret) != MFA_OK)
		code = app_fail(MFA_ERR_NOMEM, &(struct mfa_diag){ "" });
	if (code != EXIT_DONE)
		return code;
	oath.secret = secret.data;
	oath.secret_len = secret.len;
	token->state = MFA_STATE_ACTIVE;
	token->created = time(NULL);
	(void)snprintf(token->label, sizeof token->label, "%s",
		       label != NULL ? label : "");
	(void)snprintf(token->created_by, sizeof token->created_by, "%s", app->actor);
	int err = mfa_oath_save(&oath, token);
	return err == MFA_OK ? EXIT_DONE : app_fail(err, &(struct mfa_diag){ "" });
}

static void cut(char *from, const char *to)
{
	memmove(from, to, strlen(to) + 1);
}

/* Where the whole URI makes too tall a code for a terminal of 24 rows, the issuer stands
 * before the user's name alone and not once more as a parameter; where that is not
 * enough (a long name, a long secret), it goes altogether. */
static void shorten(struct mfa_secret *uri)
{
	char *text = (char *)uri->data;
	char *parameter = strstr(text, "&issuer=");
	if (parameter == NULL || qr_fits(uri))
		return;
	cut(parameter, parameter + 1 + strcspn(parameter + 1, "&"));
	char *label = strchr(text + strlen("otpauth://"), '/') + 1;
	if (!qr_fits(uri))
		cut(label, strchr(label, ':') + 1);
}

static enum exit_code show_secret(struct app *app, const char *user,
				  const struct mfa_token *token)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret uri = { 0 };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	int err = mfa_oath_uri(token, app->host.config->issuer, user, &uri);
	if (err == MFA_OK)
		err = mfa_oath_base32(token, &key);
	if (err != MFA_OK)
		return app_fail(err, &(struct mfa_diag){ "" });
	(void)puts(
		TR(app, MFA_N_("Scan the QR code, or type the key into the token. It is "
			       "shown this once.")));
	shorten(&uri);
	(void)printf("%s\n%s\n", (char *)uri.data, (char *)key.data);
	if (qr_print(&uri) != MFA_OK)
		app_complain("%s",
			     TR(app, MFA_N_("too long for a QR code: type the key")));
	(void)fflush(stdout);
	return EXIT_DONE;
}

/* The same secret twice would let each code in twice. */
static bool has_secret(const struct mfa_record *record, const struct mfa_token *fresh)
{
	struct mfa_oath wanted;
	struct mfa_oath oath;
	if (mfa_oath_load(fresh, &wanted) != MFA_OK)
		return false;
	for (size_t i = 0; i < record->token_count; i++)
		if (record->tokens[i].kind == fresh->kind &&
		    mfa_oath_load(&record->tokens[i], &oath) == MFA_OK &&
		    oath.secret_len == wanted.secret_len &&
		    mfa_secret_is_equal(oath.secret, wanted.secret, wanted.secret_len))
			return true;
	return false;
}

static enum exit_code put_token(struct app *app, struct mfa_record *record, void *context)
{
	struct enrolment *enrolment = context;
	struct mfa_token *added = NULL;
	if (has_secret(record, enrolment->token)) {
		app_complain(
			TR(app, MFA_N_("%s has a token with this secret already; nothing "
				       "was changed")),
			record->user);
		return EXIT_REFUSED;
	}
	if (mfa_record_add(record, enrolment->token, &added) != MFA_OK) {
		app_complain(TR(app, MFA_N_("%s has %d tokens; remove one first")),
			     record->user, MFA_TOKENS_MAX);
		return EXIT_REFUSED;
	}
	memcpy(enrolment->id, added->id, sizeof enrolment->id);
	return EXIT_DONE;
}

static enum exit_code enrol(struct app *app, const struct invocation *invocation,
			    struct mfa_token *token)
{
	const char *user = invocation->arguments[0];
	enum exit_code code = make_token(app, invocation, token);
	if (code == EXIT_DONE && invocation->values[SECRET_STDIN] == NULL)
		code = show_secret(app, user, token);
	if (code == EXIT_DONE && invocation->values[NO_CONFIRM] == NULL)
		code = confirm_token(app, token);
	struct enrolment enrolment = { .token = token };
	if (code == EXIT_DONE)
		code = act_edit(app, user, ACT_CREATE, put_token, &enrolment);
	if (code != EXIT_DONE)
		return code;
	struct act act = { "token.add", user, enrolment.id, token->kind, NULL };
	code = act_record(app, &act);
	(void)printf(TR(app, MFA_N_("Enrolled: %s token %s of %s.")),
		     mfa_kind_name(token->kind), enrolment.id, user);
	(void)fputc('\n', stdout);
	return code;
}

static enum exit_code run(struct app *app, const struct invocation *invocation)
{
	enum mfa_kind kind = mfa_kind_from_name(invocation->arguments[1]);
	if (kind != MFA_KIND_TOTP && kind != MFA_KIND_HOTP) {
		app_complain(
			TR(app,
			   MFA_N_("%s is not a kind of token; there are totp and hotp")),
			invocation->arguments[1]);
		return EXIT_USAGE;
	}
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = app_check_user(app, invocation->arguments[0],
				      invocation->values[ALLOW_UNKNOWN] != NULL);
	if (code != EXIT_DONE)
		return code;
	MFA_CLEANUP(mfa_token_free) struct mfa_token *token = mfa_token_new();
	if (token == NULL)
		return app_fail(MFA_ERR_NOMEM, &(struct mfa_diag){ "" });
	token->kind = kind;
	return enrol(app, invocation, token);
}

const struct command command_add = {
	.name = "add",
	.arguments = "USER totp|hotp",
	.least = 2,
	.most = 2,
	.summary = MFA_N_("enrol an authenticator"),
	.help = MFA_N_(
		"Makes a fresh secret, shows it once as a QR code, and asks the person\n"
		"for two codes in a row. Until both are right nothing is changed."),
	.options = options,
	.run = run,
};
