/* SPDX-License-Identifier: BSD-2-Clause */
#include "switch/preflight.h"

#include <shadow.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check/parts.h"
#include "mfa/lockout.h"

static bool is_of_copy(const struct finding *finding)
{
	return strncmp(finding->id, "key-copy", strlen("key-copy")) == 0;
}

/* Findings of check that are no mere warnings here. */
static bool is_fatal(const struct finding *finding)
{
	static const char *const fatal[] = { "authd-down",     "authd-trouble",
					     "authd-stale",    "authd-config",
					     "authd-disabled", "clock-off" };
	if (finding->level == CHECK_HOLE || finding->level == CHECK_LOCKOUT)
		return true;
	for (size_t i = 0; i < MFA_COUNT(fatal); i++)
		if (strcmp(finding->id, fatal[i]) == 0)
			return true;
	return is_of_copy(finding);
}

/* What check says of logins is true once pam_mfa asks, and not yet. */
static bool is_of_logins(const struct finding *finding)
{
	return strncmp(finding->id, "people-", strlen("people-")) == 0 ||
	       strcmp(finding->id, "no-root") == 0 ||
	       strcmp(finding->id, "no-admin") == 0;
}

static void warn_of_finding(const struct app *app, const struct finding *finding,
			    const char *text)
{
	if (finding->level != CHECK_WARNING)
		return;
	app_complain(is_of_logins(finding) ? TR(app, MFA_N_("warning: after enable: %s"))
					   : TR(app, MFA_N_("warning: %s")),
		     text);
}

static void take_finding(struct plan *plan, const struct finding *finding,
			 bool wants_copy)
{
	MFA_CLEANUP(mfa_free_string) char *text = findings_write_short(finding);
	if (text == NULL || (is_of_copy(finding) && !wants_copy))
		return;
	if (!is_fatal(finding)) {
		warn_of_finding(plan->app, finding, text);
		return;
	}
	plan_object(plan, "%s%s", text,
		    is_of_copy(finding)
			    ? TR(plan->app, MFA_N_(" (--no-copy goes on without)"))
			    : "");
}

static enum exit_code run_parts(struct plan *plan, bool wants_copy)
{
	MFA_CLEANUP(check_done)
	struct check check = { .app = plan->app,
			       .root = "",
			       .is_live = true,
			       .config = plan->app->site.config };
	check_authd(&check);
	check_authd_paths(&check);
	check_authd_names(&check);
	check_people(&check);
	check_clock(&check);
	check_key_copy(&check);
	if (check.findings.err != MFA_OK)
		return app_fail(check.findings.err, NULL);
	for (size_t i = 0; i < check.findings.count; i++)
		take_finding(plan, &check.findings.items[i], wants_copy);
	return EXIT_DONE;
}

/* Whether the account has a password that somebody can type. */
static bool has_typed_password(const char *user)
{
	const struct spwd *entry = getspnam(user);
	return entry != NULL && entry->sp_pwdp != NULL && entry->sp_pwdp[0] != '\0' &&
	       strchr("!*", entry->sp_pwdp[0]) == NULL;
}

static bool is_tested(const struct mfa_record *record, const struct mfa_zone *zone)
{
	for (size_t i = 0; i < record->token_count; i++) {
		const struct mfa_token *token = &record->tokens[i];
		if (token->state == MFA_STATE_ACTIVE && token->last_used != 0 &&
		    (zone->factors & UINT32_C(1) << token->kind) != 0)
			return true;
	}
	return false;
}

/* Of those that add knows, the first that the zone accepts. */
static const char *first_kind(const struct mfa_zone *zone)
{
	for (int kind = MFA_KIND_TOTP; kind <= MFA_KIND_YUBIKEY_OTP; kind++)
		if ((zone->factors & UINT32_C(1) << kind) != 0)
			return mfa_kind_name((enum mfa_kind)kind);
	return mfa_kind_name(MFA_KIND_TOTP);
}

static enum exit_code check_person(struct plan *plan, const char *user)
{
	struct app *app = plan->app;
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	if (record == NULL)
		return app_fail(MFA_ERR_NOMEM, NULL);
	int err = app_open_site(app, &diag);
	if (err == MFA_OK)
		err = app_read_record(app, user, &diag, record);
	const struct mfa_zone *zone =
		mfa_config_zone(app->site.config, app->site.config->default_zone);
	if (err == MFA_ERR_NOTFOUND)
		plan_object(plan,
			    TR(app, MFA_N_("%s has no authenticator and could not log in "
					   "any more: mfa-enroll add %s %s, then: "
					   "mfa-enroll test %s")),
			    user, user, first_kind(zone), user);
	else if (err != MFA_OK)
		return app_fail(err, &diag);
	else if (!is_tested(record, zone))
		plan_object(plan,
			    TR(app, MFA_N_("no code of %s was ever accepted: mfa-enroll "
					   "test %s")),
			    user, user);
	return EXIT_DONE;
}

/* Who switches it on must be able to get back in, and so must root, if by a password.
 * The caller is whom the kernel knows to have logged in (see app_identify). */
static enum exit_code check_people_here(struct plan *plan)
{
	const char *caller = plan->app->actor;
	bool is_root = strcmp(caller, "root") == 0;
	enum exit_code code = EXIT_DONE;
	if (!is_root)
		code = check_person(plan, caller);
	if (code == EXIT_DONE && (is_root || has_typed_password("root")))
		code = check_person(plan, "root");
	return code;
}

/* By them a confirmation knows sessions that began with a login (mfa/process.h). */
static void check_login_ids(struct plan *plan)
{
	if (access("/proc/self/loginuid", R_OK) != 0)
		plan_object(plan, "%s",
			    TR(plan->app,
			       MFA_N_("this kernel keeps no login identities "
				      "(/proc/self/loginuid), so nobody could confirm: "
				      "edit the files by hand, as in README.md")));
}

enum exit_code preflight_check(struct plan *plan, bool wants_copy)
{
	check_login_ids(plan);
	enum exit_code code = run_parts(plan, wants_copy);
	return code == EXIT_DONE ? check_people_here(plan) : code;
}
