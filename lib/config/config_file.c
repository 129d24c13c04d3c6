/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mfa/fs.h"
#include "mfa/text.h"

enum {
	FILE_SIZE_MAX = 256 * 1024,
	BYTE_ORDER_MARK = 0xfeff,
};

/* Where a key was found, borrowed from the text. */
struct seen_key {
	const char *section;
	const char *key;
	unsigned long number;
};

struct scanner {
	struct config_line line; /* the one that is looked at */
	struct seen_key *keys;
	size_t key_count;
	config_line_fn handle;
	void *context;
	struct mfa_diag *diag;
};

int config_fail(struct mfa_diag *diag, const struct config_line *line, const char *format,
		...)
{
	char what[384];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	return mfa_fail(diag, MFA_ERR_CONFIG, "%s:%lu: %s", line->path, line->number,
			what);
}

static void free_seen_keys(struct seen_key **keys)
{
	free(*keys);
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Misses a write in the same tick of the kernel. A file that another has replaced
 * meanwhile is whole, but has a new ctime. */
static int check_unwritten(int fd, const char *path, const struct stat *before,
			   size_t len, struct mfa_diag *diag)
{
	struct stat now;
	if (fstat(fd, &now) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
	if ((off_t)len == before->st_size && now.st_size == before->st_size &&
	    is_same_time(&now.st_mtim, &before->st_mtim) &&
	    (now.st_nlink == 0 || is_same_time(&now.st_ctim, &before->st_ctim)))
		return MFA_OK;
	return mfa_fail(diag, MFA_ERR_CONFIG,
			"%s: was written while it was read; replace it by mv", path);
}

static int read_bytes(int fd, const char *path, struct mfa_diag *diag, char **ret_text)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot stat", path);
	if (status.st_size > FILE_SIZE_MAX)
		return mfa_fail(diag, MFA_ERR_CONFIG, "%s: larger than %d bytes", path,
				FILE_SIZE_MAX);
	size_t size = (size_t)status.st_size;
	MFA_CLEANUP(mfa_free_string) char *text = malloc(size + 1);
	if (text == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	size_t len = 0;
	int err = mfa_fs_read(fd, text, size, 0, &len);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", path,
				mfa_strerror(err));
	err = check_unwritten(fd, path, &status, len, diag);
	if (err != MFA_OK)
		return err;
	text[len] = '\0';
	if (strlen(text) != len || !mfa_text_is_utf8(text, len))
		return mfa_fail(diag, MFA_ERR_CONFIG, "%s: not UTF-8 text", path);
	*ret_text = MFA_TAKE(text);
	return MFA_OK;
}

static int read_text(const char *path, struct mfa_diag *diag, char **ret_text)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = mfa_fs_open(path, O_RDONLY, &mfa_fs_protected, diag, &fd);
	return err == MFA_OK ? read_bytes(fd, path, diag, ret_text) : err;
}

/* What an editor shows as two lines, or in another order, would be read as one. */
static bool is_plain(const char *text, uint32_t point)
{
	if (point == '\r')
		return text[1] == '\n';
	if (point == '\t' || point == '\n')
		return true;
	return point >= 0x20 && point != 0x7f && point != BYTE_ORDER_MARK &&
	       !mfa_text_is_hidden(point);
}

static int check_text(const char *path, const char *text, struct mfa_diag *diag)
{
	struct config_line line = { .path = path, .number = 1 };
	bool is_ended = false;
	for (size_t rest = strlen(text); rest > 0;) {
		uint32_t point = 0;
		size_t len = mfa_text_decode(text, rest, &point);
		if (!is_plain(text, point))
			return config_fail(diag, &line,
					   "a control or hidden character (U+%04X)",
					   (unsigned)point);
		line.number += point == '\n';
		text += len;
		rest -= len;
		is_ended = point == '\n';
	}
	if (!is_ended)
		return mfa_fail(diag, MFA_ERR_CONFIG,
				"%s: does not end with a line feed, so it may be half "
				"written",
				path);
	return MFA_OK;
}

static char *trim_blanks(char *text)
{
	text += strspn(text, " \t\r");
	size_t len = strlen(text);
	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		text[--len] = '\0';
	return text;
}

/* Whether nothing but blanks and a comment is left of a line. */
static bool is_end_of_line(const char *text)
{
	text += strspn(text, " \t");
	return text[0] == '\0' || text[0] == '#';
}

