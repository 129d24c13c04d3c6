/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll rename OLD NEW: a copy under the new name that opens for nobody; the old
 * record removed, if it is still what was copied; the copy opened. So one of them is
 * whole at any moment, never do both open, and what was cut off is done by doing it
 * again. */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "cli/change.h"
#include "cli/terminal.h"
#include "mfa/text.h"

enum {
	OPTION_ALLOW_UNKNOWN,
	ROUNDS_MAX = 100,
	DETAIL_SIZE = 384,
	QUESTION_SIZE = 1024,
	UID_SIZE = 24
};

static const struct option_spec options[] = {
	[OPTION_ALLOW_UNKNOWN] = { "allow-unknown", NULL,
				   MFA_N_("the account need not exist yet") },
};

struct move {
	struct app *app;
	const char *from_name;
	const char *to_name;
	struct mfa_record *from; /* locked memory */
	struct mfa_record *to;
	bool has_from;
	bool has_to;
	bool is_confirmed;
	bool is_copied; /* in this run */
	struct mfa_diag diag;
};

static void move_done(struct move *move)
{
	mfa_record_free(&move->from);
	mfa_record_free(&move->to);
}

static int read_name(struct move *move, const char *name, struct mfa_record *record,
		     bool *ret_is_there)
{
	int err = app_read_record(move->app, name, &move->diag, record);
	*ret_is_there = err == MFA_OK;
	return err == MFA_ERR_NOTFOUND ? MFA_OK : err;
}

static int read_both(struct move *move)
{
	int err = read_name(move, move->from_name, move->from, &move->has_from);
	return err == MFA_OK ? read_name(move, move->to_name, move->to, &move->has_to)
			     : err;
}

/* Identifiers are random: two records have one in common when one is the other's copy. */
static bool are_copies(struct mfa_record *one, const struct mfa_record *other)
{
	for (size_t i = 0; i < other->token_count; i++)
		if (mfa_record_find(one, other->tokens[i].id) != NULL)
			return true;
	return false;
}

static enum exit_code refuse_move(const struct move *move, const char *format,
				  const char *name)
{
	app_complain(TR(move->app, format), name);
	return EXIT_REFUSED;
}

/* Whether the two are such that one may become the other. */
static enum exit_code look_at_both(struct move *move)
{
	bool is_begun = move->has_to && move->to->is_moving;
	if (!move->has_from && !is_begun)
		return app_fail_unenrolled(move->app, move->from_name);
	if (move->has_to && !is_begun)
		return refuse_move(
			move,
			MFA_N_("%s has authenticators already; nothing was changed"),
			move->to_name);
	if (move->has_from && move->from->is_moving)
		return refuse_move(
			move,
			MFA_N_("a change of name to %s was cut off: finish it first"),
			move->from_name);
	if (move->has_from && is_begun && !are_copies(move->to, move->from))
		return refuse_move(
			move,
			MFA_N_("a change of another name to %s was cut off: finish "
			       "it first"),
			move->to_name);
	return EXIT_DONE;
}

static void write_uid(const struct app *app, bool is_known, uid_t uid,
		      char ret_text[static UID_SIZE])
{
	if (is_known)
		(void)snprintf(ret_text, UID_SIZE, "%u", (unsigned)uid);
	else
		(void)snprintf(ret_text, UID_SIZE, "%s", TR(app, MFA_N_("not known")));
}

static bool confirm_rename(struct move *move, const char *question)
{
	if (!move->is_confirmed && !terminal_confirm(move->app, question)) {
		(void)app_cancel(move->app);
		return false;
	}
	move->is_confirmed = true;
	return true;
}

