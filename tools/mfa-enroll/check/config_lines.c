/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/config_lines.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/whole_file.h"
#include "mfa/rootfs.h"

bool config_lines_open(struct check *check, const char *path,
		       struct config_lines *ret_file)
{
	struct config_lines file = { 0 };
	if (!whole_file_read(check, path, &file.text, &file.len))
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

/* What was seen so far of a line in several pieces. */
struct joint {
	enum config_joins joins;
	bool is_quoted;
};

static bool is_of_systemd(enum config_joins joins)
{
	return joins == CONFIG_JOINS_SYSTEMD || joins == CONFIG_JOINS_UDEV;
}

/* Up to the end of line. systemd has CR as well for one, and CR LF as a single one. */
static char *take_piece(struct config_lines *file, enum config_joins joins)
{
	char *piece = file->rest;
	if (piece == NULL || piece == file->text + file->len)
		return NULL;
	char *end = piece + strcspn(piece, is_of_systemd(joins) ? "\r\n" : "\n");
	file->number++;
	file->rest = NULL;
	if (*end != '\0')
		file->rest = end + 1 + (end[0] == '\r' && end[1] == '\n');
	*end = '\0';
	return piece;
}

/* Editors of other systems begin a file with a sign that is no letter; systemd passes it
 * by, others take it for a part of the first word. */
static void skip_mark(struct config_lines *file, enum config_joins joins)
{
	static const char mark[] = "\xef\xbb\xbf";
	if (joins == CONFIG_JOINS_SYSTEMD && file->number == 0 && file->rest != NULL &&
	    strncmp(file->rest, mark, strlen(mark)) == 0)
		file->rest += strlen(mark);
}

/* Also between the pieces of one line. */
static bool is_passed_by(const char *piece, enum config_joins joins)
{
	char first = piece[strspn(piece, " \t\n\r")];
	switch (joins) {
	case CONFIG_JOINS_SYSTEMD:
		return first == '#' || first == ';';
	case CONFIG_JOINS_UDEV:
		return first == '#';
	case CONFIG_JOINS_PAM:
		return first == '#' || first == '\0';
	case CONFIG_JOINS_NONE:
	case CONFIG_JOINS_SUDO:
	case CONFIG_JOINS_DOAS:
		return false;
	}
	return false;
}

/* What a comment takes out is not there to continue the line. */
static bool cut_comment(char *piece)
{
	char *comment = strchr(piece, '#');
	if (comment != NULL)
		*comment = '\0';
	return comment != NULL;
}

/* Takes the backslash away and what of these is behind it; false: there is none. */
static bool cut_backslash(char *piece, const char *behind)
{
	size_t len = strlen(piece);
	while (len > 0 && strchr(behind, piece[len - 1]) != NULL)
		len--;
	if (len == 0 || piece[len - 1] != '\\')
		return false;
	piece[len - 1] = '\0';
	return true;
}

/* Of two backslashes the first takes the second's meaning away. */
static bool cut_odd_backslash(char *piece)
{
	size_t len = strlen(piece);
	size_t count = 0;
	while (count < len && piece[len - 1 - count] == '\\')
		count++;
	if (count % 2 == 0)
		return false;
	piece[len - 1] = ' ';
	return true;
}

/* The same, where comments and quotes can be anywhere. */
static bool cut_word_joint(struct joint *joint, char *piece)
{
	for (char *at = piece; *at != '\0'; at++) {
		bool is_escape = *at == '\\';
		bool is_comment = *at == '#' && !joint->is_quoted;
		if (is_comment || (is_escape && at[1] == '\0')) {
			*at = '\0';
			return is_escape;
		}
		if (is_escape)
			at++;
		else if (*at == '"')
			joint->is_quoted = !joint->is_quoted;
	}
	return false;
}

/* Whether the next line is a part of this one; the sign for that is taken away. */
static bool cut_joint(struct joint *joint, char *piece)
{
	switch (joint->joins) {
	case CONFIG_JOINS_NONE:
		return false;
	case CONFIG_JOINS_SYSTEMD:
		return cut_odd_backslash(piece);
	case CONFIG_JOINS_UDEV:
		return cut_backslash(piece, "");
	case CONFIG_JOINS_SUDO:
		return !cut_comment(piece) && cut_backslash(piece, "\r");
	case CONFIG_JOINS_DOAS:
		return cut_word_joint(joint, piece);
	case CONFIG_JOINS_PAM:
		return !cut_comment(piece) && cut_backslash(piece, " \t");
	}
	return false;
}

char *config_lines_next(struct config_lines *file, enum config_joins joins)
{
	struct joint joint = { .joins = joins };
	char *line = NULL;
	size_t len = 0;
	skip_mark(file, joins);
	for (char *piece = NULL; (piece = take_piece(file, joins)) != NULL;) {
		if (is_passed_by(piece, joins))
			continue;
		bool goes_on = cut_joint(&joint, piece);
		if (line != NULL && joins != CONFIG_JOINS_DOAS)
			piece += strspn(piece, " \t");
		if (line == NULL)
			line = piece;
		else
			memmove(line + len, piece, strlen(piece) + 1);
		len += strlen(line + len);
		if (!goes_on)
			break;
	}
	return line != NULL ? trim_line(line) : NULL;
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

char *config_lines_split_quoted_key(char *line, char **ret_value)
{
	char *quote = line + strcspn(line, " \t=\"");
	if (line[0] == '#' || *quote != '"')
		return config_lines_split_key(line, ret_value);
	memmove(quote, quote + 1, strlen(quote));
	char *end = quote + strcspn(quote, "\"");
	char *value = end + (*end == '"');
	*end = '\0';
	*ret_value = value + strspn(value, " \t");
	return line;
}
