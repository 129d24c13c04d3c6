/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-enroll check */
#include "check/explain.h"
#include "check/nearest.h"
#include "check/parts.h"
#include "check/programs.h"
#include "check/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/commands.h"
#include "mfa/rootfs.h"

enum {
	OPTION_PAM_DIR,
	OPTION_ROOT,
	OPTION_SERVICE,
	OPTION_LIBPAM,
	OPTION_EXPLAIN
};

/* A configuration that cannot be used is a finding: nobody gets in where pam_mfa asks. */
static void load_config(struct check *check)
{
	struct app *app = check->app;
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_free_string) char *path = check_config_path(check);
	if (path == NULL) {
		check->findings.err = MFA_ERR_NOMEM;
		return;
	}
	int err = mfa_site_load(path, &diag, &app->site);
	if (err == MFA_ERR_NOTFOUND && check->is_live) {
		check_add(check, CHECK_LOCKOUT, "config", CHECK_NOWHERE,
			  TR(app, MFA_N_("the configuration cannot be used, so pam_mfa "
					 "refuses everybody: %s. Run: mfa-enroll init")),
			  diag.text);
		return;
	}
	if (err != MFA_OK) {
		check_add(check, CHECK_LOCKOUT, "config", CHECK_NOWHERE,
			  TR(app, MFA_N_("the configuration cannot be used, so pam_mfa "
					 "refuses everybody: %s")),
			  diag.text);
		return;
	}
	check->config = app->site.config;
	if (!check->is_live)
		return;
	app_use_language(app, check->config->language);
}

static void look_at_parts(struct check *check)
{
	check_libpam(check);
	check_services(check);
	check_pam_modes(check);
	check_grace(check);
	check_local(check);
	if (check->pam_folder != NULL)
		return;
	check_empty_passwords(check);
	check_programs(check);
	check_files(check); /* every service trusts them */
	check_authd(check);
	check_authd_paths(check);
	check_authd_names(check);
	if (check->only != NULL)
		return;
	check_later(check);
	check_setuid(check);
	check_listeners(check);
	check_logrotate(check);
	check_host(check);
	check_udev(check);
	check_name_services(check);
	check_people(check);
	check_accounts(check);
	check_orphans(check);
	check_clock(check);
	check_guesses(check);
	check_locks(check);
	check_decoys(check);
	check_key_copy(check);
	check_on_trial(check);
}

/* A name without a file is judged by "other", and that may be proved while no program
 * asks for such a name. Those of known programs are asked for. */
static bool is_service(const char *name, const struct mfa_strings *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcasecmp(names->items[i], name) == 0)
			return true;
	return program_has_service(name);
}

static enum exit_code test_only_service(struct check *check)
{
	const struct app *app = check->app;
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	/* what is wrong with the folders is found later */
	if (check->only == NULL ||
	    mfa_service_list(&check->inspector.rootfs, &diag, &names) != MFA_OK ||
	    is_service(check->only, &names) ||
	    (check->pam_folder == NULL && check_has_sshd_named(check, check->only)))
		return EXIT_DONE;
	const char *folder = check->pam_folder != NULL ? check->pam_folder : "/etc/pam.d";
	const char *nearest = nearest_name((const char *const *)names.items, names.count,
					   check->only, 2);
	if (nearest != NULL)
		app_complain(
			TR(app, MFA_N_("%s/%s does not exist: this is \"other\" (did "
				       "you mean %s?)")),
			folder, check->only, nearest);
	else
		app_complain(TR(app, MFA_N_("%s/%s does not exist: this is \"other\"")),
			     folder, check->only);
	return EXIT_USAGE;
}

static enum exit_code print_findings(struct check *check)
{
	int err = check->findings.err;
	if (err == MFA_OK && check->app->wants_json)
		err = report_print_json(check);
	else if (err == MFA_OK)
		report_print(check);
	if (err != MFA_OK)
		return app_fail(err, NULL);
	return check_is_passed(check) ? EXIT_DONE : EXIT_REFUSED;
}

static bool is_folder(const struct app *app, const char *path)
{
	if (mfa_rootfs_is_folder("", path))
		return true;
	app_complain(TR(app, MFA_N_("%s is not a folder")), path);
	return false;
}

/* What --root and --pam-dir say. The root's path becomes absolute, since mfa.conf is read
 * by such a path alone. */
static enum exit_code choose_tree(struct check *check, const char *root,
				  const char *folder)
{
	const struct app *app = check->app;
	if ((root != NULL && !is_folder(app, root)) ||
	    (folder != NULL && !is_folder(app, folder)))
		return EXIT_USAGE;
	check->is_live = root == NULL && folder == NULL;
	check->pam_folder = folder;
	check->root = "";
	if (root == NULL)
		return EXIT_DONE;
	check->root_path = realpath(root, NULL);
	if (check->root_path == NULL)
		return app_fail(mfa_err_from_errno(errno), NULL);
	if (strcmp(check->root_path, "/") != 0)
		check->root = check->root_path;
	return EXIT_DONE;
}

static enum exit_code check_run(struct app *app, const struct invocation *invocation)
{
	bool wants_zone = invocation->values[OPTION_EXPLAIN] != NULL;
	if (wants_zone ? invocation->count < 2 : invocation->count > 0) {
		app_complain("%s",
			     TR(app, MFA_N_("USER and SERVICE go with --explain; see "
					    "mfa-enroll check --help")));
		return EXIT_USAGE;
	}
	if (wants_zone)
		return explain_print(app, invocation->arguments, invocation->count);
	MFA_CLEANUP(check_done)
	struct check check = {
		.app = app,
		.only = invocation->values[OPTION_SERVICE],
		.libpam = invocation->values[OPTION_LIBPAM],
	};
	enum exit_code code = choose_tree(&check, invocation->values[OPTION_ROOT],
					  invocation->values[OPTION_PAM_DIR]);
	if (code == EXIT_DONE && check.is_live)
		code = app_identify(app);
	if (code != EXIT_DONE)
		return code;
	load_config(&check);
	const struct mfa_pam_rootfs tree = { check.root, check.pam_folder };
	check.findings.err = mfa_inspector_init(&check.inspector, &tree, check.config);
	if (check.findings.err == MFA_OK)
		code = test_only_service(&check);
	if (code != EXIT_DONE)
		return code;
	check.inspector.has_sshd_addresses = check_has_sshd_addresses(&check);
	if (check.findings.err == MFA_OK)
		look_at_parts(&check);
	return print_findings(&check);
}

static const struct option_spec options[] = {
	[OPTION_PAM_DIR] = { "pam-dir", "DIR", MFA_N_("check only these service files") },
	[OPTION_ROOT] = { "root", "DIR",
			  MFA_N_("check the host whose file tree is in this "
				 "folder") },
	[OPTION_SERVICE] = { "service", "NAME", MFA_N_("check only this service") },
	[OPTION_LIBPAM] = { "libpam", "VERSION",
			    MFA_N_("the release of Linux-PAM that will read "
				   "the files") },
	[OPTION_EXPLAIN] = { "explain", NULL,
			     MFA_N_("tell which zone decides for USER at SERVICE") },
};

const struct command command_check = {
	.name = "check",
	.arguments = "[--explain USER SERVICE [RHOST]]",
	.least = 0,
	.most = 3,
	.summary = MFA_N_("prove that no login gets around the second factor"),
	.help = MFA_N_(
		"Walks every combination of answers of the PAM modules, and looks at "
		"sshd,\nlightdm, sudo and others. Ends with 0 when all is proved, "
		"with 1 when not."),
	.has_json = true,
	COMMAND_OPTIONS(options),
	.run = check_run,
};
