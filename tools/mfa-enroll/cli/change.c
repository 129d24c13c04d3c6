/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/change.h"

#include <string.h>
#include <syslog.h>
#include <time.h>

enum {
	ROUNDS_MAX = 100,
	LOG_LINE_SIZE = 1536
};

/* What was changed is told of, whatever key is pressed in between. */
void change_hold_signals(struct app *app)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP };
	sigset_t held;
	if (app->holds_signals)
		return;
	(void)sigemptyset(&held);
	for (size_t i = 0; i < MFA_COUNT(signals); i++)
		(void)sigaddset(&held, signals[i]);
	app->holds_signals = sigprocmask(SIG_BLOCK, &held, &app->signals) == 0;
}

void change_release_signals(struct app *app)
{
	if (app->holds_signals)
		(void)sigprocmask(SIG_SETMASK, &app->signals, NULL);
	app->holds_signals = false;
}

static int write_lines(struct app *app, const struct change *change,
		       struct mfa_diag *diag)
{
	char line[LOG_LINE_SIZE];
	struct mfa_event event = {
		.event = change->event,
		.result = "done",
		.user = change->user,
		.typed = app->typed,
		.token = change->token,
		.kind = change->kind != MFA_KIND_NONE ? mfa_kind_name(change->kind)
						      : NULL,
		.actor = app->actor,
		.detail = change->detail,
		.time = time(NULL),
	};
	int err = app_open_site(app, diag); /* a rekey has closed it */
	if (err == MFA_OK)
		err = mfa_audit_append(app->site.audit, &event, diag);
	mfa_event_format(&event, line, sizeof line);
	openlog("mfa-enroll", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_NOTICE, "%s", line);
	if (err != MFA_OK)
		syslog(LOG_ERR, "%s", diag->text);
	closelog();
	return err;
}

enum exit_code change_log(struct app *app, const struct change *change)
{
	struct mfa_diag diag = { .text = "" };
	int err = write_lines(app, change, &diag);
	change_release_signals(app);
	app_warn(app, &diag);
	if (err == MFA_OK)
		return EXIT_DONE;
	app_complain(TR(app, MFA_N_("done, but not recorded in the audit trail: %s")),
		     diag.text);
	return app->site.config->is_audit_required ? EXIT_REFUSED : EXIT_DONE;
}

static int store_record(struct app *app, enum change_mode mode, struct mfa_record *record,
			struct mfa_diag *diag)
{
	struct mfa_store *to = app->site.store;
	if (record->generation == 0)
		return mfa_store_create(to, record, diag);
	if (mode != CHANGE_SCRUB)
		return mfa_store_swap(to, record, diag);
	if (record->token_count == 0)
		return mfa_store_remove(to, record, diag);
	return mfa_store_scrub(to, record, diag);
}

static int read_or_begin(struct app *app, const char *user, enum change_mode mode,
			 struct mfa_record *record, struct mfa_diag *diag)
{
	int err = app_read_record(app, user, diag, record);
	if (err != MFA_ERR_NOTFOUND || mode != CHANGE_CREATE)
		return err;
	(void)strncpy(record->user, user, sizeof record->user - 1);
	record->created = time(NULL);
	return MFA_OK;
}

enum exit_code change_record(struct app *app, const char *user, enum change_mode mode,
			     change_edit_fn edit, void *context)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	if (record == NULL)
		return app_fail(MFA_ERR_NOMEM, &diag);
	for (int i = 0; i < ROUNDS_MAX; i++) {
		int err = read_or_begin(app, user, mode, record, &diag);
		if (err == MFA_ERR_NOTFOUND)
			return app_fail_unenrolled(app, user);
		if (err != MFA_OK)
			return app_fail(err, &diag);
		enum exit_code code = edit(app, record, context);
		if (code != EXIT_DONE)
			return code;
		change_hold_signals(app);
		err = store_record(app, mode, record, &diag);
		if (err == MFA_OK)
			return EXIT_DONE;
		change_release_signals(app);
		if (err != MFA_ERR_CONFLICT && err != MFA_ERR_EXISTS)
			return app_fail(err, &diag);
	}
	app_complain("%s", TR(app, MFA_N_("the record is in use; try again in a while")));
	return EXIT_BUSY;
}

struct mfa_token *change_find_token(struct app *app, struct mfa_record *record,
				    const char *token)
{
	struct mfa_token *found = mfa_record_find(record, token);
	if (found == NULL)
		app_complain(
			TR(app, MFA_N_("%s has no token %s; see: mfa-enroll list %s")),
			record->user, token, record->user);
	return found;
}
