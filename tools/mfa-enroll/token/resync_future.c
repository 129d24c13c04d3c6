/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll resync --future: after a clock that was ahead. */
#include "token/resync_future.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/change.h"
#include "cli/terminal.h"
#include "cli/watch.h"
#include "records/output.h"
#include "records/records.h"

enum {
	NAMES_SHOWN = 8,
	LOCAL_TIME_SIZE = 64
};

/* The tokens that are refused until a later time. */
struct found {
	struct view view;
	struct mfa_strings users; /* with a refused token */
	size_t refused;
	size_t used; /* tokens that tell the time, and did once */
	int64_t latest;
};

static void found_done(struct found *found)
{
	mfa_strings_done(&found->users);
}

static int count_refused(struct found *found, const struct mfa_record *record)
{
	bool is_refused = false;
	for (size_t i = 0; i < record->token_count; i++) {
		struct mfa_clock clock = { 0 };
		if (!output_read_clock(&found->view, &record->tokens[i], &clock))
			continue;
		found->used += clock.is_used;
		found->refused += clock.refused_until != 0;
		is_refused |= clock.refused_until != 0;
		if (clock.refused_until > found->latest)
			found->latest = clock.refused_until;
	}
	return is_refused ? mfa_strings_add(&found->users, record->user) : MFA_OK;
}

/* A record that cannot be read is complained of, and the others follow. False: stop here;
 * in any case ret_code tells what went wrong. */
static bool find_refused(struct app *app, struct found *found, enum exit_code *ret_code)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	struct mfa_record *record = mfa_store_workspace(app->site.store);
	int err = records_list(app->site.store, &diag, &names);
	if (err != MFA_OK) {
		*ret_code = app_fail(err, &diag);
		return false;
	}
	MFA_CLEANUP(watch_end) struct watch watch = { 0 };
	watch_begin(&watch);
	for (size_t i = 0; i < names.count; i++) {
		err = app_read_record(app, names.items[i], &diag, record);
		if (err == MFA_OK)
			err = count_refused(found, record);
		if (err != MFA_OK && err != MFA_ERR_NOTFOUND) /* removed meanwhile */
			*ret_code = app_fail(err, &diag);
		if (!watch_step(&watch, i + 1, names.count)) {
			watch_complain_of_stop(app);
			*ret_code = EXIT_REFUSED;
			return false;
		}
	}
	return true;
}

/* Nine hours off are seen only where both are shown. */
static void print_now(const struct app *app, int64_t now)
{
	char utc[MFA_TIME_SIZE];
	char local[LOCAL_TIME_SIZE] = "-";
	struct tm parts;
	time_t when = (time_t)now;
	mfa_text_format_time(now, utc);
	if (localtime_r(&when, &parts) != NULL)
		(void)strftime(local, sizeof local, "%Y-%m-%d %H:%M:%S %Z", &parts);
	(void)printf(TR(app, MFA_N_("This host's clock: %s (%s)")), utc, local);
	(void)fputc('\n', stdout);
}

static void print_found(const struct app *app, const struct found *found)
{
	char latest[MFA_TIME_SIZE];
	print_now(app, found->view.now);
	mfa_text_format_time(found->latest, latest);
	(void)printf(TR_N(app,
			  "Refused, as its last accepted code is of a later time: %zu of "
			  "%zu token in use, until %s at the latest",
			  "Refused, as their last accepted code is of a later time: %zu "
			  "of %zu tokens in use, until %s at the latest",
			  found->used),
		     found->refused, found->used, latest);
	(void)fputc('\n', stdout);
	for (size_t i = 0; i < found->users.count && i < NAMES_SHOWN; i++)
		(void)printf("  %s\n", found->users.items[i]);
	if (found->users.count > NAMES_SHOWN)
		(void)puts("  ...");
	(void)puts(TR(app,
		      MFA_N_("Where these are nearly all that are in use, the clock may "
			     "be behind. Set it first: else codes that were used "
			     "would be accepted again.")));
}

