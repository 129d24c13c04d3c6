/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of sshd_config behind the key: quotes of both kinds, escapes, and a comment. */
#include "check/sshd_settings.h"

#include <string.h>

/* What a backslash takes the meaning of; before all else it is a letter. */
static bool is_escaped(const char *at, char quote)
{
	return at[0] == '\\' && at[1] != '\0' &&
	       (strchr("'\"\\", at[1]) != NULL || (quote == '\0' && at[1] == ' '));
}

char *sshd_next_word(char **rest)
{
	char *in = *rest + strspn(*rest, " \t\r");
	char *word = in;
	char *out = in;
	char quote = '\0';
	if (*in == '\0' || *in == '#')
		return NULL;
	for (; *in != '\0' && (quote != '\0' || strchr(" \t\r", *in) == NULL); in++) {
		if (is_escaped(in, quote))
			*out++ = *++in;
		else if (quote == '\0' && (*in == '"' || *in == '\''))
			quote = *in;
		else if (quote != '\0' && *in == quote)
			quote = '\0';
		else
			*out++ = *in;
	}
	*rest = in + (*in != '\0');
	*out = '\0';
	return word;
}

size_t sshd_join_words(char *words, char *buffer, size_t size)
{
	size_t len = 0;
	buffer[0] = '\0';
	for (const char *word = NULL; (word = sshd_next_word(&words)) != NULL;) {
		size_t more = strlen(word);
		if (len > 0 && len + 1 < size)
			buffer[len++] = ' ';
		size_t room = size - 1 - len;
		memcpy(buffer + len, word, more < room ? more : room);
		len += more < room ? more : room;
		buffer[len] = '\0';
		if (more > room)
			return size;
	}
	return len;
}
