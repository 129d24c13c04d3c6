/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll unlock USER */
#include "cli/commands.h"

#include <stdio.h>

#include "cli/change.h"
#include "records/output.h"

enum {
	DETAIL_SIZE = 192
};

/* The locks that were ended. */
struct locks {
	bool is_account; /* behind the password */
	bool is_at_ceiling;
	unsigned sources;
	uint32_t failures;
};

static enum exit_code clear_locks(struct app *app, struct mfa_record *record,
				  void *context)
{
	const struct view view = output_view(app->site.config);
	int64_t unused = 0;
	*(struct locks *)context = (struct locks){
		.is_account = mfa_lockout_account(&view.bounds, record, view.now) !=
			      MFA_LOCK_NONE,
		.is_at_ceiling = mfa_lockout_is_at_ceiling(record),
		.sources = mfa_lockout_sources(&view.bounds, record, view.now, &unused),
		.failures = record->failures,
	};
	mfa_lockout_clear(record);
	return EXIT_DONE;
}

static bool has_any_lock(const struct locks *locks)
{
	return locks->is_account || locks->is_at_ceiling || locks->sources > 0;
}

/* In English: for the trail and syslog. */
static void format_locks(const struct locks *locks, char ret_text[static DETAIL_SIZE])
{
	char sources[32] = "";
	if (locks->sources > 0)
		(void)snprintf(sources, sizeof sources, "%u source%s; ", locks->sources,
			       MFA_PLURAL(locks->sources));
	(void)snprintf(ret_text, DETAIL_SIZE, "%s%s%s%safter %u failure%s",
		       locks->is_account ? "the account, behind the password; " : "",
		       locks->is_at_ceiling ? "the ceiling of 100; " : "", sources,
		       has_any_lock(locks) ? "" : "there was no lock; ", locks->failures,
		       MFA_PLURAL(locks->failures));
}

static void print_locks(const struct app *app, const struct locks *locks)
{
	if (locks->is_account)
		(void)printf("  %s\n",
			     TR(app, MFA_N_("the account, which was locked behind the "
					    "password")));
	if (locks->is_at_ceiling)
		(void)printf(
			"  %s\n",
			TR(app, MFA_N_("logins from elsewhere, after 100 wrong codes "
				       "in a row")));
	if (locks->sources > 0) {
		(void)printf(TR_N(app, "  %u source of wrong codes",
				  "  %u sources of wrong codes", locks->sources),
			     locks->sources);
		(void)fputc('\n', stdout);
	}
}

static void print_unlocked(const struct app *app, const char *user,
			   const struct locks *locks)
{
	if (has_any_lock(locks))
		(void)printf(TR(app, MFA_N_("Unlocked: %s. What was locked:")), user);
	else
		(void)printf(TR(app, MFA_N_("There was no lock of %s. Wrong codes that "
					    "were counted, and are forgotten: %u.")),
			     user, locks->failures);
	(void)fputc('\n', stdout);
	print_locks(app, locks);
}

static enum exit_code unlock_run(struct app *app, const struct invocation *invocation)
{
	const char *user = invocation->arguments[0];
	struct locks locks = { .sources = 0 };
	enum exit_code code = app_open(app);
	if (code == EXIT_DONE)
		code = app_find_user(app, USER_STORED, &user);
	if (code == EXIT_DONE)
		code = change_record(app, user, CHANGE_EXISTING, clear_locks, &locks);
	if (code != EXIT_DONE)
		return code;
	char detail[DETAIL_SIZE];
	format_locks(&locks, detail);
	struct change change = { "user.unlock", user, NULL, MFA_KIND_NONE, detail };
	print_unlocked(app, user, &locks);
	return change_log(app, &change);
}

const struct command command_unlock = {
	.name = "unlock",
	.arguments = "USER",
	.least = 1,
	.most = 1,
	.summary = MFA_N_("end a lock after too many failures"),
	.run = unlock_run,
};
