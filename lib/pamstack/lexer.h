/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines and words of pam.d, cut as libpam cuts them. */
#pragma once

#include "mfa/stack.h"

enum line_end {
	LINE_WHOLE,
	LINE_NONE,   /* the end of the file */
	LINE_BROKEN, /* the file ends instead of a continuation, or it is too long */
	LINE_ENDLESS /* libpam would read for ever */
};

struct lexer {
	const char *text;
	size_t len;
	size_t at;
	unsigned number; /* of the line that is read next, from 1 */
	char *line;	 /* what was read last; owned */
	enum line_end (*read)(struct lexer *lexer, unsigned *ret_number);
};

/* Ends with lexer_done. text: the file's; not copied. MFA_ERR_NOMEM. */
int lexer_init(enum mfa_libpam version, const char *text, size_t len,
	       struct lexer *ret_lexer);
void lexer_done(struct lexer *lexer);

/* Reads the next line that is not empty into lexer->line, without its comment, with its
 * continuation lines. ret_number: the number of its first line. */
enum line_end lexer_read_line(struct lexer *lexer, unsigned *ret_number);

/* Appends the rest of the file's line, a newline included, at most so many bytes, to what
 * is at buffer, and ends it with a NUL. Returns the bytes; 0: the end of the file. */
size_t lexer_take_piece(struct lexer *lexer, size_t most, char *buffer);

/* Cuts the next word in place: up to a blank, or a text in brackets. NULL: there is none.
 * *rest is the text after it, or NULL. */
char *lexer_cut_word(char **rest);
