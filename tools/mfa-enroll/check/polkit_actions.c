/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/polkit_actions.h"

#include <stdlib.h>
#include <string.h>

#include "check/config_lines.h"

const char *const polkit_root_actions[] = { "org.freedesktop.policykit.exec",
					    "org.freedesktop.systemd1.manage-units" };
const size_t polkit_root_action_count = MFA_COUNT(polkit_root_actions);

bool polkit_names_root_action(const char *text)
{
	for (size_t i = 0; i < MFA_COUNT(polkit_root_actions); i++)
		if (strstr(text, polkit_root_actions[i]) != NULL)
			return true;
	return false;
}

/* <allow_any>yes</allow_any>, and those for sessions. */
static bool asks_nobody(const char *action)
{
	static const char allow[] = "<allow_";
	for (const char *at = action; (at = strstr(at, allow)) != NULL; at++) {
		const char *value = strchr(at, '>');
		if (value == NULL)
			return false;
		value += 1 + strspn(value + 1, " \t\r\n");
		if (strncmp(value, "yes", strlen("yes")) == 0)
			return true;
	}
	return false;
}

static bool has_name(const char *action)
{
	size_t len = strcspn(action, ">");
	for (size_t i = 0; i < MFA_COUNT(polkit_root_actions); i++) {
		const char *name = polkit_root_actions[i];
		const char *found = strstr(action, name);
		if (found != NULL && found < action + len &&
		    strchr("\"'", found[strlen(name)]) != NULL)
			return true;
	}
	return false;
}

static void look_at_action(struct check *check, const char *path, const char *action)
{
	if (!asks_nobody(action))
		return;
	if (has_name(action))
		check_add_once(check, CHECK_HOLE, "polkit-everything",
			       (struct check_place){ path, 0 }, "%s",
			       TR(check->app,
				  MFA_N_("polkit runs root's programs (pkexec, "
					 "systemd-run) without asking; write auth_admin "
					 "in place of yes")));
	else if (strstr(action, "org.freedesktop.policykit.exec.path") != NULL)
		check_add_unknown(check, path);
}

static void look_at_actions(struct check *check, const char *path,
			    void *context MFA_UNUSED)
{
	static const char end[] = "</action>";
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return;
	char *at = file.text;
	for (char *stop = NULL; (stop = strstr(at, end)) != NULL;
	     at = stop + strlen(end)) {
		char *begin = strstr(at, "<action");
		*stop = '\0';
		if (begin != NULL && begin < stop)
			look_at_action(check, path, begin);
	}
}

void polkit_look_at_actions(struct check *check)
{
	static const char *const folders[] = { "/etc/polkit-1/actions",
					       "/run/polkit-1/actions",
					       "/usr/local/share/polkit-1/actions",
					       "/usr/share/polkit-1/actions" };
	for (size_t i = 0; i < MFA_COUNT(folders); i++)
		config_files_each(check, folders[i], ".policy", look_at_actions, NULL);
}
