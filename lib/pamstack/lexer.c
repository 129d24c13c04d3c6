/* SPDX-License-Identifier: BSD-2-Clause */
#include "lexer.h"

#include <string.h>

static const char blanks[] = " \n\t";

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
	while (end > text && strchr(blanks, end[-1]) != NULL)
		end--;
	if (end == text || end[-1] != '\\')
		return NULL;
	end[-1] = ' ';
	*end = '\0';
	return end;
}

enum line_end lexer_read_line(struct lexer *lexer, char buffer[static PAM_LINE_SIZE],
			      unsigned *ret_number)
{
	char *at = buffer;
	const char *end = buffer + PAM_LINE_SIZE;
	bool has_begun = false;
	for (;;) {
		unsigned number = lexer->number;
		if (at >= end)
			return LINE_BROKEN;
		if (end - at == 1)
			return LINE_ENDLESS;
		if (!read_piece(lexer, at, (size_t)(end - at)))
			return has_begun ? LINE_BROKEN : LINE_NONE;
		char *text = at + strspn(at, blanks);
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

/* A text in brackets is one word, without them; "\]" is a bracket in it. */
static char *cut_brackets(char *text)
{
	char *to = text;
	char *from = text;
	for (; *from != '\0' && *from != ']'; to++, from++) {
		if (from[0] == '\\' && from[1] == ']')
			from++;
		*to = *from;
	}
	if (to != from)
		*to = '\0';
	return from;
}

char *lexer_cut_word(char **rest)
{
	char *from = *rest;
	if (from == NULL)
		return NULL;
	from += strspn(from, blanks);
	*rest = NULL;
	if (*from == '\0')
		return NULL;
	char *end = NULL;
	if (*from == '[')
		end = cut_brackets(++from);
	else
		end = from + strcspn(from, blanks);
	if (*end != '\0')
		*end++ = '\0';
	if (*end != '\0')
		*rest = end;
	return from;
}
