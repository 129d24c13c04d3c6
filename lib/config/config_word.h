/* SPDX-License-Identifier: BSD-2-Clause */
/* A word of a list: a pattern of a shell, or a name. */
#pragma once

#include <stdbool.h>

/* Why a word can never match what it is meant for, in a few words of English; NULL: it
 * can. What separates words in other files, quotes, blanks other than space and tab, and
 * hidden characters are in no name that PAM or the name service has. */
const char *config_word_problem(const char *word, bool is_pattern);
