/* SPDX-License-Identifier: BSD-2-Clause */
/* A NUL hides what is behind it in the line, as in libpam, whose strings end there: also
 * lines that continue it. */
#include "line_reader.h"

#include <string.h>

/* Replaces a backslash at the end by a blank. Returns whether there was one; *len is
 * then the text with the blank. */
static bool take_backslash_1_6(char *text, size_t *len)
{
	size_t end = *len;
	while (end > 0 && text[end - 1] != '\0' &&
	       strchr(PAM_BLANKS, text[end - 1]) != NULL)
		end--;
	if (end == 0 || text[end - 1] != '\\')
		return false;
	text[end - 1] = ' ';
	text[end] = '\0';
	*len = end;
	return true;
}

/* Moves the text to the front, without the blanks before it and what is behind a "#".
 * Returns the bytes that libpam counts as its own, a comment's included. */
static size_t trim(char *text, size_t len)
{
	size_t blanks = strspn(text, " \t");
	text[blanks + strcspn(text + blanks, "#")] = '\0';
	memmove(text, text + blanks, len - blanks + 1);
	return len - blanks;
}

static enum line_end read_line_1_6(struct lexer *lexer, unsigned *ret_number)
{
	size_t used = 0; /* of the line */
	bool is_continued = false;
	for (;;) {
		char *text = lexer->line + used;
		unsigned number = lexer->number;
		size_t len = lexer_take_piece(lexer, SIZE_MAX, text);
		if (len == 0)
			return is_continued ? LINE_BROKEN : LINE_NONE;
		if (used == 0)
			*ret_number = number;
		/* a comment ends the line in spite of a backslash before or behind it */
		is_continued = take_backslash_1_6(text, &len);
		is_continued &= memchr(text, '#', strlen(text)) == NULL;
		len = trim(text, len);
		bool is_empty = *text == '\0' || *text == '\n';
		if (is_continued || used > 0 || !is_empty)
			used += len;
		if (is_continued)
			continue;
		if (used > 0 && lexer->line[0] != '\0')
			return LINE_WHOLE;
		used = 0;
	}
}

const struct line_reader line_reader_1_6 = { 0, read_line_1_6 };
