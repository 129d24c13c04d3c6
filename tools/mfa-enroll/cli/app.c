/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/app.h"

#include <langinfo.h>
#include <locale.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "mfa/text.h"
#include "records/records.h"

void app_complain(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)fputs("mfa-enroll: ", stderr);
	(void)vfprintf(stderr, format, args);
	(void)fputc('\n', stderr);
	va_end(args);
}

static enum exit_code exit_code_of(int err)
{
	switch (err) {
	case MFA_ERR_INTEGRITY:
		return EXIT_INTEGRITY;
	case MFA_ERR_BUSY:
	case MFA_ERR_CONFLICT:
		return EXIT_BUSY;
	default:
		return EXIT_REFUSED;
	}
}

static void log_warning(struct app *app, const struct mfa_diag *warned)
{
	struct mfa_diag diag = { .text = "" };
	const char *actor = app->actor[0] != '\0' ? app->actor : NULL;
	openlog("mfa-enroll", LOG_PID, LOG_AUTHPRIV);
	syslog(LOG_WARNING, "%s", warned->warning);
	if (mfa_audit_append_warning(app->site.audit, warned, actor, time(NULL), &diag) !=
	    MFA_OK)
		syslog(LOG_ERR, "%s", diag.text);
	closelog();
}

void app_warn(struct app *app, const struct mfa_diag *diag)
{
	if (diag->warning[0] == '\0')
		return;
	app_complain("%s", diag->warning);
	if (app->site.is_open)
		log_warning(app, diag);
}

enum exit_code app_fail(int err, const struct mfa_diag *diag)
{
	bool has_text = diag != NULL && diag->text[0] != '\0';
	app_complain("%s", has_text ? diag->text : mfa_strerror(err));
	return exit_code_of(err);
}

enum exit_code app_cancel(const struct app *app)
{
	app_complain("%s", TR(app, MFA_N_("cancelled, nothing changed")));
	return EXIT_REFUSED;
}

enum exit_code app_fail_unenrolled(const struct app *app, const char *user)
{
	app_complain(TR(app, MFA_N_("%s has no authenticator enrolled")), user);
	return EXIT_NOT_FOUND;
}

/* The login identity survives su and sudo; a service or an early boot has none. */
static uid_t login_uid(void)
{
	unsigned long uid = (uid_t)-1;
	FILE *file = fopen("/proc/self/loginuid", "re");
	char text[24] = "";
	if (file != NULL && fgets(text, sizeof text, file) != NULL)
		uid = strtoul(text, NULL, 10);
	if (file != NULL)
		(void)fclose(file);
	return (uid_t)uid == (uid_t)-1 ? getuid() : (uid_t)uid;
}

