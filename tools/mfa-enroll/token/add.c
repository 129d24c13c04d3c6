/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll add USER KIND */
#include "token/add.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/change.h"
#include "cli/commands.h"
#include "mfa/text.h"

static const struct option_spec options[] = {
	[ADD_SECRET_STDIN] = { "secret-stdin", "base32|hex|csv",
			       MFA_N_("read the token's secret from standard input") },
	[ADD_LABEL] = { "label", "TEXT", MFA_N_("a note, as a serial number") },
	[ADD_NO_CONFIRM] = { "no-confirm", NULL,
			     MFA_N_("do not ask for a proof that the token works") },
	[ADD_ALLOW_UNKNOWN] = { "allow-unknown", NULL,
				MFA_N_("the user need not exist yet") },
	[ADD_DIGITS] = { "digits", "6|7|8", MFA_N_("totp, hotp: length of a code (6)") },
	[ADD_ALGORITHM] = { "algorithm", "sha1|sha256|sha512",
			    MFA_N_("totp, hotp: hash (sha1)") },
	[ADD_PERIOD] = { "period", "30|60", MFA_N_("totp: seconds of a time step (30)") },
	[ADD_COUNTER] = { "counter", "N", MFA_N_("hotp: the token's next counter (0)") },
	[ADD_SLOT] = { "slot", "1|2", MFA_N_("YubiKey: which slot (2)") },
	[ADD_SERIAL] = { "serial", "N",
			 MFA_N_("YubiKey: which one, when several are plugged in") },
	[ADD_TOUCH] = { "touch", NULL,
			MFA_N_("yubikey: answer only when touched (the default)") },
	[ADD_NO_TOUCH] = { "no-touch", NULL, MFA_N_("yubikey: answer without a touch") },
	[ADD_FORCE] = { "force", NULL, MFA_N_("YubiKey: overwrite a programmed slot") },
	[ADD_NO_PROGRAM] = { "no-program", NULL,
			     MFA_N_("YubiKey: it has the secret of --secret-stdin") },
	[ADD_ACCESS_CODE] = { "access-code-stdin", NULL,
			      MFA_N_("YubiKey: read the slot's access code first") },
	[ADD_SET_ACCESS_CODE] = { "set-access-code-stdin", NULL,
				  MFA_N_("YubiKey: give it a new access code") },
};
_Static_assert(MFA_COUNT(options) == ADD_OPTION_COUNT, "an option without a text");

static const struct add_kind *const kinds[] = { &add_totp, &add_hotp, &add_yubikey,
						&add_yubikey_otp };

enum exit_code add_misuse(const struct app *app, enum add_option option)
{
	app_complain(
		TR(app, MFA_N_("--%s: not a value for this token; see mfa-enroll add "
			       "--help")),
		options[option].name);
	return EXIT_USAGE;
}

bool add_take_number(const char *text, int64_t low, int64_t high, int64_t *inout_number)
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

static const struct add_kind *find_kind(const char *name)
{
	enum mfa_kind kind = mfa_kind_from_name(name);
	for (size_t i = 0; i < MFA_COUNT(kinds); i++)
		if (kinds[i]->kind == kind)
			return kinds[i];
	return NULL;
}

/* Records may have more. A character that is pasted along, and not seen, would make a
 * label that nobody finds, or a list that says something else. */
static bool is_shown_label(const char *label)
{
	uint32_t point = 0;
	if (!mfa_text_is_label(label, MFA_LABEL_SIZE))
		return false;
	for (size_t at = 0, len = strlen(label); at < len;) {
		at += mfa_text_decode(label + at, len - at, &point);
		if (mfa_text_is_hidden(point))
			return false;
	}
	return true;
}

