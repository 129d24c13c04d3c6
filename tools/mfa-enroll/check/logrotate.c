/* SPDX-License-Identifier: BSD-2-Clause */
/* logrotate, where it rotates the audit trail in a way that the trail cannot bear. */
#include "check/parts.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/config_lines.h"
#include "mfa/rootfs.h"

enum {
	DEPTH_MAX = 16,
	INCLUDES_MAX = 256,
	WORD_SIZE = 64
};

static const char main_file[] = "/etc/logrotate.conf";
static const char main_folder[] = "/etc/logrotate.d";

/* Where an option was set; line 0: nowhere. */
struct origin {
	char file[512];
	unsigned line;
};

struct options {
	struct origin create;	    /* where it says what follows */
	char mode[WORD_SIZE];	    /* of the new file; "": as the old one's */
	char owner[WORD_SIZE];	    /* the same */
	struct origin copytruncate; /* where it is switched on */
};

struct scan {
	struct check *check;
	char folder[512];      /* of the trail */
	struct options global; /* of all that follows, in other files as well */
	struct options block;
	bool is_in_block;
	bool is_in_script;
	bool is_ours; /* a pattern of this block meets the trail */
	bool has_main_folder;
	unsigned depth;
	unsigned includes; /* in all */
};

static void read_rotation_path(struct scan *scan, const char *path);

/* The next word in place, without its quotes; NULL: there is none. */
static char *take_word(char **rest)
{
	char *from = *rest + strspn(*rest, " \t");
	if (*from == '\0')
		return NULL;
	char *word = from;
	char *to = from;
	char quote = '\0';
	for (; *from != '\0' && (quote != '\0' || !isspace((unsigned char)*from));
	     from++) {
		if (*from == quote)
			quote = '\0';
		else if (quote == '\0' && (*from == '"' || *from == '\''))
			quote = *from;
		else if (*from == '\\' && from[1] != '\0')
			*to++ = *++from;
		else
			*to++ = *from;
	}
	*rest = *from != '\0' ? from + 1 : from;
	*to = '\0';
	return word;
}

/* The group does not matter where it may do nothing. */
static bool is_mode_right(const struct options *options)
{
	return (options->mode[0] == '\0' || strtol(options->mode, NULL, 8) == 0600) &&
	       (options->owner[0] == '\0' || strcmp(options->owner, "root") == 0 ||
		strcmp(options->owner, "0") == 0);
}

static void add_rotation_finding(struct scan *scan)
{
	const struct options *block = &scan->block;
	struct check *check = scan->check;
	if (block->copytruncate.line != 0)
		check_add(check, CHECK_WARNING, "logrotate-copytruncate",
			  (struct check_place){ block->copytruncate.file,
						block->copytruncate.line },
			  TR(check->app,
			     MFA_N_("copytruncate cuts the audit trail %s while it is "
				    "written, which breaks its chain; say: create 600 "
				    "root root")),
			  check->config->audit);
	else if (!is_mode_right(block))
		check_add(
			check, CHECK_WARNING, "logrotate-create",
			(struct check_place){ block->create.file, block->create.line },
			TR(check->app,
			   MFA_N_("logrotate makes the audit trail %s with another mode "
				  "or owner than it needs; say: create 600 root root")),
			check->config->audit);
}

/* logrotate looks for the files of a pattern, in which no star crosses a slash. */
static void take_pattern(struct scan *scan, char *pattern)
{
	size_t len = strlen(pattern);
	while (len > 1 && pattern[len - 1] == '/')
		pattern[--len] = '\0';
	const char *const ours[] = { scan->check->config->audit, scan->folder };
	for (size_t i = 0; i < MFA_COUNT(ours); i++)
		if (fnmatch(pattern, ours[i], FNM_PATHNAME | FNM_PERIOD) == 0)
			scan->is_ours = true;
}

static struct origin line_origin(const struct config_lines *file)
{
	struct origin origin = { .line = file->number };
	(void)snprintf(origin.file, sizeof origin.file, "%s", file->path);
	return origin;
}

/* "create [MODE] [OWNER GROUP]" */
static void take_create(struct options *options, const struct config_lines *file,
			char *rest)
{
	char *word = take_word(&rest);
	options->create = line_origin(file);
	options->mode[0] = options->owner[0] = '\0';
	if (word != NULL && isdigit((unsigned char)word[0])) {
		(void)snprintf(options->mode, WORD_SIZE, "%s", word);
		word = take_word(&rest);
	}
	if (word != NULL)
		(void)snprintf(options->owner, WORD_SIZE, "%s", word);
}

