/* SPDX-License-Identifier: BSD-2-Clause */
/* sshd_config, as sshd reads it: the first value of a key counts, and what is in a
 * Match block that fits comes before what is outside of all. */
#include "check/sshd_settings.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/config_lines.h"
#include "check/whole_file.h"
#include "mfa/rootfs.h"

enum {
	DEPTH_MAX = 16, /* sshd's own limit */
	FILES_MAX = 256,
	BLOCKS_MAX = 1000
};

struct reader {
	struct check *check;
	struct sshd_settings *settings; /* what Match blocks say comes before the rest */
	struct sshd_settings *rest;
	unsigned blocks;  /* Match blocks so far */
	unsigned current; /* the one we are in; 0: none */
	bool is_for_all;  /* in "Match all" */
	unsigned files;	  /* read so far */
	bool is_cut;	  /* there is more than is read */
};

static void read_sshd_file(struct reader *reader, const char *path, unsigned depth);
static void include_pattern(struct reader *reader, const char *folder,
			    const char *pattern, unsigned depth);

enum sshd_key sshd_find_key(const char *name)
{
	static const struct {
		const char *name;
		enum sshd_key key;
	} names[] = {
		{ "usepam", SSHD_USE_PAM },
		{ "kbdinteractiveauthentication", SSHD_QUESTIONS },
		{ "challengeresponseauthentication", SSHD_QUESTIONS },
		{ "skeyauthentication", SSHD_QUESTIONS },
		{ "passwordauthentication", SSHD_PASSWORD },
		{ "pubkeyauthentication", SSHD_PUBLIC_KEY },
		{ "dsaauthentication", SSHD_PUBLIC_KEY },
		{ "hostbasedauthentication", SSHD_HOST },
		{ "gssapiauthentication", SSHD_GSSAPI },
		{ "kerberosauthentication", SSHD_KERBEROS },
		{ "authenticationmethods", SSHD_METHODS },
		{ "permitemptypasswords", SSHD_EMPTY_PASSWORDS },
		{ "pamservicename", SSHD_SERVICE },
		{ "usedns", SSHD_USE_DNS },
		{ "permitrootlogin", SSHD_ROOT_LOGIN },
	};
	for (size_t i = 0; i < MFA_COUNT(names); i++)
		if (strcasecmp(names[i].name, name) == 0)
			return names[i].key;
	return SSHD_KEYS;
}

/* Whether what is said here is for the logins that are looked at. */
static bool is_meant(const struct reader *reader)
{
	const struct sshd_blocks *blocks = &reader->settings->blocks;
	return reader->current == 0 || reader->is_for_all ||
	       reader->current == blocks->one || reader->current == blocks->other;
}

static void stop_reading(struct reader *reader, const char *path,
			 enum whole_file_limit limit)
{
	reader->is_cut = true;
	whole_file_add_unread(reader->check, path, limit);
}

static void set_sshd_value(struct reader *reader, enum sshd_key key, char *words,
			   const struct config_lines *file)
{
	bool is_matched = reader->current != 0;
	struct sshd_settings *settings = is_matched ? reader->settings : reader->rest;
	struct sshd_value *to = &settings->values[key];
	if (to->text[0] != '\0' || !is_meant(reader))
		return;
	if (sshd_join_words(words, to->text, sizeof to->text) == sizeof to->text)
		whole_file_add_unread(reader->check, file->path, WHOLE_FILE_ENTRIES);
	(void)snprintf(to->file, sizeof to->file, "%s", file->path);
	to->line = file->number;
}

/* The criteria of two blocks, if they differ. */
static void add_criteria(struct sshd_settings *settings, const char *criteria)
{
	size_t len = strlen(settings->criteria);
	if (strcmp(settings->criteria, criteria) != 0)
		(void)snprintf(settings->criteria + len, sizeof settings->criteria - len,
			       "%s%s", len > 0 ? " + " : "", criteria);
}

/* Criteria are taken as they are written: versions of sshd differ about quotes in them.
 */
static void begin_block(struct reader *reader, const char *criteria)
{
	reader->current = ++reader->blocks;
	reader->is_for_all = strcasecmp(criteria, "all") == 0;
	if (reader->current == reader->settings->blocks.one ||
	    reader->current == reader->settings->blocks.other)
		add_criteria(reader->settings, criteria);
}

static void include_file(struct reader *reader, const char *path, unsigned depth)
{
	unsigned current = reader->current;
	bool is_for_all = reader->is_for_all;
	read_sshd_file(reader, path, depth + 1);
	reader->current = current;
	reader->is_for_all = is_for_all;
}

