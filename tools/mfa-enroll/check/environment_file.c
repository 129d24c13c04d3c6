/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/environment_file.h"

#include <stdlib.h>
#include <string.h>

#include "check/config_lines.h"

static const char ends[] = "\r\n";
static const char blanks[] = " \t\r\n";

/* What is being read: its words are written over what was read before. */
struct environment_text {
	char *at;
	char *out;
	bool is_doubtful;
	const char *begin;
	const char *original; /* the same text, unchanged */
	size_t counted;	      /* of its bytes, for the number of the line */
	unsigned line;
};

static unsigned count_lines_up_to(struct environment_text *text, const char *at)
{
	for (; text->counted < (size_t)(at - text->begin); text->counted++)
		text->line += text->original[text->counted] == '\n';
	return text->line;
}

static void put_letter(struct environment_text *text, char letter)
{
	*text->out++ = letter;
}

/* Up to the end of the line. That of a comment with a backslash is one for systemd since
 * 254 alone. */
static void skip_rest(struct environment_text *text)
{
	size_t len = strcspn(text->at, ends);
	text->is_doubtful |= len > 0 && text->at[len - 1] == '\\';
	text->at += len;
}

static void take_single_quoted(struct environment_text *text)
{
	for (text->at++; *text->at != '\0' && *text->at != '\''; text->at++)
		put_letter(text, *text->at);
	text->at += *text->at == '\'';
}

static void take_double_quoted(struct environment_text *text)
{
	for (text->at++; *text->at != '\0' && *text->at != '"'; text->at++) {
		bool is_escape = text->at[0] == '\\' && text->at[1] != '\0';
		if (is_escape && strchr("\"\\`$\n", text->at[1]) != NULL)
			text->at++;
		if (!is_escape || *text->at != '\n')
			put_letter(text, *text->at);
	}
	text->at += *text->at == '"';
}

/* Without quotes: blanks at its end are no part of it. */
static void take_bare(struct environment_text *text)
{
	char *end = text->out;
	while (*text->at != '\0' && strchr(ends, *text->at) == NULL) {
		bool is_escape = text->at[0] == '\\' && text->at[1] != '\0';
		text->at += is_escape;
		char letter = *text->at++;
		if (is_escape && strchr(ends, letter) != NULL)
			continue;
		put_letter(text, letter);
		if (is_escape || strchr(blanks, letter) == NULL)
			end = text->out;
	}
	text->out = end;
}

/* Quoted parts one after the other, and a last one that is not. */
static void take_assigned(struct environment_text *text)
{
	for (;;) {
		while (*text->at == ' ' || *text->at == '\t')
			text->at++;
		if (*text->at == '\'')
			take_single_quoted(text);
		else if (*text->at == '"')
			take_double_quoted(text);
		else
			break;
	}
	take_bare(text);
}

static void take_line(struct environment_text *text, environment_visitor visit,
		      void *context)
{
	char *name = text->at;
	size_t len = strcspn(name, "=\r\n");
	if (*name == '#' || *name == ';' || name[len] != '=') {
		skip_rest(text);
		return;
	}
	unsigned line = count_lines_up_to(text, name);
	text->at = name + len + 1;
	char *value = text->at;
	while (len > 0 && strchr(blanks, name[len - 1]) != NULL)
		len--;
	name[len] = '\0';
	text->out = value;
	take_assigned(text);
	/* the sign behind the value ends the line, and is not needed any more */
	text->at += *text->at != '\0';
	*text->out = '\0';
	visit(name, value, line, context);
}

bool environment_file_read(struct check *check, const char *path,
			   environment_visitor visit, void *context)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return true;
	MFA_CLEANUP(mfa_free_string) char *original = strdup(file.text);
	if (original == NULL) {
		check->findings.err = MFA_ERR_NOMEM;
		return true;
	}
	struct environment_text text = {
		.at = file.text, .begin = file.text, .original = original, .line = 1
	};
	for (;;) {
		text.at += strspn(text.at, blanks);
		if (*text.at == '\0')
			return !text.is_doubtful;
		take_line(&text, visit, context);
	}
}
