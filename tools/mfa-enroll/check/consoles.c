/* SPDX-License-Identifier: BSD-2-Clause */
/* getty and login without a question, and shells outside PAM. */
#include "check/consoles.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check/config_lines.h"
#include "check/getty_options.h"
#include "check/parts.h"
#include "check/unit.h"
#include "mfa/rootfs.h"

void console_tell_force(struct check *check, struct check_place place)
{
	check_add_once(check, CHECK_HOLE, "sulogin-force", place, "%s",
		       TR(check->app, MFA_N_("opens a root shell without a password")));
}

void console_look_at_command(struct check *check, struct check_place place,
			     const char *line)
{
	struct getty_options options = { .logs_in = false };
	if (getty_options_read(line, &options) != MFA_OK)
		check->findings.err = MFA_ERR_NOMEM;
	if (options.logs_in)
		check_add_once(
			check, CHECK_HOLE, "getty-autologin", place, "%s",
			TR(check->app,
			   MFA_N_("getty logs somebody in without asking anybody; take "
				  "--autologin (-a) out of that line")));
	else if (options.skips_password)
		check_add_once(check, CHECK_HOLE, "login-f", place, "%s",
			       TR(check->app, MFA_N_("login -f asks for nothing")));
	else if (options.forces_shell)
		console_tell_force(check, place);
	else if (options.has_other_program)
		check_add_once(check, CHECK_HOLE, "getty-program", place, "%s",
			       TR(check->app,
				  MFA_N_("getty starts another program than login")));
}

/* The command of a line "id:runlevels:action:command"; NULL: it starts none. */
static char *split_inittab_line(char *line)
{
	char *command = line;
	if (line[0] == '#')
		return NULL;
	for (int i = 0; command != NULL && i < 3; i++)
		command = strchr(command, ':') != NULL ? strchr(command, ':') + 1 : NULL;
	return command;
}

/* A shell of init's for whoever is at the console; scripts of the system begin so too. */
static void look_at_inittab_shell(struct check *check, struct check_place place,
				  const char *command)
{
	static const char *const shells[] = { "sh", "bash", "dash", "su", "runuser" };
	char name[UNIT_PROGRAM_SIZE];
	bool asks = unit_command_asks(command, name);
	bool opens = unit_command_opens(command, name);
	for (size_t i = 0; !asks && !opens && i < MFA_COUNT(shells); i++)
		opens = strcmp(name, shells[i]) == 0;
	if (opens)
		check_add_once(check, CHECK_HOLE, "unit-shell", place,
			       TR(check->app,
				  MFA_N_("%s runs at a terminal without asking anybody: "
					 "take that line out")),
			       name);
}

static void look_at_inittab(struct check *check)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, "/etc/inittab", &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;) {
		struct check_place place = { file.path, file.number };
		const char *command = split_inittab_line(line);
		if (command == NULL)
			continue;
		console_look_at_command(check, place, command);
		look_at_inittab_shell(check, place, command);
	}
}

/* What the boot loader hands to systemd for all services. The kernel does not tell how
 * long its line is. */
static void look_at_kernel_line(struct check *check)
{
	static const char path[] = "/proc/cmdline";
	static const char wanted[] = "systemd.setenv=SYSTEMD_SULOGIN_FORCE=";
	char text[4096] = "";
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	if (!check->is_live || mfa_rootfs_open("", path, &fd) != MFA_OK ||
	    read(fd, text, sizeof text - 1) < 0)
		return;
	char *rest = text;
	for (const char *word = NULL; (word = unit_next_word(&rest)) != NULL;) {
		if (strncmp(word, wanted, strlen(wanted)) == 0 &&
		    unit_is_yes(word + strlen(wanted)))
			console_tell_force(check, (struct check_place){ path, 0 });
	}
}

/* Programs of the host's own that make units at each boot. What they have made is seen on
 * the host itself. */
static void name_generators(struct check *check)
{
	static const char *const folders[] = {
		"/etc/systemd/system-generators",
		"/usr/local/lib/systemd/system-generators"
	};
	for (size_t i = 0; !check->is_live && i < MFA_COUNT(folders); i++) {
		MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
		if (mfa_rootfs_list(check->root, folders[i], &names) != MFA_OK)
			continue;
		for (size_t j = 0; j < names.count; j++) {
			char path[512];
			(void)snprintf(path, sizeof path, "%s/%s", folders[i],
				       names.items[j]);
			check_add_unknown(check, path);
		}
	}
}

/* sulogin asks for root's password alone, or for nothing. */
static void look_at_sulogin(struct check *check, const char *unit)
{
	MFA_CLEANUP(mfa_free_string) char *path = unit_find(check, unit);
	if (path == NULL)
		return;
	check_add(
		check, CHECK_NOTE, "outside-pam", (struct check_place){ path, 0 }, "%s",
		TR(check->app, MFA_N_("outside PAM: root's password alone opens a shell "
				      "when this is started at the console")));
}

void check_consoles(struct check *check)
{
	if (!check_wants(check, "login") || check_is_left_out(check, "login"))
		return;
	console_look_at_units(check);
	console_look_at_credential_stores(check);
	look_at_kernel_line(check);
	name_generators(check);
	look_at_inittab(check);
	look_at_sulogin(check, "rescue.service");
	look_at_sulogin(check, "emergency.service");
}
