/* SPDX-License-Identifier: BSD-2-Clause */
/* Cells, colours and lists of the report for people. All text goes through here: what
 * others have named is in it, and the terminal must not obey it (see printable.h). */
#pragma once

#include "check/check.h"

enum colour {
	PLAIN = 0,
	RED = 31,
	GREEN = 32,
	YELLOW = 33,
	GREY = 90
};

struct printer {
	const struct check *check;
	const struct app *app;
	bool has_colour;
};

struct printer printer_begin(const struct check *check);

/* How many columns of a terminal the text takes. */
int printer_width(const char *text);

void printer_put_text(const char *text);

/* Prints the text, and blanks up to the width in columns (0: none). */
void printer_put_cell(const struct printer *printer, enum colour colour, const char *text,
		      int width);

/* A list "a, b, c" in lines that are not wider than a terminal, from a column on. */
struct printer_list {
	int indent; /* where the following lines begin */
	int column; /* where the last word ended; at first, where the list begins */
	bool has_item;
};

void printer_put_item(struct printer_list *list, const char *text);

/* "FILE:LINE: " or "FILE: "; nothing without a file. */
void printer_put_place(const char *file, unsigned line);
