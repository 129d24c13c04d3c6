/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll show USER */
#include "cli/commands.h"

#include <stdio.h>

#include "records/output.h"

/* What an administrator sees a record through. */
struct page {
	const struct app *app;
	struct view view;
	struct ownership ownership;
};

static void print_time(const char *title, int64_t seconds)
{
	char text[MFA_TIME_SIZE];
	output_format_time(seconds, text);
	(void)printf("%s: %s\n", title, text);
}

/* A time that should have passed. */
static void print_past(const struct page *page, const char *title, int64_t seconds)
{
	char text[MFA_TIME_SIZE];
	output_format_time(seconds, text);
	(void)printf("%s: %s%s\n", title, text,
		     seconds > page->view.now ? TR(page->app, MFA_N_(" (in the future)"))
					      : "");
}

/* What the account's lock is where it is none for everybody. */
static void print_open(const struct page *page, const struct mfa_record *record)
{
	const struct app *app = page->app;
	char until[MFA_TIME_SIZE];
	if (mfa_lockout_is_at_ceiling(record)) {
		(void)printf(TR(app, MFA_N_("everywhere but at this machine, after 100 "
					    "wrong codes in a row; until a right code "
					    "there, or mfa-enroll unlock %s")),
			     record->user);
		(void)fputc('\n', stdout);
		return;
	}
	(void)fputs(TR(app, MFA_N_("no")), stdout);
	output_format_time(record->locked_until, until);
	if (record->locked_until > page->view.now)
		(void)printf(TR(app, MFA_N_(" (until %s, longer than lock_time from now: "
					    "it does not count)")),
			     until);
	(void)fputc('\n', stdout);
}

static void print_lock(const struct page *page, const struct mfa_record *record)
{
	const struct app *app = page->app;
	const char *title = TR(app, MFA_N_("Locked"));
	switch (mfa_lockout_account(&page->view.bounds, record, page->view.now)) {
	case MFA_LOCK_NONE:
		(void)printf("%s: ", title);
		print_open(page, record);
		break;
	case MFA_LOCK_TIMED:
		print_time(TR(app, MFA_N_("Locked until")), record->locked_until);
		break;
	case MFA_LOCK_FOREVER:
		(void)printf("%s: %s\n", title,
			     TR(app, MFA_N_("until an administrator unlocks")));
		break;
	}
}

static void print_sources(const struct page *page, const struct mfa_record *record)
{
	const struct app *app = page->app;
	char until[MFA_TIME_SIZE];
	int64_t end = 0;
	unsigned count =
		mfa_lockout_sources(&page->view.bounds, record, page->view.now, &end);
	if (count == 0)
		return;
	(void)printf("%s: %u", TR(app, MFA_N_("Sources locked")), count);
	output_format_time(end, until);
	if (end == MFA_LOCKED_FOREVER)
		(void)printf(", %s", TR(app, MFA_N_("until an administrator unlocks")));
	else
		(void)printf(TR(app, MFA_N_(", until %s at the latest")), until);
	(void)fputc('\n', stdout);
}

static void print_clock(const struct page *page, const struct mfa_token *token)
{
	const struct app *app = page->app;
	struct mfa_clock clock = { 0 };
	if (!output_read_clock(&page->view, token, &clock))
		return;
	(void)printf("  %s: ", TR(app, MFA_N_("Clock")));
	(void)printf(
		TR(app, MFA_N_("%+d s from this host's; %+d s at enrolment or resync; "
			       "followed up to %d s")),
		(int)clock.ahead, (int)clock.ahead_at_first, (int)clock.followed);
	(void)printf("%s\n", clock.is_far ? TR(app, MFA_N_(" (nearly reached)")) : "");
	if (clock.refused_until == 0)
		return;
	(void)fputs("  ", stdout);
	print_time(TR(app, MFA_N_("Refused until")), clock.refused_until);
	(void)printf("    %s\n",
		     TR(app, MFA_N_("its last accepted code is of that time: the "
				    "clock is behind, or was ahead. Where it is "
				    "right: mfa-enroll resync --future")));
}

static void print_token(const struct page *page, const struct mfa_token *token)
{
	const struct app *app = page->app;
	char parameters[MFA_DESCRIPTION_SIZE] = "-";
	const struct mfa_factor_ops *factor = mfa_factor_find(token->kind);
	if (factor != NULL)
		factor->describe(token, parameters);
	(void)printf("\n%s: %s\n", TR(app, MFA_N_("Token")), token->id);
	(void)printf("  %s: %s (%s)\n", TR(app, MFA_N_("Kind")),
		     mfa_kind_name(token->kind), parameters);
	(void)printf("  %s: %s\n", TR(app, MFA_N_("State")),
		     TR(app, output_state_word(token->state)));
	(void)printf("  %s: %s\n", TR(app, MFA_N_("Label")),
		     token->label[0] != '\0' ? token->label : "-");
	(void)fputs("  ", stdout);
	print_past(page, TR(app, MFA_N_("Enrolled")), token->created);
	(void)printf("  %s: %s\n", TR(app, MFA_N_("Enrolled by")), token->created_by);
	(void)fputs("  ", stdout);
	print_past(page, TR(app, MFA_N_("Last used")), token->last_used);
	print_clock(page, token);
}