/* The tokens of one user that were changed. */
struct settled {
	struct mfa_zone bounds;
	size_t count;
	char tokens[MFA_TOKENS_MAX][MFA_TOKEN_ID_SIZE];
	enum mfa_kind kinds[MFA_TOKENS_MAX];
	int64_t were[MFA_TOKENS_MAX]; /* refused until then */
};

static enum exit_code settle_tokens(struct app *app MFA_UNUSED, struct mfa_record *record,
				    void *context)
{
	struct settled *settled = context;
	const struct view view = { settled->bounds, time(NULL) };
	settled->count = 0;
	for (size_t i = 0; i < record->token_count; i++) {
		struct mfa_token *token = &record->tokens[i];
		struct mfa_clock clock = { 0 };
		if (!output_read_clock(&view, token, &clock) || clock.refused_until == 0)
			continue;
		int err = mfa_factor_find(token->kind)
				  ->settle(token, &view.bounds, view.now);
		if (err != MFA_OK)
			return app_fail(err, NULL);
		memcpy(settled->tokens[settled->count], token->id, MFA_TOKEN_ID_SIZE);
		settled->kinds[settled->count] = token->kind;
		settled->were[settled->count++] = clock.refused_until;
	}
	return settled->count > 0 ? EXIT_DONE : EXIT_NOT_FOUND;
}

static enum exit_code log_settled(struct app *app, const char *user,
				  const struct settled *settled)
{
	enum exit_code code = EXIT_DONE;
	for (size_t i = 0; i < settled->count; i++) {
		char until[MFA_TIME_SIZE];
		char detail[MFA_DESCRIPTION_SIZE];
		mfa_text_format_time(settled->were[i], until);
		(void)snprintf(detail, sizeof detail, "was refused until %s", until);
		struct change change = { "token.resync", user, settled->tokens[i],
					 settled->kinds[i], detail };
		enum exit_code one = change_log(app, &change);
		code = one != EXIT_DONE ? one : code;
	}
	return code;
}

/* ret_tokens: how many were changed. */
static enum exit_code settle_users(struct app *app, const struct found *found,
				   size_t *ret_tokens)
{
	enum exit_code code = EXIT_DONE;
	MFA_CLEANUP(watch_end) struct watch watch = { 0 };
	watch_begin(&watch);
	for (size_t i = 0; i < found->users.count; i++) {
		const char *user = found->users.items[i];
		struct settled settled = { .bounds = found->view.bounds };
		enum exit_code one = change_record(app, user, CHANGE_EXISTING,
						   settle_tokens, &settled);
		if (one == EXIT_DONE) {
			*ret_tokens += settled.count;
			one = log_settled(app, user, &settled);
			if (one != EXIT_DONE)
				return one;
		}
		if (one != EXIT_DONE && one != EXIT_NOT_FOUND) /* removed meanwhile */
			code = one;
		if (!watch_step(&watch, i + 1, found->users.count) &&
		    i + 1 < found->users.count) {
			watch_complain_of_stop(app);
			return EXIT_REFUSED;
		}
	}
	return code;
}

enum exit_code resync_future(struct app *app)
{
	enum exit_code code = app_open(app);
	if (code != EXIT_DONE)
		return code;
	MFA_CLEANUP(found_done)
	struct found found = { .view = output_view(app->site.config) };
	if (!find_refused(app, &found, &code))
		return code;
	if (found.refused == 0) {
		(void)puts(TR(app, MFA_N_("No token is refused until a later time.")));
		return code;
	}
	print_found(app, &found);
	const char *question = TR(app, MFA_N_("Is the clock right, and are these tokens "
					      "to work from now on? [y/N]: "));
	if (!terminal_confirm(app, question))
		return app_cancel(app);
	size_t tokens = 0;
	enum exit_code mended = settle_users(app, &found, &tokens);
	(void)printf(TR_N(app,
			  "Resynced: %zu token. Codes up to now are "
			  "refused, the next ones are accepted.",
			  "Resynced: %zu tokens. Codes up to now are "
			  "refused, the next ones are accepted.",
			  tokens),
		     tokens);
	(void)fputc('\n', stdout);
	return mended != EXIT_DONE ? mended : code;
}