enum exit_code app_identify(struct app *app)
{
	uid_t uid = login_uid();
	const struct passwd *entry = getpwuid(uid);
	if (entry != NULL && mfa_text_is_label(entry->pw_name, sizeof app->actor))
		(void)snprintf(app->actor, sizeof app->actor, "%s", entry->pw_name);
	else
		(void)snprintf(app->actor, sizeof app->actor, "uid:%lu",
			       (unsigned long)uid);
	if (geteuid() != 0) {
		app_complain("%s", TR(app, MFA_N_("permission denied; run it as root")));
		return EXIT_NOT_PERMITTED;
	}
	if (mfa_init() != MFA_OK) {
		app_complain("%s", mfa_strerror(MFA_ERR_CRYPTO));
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

/* Of records another key opens none. */
static const char *advise_on_missing(const struct app *app)
{
	return records_exist(app->site.config)
		       ? TR(app, MFA_N_("the store has records, and no other key opens "
					"them: restore it from its copy (mfa-enroll key "
					"restore FILE) or from the backup"))
		       : TR(app, MFA_N_("run: mfa-enroll init"));
}

int app_open_site(struct app *app, struct mfa_diag *diag)
{
	struct mfa_diag own = { .text = "" };
	int err = mfa_site_open(&app->site, &own);
	app_warn(app, &own);
	return err == MFA_OK ? MFA_OK : mfa_fail(diag, err, "%s", own.text);
}

int app_read_record(struct app *app, const char *user, struct mfa_diag *diag,
		    struct mfa_record *ret_record)
{
	struct mfa_diag own = { .text = "" };
	int err = mfa_store_read(app->site.store, user, &own, ret_record);
	app_warn(app, &own);
	return err == MFA_OK ? MFA_OK : mfa_fail(diag, err, "%s", own.text);
}

void app_use_language(struct app *app, enum mfa_language_choice choice)
{
	enum mfa_charset charset = mfa_charset_find(nl_langinfo(CODESET));
	const char *tty = ttyname(STDOUT_FILENO);
	if (choice == MFA_LANGUAGE_JA && !mfa_language_may_be_japanese(charset, tty))
		choice = MFA_LANGUAGE_EN;
	bool is_other = charset == MFA_CHARSET_EUC_JP || charset == MFA_CHARSET_SHIFT_JIS;
	/* their locales are Japanese, and libc converts */
	if (choice == MFA_LANGUAGE_JA && is_other)
		choice = MFA_LANGUAGE_AUTO;
	mfa_language_close(&app->language);
	app->language = mfa_language_open(choice, tty);
}

enum exit_code app_open(struct app *app)
{
	struct mfa_diag diag = { .text = "" };
	enum exit_code code = app_identify(app);
	if (code != EXIT_DONE)
		return code;
	int err = mfa_site_load(app->config_path, &diag, &app->site);
	if (err == MFA_ERR_NOTFOUND) {
		app_complain("%s; %s", diag.text,
			     TR(app, MFA_N_("run: mfa-enroll init")));
		return EXIT_REFUSED;
	}
	if (err != MFA_OK)
		return app_fail(err, &diag);
	app_use_language(app, app->site.config->language);
	err = app_open_site(app, &diag);
	if (err == MFA_ERR_NOTFOUND) {
		app_complain("%s; %s", diag.text, advise_on_missing(app));
		return EXIT_REFUSED;
	}
	return err == MFA_OK ? EXIT_DONE : app_fail(err, &diag);
}

void app_done(struct app *app)
{
	mfa_language_close(&app->language);
	mfa_site_done(&app->site);
	nss_done(&app->identity);
}

static enum exit_code complain_of_unknown(const struct app *app, const char *user)
{
	if (app->identity.is_known == MFA_MATCH_UNKNOWN)
		app_complain(TR(app, MFA_N_("cannot ask the name service for %s: %s")),
			     user, strerror(app->identity.problem));
	else
		app_complain(TR(app, MFA_N_("no such user: %s (--allow-unknown enrols a "
					    "user who does not exist yet)")),
			     user);
	return EXIT_NOT_FOUND;
}

/* The person is known by another name than was typed. A record of the typed one is from
 * before the name service's own names counted, or before it had another. */
static void choose_name(struct app *app, enum user_need need, const char **inout_user)
{
	if (need == USER_STORED && records_have(app->site.store, *inout_user)) {
		app_complain(TR(app, MFA_N_("no login uses the record of %s: the name "
					    "service knows this user as %s")),
			     *inout_user, app->identity.name);
		return;
	}
	app_complain(
		TR(app, MFA_N_("the name service knows %s as %s; that name is used")),
		*inout_user, app->identity.name);
	app->typed = *inout_user;
	*inout_user = app->identity.name;
}

enum exit_code app_find_user(struct app *app, enum user_need need,
			     const char **inout_user)
{
	bool is_name = mfa_text_is_label(*inout_user, MFA_USER_SIZE);
	if (is_name && nss_find(*inout_user, &app->identity) != MFA_OK)
		return app_fail(MFA_ERR_NOMEM, NULL);
	if (!is_name || app->identity.name[0] == '\0') {
		app_complain("%s", TR(app, MFA_N_("invalid user name")));
		return EXIT_USAGE;
	}
	if (need == USER_KNOWN && app->identity.is_known != MFA_MATCH_YES)
		return complain_of_unknown(app, *inout_user);
	if (app->identity.typed != NULL)
		choose_name(app, need, inout_user);
	return EXIT_DONE;
}
