/* SPDX-License-Identifier: BSD-2-Clause */
/* Words and signs of sudoers(5): escapes, quotes, comments, and lines that continue. */
#pragma once

#include "mfa/base.h"

enum sudoers_kind {
	SUDOERS_END,
	SUDOERS_NEWLINE,
	SUDOERS_WORD,
	SUDOERS_SIGN /* one of , = : ( ) ! */
};

struct sudoers_token {
	enum sudoers_kind kind;
	char text[4096]; /* without escapes and quotes; a sign is one character */
	bool is_cut;	 /* the word is longer than that */
	unsigned line;
	bool is_adjacent; /* no blank is before it */
};

struct sudoers_lexer {
	const char *at; /* borrowed */
	unsigned line;
	bool is_in_entry; /* something was on this line before */
};

/* Begins with a text that ends with NUL. */
struct sudoers_lexer sudoers_lexer_init(const char *text);
void sudoers_next_token(struct sudoers_lexer *lexer, struct sudoers_token *ret_token);

bool sudoers_is_sign(const struct sudoers_token *token, char sign);
