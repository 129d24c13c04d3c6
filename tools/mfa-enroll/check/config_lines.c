/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/config_lines.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/rootfs.h"

bool config_lines_open(struct check *check, const char *path,
		       struct config_lines *ret_file)
{
	struct config_lines file = { 0 };
	if (mfa_rootfs_read(check->root, path, &file.text, &file.len) != MFA_OK)
		return false;
	file.path = strdup(path);
	file.rest = file.text;
	if (file.path == NULL) {
		check->findings.err = MFA_ERR_NOMEM;
		config_lines_done(&file);
		return false;
	}
	*ret_file = file;
	return true;
}

void config_lines_done(struct config_lines *file)
{
	free(file->path);
	free(file->text);
	*file = (struct config_lines){ 0 };
}

static char *trim_line(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

char *config_lines_next(struct config_lines *file, bool joins)
{
	char *line = file->rest;
	if (line == NULL || line == file->text + file->len)
		return NULL;
	file->number++;
	for (char *end = line;; end++) {
		end += strcspn(end, "\n");
		if (*end == '\0') {
			file->rest = NULL;
			break;
		}
		if (joins && end > line && end[-1] == '\\' && line[0] != '#') {
			end[-1] = end[0] = ' ';
			file->number++;
			continue;
		}
		*end = '\0';
		file->rest = end + 1;
		break;
	}
	return trim_line(line);
}

void config_files_each(struct check *check, const char *folder, const char *ending,
		       void (*visit)(struct check *check, const char *path,
				     void *context),
		       void *context)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	if (mfa_rootfs_list(check->root, folder, &names) != MFA_OK)
		return;
	for (size_t i = 0; i < names.count; i++) {
		char path[1024];
		size_t len = strlen(names.items[i]);
		size_t end = strlen(ending);
		if (len < end || strcmp(names.items[i] + len - end, ending) != 0)
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", folder, names.items[i]);
		visit(check, path, context);
	}
}

char *config_lines_split_key(char *line, char **ret_value)
{
	if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
		return NULL;
	char *end = line + strcspn(line, " \t=");
	char *value = end + strspn(end, " \t");
	if (*value == '=')
		value += 1 + strspn(value + 1, " \t");
	*end = '\0';
	*ret_value = value;
	return line;
}
