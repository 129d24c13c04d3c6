/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "check/config_lines.h"
#include "mfa/rootfs.h"

const char *const unit_folders[] = {
	"/etc/systemd/system.control", "/run/systemd/system.control",
	"/run/systemd/transient",      "/run/systemd/generator.early",
	"/etc/systemd/system",	       "/run/systemd/system",
	"/run/systemd/generator",      "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",     "/lib/systemd/system",
	"/run/systemd/generator.late", NULL
};

enum {
	PATH_SIZE = 512
};

/* getty@.service for getty@tty1.service; false: it is no instance. */
static bool write_template(const char *name, char *buffer, size_t size)
{
	const char *at = strchr(name, '@');
	const char *type = strrchr(name, '.');
	if (at == NULL || type == NULL || type <= at + 1)
		return false;
	(void)snprintf(buffer, size, "%.*s%s", (int)(at + 1 - name), name, type);
	return true;
}

char *unit_find(const struct check *check, const char *name)
{
	char template[PATH_SIZE];
	for (size_t i = 0; unit_folders[i] != NULL; i++) {
		char path[PATH_SIZE];
		(void)snprintf(path, sizeof path, "%s/%s", unit_folders[i], name);
		if (mfa_rootfs_has_name(check->root, path))
			return strdup(path);
	}
	return write_template(name, template, sizeof template)
		       ? unit_find(check, template)
		       : NULL;
}

static const char *name_in(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* A drop-in of the same name in an earlier folder is taken instead. */
static void add_drop_in(struct check *check, const char *path, void *context)
{
	struct mfa_strings *paths = context;
	for (size_t i = 0; i < paths->count; i++)
		if (strcmp(name_in(paths->items[i]), name_in(path)) == 0)
			return;
	if (mfa_strings_add(paths, path) != MFA_OK)
		check->findings.err = MFA_ERR_NOMEM;
}

static void add_drop_ins(struct check *check, const char *unit, struct mfa_strings *paths)
{
	for (size_t i = 0; unit_folders[i] != NULL; i++) {
		char path[PATH_SIZE];
		(void)snprintf(path, sizeof path, "%s/%s.d", unit_folders[i], unit);
		config_files_each(check, path, ".conf", add_drop_in, paths);
	}
}

/* Also those of the template, of "a-.service.d" for a-b.service, and of "service.d" for
 * every service. */
static void collect_drop_ins(struct check *check, const char *unit,
			     struct mfa_strings *paths)
{
	char name[PATH_SIZE];
	const char *type = strrchr(unit, '.');
	add_drop_ins(check, unit, paths);
	if (write_template(unit, name, sizeof name))
		add_drop_ins(check, name, paths);
	for (const char *end = type; end > unit; end--) {
		if (end[-1] != '-')
			continue;
		(void)snprintf(name, sizeof name, "%.*s%s", (int)(end - unit), unit,
			       type);
		add_drop_ins(check, name, paths);
	}
	add_drop_ins(check, type + 1, paths);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(name_in(*(char *const *)a), name_in(*(char *const *)b));
}

/* What a section of a file is read for. */
struct section_visit {
	const char *name; /* with brackets */
	unit_visitor visit;
	void *context;
};

static void read_unit_file(struct check *check, const char *path, void *section_visit)
{
	const struct section_visit *section = section_visit;
	bool is_inside = false;
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_SYSTEMD)) != NULL;) {
		char *value = NULL;
		const char *key = NULL;
		if (line[0] == '[')
			is_inside = strcmp(line, section->name) == 0;
		else if ((key = config_lines_split_key(line, &value)) != NULL &&
			 is_inside)
			section->visit(key, value,
				       (struct check_place){ path, file.number },
				       section->context);
	}
}

void unit_each(struct check *check, const char *name, const char *except,
	       unit_visitor visit, void *context)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings drop_ins = { 0 };
	struct section_visit section = { "[Service]", visit, context };
	MFA_CLEANUP(mfa_free_string) char *path = unit_find(check, name);
	if (path != NULL)
		read_unit_file(check, path, &section);
	collect_drop_ins(check, name, &drop_ins);
	if (drop_ins.count > 1)
		qsort(drop_ins.items, drop_ins.count, sizeof *drop_ins.items,
		      compare_names);
	for (size_t i = 0; i < drop_ins.count; i++)
		if (except == NULL || strcmp(name_in(drop_ins.items[i]), except) != 0)
			read_unit_file(check, drop_ins.items[i], &section);
}

void unit_each_of_systemd(struct check *check, unit_visitor visit, void *context)
{
	static const char *const folders[] = { "/usr/lib/systemd/system.conf.d",
					       "/usr/local/lib/systemd/system.conf.d",
					       "/run/systemd/system.conf.d",
					       "/etc/systemd/system.conf.d" };
	struct section_visit section = { "[Manager]", visit, context };
	read_unit_file(check, "/usr/lib/systemd/system.conf", &section);
	read_unit_file(check, "/etc/systemd/system.conf", &section);
	for (size_t i = 0; i < MFA_COUNT(folders); i++)
		config_files_each(check, folders[i], ".conf", read_unit_file, &section);
}

/* Up to one of the separators, which is ret_end. */
static char *take_word(char **rest, const char *separators, char *ret_end)
{
	char *in = *rest + strspn(*rest, " \t");
	char *word = in;
	char *out = in;
	char quote = '\0';
	if (*in == '\0')
		return NULL;
	for (; *in != '\0' && (quote != '\0' || strchr(separators, *in) == NULL); in++) {
		if (*in == '\\' && in[1] != '\0')
			*out++ = *++in;
		else if (quote == '\0' && (*in == '"' || *in == '\''))
			quote = *in;
		else if (quote != '\0' && *in == quote)
			quote = '\0';
		else
			*out++ = *in;
	}
	*ret_end = *in;
	*rest = in + (*in != '\0');
	*out = '\0';
	return word;
}

char *unit_next_word(char **rest)
{
	char unused = '\0';
	return take_word(rest, " \t", &unused);
}

char *unit_next_part(char **rest, bool *ret_ends)
{
	char end = '\0';
	char *part = take_word(rest, " \t:", &end);
	*ret_ends = end != ':';
	return part;
}

bool unit_is_yes(const char *value)
{
	static const char *const words[] = { "1", "yes", "y", "true", "t", "on" };
	for (size_t i = 0; i < MFA_COUNT(words); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}
