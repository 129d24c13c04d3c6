/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll prune [USER]... */
#include "cli/commands.h"

#include <limits.h>
#include <stdio.h>

#include "cli/change.h"
#include "cli/terminal.h"
#include "people/orphans.h"

enum {
	OPTION_DRY_RUN,
	OPTION_FORCE,
	MANY = 10,
	DETAIL_SIZE = 256
};

static const struct option_spec options[] = {
	[OPTION_DRY_RUN] = { "dry-run", NULL, MFA_N_("remove nothing") },
	[OPTION_FORCE] = { "force", NULL,
			   MFA_N_("even if these are most of all records") },
};

struct removal {
	bool is_named; /* on the command line */
	bool is_done;
	char detail[DETAIL_SIZE];
};

/* A change of name that was cut off is finished, not removed, unless it is named. */
static unsigned prunable_kinds(bool is_named)
{
	return 1U << ORPHAN_RETIRED | 1U << ORPHAN_ABSENT | 1U << ORPHAN_UID |
	       (is_named ? 1U << ORPHAN_MOVING : 0);
}

static void format_removal(const struct mfa_record *record, enum orphan orphan,
			   struct removal *removal)
{
	static const char *const why[] = {
		[ORPHAN_MOVING] = "a change of name was cut off",
		[ORPHAN_RETIRED] = "retired",
		[ORPHAN_ABSENT] = "no account",
		[ORPHAN_UID] = "another user id",
	};
	char uid[16] = "not known";
	if (record->has_uid)
		(void)snprintf(uid, sizeof uid, "%u", (unsigned)record->uid);
	int len = snprintf(removal->detail, sizeof removal->detail,
			   "%s; user id %s; tokens", why[orphan], uid);
	for (size_t i = 0; i < record->token_count; i++)
		len += snprintf(removal->detail + len,
				sizeof removal->detail - (size_t)len, " %s",
				record->tokens[i].id);
}

/* Asks anew: the question may have been open for long. */
static enum exit_code empty_record(struct app *app, struct mfa_record *record,
				   void *context)
{
	struct removal *removal = context;
	struct ownership ownership;
	int err = accounts_match(&(struct accounts){ 0 }, record, &ownership);
	if (err != MFA_OK)
		return app_fail(err, NULL);
	enum orphan orphan = orphan_of(record, &ownership);
	if ((prunable_kinds(removal->is_named) & 1U << orphan) == 0) {
		app_complain(TR(app, MFA_N_("%s: in use again, or the name service "
					    "cannot be asked; not removed")),
			     record->user);
		return EXIT_REFUSED;
	}
	format_removal(record, orphan, removal);
	while (record->token_count > 0)
		mfa_record_remove(record, &record->tokens[record->token_count - 1]);
	return EXIT_DONE;
}

static enum exit_code prune_record(struct app *app, const char *user,
				   struct removal *removal)
{
	enum exit_code code =
		change_record(app, user, CHANGE_SCRUB, empty_record, removal);
	if (code != EXIT_DONE)
		return code;
	removal->is_done = true;
	struct change change = { "user.prune", user, NULL, MFA_KIND_NONE,
				 removal->detail };
	return change_log(app, &change);
}

static enum exit_code prune_orphan(struct app *app, const struct orphan_record *orphan,
				   const void *context, bool *ret_is_done)
{
	const bool *is_named = context;
	struct removal removal = { .is_named = *is_named };
	enum exit_code code = prune_record(app, orphan->user, &removal);
	*ret_is_done = removal.is_done;
	return code;
}

/* A directory that is not there now may look as if it had nobody. */
static bool is_plausible(const struct app *app, const struct orphans *orphans)
{
	if (orphans->count <= MANY || orphans->count <= orphans->records / 2)
		return true;
	app_complain(TR(app, MFA_N_("these are %zu of %zu records: is the name service "
				    "(sssd, LDAP) complete? If it is, give --force; "
				    "nothing was removed")),
		     orphans->count, orphans->records);
	return false;
}

/* Those of the command line that are no orphans. */
static void complain_of_records_in_use(const struct app *app,
				       const struct invocation *invocation,
				       const struct orphans *orphans)
{
	for (int i = 0; i < invocation->count; i++)
		if (!orphans_have(orphans, invocation->arguments[i]))
			app_complain(TR(app, MFA_N_("the record of %s is in use; nothing "
						    "was removed. Where the person has "
						    "left: mfa-enroll retire %s")),
				     invocation->arguments[i], invocation->arguments[i]);
}

static enum exit_code ask_and_remove(struct app *app, const struct orphans *orphans,
				     bool is_named)
{
	char question[256];
	(void)snprintf(question, sizeof question,
		       TR_N(app,
			    "Remove this %zu record, with all its authenticators? It "
			    "cannot be undone. [y/N]: ",
			    "Remove these %zu records, with all their authenticators? It "
			    "cannot be undone. [y/N]: ",
			    orphans->count),
		       orphans->count);
	if (!terminal_confirm(app, question))
		return app_cancel(app);
	size_t done = 0;
	enum exit_code code = orphans_each(app, orphans, prune_orphan, &is_named, &done);
	(void)printf(TR(app, MFA_N_("Removed records: %zu; their secrets are erased.")),
		     done);
	(void)fputc('\n', stdout);
	return code;
}

static enum exit_code prune_run(struct app *app, const struct invocation *invocation)
{
	bool is_named = invocation->count > 0;
	MFA_CLEANUP(orphans_done) struct orphans orphans = { 0 };
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = orphans_find(app, invocation->arguments, invocation->count,
				    &orphans);
	/* a record that cannot be read is nobody's reason to keep the others */
	if (code != EXIT_DONE && code != EXIT_INTEGRITY)
		return code;
	if (!orphans_are_sure(app, &orphans))
		return EXIT_REFUSED;
	orphans_keep(&orphans, prunable_kinds(is_named));
	if (is_named && orphans.count < orphans.records) {
		complain_of_records_in_use(app, invocation, &orphans);
		return EXIT_REFUSED;
	}
	if (orphans.count == 0) {
		if (code == EXIT_DONE) /* else nobody knows of those that are damaged */
			(void)puts(
				TR(app, MFA_N_("Every record belongs to an account.")));
		return code;
	}
	orphans_print(&orphans);
	if (invocation->values[OPTION_DRY_RUN] != NULL)
		return code;
	if (!is_named && invocation->values[OPTION_FORCE] == NULL &&
	    !is_plausible(app, &orphans))
		return EXIT_REFUSED;
	enum exit_code removed = ask_and_remove(app, &orphans, is_named);
	return removed != EXIT_DONE ? removed : code;
}

const struct command command_prune = {
	.name = "prune",
	.arguments = "[USER]...",
	.least = 0,
	.most = INT_MAX,
	.summary = MFA_N_("remove records that belong to nobody"),
	.help = MFA_N_(
		"Those that are retired, whose name no account has, or whose account has\n"
		"another user id; all of them, or those of the users that are named."),
	.asks = true,
	COMMAND_OPTIONS(options),
	.run = prune_run,
};