/* Goes on with a part of the pattern as it is named below the folder. */
static void include_below(struct reader *reader, const char *folder, const char *name,
			  const char *rest, unsigned depth)
{
	char path[1024];
	if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
		return;
	if (rest[0] != '\0')
		include_pattern(reader, path, rest, depth);
	else
		include_file(reader, path, depth);
}

/* A pattern of names below the folder, in any part of the path. */
static void include_pattern(struct reader *reader, const char *folder,
			    const char *pattern, unsigned depth)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	char part[256];
	pattern += strspn(pattern, "/");
	size_t len = strcspn(pattern, "/");
	const char *rest = pattern + len + strspn(pattern + len, "/");
	if (len == 0 || len >= sizeof part)
		return;
	memcpy(part, pattern, len);
	part[len] = '\0';
	if (strpbrk(part, "*?[\\") == NULL) {
		include_below(reader, folder, part, rest, depth);
		return;
	}
	if (part[0] == '.') { /* the names in the folder are without those */
		stop_reading(reader, folder, WHOLE_FILE_ERROR);
		return;
	}
	if (mfa_rootfs_list(reader->check->root, folder[0] != '\0' ? folder : "/",
			    &names) != MFA_OK)
		return;
	for (size_t i = 0; i < names.count && !reader->is_cut; i++)
		if (fnmatch(part, names.items[i], FNM_PERIOD) == 0)
			include_below(reader, folder, names.items[i], rest, depth);
}

static void include_patterns(struct reader *reader, char *patterns, unsigned depth)
{
	for (const char *pattern = NULL;
	     !reader->is_cut && (pattern = sshd_next_word(&patterns)) != NULL;)
		include_pattern(reader, pattern[0] == '/' ? "" : "/etc/ssh", pattern,
				depth);
}

static void read_sshd_line(struct reader *reader, char *line,
			   const struct config_lines *file, unsigned depth)
{
	char *value = NULL;
	const char *name = config_lines_split_quoted_key(line, &value);
	if (name == NULL)
		return;
	enum sshd_key key = sshd_find_key(name);
	if (strcasecmp(name, "match") == 0)
		begin_block(reader, value);
	else if (strcasecmp(name, "include") == 0)
		include_patterns(reader, value, depth);
	else if (key != SSHD_KEYS)
		set_sshd_value(reader, key, value, file);
	if (reader->blocks > BLOCKS_MAX)
		stop_reading(reader, file->path, WHOLE_FILE_ENTRIES);
}

static void read_sshd_file(struct reader *reader, const char *path, unsigned depth)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (depth > DEPTH_MAX || ++reader->files > FILES_MAX) {
		stop_reading(reader, path, WHOLE_FILE_DEPTH);
		return;
	}
	if (!config_lines_open(reader->check, path, &file))
		return;
	char *line = NULL;
	while (!reader->is_cut &&
	       (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL)
		read_sshd_line(reader, line, &file, depth);
}

/* Options of the command line come before what the file says outside of Match blocks. */
static void take_options(struct reader *reader, const struct sshd_server *server)
{
	const struct config_lines from = { .path = server->file != NULL ? server->file
									: server->program,
					   .number = server->line };
	for (size_t i = 0; i < server->options.count; i++) {
		MFA_CLEANUP(mfa_free_string)
		char *line = strdup(server->options.items[i]);
		char *value = NULL;
		const char *name = line != NULL
					   ? config_lines_split_quoted_key(
						     line + strspn(line, " \t"), &value)
					   : NULL;
		enum sshd_key key = name != NULL ? sshd_find_key(name) : SSHD_KEYS;
		if (line == NULL)
			reader->check->findings.err = MFA_ERR_NOMEM;
		if (key != SSHD_KEYS)
			set_sshd_value(reader, key, value, &from);
	}
}

bool sshd_read(struct check *check, const struct sshd_server *server,
	       struct sshd_blocks blocks, struct sshd_settings *ret_settings)
{
	*ret_settings = (struct sshd_settings){ .blocks = blocks };
	struct sshd_settings rest = { 0 };
	struct reader reader = { .check = check,
				 .settings = ret_settings,
				 .rest = &rest };
	if (!mfa_rootfs_exists(check->root, server->config))
		return false;
	take_options(&reader, server);
	read_sshd_file(&reader, server->config, 0);
	for (int i = 0; i < SSHD_KEYS; i++)
		if (ret_settings->values[i].text[0] == '\0')
			ret_settings->values[i] = rest.values[i];
		else
			ret_settings->is_matched[i] = true;
	return blocks.one <= reader.blocks && !reader.is_cut;
}
