/* SPDX-License-Identifier: BSD-2-Clause */
/* getty and login without a question, and shells outside PAM. */
#include "check/consoles.h"

#include <stdio.h>
#include <string.h>

#include "check/config_lines.h"
#include "check/parts.h"
#include "check/unit.h"

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

void console_look_at_command(struct check *check, struct check_place place,
			     const char *line)
{
	bool is_getty = strstr(line, "getty") != NULL;
	if (is_getty && has_getty_option(line, "--autologin", 'a'))
		check_add_once(
			check, CHECK_HOLE, "getty-autologin", place, "%s",
			TR(check->app,
			   MFA_N_("getty logs somebody in without asking anybody")));
	else if (hands_over_f(line))
		check_add_once(check, CHECK_HOLE, "login-f", place, "%s",
			       TR(check->app, MFA_N_("login -f asks for nothing")));
	else if (is_getty && has_getty_option(line, "--login-program", 'l') &&
		 strstr(line, "/login") == NULL)
		check_add_once(check, CHECK_HOLE, "getty-program", place, "%s",
			       TR(check->app,
				  MFA_N_("getty starts another program than login")));
}

static void look_at_inittab(struct check *check)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, "/etc/inittab", &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;)
		if (line[0] != '#')
			console_look_at_command(
				check, (struct check_place){ file.path, file.number },
				line);
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
	look_at_inittab(check);
	look_at_sulogin(check, "rescue.service");
	look_at_sulogin(check, "emergency.service");
}
