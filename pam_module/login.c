#include "login.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "mfa/caller.h"
#include "mfa/origin.h"
#include "mfa/own_address.h"

enum {
	LOG_LINE_SIZE = 1536
};

/* A copy, since the application may free its own while it talks to the person. */
static int copy_item(pam_handle_t *handle, int type, char **ret_copy)
{
	const void *value = NULL;
	if (pam_get_item(handle, type, &value) != PAM_SUCCESS || value == NULL)
		return MFA_OK;
	*ret_copy = strdup(value);
	return *ret_copy != NULL ? MFA_OK : MFA_ERR_NOMEM;
}

static enum mfa_match is_member(void *context, const char *group)
{
	struct login *login = context;
	return nss_is_member(&login->identity, group);
}

static bool is_own_name(void *context)
{
	struct login *login = context;
	return nss_has_own_name(&login->identity);
}

/* Some programs name the display as the terminal. */
static const char *display_of(const struct login *login)
{
	return login->display != NULL && login->display[0] != '\0' ? login->display
								   : login->tty;
}

/* Found out once, as several conditions ask. */
static enum mfa_place find_place(void *context)
{
	struct login *login = context;
	const struct origin_claims claims = {
		.service = login->service,
		.rhost = login->rhost,
		.display = display_of(login),
	};
	if (!login->has_place && login->identity.is_known == MFA_MATCH_YES)
		login->place =
			origin_place(getpid(), getuid(), login->identity.uid, &claims);
	else if (!login->has_place)
		login->place = origin_place(getpid(), getuid(), (uid_t)-1, &claims);
	login->has_place = true;
	return login->place;
}

int64_t login_clock(void)
{
	return time(NULL);
}

static int get_facts(struct login *login, struct mfa_diag *diag)
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
	if (copy_item(handle, PAM_USER, &login->user) != MFA_OK ||
	    copy_item(handle, PAM_SERVICE, &login->service) != MFA_OK ||
	    copy_item(handle, PAM_RHOST, &login->rhost) != MFA_OK ||
	    copy_item(handle, PAM_TTY, &login->tty) != MFA_OK ||
	    copy_item(handle, PAM_XDISPLAY, &login->display) != MFA_OK)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	login->facts = (struct mfa_login){
		.service = login->service,
		.rhost = login->rhost,
		.tty = login->tty,
		.now = login_clock(),
		.is_member = is_member,
		.place = find_place,
		.is_own_name = is_own_name,
		.context = login,
	};
	caller_find(&login->facts);
	login->facts.is_from_itself =
		login->rhost != NULL && mfa_address_is_own(login->rhost);
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
	return err == MFA_OK ? get_facts(ret_login, diag) : err;
}

int login_identify(struct login *login, const struct identity *known,
		   struct mfa_diag *diag)
{
	int err = MFA_OK;
	if (login->identity.name == NULL)
		err = known != NULL ? nss_copy(known, &login->identity)
				    : nss_find(login->user, &login->identity);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s", mfa_strerror(err));
	login->facts.user = login->identity.name;
	login->facts.typed = login->identity.typed;
	login->facts.has_uid = login->identity.is_known == MFA_MATCH_YES;
	login->facts.uid = login->identity.uid;
	return MFA_OK;
}

bool login_is_of_nobody(const struct login *login)
{
	return login->identity.name != NULL && login->identity.is_known == MFA_MATCH_NO;
}

int login_configure(struct login *login, struct mfa_diag *diag)
{
	int err = mfa_site_load(login->arguments.config, diag, &login->host);
	if (err == MFA_OK)
		err = get_named_zone(login, diag);
	if (err != MFA_OK)
		return err;
	login->language =
		mfa_language_open(login->host.config->language, login->facts.tty);
	return MFA_OK;
}

void login_choose_zone(struct login *login)
{
	if (login->zone == NULL)
		login->zone = mfa_zone_find(login->host.config, &login->facts);
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
	nss_done(&login->identity);
	mfa_free_string(&login->user);
	mfa_free_string(&login->service);
	mfa_free_string(&login->rhost);
	mfa_free_string(&login->tty);
	mfa_free_string(&login->display);
}

bool login_is_by_root(void)
{
	uid_t real = 0;
	uid_t effective = 0;
	uid_t saved = 0;
	/* who cannot be told apart from root is refused by the files that only root reads */
	return getresuid(&real, &effective, &saved) != 0 || effective == 0;
}

void login_write_report(struct login *login, const char *phase,
			const struct mfa_auth_result *result)
{
	char line[LOG_LINE_SIZE];
	struct mfa_event event = mfa_auth_event(login->zone, &login->facts, result);
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
