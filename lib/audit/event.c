/* SPDX-License-Identifier: BSD-2-Clause */
/* An event as key=value text for syslog. */
#include "mfa/audit.h"

#include <stdio.h>
#include <string.h>

#include "event_fields.h"
#include "mfa/text.h"

enum {
	/* of a value, so that a line of 1536 bytes has every field of any login */
	VALUE_MAX = 144,
	PIECE_SIZE = 4 * 4 + 1, /* a character of UTF-8, each byte as \xNN */
};

struct line {
	char *text;
	size_t len;
	size_t size;
};

/* All of it, or nothing. */
static bool put_text(struct line *line, const char *text, size_t len)
{
	if (line->len + len >= line->size)
		return false;
	memcpy(line->text + line->len, text, len);
	line->len += len;
	line->text[line->len] = '\0';
	return true;
}

static bool put_string(struct line *line, const char *text)
{
	return put_text(line, text, strlen(text));
}

static bool is_bare(const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._:/@%+,";
	return value[0] != '\0' && strspn(value, plain) == strlen(value);
}

/* The character at the beginning of a value, as it stands in quotes: itself or escaped.
 * Returns its bytes in the value. */
static size_t quote_character(const char *value, char ret_text[static PIECE_SIZE])
{
	uint32_t point = 0;
	size_t len = mfa_text_decode(value, strlen(value), &point);
	size_t used = len > 0 ? len : 1;
	unsigned char byte = (unsigned char)value[0];
	bool is_plain =
		len > 0 && byte >= 0x20 && byte != 0x7f && !mfa_text_is_hidden(point);
	if (byte == '"' || byte == '\\')
		(void)snprintf(ret_text, PIECE_SIZE, "\\%c", value[0]);
	else if (is_plain)
		(void)snprintf(ret_text, PIECE_SIZE, "%.*s", (int)used, value);
	else
		for (size_t i = 0; i < used; i++)
			(void)snprintf(ret_text + 4 * i, PIECE_SIZE - 4 * i, "\\x%02x",
				       (unsigned)(unsigned char)value[i]);
	return used;
}

/* At most limit bytes of the value, and what is cut off as "...". */
static bool put_quoted(struct line *line, const char *value, size_t limit)
{
	bool fits = put_string(line, "\"");
	for (size_t len = 0; fits && *value != '\0';) {
		char piece[PIECE_SIZE];
		value += quote_character(value, piece);
		len += strlen(piece);
		if (len > limit) {
			fits = put_string(line, "...");
			break;
		}
		fits = put_string(line, piece);
	}
	return fits && put_string(line, "\"");
}

/* What is left of the line for a value in quotes. */
static size_t find_rest(const struct line *line)
{
	static const char around[] = "\"...\"";
	size_t used = line->len + sizeof around;
	return line->size > used ? line->size - used : 0;
}

static bool put_value(struct line *line, const char *value, bool is_long)
{
	size_t limit = is_long ? find_rest(line) : VALUE_MAX;
	if (is_bare(value) && strlen(value) <= limit)
		return put_string(line, value);
	return limit > 0 && put_quoted(line, value, limit);
}

/* A field is there as a whole, or not at all. */
static void put_field(struct line *line, const struct event_field *field,
		      const char *value)
{
	size_t start = line->len;
	if (value == NULL)
		return;
	bool fits = (start == 0 || put_string(line, " ")) &&
		    put_string(line, field->key) && put_string(line, "=") &&
		    put_value(line, value, field->is_long);
	if (!fits) {
		line->len = start;
		line->text[start] = '\0';
	}
}

static void put_fields(struct line *line, const struct mfa_event *event, bool are_outcome)
{
	for (size_t i = 0; i < event_field_count; i++)
		if (event_fields[i].is_outcome == are_outcome)
			put_field(line, &event_fields[i],
				  event_field_value(&event_fields[i], event));
}

void mfa_event_format(const struct mfa_event *event, char *ret_text, size_t size)
{
	struct line line = { .text = ret_text, .size = size };
	ret_text[0] = '\0';
	put_fields(&line, event, true);
	put_fields(&line, event, false);
}
