/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/sudoers_lexer.h"

#include <ctype.h>
#include <string.h>

static const char signs[] = ",=:()";

struct sudoers_lexer sudoers_lexer_init(const char *text)
{
	return (struct sudoers_lexer){ .at = text, .line = 1 };
}

/* How long the end of line is that a backslash takes away, with the blanks and the CR
 * that sudo allows between them; 0: there is none. */
static size_t joint_length(const char *at)
{
	if (at[0] != '\\')
		return 0;
	size_t len = 1 + strspn(at + 1, " \t");
	len += at[len] == '\r';
	return at[len] == '\n' ? len + 1 : 0;
}

static bool skip_joint(struct sudoers_lexer *lexer)
{
	size_t len = joint_length(lexer->at);
	lexer->at += len;
	lexer->line += len > 0;
	return len > 0;
}

static void skip_blanks(struct sudoers_lexer *lexer)
{
	do
		lexer->at += strspn(lexer->at, " \t\r");
	while (skip_joint(lexer));
}

static bool is_include(const char *at)
{
	static const char include[] = "#include";
	return strncmp(at, include, strlen(include)) == 0;
}

/* "#" before a number is a user id, and "#include" begins a line; else a comment. */
static bool is_comment(const struct sudoers_lexer *lexer)
{
	const char *at = lexer->at;
	if (at[0] != '#' || (!lexer->is_in_entry && is_include(at)))
		return false;
	return !isdigit((unsigned char)at[1]) &&
	       !(at[1] == '-' && isdigit((unsigned char)at[2]));
}

static void skip_comment(struct sudoers_lexer *lexer)
{
	lexer->at += strcspn(lexer->at, "\n");
}

static void add_letter(struct sudoers_token *token, size_t *len, char letter)
{
	if (*len + 1 < sizeof token->text)
		token->text[(*len)++] = letter;
	else
		token->is_cut = true;
}

/* Between quotes only a quote and an end of line can be escaped. */
static void read_quoted(struct sudoers_lexer *lexer, struct sudoers_token *token,
			size_t *len)
{
	lexer->at++;
	while (*lexer->at != '\0' && *lexer->at != '"') {
		if (skip_joint(lexer))
			continue;
		if (*lexer->at == '\n')
			return;
		if (lexer->at[0] == '\\' && lexer->at[1] == '"')
			lexer->at++;
		add_letter(token, len, *lexer->at++);
	}
	lexer->at += *lexer->at == '"';
}

static bool ends_word(const char *at, const char *begin)
{
	return *at == '\0' || isspace((unsigned char)*at) || strchr(signs, *at) != NULL ||
	       (*at == '#' && at != begin) || joint_length(at) > 0;
}

static void read_word(struct sudoers_lexer *lexer, struct sudoers_token *token)
{
	const char *begin = lexer->at;
	size_t len = 0;
	token->kind = SUDOERS_WORD;
	while (!ends_word(lexer->at, begin)) {
		if (*lexer->at == '"') {
			read_quoted(lexer, token, &len);
			continue;
		}
		if (lexer->at[0] == '\\' && lexer->at[1] != '\0')
			lexer->at++;
		add_letter(token, &len, *lexer->at++);
	}
	token->text[len] = '\0';
}

void sudoers_next_token(struct sudoers_lexer *lexer, struct sudoers_token *ret_token)
{
	const char *before = lexer->at;
	skip_blanks(lexer);
	if (is_comment(lexer))
		skip_comment(lexer);
	ret_token->line = lexer->line;
	ret_token->is_cut = false;
	ret_token->is_adjacent = lexer->at == before;
	ret_token->text[0] = *lexer->at;
	ret_token->text[1] = '\0';
	if (*lexer->at == '\0') {
		ret_token->kind = SUDOERS_END;
		return;
	}
	if (*lexer->at == '\n') {
		ret_token->kind = SUDOERS_NEWLINE;
		lexer->is_in_entry = false;
		lexer->line++;
		lexer->at++;
		return;
	}
	lexer->is_in_entry = true;
	if (strchr(signs, *lexer->at) != NULL || *lexer->at == '!') {
		ret_token->kind = SUDOERS_SIGN;
		lexer->at++;
		return;
	}
	read_word(lexer, ret_token);
}

bool sudoers_is_sign(const struct sudoers_token *token, char sign)
{
	return token->kind == SUDOERS_SIGN && token->text[0] == sign;
}
