/* SPDX-License-Identifier: BSD-2-Clause */
/* How a version of libpam puts a line together. */
#pragma once

#include "lexer.h"

#define PAM_BLANKS " \n\t"

enum {
	PAM_LINE_SIZE = 1024 /* of the buffer of libpam 1.5 */
};

struct line_reader {
	size_t line_size; /* of lexer->line; 0: any line of the file, and its end */
	/* As lexer_read_line. */
	enum line_end (*read)(struct lexer *lexer, unsigned *ret_number);
};

/* Up to 1.5: a buffer of 1024 bytes. The rest of a longer line is another line; comments
 * and empty lines between continued ones are passed over. */
extern const struct line_reader line_reader_1_5;

/* From 1.6 on: any length. A comment or an empty line ends a continued one. */
extern const struct line_reader line_reader_1_6;