static enum exit_code check_add_options(const struct app *app,
					const struct add_kind *kind,
					const char *const *values)
{
	const char *label = values[ADD_LABEL];
	for (unsigned i = ADD_DIGITS; i < ADD_OPTION_COUNT; i++)
		if (values[i] != NULL && (kind->options & 1U << i) == 0)
			return add_misuse(app, (enum add_option)i);
	if (label != NULL && !is_shown_label(label))
		return add_misuse(app, ADD_LABEL);
	return EXIT_DONE;
}

/* Of two tokens that take the same code each would let it in once. */
struct placing {
	const struct add_kind *kind;
	struct enrolment *enrolment;
};

/* A record that does not open for this account must not by an enrolment: the tokens that
 * it has are perhaps another person's. */
static enum exit_code refuse_closed(const struct app *app,
				    const struct mfa_record *record)
{
	bool has_uid = app->identity.is_known == MFA_MATCH_YES;
	switch (mfa_record_status(record, has_uid, app->identity.uid)) {
	case MFA_RECORD_USABLE:
		return EXIT_DONE;
	case MFA_RECORD_MOVING:
		app_complain(TR(app, MFA_N_("%s: a change of name was cut off; run "
					    "again: mfa-enroll rename OLD %s")),
			     record->user, record->user);
		break;
	case MFA_RECORD_RETIRED:
	case MFA_RECORD_OF_OTHER_UID:
		app_complain(
			TR(app, MFA_N_("the authenticators of %s are perhaps another "
				       "person's: see mfa-enroll show %s. The same "
				       "person: mfa-enroll adopt %s; another: "
				       "mfa-enroll prune %s")),
			record->user, record->user, record->user, record->user);
		break;
	}
	return EXIT_REFUSED;
}

/* Before a key is programmed for nothing. */
static enum exit_code check_record(struct app *app, const char *user)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_record *record = mfa_store_workspace(app->site.store);
	int err = app_read_record(app, user, &diag, record);
	if (err == MFA_ERR_NOTFOUND)
		return EXIT_DONE;
	return err == MFA_OK ? refuse_closed(app, record) : app_fail(err, &diag);
}

static enum exit_code put_token(struct app *app, struct mfa_record *record, void *context)
{
	struct placing *placing = context;
	struct mfa_token *added = NULL;
	struct mfa_token *token = placing->enrolment->token;
	enum exit_code code = refuse_closed(app, record);
	if (code != EXIT_DONE)
		return code;
	for (size_t i = 0; i < record->token_count; i++)
		if (record->tokens[i].kind == token->kind &&
		    placing->kind->is_same(&record->tokens[i], token)) {
			app_complain(TR(app, MFA_N_("%s has a token with this secret "
						    "already; nothing was changed")),
				     record->user);
			return EXIT_REFUSED;
		}
	if (mfa_record_add(record, token, &added) != MFA_OK) {
		app_complain(TR(app, MFA_N_("%s has %d tokens; remove one first")),
			     record->user, MFA_TOKENS_MAX);
		return EXIT_REFUSED;
	}
	memcpy(placing->enrolment->id, added->id, sizeof added->id);
	if (app->identity.is_known == MFA_MATCH_YES) {
		record->has_uid = true;
		record->uid = app->identity.uid;
	}
	return EXIT_DONE;
}

static void sign_token(const struct app *app, struct enrolment *enrolment)
{
	struct mfa_token *token = enrolment->token;
	const char *label = enrolment->values[ADD_LABEL];
	token->state = MFA_STATE_ACTIVE;
	token->created = time(NULL);
	(void)snprintf(token->label, sizeof token->label, "%s",
		       label != NULL ? label : "");
	(void)snprintf(token->created_by, sizeof token->created_by, "%s", app->actor);
}

static bool is_kind_accepted(const struct mfa_config *config, enum mfa_kind kind)
{
	for (size_t i = 0; i < config->zone_count; i++)
		if (!config->zones[i].is_off &&
		    (config->zones[i].factors & 1U << kind) != 0)
			return true;
	return false;
}