static void take_option(struct scan *scan, const struct config_lines *file,
			const char *name, char *value)
{
	struct options *options = scan->is_in_block ? &scan->block : &scan->global;
	if (strcmp(name, "create") == 0)
		take_create(options, file, value);
	else if (strcmp(name, "nocreate") == 0)
		options->mode[0] = options->owner[0] = '\0';
	else if (strcmp(name, "copytruncate") == 0)
		options->copytruncate = line_origin(file);
	else if (strcmp(name, "nocopytruncate") == 0)
		options->copytruncate.line = 0;
	else if (strcmp(name, "include") == 0 && !scan->is_in_block &&
		 (value = take_word(&value)) != NULL)
		read_rotation_path(scan, value);
}

static bool begins_script(const char *name)
{
	static const char *const names[] = { "prerotate", "postrotate", "firstaction",
					     "lastaction", "preremove" };
	for (size_t i = 0; i < MFA_COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void take_patterns(struct scan *scan, char *line)
{
	for (char *word = NULL; (word = take_word(&line)) != NULL;)
		take_pattern(scan, word);
}

/* A line of a block, without its last bracket. */
static void take_rotation_line(struct scan *scan, const struct config_lines *file,
			       char *line)
{
	char *value = NULL;
	const char *name = config_lines_split_key(line + strspn(line, " \t"), &value);
	if (name == NULL)
		return;
	if (begins_script(name))
		scan->is_in_script = true;
	else
		take_option(scan, file, name, value);
}

static void end_block(struct scan *scan)
{
	if (scan->is_in_block && scan->is_ours)
		add_rotation_finding(scan);
	scan->is_in_block = false;
	scan->is_ours = false;
}

static void take_block_line(struct scan *scan, const struct config_lines *file,
			    char *line)
{
	char *end = strchr(line, '}');
	if (end != NULL)
		*end = '\0';
	take_rotation_line(scan, file, line);
	if (end != NULL)
		end_block(scan);
}

static void take_global_line(struct scan *scan, const struct config_lines *file,
			     char *line)
{
	bool is_pattern = line[0] != '\0' && strchr("/~\"'{", line[0]) != NULL;
	char *begin = is_pattern ? strchr(line, '{') : NULL;
	if (!is_pattern) {
		take_rotation_line(scan, file, line);
		return;
	}
	if (begin != NULL)
		*begin = '\0';
	take_patterns(scan, line);
	if (begin == NULL)
		return;
	scan->block = scan->global;
	scan->is_in_block = true;
	take_block_line(scan, file, begin + 1);
}

static void read_rotation_file(struct scan *scan, const char *path)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(scan->check, path, &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;) {
		if (scan->is_in_script)
			scan->is_in_script = strcmp(line, "endscript") != 0;
		else if (line[0] == '#')
			continue;
		else if (scan->is_in_block)
			take_block_line(scan, &file, line);
		else
			take_global_line(scan, &file, line);
	}
	/* what a file leaves open ends with it */
	scan->is_in_script = false;
	end_block(scan);
}

/* Files that packages and editors leave behind: logrotate passes them by. */
static bool is_skipped_file(const char *name)
{
	static const char *const endings[] = { "~",	  ".bak",     ".disabled",
					       ".new",	  ".old",     ".orig",
					       ".rpmnew", ".rpmorig", ".rpmsave",
					       ".swp",	  ",v" };
	size_t len = strlen(name);
	for (size_t i = 0; i < MFA_COUNT(endings); i++) {
		size_t end = strlen(endings[i]);
		if (len >= end && strcmp(name + len - end, endings[i]) == 0)
			return true;
	}
	return strstr(name, ".dpkg-") != NULL || strstr(name, ".ucf-") != NULL;
}

static void read_rotation_folder(struct scan *scan, const char *folder)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	if (mfa_rootfs_list(scan->check->root, folder, &names) != MFA_OK)
		return;
	for (size_t i = 0; i < names.count; i++) {
		char path[512];
		(void)snprintf(path, sizeof path, "%s/%s", folder, names.items[i]);
		if (!is_skipped_file(names.items[i]))
			read_rotation_file(scan, path);
	}
}

static void read_rotation_path(struct scan *scan, const char *path)
{
	if (strcmp(path, main_folder) == 0)
		scan->has_main_folder = true;
	if (scan->depth == DEPTH_MAX || ++scan->includes > INCLUDES_MAX) {
		check_add_unknown(scan->check, path);
		return;
	}
	scan->depth++;
	if (mfa_rootfs_is_folder(scan->check->root, path))
		read_rotation_folder(scan, path);
	else
		read_rotation_file(scan, path);
	scan->depth--;
}

void check_logrotate(struct check *check)
{
	struct scan scan = { .check = check };
	if (check->config == NULL)
		return;
	(void)snprintf(scan.folder, sizeof scan.folder, "%s", check->config->audit);
	char *slash = strrchr(scan.folder, '/');
	if (slash != NULL)
		*slash = '\0';
	read_rotation_path(&scan, main_file);
	/* also where the main file does not, since another one may */
	if (!scan.has_main_folder)
		read_rotation_path(&scan, main_folder);
}