/* Each run of blanks becomes one space, so that a section has one spelling. */
static void squeeze_blanks(char *text)
{
	size_t out = 0;
	for (size_t in = 0; text[in] != '\0'; in++) {
		bool is_blank = text[in] == ' ' || text[in] == '\t';
		if (!is_blank)
			text[out++] = text[in];
		else if (out > 0 && text[out - 1] != ' ')
			text[out++] = ' ';
	}
	text[out] = '\0';
}

static int open_section(struct scanner *scanner, char *text)
{
	struct config_line *line = &scanner->line;
	char *end = strchr(text, ']');
	if (end == NULL)
		return config_fail(scanner->diag, line, "a section needs a closing ]");
	if (!is_end_of_line(end + 1))
		return config_fail(scanner->diag, line,
				   "nothing may stand behind the ] of a section");
	*end = '\0';
	char *name = trim_blanks(text + 1);
	squeeze_blanks(name);
	line->section = name;
	line->key = line->value = NULL;
	if (line->section[0] == '\0')
		return config_fail(scanner->diag, line, "a section needs a name");
	return scanner->handle(scanner->context, line, scanner->diag);
}

/* The value in place: what is between quotes, or all up to a comment. NULL: its quotes
 * are wrong. */
static char *cut_value(char *text)
{
	text = trim_blanks(text);
	bool is_quoted = text[0] == '"';
	char *end = is_quoted ? strchr(++text, '"') : text + strcspn(text, "#");
	if (end == NULL || (is_quoted && !is_end_of_line(end + 1)))
		return NULL;
	*end = '\0';
	/* a # in quotes would be a comment to a reader that ignores quotes */
	if (strpbrk(text, "\"#") != NULL)
		return NULL;
	return is_quoted ? text : trim_blanks(text);
}

static int remember_key(struct scanner *scanner)
{
	const struct config_line *line = &scanner->line;
	for (size_t i = 0; i < scanner->key_count; i++) {
		const struct seen_key *seen = &scanner->keys[i];
		if (strcmp(seen->key, line->key) == 0 &&
		    strcmp(seen->section, line->section) == 0)
			return config_fail(scanner->diag, line,
					   "\"%s\" is given twice (first in line %lu)",
					   line->key, seen->number);
	}
	scanner->keys[scanner->key_count++] =
		(struct seen_key){ line->section, line->key, line->number };
	return MFA_OK;
}

static int take_key(struct scanner *scanner, char *text)
{
	struct config_line *line = &scanner->line;
	char *equals = strchr(text, '=');
	if (equals == NULL)
		return config_fail(scanner->diag, line,
				   "expected: key = value, each in one line");
	*equals = '\0';
	line->key = trim_blanks(text);
	line->value = cut_value(equals + 1);
	if (line->key[0] == '\0' || strpbrk(line->key, "#\"") != NULL)
		return config_fail(scanner->diag, line, "expected a key before the =");
	if (line->section == NULL)
		return config_fail(scanner->diag, line,
				   "\"%s\" stands before the first [section]", line->key);
	if (line->value == NULL)
		return config_fail(
			scanner->diag, line,
			"\"%s\": a quote without its end, or a # or \" inside quotes",
			line->key);
	int err = remember_key(scanner);
	return err == MFA_OK ? scanner->handle(scanner->context, line, scanner->diag)
			     : err;
}

static int scan_lines(struct scanner *scanner, char *text)
{
	for (char *rest = text; rest != NULL;) {
		char *line = trim_blanks(strsep(&rest, "\n"));
		int err = MFA_OK;
		scanner->line.number++;
		if (line[0] == '[')
			err = open_section(scanner, line);
		else if (!is_end_of_line(line))
			err = take_key(scanner, line);
		if (err != MFA_OK)
			return err;
	}
	return MFA_OK;
}

static size_t count_lines(const char *text)
{
	size_t lines = 1;
	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

int config_file_read(const char *path, config_line_fn handle, void *context,
		     struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	int err = read_text(path, diag, &text);
	if (err == MFA_OK)
		err = check_text(path, text, diag);
	if (err != MFA_OK)
		return err;
	MFA_CLEANUP(free_seen_keys)
	struct seen_key *keys = calloc(count_lines(text), sizeof *keys);
	if (keys == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	struct scanner scanner = {
		.line = { .path = path },
		.keys = keys,
		.handle = handle,
		.context = context,
		.diag = diag,
	};
	return scan_lines(&scanner, text);
}