static void warn_of_kind(const struct app *app, enum mfa_kind kind)
{
	const struct mfa_config *config = app->site.config;
	if (!is_kind_accepted(config, kind))
		app_complain(TR(app, MFA_N_("no zone accepts %s: add it to \"factors\" "
					    "in %s")),
			     mfa_kind_name(kind), config->path);
}

static enum exit_code store_token(struct app *app, const struct add_kind *kind,
				  struct enrolment *enrolment)
{
	struct placing placing = { kind, enrolment };
	enum exit_code code = EXIT_REFUSED;
	if (interrupt_has_come())
		app_complain("%s", TR(app, MFA_N_("cancelled")));
	else
		code = change_record(app, enrolment->user, CHANGE_CREATE, put_token,
				     &placing);
	if (code != EXIT_DONE && kind->rollback_notice != NULL)
		kind->rollback_notice(app, enrolment);
	if (code != EXIT_DONE)
		return code;
	struct change change = { "token.add", enrolment->user, enrolment->id, kind->kind,
				 NULL };
	code = change_log(app, &change);
	(void)printf(TR(app, MFA_N_("Enrolled: %s token %s of %s.")),
		     mfa_kind_name(kind->kind), enrolment->id, enrolment->user);
	(void)fputc('\n', stdout);
	warn_of_kind(app, kind->kind);
	return code;
}

static enum exit_code enrol_token(struct app *app, const struct add_kind *kind,
				  struct enrolment *enrolment)
{
	enrolment->token->kind = kind->kind;
	sign_token(app, enrolment);
	enum exit_code code = kind->make(app, enrolment);
	if (code == EXIT_DONE)
		code = store_token(app, kind, enrolment);
	(void)fflush(stdout);
	mfa_close_fd(&enrolment->lock);
	interrupt_release(&enrolment->interrupt);
	return code;
}

static enum exit_code add_run(struct app *app, const struct invocation *invocation)
{
	if (invocation->count < 2) {
		app_complain("%s", TR(app, MFA_N_("add: name the kind: totp, hotp, "
						  "yubikey, yubikey-otp")));
		return EXIT_USAGE;
	}
	const struct add_kind *kind = find_kind(invocation->arguments[1]);
	if (kind == NULL) {
		app_complain(TR(app, MFA_N_("%s is not a kind of token; there are totp, "
					    "hotp, yubikey and yubikey-otp")),
			     invocation->arguments[1]);
		return EXIT_USAGE;
	}
	struct enrolment enrolment = {
		.user = invocation->arguments[0],
		.values = invocation->values,
		.lock = -1,
	};
	enum user_need need =
		enrolment.values[ADD_ALLOW_UNKNOWN] != NULL ? USER_ANY : USER_KNOWN;
	enum exit_code code = check_add_options(app, kind, enrolment.values);
	if (code == EXIT_DONE)
		code = app_open(app);
	if (code == EXIT_DONE)
		code = app_find_user(app, need, &enrolment.user);
	if (code == EXIT_DONE)
		code = check_record(app, enrolment.user);
	if (code != EXIT_DONE)
		return code;
	MFA_CLEANUP(mfa_token_free) struct mfa_token *token = mfa_token_new();
	if (token == NULL)
		return app_fail(MFA_ERR_NOMEM, NULL);
	enrolment.token = token;
	return enrol_token(app, kind, &enrolment);
}

const struct command command_add = {
	.name = "add",
	.arguments = "USER totp|hotp|yubikey|yubikey-otp",
	.least = 1,
	.most = 2,
	.summary = MFA_N_("enrol an authenticator"),
	.help = MFA_N_(
		"totp, hotp: makes a fresh secret, shows it once as a QR code, and asks\n"
		"the person for two codes in a row. yubikey: programs a slot of the\n"
		"YubiKey in the port and has it answer two challenges. yubikey-otp:\n"
		"programs a slot to type codes, and asks for two of them. Until the proof\n"
		"is there, nothing is enrolled."),
	COMMAND_OPTIONS(options),
	.run = add_run,
};
