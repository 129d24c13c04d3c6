/* SPDX-License-Identifier: BSD-2-Clause */
/* Where root could log in while mfa-authd does not run: its own login programs need no
 * service. */
#include "check/parts.h"

#include <string.h>

#include "check/config_lines.h"
#include "mfa/rootfs.h"

static bool asks_securetty(struct check *check)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, "/etc/pam.d/login", &file))
		return false;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_PAM)) != NULL;)
		if (line[0] != '#' && strstr(line, "pam_securetty") != NULL)
			return true;
	return false;
}

/* pam_securetty's list; without one root may log in at any of them. */
static bool is_in_securetty(struct check *check)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, "/etc/securetty", &file))
		return true;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;)
		if (strncmp(line, "tty", 3) == 0 || strncmp(line, "hvc", 3) == 0)
			return true;
	return false;
}

bool check_has_virtual_terminal(const struct check *check)
{
	return mfa_rootfs_exists(check->root, "/dev/tty1");
}

/* A container may have none. */
bool check_has_console(const struct check *check)
{
	return check_has_virtual_terminal(check) ||
	       mfa_rootfs_exists(check->root, "/dev/ttyS0") ||
	       mfa_rootfs_exists(check->root, "/dev/hvc0");
}

bool check_lets_root_in_at_console(struct check *check)
{
	return check_has_console(check) &&
	       (!asks_securetty(check) || is_in_securetty(check));
}
