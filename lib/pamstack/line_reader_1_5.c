/* SPDX-License-Identifier: BSD-2-Clause */
#include "line_reader.h"

#include <string.h>

/* Replaces a backslash at the end of the text by a blank and returns the end; NULL: there
 * is none. */
static char *take_backslash_1_5(char *text)
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

static enum line_end read_line_1_5(struct lexer *lexer, unsigned *ret_number)
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
		if (lexer_take_piece(lexer, (size_t)(end - at) - 1, at) == 0)
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
		at = take_backslash_1_5(text);
		if (at == NULL)
			return LINE_WHOLE;
	}
}

const struct line_reader line_reader_1_5 = { PAM_LINE_SIZE, read_line_1_5 };
