/* SPDX-License-Identifier: BSD-2-Clause */
/* polkit: rules that ask nobody. They are programs in JavaScript, which only polkit can
 * run: of a rule that can answer "yes" nothing is known but that. */
#include "check/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/config_lines.h"
#include "mfa/rootfs.h"

static const char rules_folder[] = "/etc/polkit-1/rules.d";

/* Blanks out comments, whatever is in texts, and keeps the lines. */
static void drop_script_comments(char *text)
{
	char quote = '\0';
	for (char *at = text; *at != '\0'; at++) {
		if (quote != '\0') {
			if (*at == '\\' && at[1] != '\0')
				at++;
			else if (*at == quote || *at == '\n')
				quote = '\0';
		} else if (*at == '"' || *at == '\'' || *at == '`') {
			quote = *at;
		} else if (at[0] == '/' && at[1] == '/') {
			while (*at != '\0' && *at != '\n')
				*at++ = ' ';
			at--;
		} else if (at[0] == '/' && at[1] == '*') {
			const char *end = strstr(at + 2, "*/");
			const char *stop = end != NULL ? end + 2 : at + strlen(at);
			for (; at < stop; at++)
				*at = *at == '\n' ? '\n' : ' ';
			at--;
		}
	}
}

/* polkit.Result.YES, which is the text "yes". */
static bool can_say_yes(const char *line)
{
	return strstr(line, "Result.YES") != NULL ||
	       strcasestr(line, "\"yes\"") != NULL || strcasestr(line, "'yes'") != NULL;
}

static void look_at_rules(struct check *check, const char *path, void *context MFA_UNUSED)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return;
	drop_script_comments(file.text);
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;)
		if (can_say_yes(line))
			check_add(
				check, CHECK_WARNING, "polkit-yes",
				(struct check_place){ path, file.number }, "%s",
				TR(check->app,
				   MFA_N_("polkit allows something without asking; write "
					  "polkit.Result.AUTH_ADMIN in place of "
					  "polkit.Result.YES")));
}

/* Rules of packages: what they allow is their makers' business, and is not judged. */
static void look_at_shipped_rules(struct check *check, const char *path,
				  void *context MFA_UNUSED)
{
	char own[512];
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	(void)snprintf(own, sizeof own, "%s%s", rules_folder, strrchr(path, '/'));
	if (mfa_rootfs_has_name(check->root, own) ||
	    !config_lines_open(check, path, &file))
		return;
	drop_script_comments(file.text);
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;) {
		if (!can_say_yes(line))
			continue;
		check_add_unknown(check, path);
		return;
	}
}

/* ResultAny=yes and the like, in the older form of rules. */
static void look_at_authority(struct check *check, const char *path,
			      void *context MFA_UNUSED)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;) {
		char *value = NULL;
		const char *key = config_lines_split_key(line, &value);
		if (key != NULL && strncmp(key, "Result", strlen("Result")) == 0 &&
		    strcasecmp(value, "yes") == 0)
			check_add(
				check, CHECK_WARNING, "polkit-yes",
				(struct check_place){ path, file.number }, "%s",
				TR(check->app,
				   MFA_N_("polkit allows something without asking; write "
					  "auth_admin in place of yes")));
	}
}

static void look_at_authorities(struct check *check, const char *folder)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	if (mfa_rootfs_list(check->root, folder, &names) != MFA_OK)
		return;
	for (size_t i = 0; i < names.count; i++) {
		char path[512];
		(void)snprintf(path, sizeof path, "%s/%s", folder, names.items[i]);
		config_files_each(check, path, ".pkla", look_at_authority, NULL);
	}
}

void check_polkit(struct check *check)
{
	static const char *const shipped[] = { "/run/polkit-1/rules.d",
					       "/usr/local/share/polkit-1/rules.d",
					       "/usr/share/polkit-1/rules.d" };
	if (!check_wants(check, "polkit-1") || check_is_left_out(check, "polkit-1"))
		return;
	config_files_each(check, rules_folder, ".rules", look_at_rules, NULL);
	for (size_t i = 0; i < MFA_COUNT(shipped); i++)
		config_files_each(check, shipped[i], ".rules", look_at_shipped_rules,
				  NULL);
	look_at_authorities(check, "/etc/polkit-1/localauthority");
	look_at_authorities(check, "/var/lib/polkit-1/localauthority");
}
