/* SPDX-License-Identifier: BSD-2-Clause */
#include "login.h"

#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_ext.h>

enum {
	LOG_LINE_SIZE = 1536
};

int64_t login_clock(void)
{
	return time(NULL);
}

static const char *item(pam_handle_t *handle, int type)
{
	const void *value = NULL;
	return pam_get_item(handle, type, &value) == PAM_SUCCESS ? value : NULL;
}

static int gather_facts(struct login *login, struct mfa_diag *diag)
{
	pam_handle_t *handle = login->handle;
	const char *user = NULL;
	int code = pam_get_user(handle, &user, NULL);
	if (code == PAM_CONV_AGAIN || code == PAM_CONV_ERR)
		return mfa_fail(diag, MFA_ERR_CONV, "the application gives no user name");
	if (code == PAM_BUF_ERR)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	if (code != PAM_SUCCESS || user == NULL)
		return mfa_fail(diag, MFA_ERR_ABORT, "no user name was given");
	const struct mfa_login_claims claims = {
		.user = user,
		.service = item(handle, PAM_SERVICE),
		.rhost = item(handle, PAM_RHOST),
		.tty = item(handle, PAM_TTY),
		.display = item(handle, PAM_XDISPLAY),
	};
	if (mfa_login_facts_begin(&claims, login_clock(), &login->facts) != MFA_OK)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	mfa_login_facts_read_self(&login->facts);
	return MFA_OK;
}

static int get_named_zone(struct login *login, struct mfa_diag *diag)
{
	const struct mfa_config *config = login->host.config;
	const char *name = login->arguments.zone;
	if (name == NULL)
		return MFA_OK;
	login->zone = mfa_config_zone(config, name);
	if (login->zone == NULL)
		return mfa_fail(diag, MFA_ERR_CONFIG,
				"pam.d: zone=%s: %s has no [zone %s]", name, config->path,
				name);
	return MFA_OK;
}

int login_begin(pam_handle_t *handle, int argc, const char **argv, struct mfa_diag *diag,
		struct login *ret_login)
{
	ret_login->handle = handle;
	int err = mfa_init();
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s", mfa_strerror(err));
	err = arguments_parse(argc, argv, diag, &ret_login->arguments);
	return err == MFA_OK ? gather_facts(ret_login, diag) : err;
}

int login_identify(struct login *login, const struct identity *known,
		   struct mfa_diag *diag)
{
	int err = mfa_login_facts_identify(&login->facts, known);
	return err == MFA_OK ? err : mfa_fail(diag, err, "%s", mfa_strerror(err));
}

bool login_is_of_nobody(const struct login *login)
{
	return login->facts.identity.name != NULL &&
	       login->facts.identity.is_known == MFA_MATCH_NO;
}

int login_configure(struct login *login, struct mfa_diag *diag)
{
	int err = mfa_site_load(login->arguments.config, diag, &login->host);
	if (err == MFA_OK)
		err = get_named_zone(login, diag);
	if (err != MFA_OK)
		return err;
	login->language =
		mfa_language_open(login->host.config->language, login->facts.login.tty);
	return MFA_OK;
}

void login_choose_zone(struct login *login)
{
	if (login->zone == NULL)
		login->zone = mfa_zone_find(login->host.config, &login->facts.login);
	if (login->arguments.debug)
		pam_syslog(login->handle, LOG_DEBUG,
			   "configuration %s, zone %s, language %s",
			   login->host.config->path, login->zone->name,
			   mfa_language_has_locale(login->language) ? "available"
								    : "missing");
}

void login_done(struct login *login)
{
	mfa_language_close(&login->language);
	mfa_site_done(&login->host);
	mfa_login_facts_done(&login->facts);
}

bool login_is_by_root(void)
{
	uid_t real = 0;
	uid_t effective = 0;
	uid_t saved = 0;
	/* who cannot be told apart from root is refused by the files that only root reads
	 */
	return getresuid(&real, &effective, &saved) != 0 || effective == 0;
}

void login_write_report(struct login *login, const char *phase,
			const struct mfa_auth_result *result)
{
	char line[LOG_LINE_SIZE];
	struct mfa_event event = mfa_auth_event(login->zone, &login->facts.login, result);
	event.event = phase;
	mfa_event_format(&event, line, sizeof line);
	pam_syslog(login->handle, mfa_auth_priority(result), "%s", line);
	char note[MFA_NOTE_SIZE];
	for (unsigned i = 0; mfa_auth_note(result, i, note); i++)
		pam_syslog(login->handle, LOG_WARNING, "%s", note);
	login->is_logged = true;
}

bool login_report(struct login *login, const char *phase,
		  const struct mfa_auth_result *result)
{
	process_guard_begin(&login->guard);
	login_write_report(login, phase, result);
	return process_guard_end(&login->guard);
}