static bool confirm_move(struct move *move)
{
	const struct app *app = move->app;
	const struct identity *identity = &app->identity;
	const struct mfa_record *from = move->from;
	bool is_known = identity->is_known == MFA_MATCH_YES;
	char question[QUESTION_SIZE];
	char old_uid[UID_SIZE];
	char new_uid[UID_SIZE];
	write_uid(app, from->has_uid, from->uid, old_uid);
	write_uid(app, is_known, identity->uid, new_uid);
	(void)snprintf(
		question, sizeof question,
		TR_N(app,
		     "Are %s (user id %s) and %s (user id %s) the same person? The %zu "
		     "authenticator goes to %s. [y/N]: ",
		     "Are %s (user id %s) and %s (user id %s) the same person? The %zu "
		     "authenticators go to %s. [y/N]: ",
		     from->token_count),
		move->from_name, old_uid, move->to_name, new_uid, from->token_count,
		move->to_name);
	return confirm_rename(move, question);
}

/* A record that is there may have been removed on purpose since. */
static bool confirm_end(struct move *move)
{
	char question[QUESTION_SIZE];
	(void)snprintf(question, sizeof question,
		       TR_N(move->app,
			    "A change of name to %s was cut off when the record of %s "
			    "was removed already. Is its %zu authenticator %s's? "
			    "[y/N]: ",
			    "A change of name to %s was cut off when the record of %s "
			    "was removed already. Are its %zu authenticators %s's? "
			    "[y/N]: ",
			    move->to->token_count),
		       move->to_name, move->from_name, move->to->token_count,
		       move->to_name);
	return confirm_rename(move, question);
}

/* Writes what the old record says now under the new name, for nobody to log in with. */
static int write_copy(struct move *move)
{
	struct mfa_store *store = move->app->site.store;
	const struct identity *identity = &move->app->identity;
	struct mfa_record *to = move->to;
	uint32_t generation = move->has_to ? to->generation : 0;
	*to = *move->from;
	to->generation = generation;
	(void)memset(to->user, 0, sizeof to->user);
	(void)strncpy(to->user, move->to_name, sizeof to->user - 1);
	to->has_uid = identity->is_known == MFA_MATCH_YES;
	to->uid = to->has_uid ? identity->uid : 0;
	to->is_retired = false;
	to->is_moving = true;
	/* their numbers are of the old name, and fit nobody now */
	(void)memset(to->sources, 0, sizeof to->sources);
	change_hold_signals(move->app);
	int err = move->has_to ? mfa_store_scrub(store, to, &move->diag)
			       : mfa_store_create(store, to, &move->diag);
	move->is_copied |= err == MFA_OK;
	return err;
}

struct twins {
	struct move *move;
	struct mfa_record *record;
	char name[MFA_USER_SIZE];
};

static int compare_with_copy(void *context, const char *user)
{
	struct twins *twins = context;
	struct move *move = twins->move;
	if (strcmp(user, move->to_name) == 0 ||
	    app_read_record(move->app, user, &move->diag, twins->record) != MFA_OK ||
	    !are_copies(twins->record, move->to))
		return MFA_OK;
	(void)strncpy(twins->name, user, sizeof twins->name - 1);
	return MFA_ERR_EXISTS;
}

/* The old record is gone, by whatever command: its tokens must not be in use elsewhere.
 */
static enum exit_code look_for_twin(struct move *move)
{
	struct twins twins = { move, mfa_store_workspace(move->app->site.store), "" };
	int err = mfa_store_list(move->app->site.store, compare_with_copy, &twins,
				 &move->diag);
	if (err == MFA_ERR_EXISTS)
		return refuse_move(
			move,
			MFA_N_("these authenticators are of %s by now; nothing was "
			       "changed"),
			twins.name);
	return err == MFA_OK ? EXIT_DONE : app_fail(err, &move->diag);
}

/* Somebody else removed the old record after the copy was made: by this very change of
 * name, or to be rid of it. The copy stays closed. */
static enum exit_code leave_copy(const struct move *move)
{
	app_complain(TR(move->app, MFA_N_("the record of %s was removed meanwhile; see "
					  "mfa-enroll show %s, and run it again")),
		     move->from_name, move->to_name);
	return EXIT_BUSY;
}

