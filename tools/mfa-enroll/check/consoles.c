/* SPDX-License-Identifier: BSD-2-Clause */
/* getty and login without a question, and shells outside PAM. */
#include "check/parts.h"

#include <stdio.h>
#include <string.h>

#include "check/config_lines.h"
#include "mfa/rootfs.h"

static const char units[] = "/usr/lib/systemd/system";
static const char own_units[] = "/etc/systemd/system";

/* Whether a command line of getty has the option, long or short. */
static bool has_getty_option(const char *line, const char *name, char letter)
{
	const char *found = strstr(line, name);
	if (found != NULL)
		return true;
	char small[4] = { ' ', '-', letter, '\0' };
	for (found = strstr(line, small); found != NULL; found = strstr(found + 1, small))
		if (found[3] == ' ' || found[3] == '\t' || found[3] == '\0')
			return true;
	return false;
}

/* agetty's own -f is another: this one is in what it hands to login. */
static bool hands_over_f(const char *line)
{
	const char *options = strstr(line, " -o ");
	if (options == NULL)
		options = strstr(line, "--login-options");
	const char *login = strstr(line, "login -f");
	return login != NULL || (options != NULL && strstr(options, "-f ") != NULL);
}

static void look_at_command(struct check *check, const char *path, unsigned number,
			    const char *line)
{
	struct check_place place = { path, number };
	if (strstr(line, "getty") != NULL && has_getty_option(line, "--autologin", 'a'))
		check_add(check, CHECK_HOLE, "getty-autologin", place, "%s",
			  TR(check->app,
			     MFA_N_("getty logs somebody in without asking anybody")));
	else if (hands_over_f(line))
		check_add(check, CHECK_HOLE, "login-f", place, "%s",
			  TR(check->app, MFA_N_("login -f asks for nothing")));
	else if (has_getty_option(line, "--login-program", 'l') &&
		 strstr(line, "getty") != NULL && strstr(line, "/login") == NULL)
		check_add(check, CHECK_HOLE, "getty-program", place, "%s",
			  TR(check->app,
			     MFA_N_("getty starts another program than login")));
}

static void look_at_unit(struct check *check, const char *path, void *context MFA_UNUSED)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (strstr(path, "tty") == NULL || !config_lines_open(check, path, &file))
		return;
	for (char *line = NULL; (line = config_lines_next(&file, true)) != NULL;)
		if (strncmp(line, "ExecStart", strlen("ExecStart")) == 0)
			look_at_command(check, path, file.number, line);
}

static void look_at_drop_ins(struct check *check, const char *path, void *context)
{
	config_files_each(check, path, ".conf", look_at_unit, context);
}

/* A unit of /etc replaces the one of the same name in /usr. */
static void look_at_shipped(struct check *check, const char *path, void *context)
{
	char own[512];
	(void)snprintf(own, sizeof own, "%s%s", own_units, strrchr(path, '/'));
	if (!mfa_rootfs_exists(check->root, own))
		look_at_unit(check, path, context);
}

static void look_at_inittab(struct check *check)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, "/etc/inittab", &file))
		return;
	for (char *line = NULL; (line = config_lines_next(&file, false)) != NULL;)
		if (line[0] != '#')
			look_at_command(check, file.path, file.number, line);
}

/* sulogin asks for root's password alone, or for nothing. */
static void look_at_sulogin(struct check *check, const char *unit)
{
	char path[512];
	(void)snprintf(path, sizeof path, "%s/%s", units, unit);
	if (!mfa_rootfs_exists(check->root, path))
		return;
	check_add(
		check, CHECK_NOTE, "outside-pam", (struct check_place){ path, 0 }, "%s",
		TR(check->app, MFA_N_("outside PAM: root's password alone opens a shell "
				      "when this is started at the console")));
}

static void look_for_force(struct check *check, const char *path,
			   void *context MFA_UNUSED)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return;
	for (char *line = NULL; (line = config_lines_next(&file, true)) != NULL;)
		if (line[0] != '#' && strstr(line, "SYSTEMD_SULOGIN_FORCE=1") != NULL)
			check_add(check, CHECK_HOLE, "sulogin-force",
				  (struct check_place){ path, file.number }, "%s",
				  TR(check->app,
				     MFA_N_("opens a root shell without a password")));
}

void check_consoles(struct check *check)
{
	static const char debug[] =
		"/etc/systemd/system/sysinit.target.wants/debug-shell.service";
	if (!check_wants(check, "login") || check_is_left_out(check, "login"))
		return;
	config_files_each(check, own_units, ".service", look_at_unit, NULL);
	config_files_each(check, own_units, ".service.d", look_at_drop_ins, NULL);
	config_files_each(check, units, ".service", look_at_shipped, NULL);
	config_files_each(check, units, ".service.d", look_at_drop_ins, NULL);
	look_at_inittab(check);
	look_at_sulogin(check, "rescue.service");
	look_at_sulogin(check, "emergency.service");
	config_files_each(check, "/etc/systemd/system/rescue.service.d", ".conf",
			  look_for_force, NULL);
	config_files_each(check, "/etc/systemd/system/emergency.service.d", ".conf",
			  look_for_force, NULL);
	if (mfa_rootfs_exists(check->root, debug))
		check_add(check, CHECK_HOLE, "debug-shell",
			  (struct check_place){ debug, 0 }, "%s",
			  TR(check->app,
			     MFA_N_("a root shell without a password on tty9")));
}
