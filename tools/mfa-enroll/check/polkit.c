/* SPDX-License-Identifier: BSD-2-Clause */
/* polkit: rules that ask nobody. They are programs in JavaScript, which only polkit can
 * run: of a rule that can answer "yes" nothing is known but that. */
#include "check/parts.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/config_lines.h"
#include "check/polkit_actions.h"
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

/* Whether a rule that can answer so is one for every action, or for those by which root's
 * programs are run: it names no action, or one of them. */
static bool is_for_everything(const char *rule)
{
	for (const char *at = rule; (at = strstr(at, ".id")) != NULL; at++)
		if (!isalnum((unsigned char)at[3]) && at[3] != '_')
			return polkit_names_root_action(rule);
	return true;
}

/* The text up to the next rule. */
static char *copy_rule(const char *at)
{
	static const char begin[] = "addRule";
	const char *end = strstr(at + strlen(begin), begin);
	return end != NULL ? strndup(at, (size_t)(end - at)) : strdup(at);
}

/* The rule that begins last before the offset; NULL: none does. */
static const char *find_rule(const char *text, size_t offset)
{
	const char *found = NULL;
	for (const char *at = text; (at = strstr(at, "addRule")) != NULL; at++)
		if ((size_t)(at - text) <= offset)
			found = at;
	return found;
}

static void tell_yes(struct check *check, struct check_place place, bool is_everything)
{
	if (is_everything)
		check_add(check, CHECK_HOLE, "polkit-everything", place, "%s",
			  TR(check->app,
			     MFA_N_("polkit runs root's programs (pkexec, systemd-run) "
				    "without asking; write polkit.Result.AUTH_ADMIN in "
				    "place of polkit.Result.YES, or name the actions")));
	else
		check_add(check, CHECK_WARNING, "polkit-yes", place, "%s",
			  TR(check->app,
			     MFA_N_("polkit allows something without asking; write "
				    "polkit.Result.AUTH_ADMIN in place of "
				    "polkit.Result.YES")));
}

static void look_at_rules(struct check *check, const char *path, void *context MFA_UNUSED)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return;
	drop_script_comments(file.text);
	MFA_CLEANUP(mfa_free_string) char *text = strdup(file.text);
	if (text == NULL) {
		check->findings.err = MFA_ERR_NOMEM;
		return;
	}
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;) {
		/* a rule may begin in this line */
		size_t end = (size_t)(line - file.text) + strlen(line);
		const char *rule = find_rule(text, end);
		MFA_CLEANUP(mfa_free_string)
		char *copy = can_say_yes(line) && rule != NULL ? copy_rule(rule) : NULL;
		if (can_say_yes(line))
			tell_yes(check, (struct check_place){ path, file.number },
				 copy != NULL && is_for_everything(copy));
	}
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

/* One section of the older form of rules. */
struct authority {
	bool is_everything; /* its actions are those by which root's programs are run */
	unsigned yes_line;  /* ResultAny=yes and the like; 0: there is none */
};

static void tell_authority(struct check *check, const char *path,
			   struct authority *authority)
{
	struct check_place place = { path, authority->yes_line };
	if (authority->yes_line != 0 && authority->is_everything)
		check_add(check, CHECK_HOLE, "polkit-everything", place, "%s",
			  TR(check->app,
			     MFA_N_("polkit runs root's programs (pkexec, systemd-run) "
				    "without asking; write auth_admin in place of yes")));
	else if (authority->yes_line != 0)
		check_add(check, CHECK_WARNING, "polkit-yes", place, "%s",
			  TR(check->app,
			     MFA_N_("polkit allows something without asking; write "
				    "auth_admin in place of yes")));
	*authority = (struct authority){ .yes_line = 0 };
}

static bool matches_root_action(char *patterns)
{
	char *rest = NULL;
	for (const char *pattern = strtok_r(patterns, ";", &rest); pattern != NULL;
	     pattern = strtok_r(NULL, ";", &rest))
		for (size_t i = 0; i < polkit_root_action_count; i++)
			if (fnmatch(pattern, polkit_root_actions[i], 0) == 0)
				return true;
	return false;
}

static void look_at_authority(struct check *check, const char *path,
			      void *context MFA_UNUSED)
{
	struct authority authority = { .yes_line = 0 };
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;) {
		char *value = NULL;
		if (line[0] == '[')
			tell_authority(check, path, &authority);
		const char *key = config_lines_split_key(line, &value);
		if (key != NULL && strcmp(key, "Action") == 0)
			authority.is_everything = matches_root_action(value);
		else if (key != NULL && strncmp(key, "Result", strlen("Result")) == 0 &&
			 strcasecmp(value, "yes") == 0)
			authority.yes_line = file.number;
	}
	tell_authority(check, path, &authority);
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

/* Debian's polkit of before 12 read them; since then that needs a package of its own. */
static bool has_reader_of_authorities(const struct check *check)
{
	static const char *const programs[] = { "/usr/bin/pkla-check-authorization",
						"/usr/lib/policykit-1/polkitd" };
	for (size_t i = 0; i < MFA_COUNT(programs); i++)
		if (mfa_rootfs_exists(check->root, programs[i]))
			return true;
	return false;
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
	polkit_look_at_actions(check);
	if (!has_reader_of_authorities(check))
		return;
	look_at_authorities(check, "/etc/polkit-1/localauthority");
	look_at_authorities(check, "/var/lib/polkit-1/localauthority");
}
