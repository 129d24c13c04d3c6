/* SPDX-License-Identifier: BSD-2-Clause */
#include "lexer.h"

#include <stdlib.h>
#include <string.h>

#include "line_reader.h"

static const struct line_reader *const readers[MFA_LIBPAMS] = {
	[MFA_LIBPAM_1_5] = &line_reader_1_5,
	[MFA_LIBPAM_1_6] = &line_reader_1_6,
};

int lexer_init(enum mfa_libpam version, const char *text, size_t len,
	       struct lexer *ret_lexer)
{
	const struct line_reader *reader = readers[version];
	char *line = malloc(reader->line_size > 0 ? reader->line_size : len + 1);
	if (line == NULL)
		return MFA_ERR_NOMEM;
	*ret_lexer = (struct lexer){
		.text = text,
		.len = len,
		.number = 1,
		.line = line,
		.read = reader->read,
	};
	return MFA_OK;
}

void lexer_done(struct lexer *lexer)
{
	free(lexer->line);
	*lexer = (struct lexer){ 0 };
}

enum line_end lexer_read_line(struct lexer *lexer, unsigned *ret_number)
{
	return lexer->read(lexer, ret_number);
}

size_t lexer_take_piece(struct lexer *lexer, size_t most, char *buffer)
{
	const char *from = lexer->text + lexer->at;
	size_t len = lexer->len - lexer->at;
	if (len > most)
		len = most;
	const char *newline = memchr(from, '\n', len);
	if (newline != NULL) {
		len = (size_t)(newline - from) + 1;
		lexer->number++;
	}
	memcpy(buffer, from, len);
	buffer[len] = '\0';
	lexer->at += len;
	return len;
}

/* A text in brackets is one word, without them; "\]" is a bracket in it. */
static char *cut_brackets(char *text)
{
	char *to = text;
	char *from = text;
	for (; *from != '\0' && *from != ']'; to++, from++) {
		if (from[0] == '\\' && from[1] == ']')
			from++;
		*to = *from;
	}
	if (to != from)
		*to = '\0';
	return from;
}

char *lexer_cut_word(char **rest)
{
	char *from = *rest;
	if (from == NULL)
		return NULL;
	from += strspn(from, PAM_BLANKS);
	*rest = NULL;
	if (*from == '\0')
		return NULL;
	char *end = NULL;
	if (*from == '[')
		end = cut_brackets(++from);
	else
		end = from + strcspn(from, PAM_BLANKS);
	if (*end != '\0')
		*end++ = '\0';
	if (*end != '\0')
		*rest = end;
	return from;
}
