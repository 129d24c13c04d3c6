/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may log in, and with what. Only on this host: the records are sealed with its key.
 */
#include "check/parts.h"

#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mfa/zone.h"

enum {
	FIRST_PERSON = 1000,
	LAST_PERSON = 59999
};

struct people {
	struct check_names without;    /* an authenticator */
	struct check_names unaccepted; /* none of whose kind the zone accepts */
	struct check_names with_one;
	struct check_names admins;	    /* who have one */
	struct check_names admins_with_one; /* and no second */
	bool has_root;			    /* root is one of these */
	size_t admin_count;		    /* all of them */
};

static void people_done(struct people *people)
{
	check_names_done(&people->without);
	check_names_done(&people->unaccepted);
	check_names_done(&people->with_one);
	check_names_done(&people->admins);
}

static bool has_shell(const struct passwd *entry)
{
	return strstr(entry->pw_shell, "nologin") == NULL &&
	       strstr(entry->pw_shell, "/false") == NULL;
}

/* Whether a password can be right: neither locked nor impossible. */
static bool has_password(const struct passwd *entry)
{
	const struct spwd *shadow = getspnam(entry->pw_name);
	return shadow == NULL || (shadow->sp_pwdp[0] != '!' && shadow->sp_pwdp[0] != '*');
}

static enum mfa_match is_member(void *context, const char *group)
{
	const struct passwd *entry = context;
	gid_t gids[256];
	int count = (int)MFA_COUNT(gids);
	const struct group *wanted = getgrnam(group);
	if (wanted == NULL ||
	    getgrouplist(entry->pw_name, entry->pw_gid, gids, &count) < 0)
		return MFA_MATCH_UNKNOWN;
	for (int i = 0; i < count; i++)
		if (gids[i] == wanted->gr_gid)
			return MFA_MATCH_YES;
	return MFA_MATCH_NO;
}

/* Two names of one id are told of by themselves. */
static bool is_listed_name(void *context MFA_UNUSED)
{
	return true;
}

static const struct mfa_zone *find_zone(const struct check *check, struct passwd *entry,
					const char *service)
{
	const struct mfa_login login = {
		.service = service,
		.user = entry->pw_name,
		.now = time(NULL),
		.is_member = is_member,
		.is_own_name = is_listed_name,
		.context = entry,
	};
	return mfa_zone_find(check->config, &login);
}

static bool is_covered(const struct check *check, struct passwd *entry)
{
	return !find_zone(check, entry, "login")->is_off;
}

/* What a token may be of: at a console, or over ssh. */
static uint32_t find_factors(const struct check *check, struct passwd *entry)
{
	static const char *const services[] = { "login", "sshd" };
	uint32_t factors = 0;
	for (size_t i = 0; i < MFA_COUNT(services); i++) {
		const struct mfa_zone *zone = find_zone(check, entry, services[i]);
		if (!zone->is_off)
			factors |= zone->factors;
	}
	return factors;
}

static bool is_admin(struct passwd *entry)
{
	return entry->pw_uid == 0 || is_member(entry, "sudo") == MFA_MATCH_YES ||
	       is_member(entry, "wheel") == MFA_MATCH_YES;
}

static size_t count_tokens(const struct mfa_record *record, uid_t uid, uint32_t factors)
{
	size_t count = 0;
	if (mfa_record_status(record, true, uid) != MFA_RECORD_USABLE)
		return 0;
	for (size_t i = 0; i < record->token_count; i++)
		if (record->tokens[i].state == MFA_STATE_ACTIVE &&
		    (factors & 1U << record->tokens[i].kind) != 0)
			count++;
	return count;
}

static void look_at_person(struct check *check, struct passwd *entry,
			   struct mfa_record *record, struct people *people)
{
	struct mfa_diag diag = { .text = "" };
	int err = app_read_record(check->app, entry->pw_name, &diag, record);
	size_t tokens = 0;
	size_t of_all_kinds = 0;
	if (err == MFA_OK) {
		uint32_t factors = find_factors(check, entry);
		tokens = count_tokens(record, entry->pw_uid, factors);
		of_all_kinds = count_tokens(record, entry->pw_uid, UINT32_MAX);
	}
	if (err != MFA_OK && err != MFA_ERR_NOTFOUND)
		check_add(check, CHECK_WARNING, "record", CHECK_NOWHERE, "%s", diag.text);
	if (tokens == 0 && of_all_kinds > 0)
		check_names_add(&people->unaccepted, entry->pw_name);
	else if (tokens == 0)
		check_names_add(&people->without, entry->pw_name);
	else if (tokens == 1)
		check_names_add(&people->with_one, entry->pw_name);
	if (!is_admin(entry))
		return;
	people->admin_count++;
	people->has_root |= entry->pw_uid == 0 && tokens > 0;
	if (tokens > 0)
		check_names_add(&people->admins, entry->pw_name);
	if (tokens == 1)
		check_names_add(&people->admins_with_one, entry->pw_name);
}

