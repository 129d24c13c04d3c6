/* SPDX-License-Identifier: BSD-2-Clause */
/* sudoers that let somebody go on without being asked. */
#include "check/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/config_lines.h"
#include "mfa/rootfs.h"

enum {
	DEPTH_MAX = 16
};

static void read_sudoers(struct check *check, const char *path, unsigned depth);

/* A tag or an option with nothing before it that would make it a part of another word. */
static bool has_tag(const char *line, const char *tag)
{
	for (const char *at = strstr(line, tag); at != NULL; at = strstr(at + 1, tag)) {
		char before = at == line ? ' ' : at[-1];
		char behind = at[strlen(tag)];
		if (strchr(" \t,=:()", before) != NULL &&
		    (behind == '\0' || strchr(" \t,:=", behind) != NULL))
			return true;
	}
	return false;
}

/* "#" begins a comment unless it is an include or a numeric id. */
static bool is_sudoers_comment(const char *line)
{
	if (line[0] != '#')
		return false;
	return strncmp(line, "#include", strlen("#include")) != 0 &&
	       (line[1] < '0' || line[1] > '9');
}

static void include_sudoers(struct check *check, const char *path, const char *word,
			    unsigned depth)
{
	char full[1024];
	word += strspn(word, " \t");
	if (word[0] == '"')
		word++;
	const char *slash = strrchr(path, '/');
	size_t len = strcspn(word, " \t\"");
	if (word[0] == '/')
		(void)snprintf(full, sizeof full, "%.*s", (int)len, word);
	else
		(void)snprintf(full, sizeof full, "%.*s/%.*s", (int)(slash - path), path,
			       (int)len, word);
	read_sudoers(check, full, depth + 1);
}

static void include_sudoers_folder(struct check *check, const char *word, unsigned depth)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	char folder[512];
	word += strspn(word, " \t");
	(void)snprintf(folder, sizeof folder, "%.*s", (int)strcspn(word, " \t"), word);
	if (mfa_rootfs_list(check->root, folder, &names) != MFA_OK)
		return;
	for (size_t i = 0; i < names.count; i++) {
		char path[1024];
		const char *name = names.items[i];
		/* sudo passes these by */
		if (strchr(name, '.') != NULL || name[strlen(name) - 1] == '~')
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", folder, name);
		read_sudoers(check, path, depth + 1);
	}
}

static void look_at_sudoers_line(struct check *check, const struct config_lines *file,
				 const char *line)
{
	struct check_place place = { file->path, file->number };
	if (has_tag(line, "NOPASSWD"))
		check_add(check, CHECK_HOLE, "sudo-nopasswd", place, "%s",
			  TR(check->app, MFA_N_("NOPASSWD: sudo asks for nothing")));
	if (strncmp(line, "Defaults", strlen("Defaults")) != 0)
		return;
	if (has_tag(line, "!authenticate"))
		check_add(check, CHECK_HOLE, "sudo-no-authenticate", place, "%s",
			  TR(check->app, MFA_N_("!authenticate: sudo asks for nothing")));
	if (has_tag(line, "exempt_group"))
		check_add(check, CHECK_HOLE, "sudo-exempt-group", place, "%s",
			  TR(check->app,
			     MFA_N_("exempt_group: sudo asks these people for nothing")));
	if (has_tag(line, "timestamp_timeout") &&
	    strstr(line, "timestamp_timeout") != NULL &&
	    strstr(strstr(line, "timestamp_timeout"), "-1") != NULL)
		check_add(check, CHECK_WARNING, "sudo-timestamp", place, "%s",
			  TR(check->app,
			     MFA_N_("timestamp_timeout: sudo asks once, and then never "
				    "again in that session")));
}

static void read_sudoers(struct check *check, const char *path, unsigned depth)
{
	static const char *const includes[] = { "@includedir", "#includedir", "@include",
						"#include" };
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (depth > DEPTH_MAX || !config_lines_open(check, path, &file))
		return;
	for (char *line = NULL; (line = config_lines_next(&file, true)) != NULL;) {
		size_t i = 0;
		while (i < MFA_COUNT(includes) &&
		       strncmp(line, includes[i], strlen(includes[i])) != 0)
			i++;
		if (i < 2)
			include_sudoers_folder(check, line + strlen(includes[i]), depth);
		else if (i < MFA_COUNT(includes))
			include_sudoers(check, path, line + strlen(includes[i]), depth);
		else if (!is_sudoers_comment(line))
			look_at_sudoers_line(check, &file, line);
	}
}

void check_sudo(struct check *check)
{
	if (check_wants(check, "sudo") && !check_is_left_out(check, "sudo"))
		read_sudoers(check, "/etc/sudoers", 0);
}
