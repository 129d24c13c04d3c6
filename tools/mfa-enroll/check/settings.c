/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/config_lines.h"
#include "check/environment_file.h"
#include "check/whole_file.h"

struct settings_reader {
	struct check *check;
	enum settings_format format;
	struct settings *settings;
};

static void free_setting(struct setting *setting)
{
	free(setting->section);
	free(setting->key);
	free(setting->value);
	free(setting->file);
}

void settings_done(struct settings *settings)
{
	for (size_t i = 0; i < settings->count; i++)
		free_setting(&settings->items[i]);
	free(settings->items);
	*settings = (struct settings){ 0 };
}

static bool is_setting(const struct setting *setting, const char *section,
		       const char *key)
{
	return strcasecmp(setting->key, key) == 0 &&
	       (section == NULL || strcasecmp(setting->section, section) == 0);
}

const struct setting *settings_find(const struct settings *settings, const char *section,
				    const char *key)
{
	for (size_t i = settings->count; i > 0; i--)
		if (is_setting(&settings->items[i - 1], section, key))
			return &settings->items[i - 1];
	return NULL;
}

/* To some programs a key in other letters is another key, which takes nothing back. */
static void drop_setting(struct settings *settings, const char *section, const char *key)
{
	for (size_t i = 0; i < settings->count; i++) {
		if (strcmp(settings->items[i].key, key) != 0 ||
		    strcmp(settings->items[i].section, section) != 0)
			continue;
		free_setting(&settings->items[i]);
		memmove(&settings->items[i], &settings->items[i + 1],
			(settings->count - i - 1) * sizeof *settings->items);
		settings->count--;
		return;
	}
}

static void add_setting(struct settings_reader *reader, const struct config_lines *file,
			const char *section, const char *key, const char *value)
{
	struct settings *settings = reader->settings;
	drop_setting(settings, section, key);
	struct setting *items =
		reallocarray(settings->items, settings->count + 1, sizeof *items);
	if (items == NULL) {
		reader->check->findings.err = MFA_ERR_NOMEM;
		return;
	}
	settings->items = items;
	struct setting setting = { .section = strdup(section),
				   .key = strdup(key),
				   .value = strdup(value),
				   .file = strdup(file->path),
				   .line = file->number };
	if (setting.section == NULL || setting.key == NULL || setting.value == NULL ||
	    setting.file == NULL) {
		free_setting(&setting);
		reader->check->findings.err = MFA_ERR_NOMEM;
		return;
	}
	items[settings->count++] = setting;
}

static void trim_end(char *text)
{
	size_t len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
}

/* The value of "..." and '...', whatever is behind it; else the rest of the line. */
static char *unquote(char *value)
{
	char quote = value[0];
	char *end = quote == '"' || quote == '\'' ? strchr(value + 1, quote) : NULL;
	if (end == NULL)
		return value;
	*end = '\0';
	return value + 1;
}

/* TOML's { key = value, ... } behind the name of a section. */
static void split_inline_table(struct settings_reader *reader,
			       const struct config_lines *file, const char *section,
			       char *table)
{
	char *rest = table + 1;
	for (char *part = NULL; (part = strsep(&rest, ",}")) != NULL;) {
		char *value = strchr(part, '=');
		if (value == NULL)
			continue;
		*value++ = '\0';
		part += strspn(part, " \t");
		trim_end(part);
		add_setting(reader, file, section, part,
			    unquote(value + strspn(value, " \t")));
	}
}

/* key = value, TOML's section.key = value, and "export key=value". */
static void split_assignment(struct settings_reader *reader,
			     const struct config_lines *file, const char *section,
			     char *line)
{
	static const char export[] = "export ";
	char *value = strchr(line, '=');
	if (value == NULL)
		return;
	*value++ = '\0';
	value += strspn(value, " \t");
	if (strncmp(line, export, strlen(export)) == 0)
		line += strlen(export);
	trim_end(line);
	char *key = strrchr(line, '.');
	if (value[0] == '{')
		split_inline_table(reader, file, line, value);
	else if (section[0] == '\0' && key != NULL) {
		*key++ = '\0';
		add_setting(reader, file, line, key, unquote(value));
	} else
		add_setting(reader, file, section, line, unquote(value));
}

static void take_settings_line(struct settings_reader *reader,
			       const struct config_lines *file, const char *section,
			       char *line)
{
	char *value = NULL;
	if (reader->format == SETTINGS_INI) {
		split_assignment(reader, file, section, line);
		return;
	}
	const char *key = config_lines_split_key(line, &value);
	if (key != NULL)
		add_setting(reader, file, section, key, unquote(value));
}

/* A file of variables that is being read. */
struct variables_reader {
	struct settings_reader *reader;
	char *path;
};

static void take_variable(const char *name, const char *value, unsigned line,
			  void *context)
{
	const struct variables_reader *variables = context;
	const struct config_lines file = { .path = variables->path, .number = line };
	add_setting(variables->reader, &file, "", name, value);
}

static void read_variables(struct settings_reader *reader, const char *path)
{
	MFA_CLEANUP(mfa_free_string) char *copy = strdup(path);
	struct variables_reader variables = { reader, copy };
	if (copy == NULL)
		reader->check->findings.err = MFA_ERR_NOMEM;
	else if (!environment_file_read(reader->check, path, take_variable, &variables))
		whole_file_add_unread(reader->check, path, WHOLE_FILE_ERROR);
}

static void read_settings_file(struct settings_reader *reader, const char *path)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	char *section = NULL;
	if (reader->format == SETTINGS_VARIABLES) {
		read_variables(reader, path);
		return;
	}
	if (!config_lines_open(reader->check, path, &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;) {
		char *end = NULL;
		if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
			continue;
		if (line[0] == '[' && (end = strchr(line, ']')) != NULL) {
			*end = '\0';
			section = line + 1;		   /* of the file's text */
			section += strspn(section, " \t"); /* to greetd no part of it */
			trim_end(section);
			continue;
		}
		take_settings_line(reader, &file, section != NULL ? section : "", line);
	}
}

static void read_if_settings(struct check *check MFA_UNUSED, const char *path,
			     void *context)
{
	read_settings_file(context, path);
}

void settings_read(struct check *check, enum settings_format format, const char *path,
		   struct settings *settings)
{
	struct settings_reader reader = { .check = check,
					  .format = format,
					  .settings = settings };
	read_settings_file(&reader, path);
}

void settings_read_folder(struct check *check, enum settings_format format,
			  const char *folder, const char *ending,
			  struct settings *settings)
{
	struct settings_reader reader = { .check = check,
					  .format = format,
					  .settings = settings };
	config_files_each(check, folder, ending, read_if_settings, &reader);
}

bool setting_is_on(const char *value)
{
	static const char *const words[] = { "", "0", "false", "no", "off", "none" };
	for (size_t i = 0; i < MFA_COUNT(words); i++)
		if (strcasecmp(value, words[i]) == 0)
			return false;
	return true;
}
