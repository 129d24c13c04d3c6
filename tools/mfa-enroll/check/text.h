/* Configuration files of other programs, line by line. */
#pragma once

#include "check/check.h"

/* A file that is read line by line. */
struct text_file {
	char *path; /* owned, as all of it */
	char *text;
	size_t len;
	char *rest;
	unsigned number; /* of the line that was read last */
};

/* Opens a file of the tree; false: it is not there. */
bool text_open(struct check *check, const char *path, struct text_file *ret_file);
void text_done(struct text_file *file);

/* The next line without blanks at its ends, or NULL. With joins, a backslash at the end
 * continues it. */
char *text_line(struct text_file *file, bool joins);

/* Calls visit with the path of each file in the folder whose name ends so. */
void text_each(struct check *check, const char *folder, const char *ending,
	       void (*visit)(struct check *check, const char *path, void *context),
	       void *context);

/* Splits "key = value" or "key value" in place; the value has no blanks at its ends.
 * NULL: a comment or nothing. */
char *text_key(char *line, char **ret_value);

/* Whether a word of the text, between blanks or commas, matches exactly. */
bool text_has_word(const char *text, const char *word);
