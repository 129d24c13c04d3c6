/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of a service file with its place in the text, continuation lines included, as
 * libpam 1.5 puts it together. (A text that releases read differently is an error: see
 * mfa_service_read.) */
#pragma once

#include "line_reader.h"

struct statement {
	size_t begin; /* in the text, to the end of its last line */
	size_t end;
	const char *phase; /* "auth", without the dash; "@include" */
	const char *control;
	const char *module; /* its name without folder, or what is included */
	bool is_bracketed;
	char words[PAM_LINE_SIZE]; /* the words above are in it */
};

struct statement_reader {
	struct lexer lexer;
	size_t last_end;
};

struct statement_reader statement_begin(const char *text);

/* The next one. false: the end of the text, or with *ret_is_broken a line that libpam
 * cannot read. */
bool statement_read(struct statement_reader *reader, struct statement *ret_statement,
		    bool *ret_is_broken);

bool statement_is_of(const struct statement *statement, const char *phase);

/* Whether it has the lines of that file read, in this phase: by "@include NAME", "auth
 * include NAME" or "auth substack NAME". */
bool statement_includes(const struct statement *statement, const char *phase,
			const char *name);
