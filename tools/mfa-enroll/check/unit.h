/* SPDX-License-Identifier: BSD-2-Clause */
/* A service of systemd by its files: the first file of that name in the folders that
 * systemd reads, and the drop-ins of all of them. */
#pragma once

#include "check/check.h"

/* The file of the unit, which the caller frees; NULL: there is none. */
char *unit_find(const struct check *check, const char *name);

/* One setting of [Service]; visit may change the value. */
typedef void (*unit_visitor)(const char *key, char *value, void *context);

/* Calls visit for each setting, but for those of drop-ins of the name except (or NULL),
 * in the order in which systemd takes them: of two with one key the later holds, unless
 * it is a list. */
void unit_each(struct check *check, const char *name, const char *except,
	       unit_visitor visit, void *context);

/* The next word of a value, in place, without its quotes; NULL: there is none. */
char *unit_next_word(char **rest);

/* The same of a word's parts with ":" between them. ret_ends: the word has no more. */
char *unit_next_part(char **rest, bool *ret_ends);

/* Whether a value means yes. */
bool unit_is_yes(const char *value);
