/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/printer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "check/printable.h"

enum {
	COLUMNS = 80
};

static bool wants_colour(void)
{
	const char *none = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");
	return isatty(STDOUT_FILENO) == 1 && (none == NULL || none[0] == '\0') &&
	       terminal != NULL && strcmp(terminal, "dumb") != 0;
}

struct printer printer_begin(const struct check *check)
{
	return (struct printer){ check, check->app, wants_colour() };
}

/* Japanese letters are two columns wide. */
int printer_width(const char *text)
{
	wchar_t wide[256];
	size_t len = mbstowcs(wide, text, MFA_COUNT(wide));
	int width = len < MFA_COUNT(wide) ? wcswidth(wide, len) : -1;
	return width >= 0 ? width : (int)strlen(text);
}

void printer_put_text(const char *text)
{
	MFA_CLEANUP(mfa_free_string) char *shown = printable_copy(text);
	if (shown != NULL)
		(void)fputs(shown, stdout);
}

void printer_put_cell(const struct printer *printer, enum colour colour, const char *text,
		      int width)
{
	MFA_CLEANUP(mfa_free_string) char *shown = printable_copy(text);
	int rest = width - (shown != NULL ? printer_width(shown) : 0);
	if (printer->has_colour && colour != PLAIN)
		(void)printf("\033[%dm%s\033[0m", (int)colour,
			     shown != NULL ? shown : "");
	else
		(void)fputs(shown != NULL ? shown : "", stdout);
	(void)printf("%*s", rest > 0 ? rest : (width > 0 ? 1 : 0), "");
}

void printer_put_item(struct printer_list *list, const char *text)
{
	MFA_CLEANUP(mfa_free_string) char *shown = printable_copy(text);
	int width = shown != NULL ? printer_width(shown) : 0;
	if (list->has_item) {
		(void)putchar(',');
		list->column++;
		if (list->column + 1 + width + 1 > COLUMNS) {
			(void)printf("\n%*s", list->indent, "");
			list->column = list->indent;
		} else {
			(void)putchar(' ');
			list->column++;
		}
	}
	(void)fputs(shown != NULL ? shown : "", stdout);
	list->column += width;
	list->has_item = true;
}

void printer_put_place(const char *file, unsigned line)
{
	if (file == NULL)
		return;
	printer_put_text(file);
	if (line > 0)
		(void)printf(":%u: ", line);
	else
		(void)fputs(": ", stdout);
}
