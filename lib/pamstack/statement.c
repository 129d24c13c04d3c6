/* SPDX-License-Identifier: BSD-2-Clause */
#include "statement.h"

#include <string.h>
#include <strings.h>

struct statement_reader statement_begin(const char *text)
{
	return (struct statement_reader){
		.lexer = { .text = text,
			   .len = strlen(text),
			   .number = 1,
			   .read = line_reader_1_5.read },
	};
}

/* Where a line begins: the lexer knows its number. */
static size_t find_line_start(const char *text, unsigned number)
{
	const char *at = text;
	while (number-- > 1)
		at = strchr(at, '\n') + 1;
	return (size_t)(at - text);
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

static bool is_blank(const char *text)
{
	return text == NULL || text[strspn(text, PAM_BLANKS)] == '\0';
}

static void cut_words(struct statement *statement)
{
	char *rest = statement->words;
	const char *phase = lexer_cut_word(&rest);
	statement->phase = phase != NULL ? phase + (phase[0] == '-') : "";
	statement->control = "";
	statement->is_bracketed =
		!is_blank(rest) && rest[strspn(rest, PAM_BLANKS)] == '[';
	if (strcasecmp(statement->phase, "@include") != 0) {
		const char *control = lexer_cut_word(&rest);
		statement->control = control != NULL ? control : "";
	}
	const char *module = lexer_cut_word(&rest);
	statement->module = module != NULL ? base_of(module) : "";
}

bool statement_read(struct statement_reader *reader, struct statement *ret_statement,
		    bool *ret_is_broken)
{
	struct lexer *lexer = &reader->lexer;
	unsigned number = 0;
	lexer->line = ret_statement->words;
	enum line_end end = lexer_read_line(lexer, &number);
	*ret_is_broken = end != LINE_WHOLE && end != LINE_NONE;
	if (end != LINE_WHOLE)
		return false;
	/* a line too long for libpam is several, and they have one number */
	size_t begin = find_line_start(lexer->text, number);
	ret_statement->begin = begin > reader->last_end ? begin : reader->last_end;
	ret_statement->end = lexer->at;
	reader->last_end = lexer->at;
	cut_words(ret_statement);
	return true;
}

bool statement_is_of(const struct statement *statement, const char *phase)
{
	return strcasecmp(statement->phase, phase) == 0;
}

bool statement_includes(const struct statement *statement, const char *phase,
			const char *name)
{
	bool is_include = statement_is_of(statement, "@include") ||
			  (statement_is_of(statement, phase) &&
			   (strcasecmp(statement->control, "include") == 0 ||
			    strcasecmp(statement->control, "substack") == 0));
	return is_include && strcmp(statement->module, name) == 0;
}
