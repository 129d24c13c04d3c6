/* SPDX-License-Identifier: BSD-2-Clause */
/* What somebody probably meant who misspelt a name. */
#pragma once

#include "mfa/base.h"

/* The name that is most like the word: at most so many letters are missing, too many,
 * wrong or exchanged with the next. Borrowed from names; NULL: none is like it. */
const char *nearest_name(const char *const *names, size_t count, const char *word,
			 size_t most);
