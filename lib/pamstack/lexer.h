/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines and words of pam.d, cut as libpam cuts them. */
#pragma once

#include "mfa/base.h"

enum {
	PAM_LINE_SIZE =
		1024 /* libpam's buffer; the rest of a longer line is another line */
};

struct lexer {
	const char *text;
	size_t len;
	size_t at;
	unsigned number; /* of the line that is read next, from 1 */
};

enum line_end {
	LINE_WHOLE,
	LINE_NONE,   /* the end of the file */
	LINE_BROKEN, /* the file ends instead of a continuation, or it is too long */
	LINE_ENDLESS /* libpam would read for ever */
};

/* The next line that is not empty, without its comment, with its continuation lines.
 * ret_number: the number of its first line. */
enum line_end lexer_read_line(struct lexer *lexer, char buffer[static PAM_LINE_SIZE],
			      unsigned *ret_number);

/* Cuts the next word in place: up to a blank, or a text in brackets. NULL: there is none.
 * *rest is the text after it, or NULL. */
char *lexer_cut_word(char **rest);
