/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs of units that are at a terminal, or that take one. */
#include "check/unit.h"

#include <stdio.h>
#include <string.h>

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

/* A name says something of the system's own programs alone. */
static bool is_of_system(const char *path)
{
	static const char *const folders[] = { "/bin/", "/sbin/", "/lib/systemd/" };
	if (path[0] != '/')
		return true;
	if (strncmp(path, "/usr/", 5) == 0)
		path += 4;
	for (size_t i = 0; i < MFA_COUNT(folders); i++) {
		size_t len = strlen(folders[i]);
		if (strncmp(path, folders[i], len) == 0 &&
		    strchr(path + len, '/') == NULL)
			return true;
	}
	return false;
}

static bool asks_or_shows(const char *name)
{
	static const char getty[] = "getty";
	size_t len = strlen(name);
	return (len >= strlen(getty) && strcmp(name + len - strlen(getty), getty) == 0) ||
	       strcmp(name, "login") == 0 || strcmp(name, "sulogin") == 0 ||
	       (strncmp(name, "systemd-", 8) == 0 && strcmp(name, "systemd-run") != 0) ||
	       strncmp(name, "plymouth", 8) == 0;
}

/* The program is before its arguments, behind systemd's signs. */
bool unit_command_asks(const char *command, char ret_program[static UNIT_PROGRAM_SIZE])
{
	char path[UNIT_PROGRAM_SIZE];
	command += strspn(command, "-@:+!|\"' \t");
	(void)snprintf(path, sizeof path, "%.*s", (int)strcspn(command, " \t\"'"),
		       command);
	(void)snprintf(ret_program, UNIT_PROGRAM_SIZE, "%s", name_of(path));
	return is_of_system(path) && asks_or_shows(ret_program);
}

static bool opens_screen(const char *name)
{
	static const char *const names[] = {
		"cage",		 "gamescope", "kwin_wayland", "labwc",
		"openvt",	 "startx",    "sway",	      "weston",
		"weston-launch", "xinit",     "Xorg",	      "startplasma-wayland"
	};
	for (size_t i = 0; i < MFA_COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* "</dev/tty9" of a shell. */
static bool reads_terminal(const char *command)
{
	static const char *const terminals[] = { "/dev/tty", "/dev/console", "/dev/hvc" };
	for (const char *at = command; (at = strchr(at, '<')) != NULL;) {
		at += 1 + strspn(at + 1, "> \t");
		for (size_t i = 0; i < MFA_COUNT(terminals); i++)
			if (strncmp(at, terminals[i], strlen(terminals[i])) == 0)
				return true;
	}
	return false;
}

/* Also behind su, or in what a shell is given. */
bool unit_command_opens(const char *command, char ret_program[static UNIT_PROGRAM_SIZE])
{
	static const char behind[] = " \t\"';&|";
	if (reads_terminal(command))
		return !unit_command_asks(command, ret_program);
	command += strspn(command, "-@:+!|\"' \t");
	while (*command != '\0') {
		char path[UNIT_PROGRAM_SIZE];
		size_t len = strcspn(command, behind);
		(void)snprintf(path, sizeof path, "%.*s", (int)len, command);
		if (opens_screen(name_of(path))) {
			(void)snprintf(ret_program, UNIT_PROGRAM_SIZE, "%s",
				       name_of(path));
			return true;
		}
		command += len + strspn(command + len, behind);
	}
	return false;
}