/* One attempt. ret_again: somebody else's change came between. */
static enum exit_code try_move(struct move *move, bool *ret_again)
{
	struct mfa_store *store = move->app->site.store;
	*ret_again = false;
	int err = read_both(move);
	if (err != MFA_OK)
		return app_fail(err, &move->diag);
	if (move->is_copied && !move->has_from)
		return leave_copy(move);
	enum exit_code code = look_at_both(move);
	if (code == EXIT_DONE && !move->has_from)
		code = look_for_twin(move);
	if (code != EXIT_DONE)
		return code;
	if (!(move->has_from ? confirm_move(move) : confirm_end(move)))
		return EXIT_REFUSED;
	if (!move->has_from)
		return EXIT_DONE;
	err = write_copy(move);
	if (err == MFA_OK)
		err = mfa_store_remove(store, move->from, &move->diag);
	*ret_again = err == MFA_ERR_CONFLICT || err == MFA_ERR_EXISTS;
	return err == MFA_OK || *ret_again ? EXIT_DONE : app_fail(err, &move->diag);
}

static enum exit_code open_copy(struct app *app MFA_UNUSED, struct mfa_record *record,
				void *context MFA_UNUSED)
{
	record->is_moving = false;
	return EXIT_DONE;
}

/* The line comes first: what is not in the trail opens for nobody. */
static enum exit_code finish_move(struct move *move)
{
	struct app *app = move->app;
	const struct mfa_record *to = move->to;
	char detail[DETAIL_SIZE];
	char uid[UID_SIZE] = "not known";
	if (to->has_uid)
		(void)snprintf(uid, sizeof uid, "%u", (unsigned)to->uid);
	(void)snprintf(detail, sizeof detail, "to %s; user id %s; %zu token%s",
		       move->to_name, uid, to->token_count, MFA_PLURAL(to->token_count));
	struct change change = { "user.rename", move->from_name, NULL, MFA_KIND_NONE,
				 detail };
	enum exit_code code = change_log(app, &change);
	if (code == EXIT_DONE)
		code = change_record(app, move->to_name, CHANGE_EXISTING, open_copy,
				     NULL);
	if (code != EXIT_DONE) {
		app_complain("%s", TR(app, MFA_N_("not finished; run it again")));
		return code;
	}
	(void)printf(TR(app, MFA_N_("The authenticators of %s are %s's now.")),
		     move->from_name, move->to_name);
	(void)fputc('\n', stdout);
	return EXIT_DONE;
}

static enum exit_code move_record(struct move *move)
{
	bool is_again = true;
	for (int i = 0; i < ROUNDS_MAX; i++) {
		enum exit_code code = try_move(move, &is_again);
		if (code != EXIT_DONE)
			return code;
		if (!is_again)
			return finish_move(move);
	}
	app_complain("%s", TR(move->app, MFA_N_("the record is in use; try again in a "
						"while")));
	return EXIT_BUSY;
}

static enum exit_code rename_run(struct app *app, const struct invocation *invocation)
{
	MFA_CLEANUP(move_done)
	struct move move = {
		.app = app,
		.from_name = invocation->arguments[0],
		.to_name = invocation->arguments[1],
		.diag = { .text = "" },
	};
	bool is_known = invocation->values[OPTION_ALLOW_UNKNOWN] == NULL;
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = app_find_user(app, is_known ? USER_KNOWN : USER_ANY,
				     &move.to_name);
	if (code != EXIT_DONE)
		return code;
	/* the name as the record has it: the name service has forgotten it */
	if (!mfa_text_is_label(move.from_name, MFA_USER_SIZE) ||
	    strcmp(move.from_name, move.to_name) == 0) {
		app_complain("%s", TR(app, MFA_N_("OLD and NEW must be two user names")));
		return EXIT_USAGE;
	}
	move.from = mfa_record_new();
	move.to = mfa_record_new();
	if (move.from == NULL || move.to == NULL)
		return app_fail(MFA_ERR_NOMEM, &move.diag);
	return move_record(&move);
}

const struct command command_rename = {
	.name = "rename",
	.arguments = "OLD NEW",
	.least = 2,
	.most = 2,
	.summary = MFA_N_("move a record to the person's new user name"),
	.help = MFA_N_(
		"Run it after the account has the new name (usermod -l). Where it is cut\n"
		"off, run it again."),
	.asks = true,
	COMMAND_OPTIONS(options),
	.run = rename_run,
};
