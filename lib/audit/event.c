/* SPDX-License-Identifier: BSD-2-Clause */
/* An event as key=value text for syslog. */
#include "mfa/audit.h"

#include <stdio.h>
#include <string.h>

#include "event_fields.h"
#include "mfa/text.h"

struct line {
	char *text;
	size_t len;
	size_t size;
};

static void put_text(struct line *line, const char *text, size_t len)
{
	if (line->len + len >= line->size)
		return;
	memcpy(line->text + line->len, text, len);
	line->len += len;
	line->text[line->len] = '\0';
}

static bool is_bare(const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._:/@%+,";
	return value[0] != '\0' && strspn(value, plain) == strlen(value);
}

static void put_escaped(struct line *line, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char escape[8];
		(void)snprintf(escape, sizeof escape, "\\x%02x",
			       (unsigned)(unsigned char)bytes[i]);
		put_text(line, escape, 4);
	}
}

static void put_quoted(struct line *line, const char *value)
{
	size_t rest = strlen(value);
	put_text(line, "\"", 1);
	while (rest > 0) {
		uint32_t point = 0;
		size_t len = mfa_text_decode(value, rest, &point);
		size_t used = len > 0 ? len : 1;
		unsigned char byte = (unsigned char)value[0];
		if (byte == '"' || byte == '\\') {
			const char escape[2] = { '\\', value[0] };
			put_text(line, escape, 2);
		} else if (len == 0 || byte < 0x20 || byte == 0x7f ||
			   mfa_text_is_hidden(point)) {
			put_escaped(line, value, used);
		} else {
			put_text(line, value, len);
		}
		value += used;
		rest -= used;
	}
	put_text(line, "\"", 1);
}

static void put_field(struct line *line, const char *key, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	if (line->len > 0)
		put_text(line, " ", 1);
	put_text(line, key, strlen(key));
	put_text(line, "=", 1);
	if (is_bare(value))
		put_text(line, value, strlen(value));
	else
		put_quoted(line, value);
}

static void put_fields(struct line *line, const struct mfa_event *event, bool are_outcome)
{
	for (size_t i = 0; i < event_field_count; i++)
		if (event_fields[i].is_outcome == are_outcome)
			put_field(line, event_fields[i].key,
				  event_field_value(&event_fields[i], event));
}

void mfa_event_format(const struct mfa_event *event, char *ret_text, size_t size)
{
	struct line line = { .text = ret_text, .size = size };
	ret_text[0] = '\0';
	put_fields(&line, event, true);
	put_fields(&line, event, false);
}