/* While mfa-authd does not run only root logs in, and sudo works on a text console. */
static void look_at_way_back(struct check *check, bool has_root)
{
	const char *text = NULL;
	bool lets_root_in =
		check_lets_root_in_at_console(check) || check_lets_root_in_by_ssh(check);
	if (has_root && !lets_root_in && !check_has_console(check))
		text = MFA_N_(
			"root can log in neither on a text console (this machine has "
			"no /dev/tty1, /dev/ttyS0 or /dev/hvc0) nor over ssh; set "
			"PermitRootLogin yes in sshd_config, or keep a root shell "
			"open");
	else if (has_root && !lets_root_in)
		text = MFA_N_("root can log in neither on a text console (pam_securetty: "
			      "name tty1 in /etc/securetty) nor over ssh "
			      "(PermitRootLogin yes)");
	else if (!has_root)
		text = MFA_N_("root cannot log in, for want of a password or of an "
			      "active authenticator");
	else
		return;
	const char *rest =
		check_has_virtual_terminal(check)
			? MFA_N_("while mfa-authd does not run, it can be started only "
				 "by sudo on a text console of this machine")
			: MFA_N_("while mfa-authd does not run, nobody can start it");
	check_add(check, CHECK_WARNING, "no-root", CHECK_NOWHERE, "%s: %s",
		  TR(check->app, text), TR(check->app, rest));
}

static void add_people_findings(struct check *check, const struct people *people)
{
	struct app *app = check->app;
	if (people->without.count > 0)
		check_add(check, CHECK_WARNING, "people-unenrolled", CHECK_NOWHERE,
			  TR(app, MFA_N_("cannot log in, as they have no active "
					 "authenticator: %zu (%s)")),
			  people->without.count, people->without.text);
	if (people->unaccepted.count > 0)
		check_add(check, CHECK_WARNING, "people-unaccepted", CHECK_NOWHERE,
			  TR(app, MFA_N_("cannot log in, as \"factors\" of their zone "
					 "accepts no token that they have: %zu (%s)")),
			  people->unaccepted.count, people->unaccepted.text);
	if (people->with_one.count > 0)
		check_add(check, CHECK_NOTE, "people-one", CHECK_NOWHERE,
			  TR(app, MFA_N_("only one authenticator, and none if it is "
					 "lost: %zu (%s)")),
			  people->with_one.count, people->with_one.text);
	if (people->admins.count == 0)
		check_add(check, CHECK_WARNING, "no-admin", CHECK_NOWHERE, "%s",
			  TR(app, MFA_N_("no administrator (root, sudo, wheel) has an "
					 "authenticator: nobody can log in to repair "
					 "the system")));
	else
		look_at_way_back(check, people->has_root);
	if (people->admins_with_one.count > 0)
		check_add(
			check, CHECK_WARNING, "admin-one-token", CHECK_NOWHERE,
			TR(app, MFA_N_("administrators with a single authenticator: %zu "
				       "(%s). If it is lost or broken, nobody may be "
				       "able to log in to help: enrol a second one")),
			people->admins_with_one.count, people->admins_with_one.text);
	if (people->admins.count == 1)
		check_add(check, CHECK_NOTE, "one-admin", CHECK_NOWHERE,
			  TR(app, MFA_N_("only one administrator has an authenticator: "
					 "%s")),
			  people->admins.text);
}

void check_people(struct check *check)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(people_done) struct people people = { 0 };
	if (!check->is_live || check->config == NULL)
		return;
	int err = mfa_init();
	if (err == MFA_OK)
		err = app_open_site(check->app, &diag);
	if (err != MFA_OK) {
		check_add(check, CHECK_WARNING, "store", CHECK_NOWHERE, "%s",
			  diag.text[0] != '\0' ? diag.text : mfa_strerror(err));
		return;
	}
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	if (record == NULL) {
		check->findings.err = MFA_ERR_NOMEM;
		return;
	}
	setpwent();
	for (struct passwd *entry = NULL; (entry = getpwent()) != NULL;) {
		bool is_person = entry->pw_uid == 0 || (entry->pw_uid >= FIRST_PERSON &&
							entry->pw_uid <= LAST_PERSON);
		struct passwd copy = *entry;
		if (is_person && has_shell(&copy) && has_password(&copy) &&
		    is_covered(check, &copy))
			look_at_person(check, &copy, record, &people);
	}
	endpwent();
	endspent();
	mfa_site_close(&check->app->site);
	add_people_findings(check, &people);
}
