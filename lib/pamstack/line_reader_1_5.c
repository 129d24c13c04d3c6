/* SPDX-License-Identifier: BSD-2-Clause */
#include "line_reader.h"

#include <string.h>

static size_t line_size(size_t file_len MFA_UNUSED)
{
	return PAM_LINE_SIZE;
}

/* As fgets(3): up to size-1 bytes, a newline included. */
static bool read_piece(struct lexer *lexer, char *buffer, size_t size)
{
	if (lexer->at >= lexer->len)
		return false;
	const char *from = lexer->text + lexer->at;
	size_t len = lexer->len - lexer->at;
	if (len > size - 1)
		len = size - 1;
	const char *newline = memchr(from, '\n', len);
	if (newline != NULL) {
		len = (size_t)(newline - from) + 1;
		lexer->number++;
	}
	memcpy(buffer, from, len);
	buffer[len] = '\0';
	lexer->at += len;
	return true;
}

/* Replaces a backslash at the end of the text by a blank and returns the end; NULL: there
 * is none. */
static char *take_backslash(char *text)
{
	char *end = text + strlen(text);
	while (end > text && strchr(PAM_BLANKS, end[-1]) != NULL)
		end--;
	if (end == text || end[-1] != '\\')
		return NULL;
	end[-1] = ' ';
	*end = '\0';
	return end;
}

static enum line_end read_line(struct lexer *lexer, unsigned *ret_number)
{
	char *at = lexer->line;
	const char *end = lexer->line + PAM_LINE_SIZE;
	bool has_begun = false;
	for (;;) {
		unsigned number = lexer->number;
		if (at >= end)
			return LINE_BROKEN;
		if (end - at == 1)
			return LINE_ENDLESS;
		if (!read_piece(lexer, at, (size_t)(end - at)))
			return has_begun ? LINE_BROKEN : LINE_NONE;
		char *text = at + strspn(at, PAM_BLANKS);
		if (*text == '\0' || *text == '#') /* also between continued lines */
			continue;
		if (!has_begun)
			*ret_number = number;
		has_begun = true;
		char *comment = strchr(text, '#');
		if (comment != NULL) {
			*comment = '\0';
			return LINE_WHOLE;
		}
		at = take_backslash(text);
		if (at == NULL)
			return LINE_WHOLE;
	}
}

const struct line_reader line_reader_1_5 = { line_size, read_line };
