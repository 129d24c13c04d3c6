/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll list [USER] */
#include "cli/commands.h"

#include <stdio.h>

#include "mfa/rekey.h"
#include "records/output.h"
#include "records/records.h"
#include "site/exposed.h"

enum {
	BEFORE_REKEY
};

static const struct option_spec options[] = {
	[BEFORE_REKEY] = { "before-rekey", NULL,
			   MFA_N_("only tokens that were enrolled before the last "
				  "rekey") },
};

/* Which tokens are listed, and how many were so far. */
struct choice {
	int64_t rekeyed; /* mfa_rekey_time */
	bool is_before_rekey;
	bool has_header; /* the table of all users; of one there are the rows alone */
	size_t rows;
};

static void print_header(void)
{
	(void)printf("%-16s %-8s %-11s %-9s %-20s %-20s %8s %-6s %s\n", "USER", "TOKEN",
		     "KIND", "STATE", "CREATED", "LAST USED", "FAILURES", "LOCKED",
		     "LABEL");
}

/* A token that the clock makes useless, or whose record opens for nobody, is no active
 * one to the reader of the table. */
static const char *shown_state(const struct view *view, const struct mfa_token *token,
			       enum orphan orphan)
{
	struct mfa_clock clock = { 0 };
	if (output_orphan_word(orphan) != NULL)
		return output_orphan_word(orphan);
	bool is_refused =
		output_read_clock(view, token, &clock) && clock.refused_until != 0;
	return is_refused && token->state == MFA_STATE_ACTIVE
		       ? "refused"
		       : mfa_state_name(token->state);
}

static bool is_chosen(const struct choice *choice, const struct mfa_token *token)
{
	return !choice->is_before_rekey || exposed_is(token, choice->rekeyed);
}

static void print_rows(const struct view *view, struct choice *choice,
		       const struct mfa_record *record, enum orphan orphan)
{
	for (size_t i = 0; i < record->token_count; i++) {
		const struct mfa_token *token = &record->tokens[i];
		char created[MFA_TIME_SIZE];
		char used[MFA_TIME_SIZE];
		if (!is_chosen(choice, token))
			continue;
		if (choice->rows++ == 0 && choice->has_header)
			print_header();
		output_format_time(token->created, created);
		output_format_time(token->last_used, used);
		(void)printf("%-16s %-8s %-11s %-9s %-20s %-20s %8u %-6s %s\n",
			     record->user, token->id, mfa_kind_name(token->kind),
			     shown_state(view, token, orphan), created, used,
			     record->failures, output_lock_word(view, record),
			     token->label);
	}
}

static void put_tokens(const struct view *view, const struct choice *choice,
		       const struct ownership *ownership, const struct mfa_record *record,
		       struct mfa_json *json)
{
	for (size_t i = 0; i < record->token_count; i++) {
		const struct mfa_token *token = &record->tokens[i];
		if (!is_chosen(choice, token))
			continue;
		mfa_json_open(json, '{');
		mfa_json_field(json, "user", record->user);
		output_json_owner(json, record, ownership);
		output_json_token(json, view, token);
		output_json_counters(json, view, record);
		mfa_json_key(json, "before_rekey");
		mfa_json_bool(json, exposed_is(token, choice->rekeyed));
		mfa_json_close(json, '}');
	}
}

/* One user; a record that cannot be read is complained of, and the others follow. */
static enum exit_code print_user(struct app *app, const char *user,
				 const struct accounts *accounts, struct choice *choice,
				 struct mfa_record *record, struct mfa_json *json)
{
	struct mfa_diag diag = { .text = "" };
	struct ownership ownership;
	const struct view view = output_view(app->site.config);
	int err = app_read_record(app, user, &diag, record);
	if (err == MFA_ERR_NOTFOUND)
		return app_fail_unenrolled(app, user);
	if (err == MFA_OK)
		err = accounts_match(accounts, record, &ownership);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	if (app->wants_json)
		put_tokens(&view, choice, &ownership, record, json);
	else
		print_rows(&view, choice, record, orphan_of(record, &ownership));
	return EXIT_DONE;
}

/* Nothing may be the end of long work. A record that could not be read may hold more of
 * it, and so may all where no rekey is known. */
static void print_end(const struct app *app, const struct choice *choice,
		      enum exit_code code)
{
	if (choice->rows > 0)
		return;
	if (!choice->is_before_rekey && choice->has_header)
		print_header();
	if (choice->is_before_rekey && choice->rekeyed != 0 && code == EXIT_DONE)
		(void)puts(TR(app, MFA_N_("Nobody is left: no token that is listed was "
					  "enrolled before the last rekey.")));
}

static enum exit_code print_list(struct app *app, const struct mfa_strings *names,
				 struct choice *choice)
{
	enum exit_code code = EXIT_DONE;
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	MFA_CLEANUP(accounts_done) struct accounts accounts = { 0 };
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	if (record == NULL || (choice->has_header && accounts_list(&accounts) != MFA_OK))
		return app_fail(MFA_ERR_NOMEM, NULL);
	if (app->wants_json)
		mfa_json_open(&json, '[');
	for (size_t i = 0; i < names->count; i++) {
		enum exit_code one = print_user(app, names->items[i], &accounts, choice,
						record, &json);
		if (one != EXIT_DONE)
			code = one;
	}
	if (app->wants_json) {
		mfa_json_close(&json, ']');
		if (json.err != MFA_OK)
			return app_fail(json.err, NULL);
		(void)puts(json.text);
	} else {
		print_end(app, choice, code);
	}
	return code;
}

/* The common decoy's record remembers it. Where that is damaged the tokens are listed all
 * the same, but not chosen by it. */
static int read_rekey_time(struct app *app, struct choice *choice, struct mfa_diag *diag)
{
	int err = mfa_rekey_time(&app->site, diag, &choice->rekeyed);
	if (err != MFA_OK && choice->is_before_rekey)
		return err;
	diag->text[0] = '\0';
	if (choice->is_before_rekey && choice->rekeyed == 0)
		app_complain("%s", TR(app, MFA_N_("no rekey is on record here")));
	return MFA_OK;
}

static enum exit_code list_run(struct app *app, const struct invocation *invocation)
{
	const char *user = invocation->arguments[0];
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE && invocation->count == 1)
		code = app_find_user(app, USER_STORED, &user);
	if (code != EXIT_DONE)
		return code;
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	struct choice choice = {
		.is_before_rekey = invocation->values[BEFORE_REKEY] != NULL,
		.has_header = invocation->count == 0,
	};
	int err = invocation->count == 1 ? mfa_strings_add(&names, user)
					 : records_list(app->site.store, &diag, &names);
	if (err == MFA_OK)
		err = read_rekey_time(app, &choice, &diag);
	if (err != MFA_OK)
		return app_fail(err, &diag);
	return print_list(app, &names, &choice);
}

const struct command command_list = {
	.name = "list",
	.arguments = "[USER]",
	.least = 0,
	.most = 1,
	.summary = MFA_N_("list tokens"),
	.help = MFA_N_(
		"STATE   active; suspended (see mfa-enroll resume); refused (its last code is\n"
		"        of a later time, see mfa-enroll show). Where the record opens for\n"
		"        nobody, why: retired; absent (no account has the name); other-uid\n"
		"        (the account has another user id); moving (a rename was cut off).\n"
		"LOCKED  no; source (wrong codes came from sources that are locked); remote\n"
		"        (after 100 wrong codes only logins at this machine are judged); timed\n"
		"        or yes (the account is, for a time or until mfa-enroll unlock)."),
	.has_json = true,
	COMMAND_OPTIONS(options),
	.run = list_run,
};