/* With the user's name twice at most. NULL: it opens. */
static const char *why_closed(enum orphan orphan)
{
	switch (orphan) {
	case ORPHAN_MOVING:
		return MFA_N_("a change of name was cut off; run again: mfa-enroll "
			      "rename OLD %s");
	case ORPHAN_RETIRED:
		return MFA_N_("retired; see mfa-enroll adopt %s, mfa-enroll prune %s");
	case ORPHAN_ABSENT:
		return MFA_N_("no account has this name; see mfa-enroll rename %s NEW, "
			      "mfa-enroll prune %s");
	case ORPHAN_UID:
		return MFA_N_("the account has another user id; see mfa-enroll adopt "
			      "%s, mfa-enroll prune %s");
	case ORPHAN_NONE:
	case ORPHAN_UNSURE:
		break;
	}
	return NULL;
}

static void print_owner(const struct page *page, const struct mfa_record *record)
{
	const struct app *app = page->app;
	const char *closed = why_closed(orphan_of(record, &page->ownership));
	const char *title = TR(app, MFA_N_("User id"));
	if (record->has_uid)
		(void)printf("%s: %u\n", title, (unsigned)record->uid);
	else
		(void)printf("%s: %s\n", title,
			     TR(app, MFA_N_("not known; the next login tells it")));
	if (closed == NULL)
		return;
	(void)printf("%s: ", TR(app, MFA_N_("Opens for nobody")));
	(void)printf(TR(app, closed), record->user, record->user);
	(void)fputc('\n', stdout);
}

static void print_record(const struct app *app, const struct mfa_record *record,
			 const struct ownership *ownership)
{
	const struct page page = { app, output_view(app->site.config), *ownership };
	(void)printf("%s: %s\n", TR(app, MFA_N_("User")), record->user);
	print_owner(&page, record);
	print_past(&page, TR(app, MFA_N_("Enrolled since")), record->created);
	print_past(&page, TR(app, MFA_N_("Last success")), record->last_success);
	print_past(&page, TR(app, MFA_N_("Last failure")), record->last_failure);
	(void)printf("%s: %u\n", TR(app, MFA_N_("Failures in a row")), record->failures);
	print_lock(&page, record);
	print_sources(&page, record);
	for (size_t i = 0; i < record->token_count; i++)
		print_token(&page, &record->tokens[i]);
}

static int print_record_json(const struct app *app, const struct mfa_record *record,
			     const struct ownership *ownership)
{
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	const struct view view = output_view(app->site.config);
	mfa_json_open(&json, '{');
	mfa_json_field(&json, "user", record->user);
	output_json_owner(&json, record, ownership);
	output_json_time(&json, "created", record->created);
	output_json_time(&json, "last_success", record->last_success);
	output_json_time(&json, "last_failure", record->last_failure);
	output_json_counters(&json, &view, record);
	mfa_json_key(&json, "tokens");
	mfa_json_open(&json, '[');
	for (size_t i = 0; i < record->token_count; i++) {
		mfa_json_open(&json, '{');
		output_json_token(&json, &view, &record->tokens[i]);
		mfa_json_close(&json, '}');
	}
	mfa_json_close(&json, ']');
	mfa_json_close(&json, '}');
	if (json.err == MFA_OK)
		(void)puts(json.text);
	return json.err;
}

static enum exit_code show_run(struct app *app, const struct invocation *invocation)
{
	const char *user = invocation->arguments[0];
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = app_find_user(app, USER_STORED, &user);
	if (code != EXIT_DONE)
		return code;
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	int err = record == NULL ? MFA_ERR_NOMEM
				 : app_read_record(app, user, &diag, record);
	if (err == MFA_ERR_NOTFOUND)
		return app_fail_unenrolled(app, user);
	struct ownership ownership;
	if (err == MFA_OK)
		err = accounts_match(&(struct accounts){ 0 }, record, &ownership);
	if (err == MFA_OK && app->wants_json)
		err = print_record_json(app, record, &ownership);
	else if (err == MFA_OK)
		print_record(app, record, &ownership);
	return err == MFA_OK ? EXIT_DONE : app_fail(err, &diag);
}

const struct command command_show = {
	.name = "show",
	.arguments = "USER",
	.least = 1,
	.most = 1,
	.summary = MFA_N_("show everything of one user but secrets"),
	.has_json = true,
	.run = show_run,
};
