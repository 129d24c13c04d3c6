/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/text.h"

void mfa_json_done(struct mfa_json *json)
{
	free(json->text);
	*json = (struct mfa_json){ 0 };
}

static void append_text(struct mfa_json *json, const char *text, size_t len)
{
	if (json->err != MFA_OK)
		return;
	if (json->len + len + 1 > json->size) {
		size_t size = (json->len + len + 1) * 2;
		char *bigger = realloc(json->text, size);
		if (bigger == NULL) {
			json->err = MFA_ERR_NOMEM;
			return;
		}
		json->text = bigger;
		json->size = size;
	}
	memcpy(json->text + json->len, text, len);
	json->len += len;
	json->text[json->len] = '\0';
}

static void begin_value(struct mfa_json *json)
{
	if (json->needs_comma)
		append_text(json, ",", 1);
	json->needs_comma = true;
}

void mfa_json_open(struct mfa_json *json, char bracket)
{
	begin_value(json);
	append_text(json, &bracket, 1);
	json->needs_comma = false;
}

void mfa_json_close(struct mfa_json *json, char bracket)
{
	append_text(json, &bracket, 1);
	json->needs_comma = true;
}

/* How many bytes at the beginning need no escape. */
static size_t plain_len(const char *text)
{
	size_t len = 0;
	while (text[len] >= 0x20 && text[len] < 0x7f && text[len] != '"' &&
	       text[len] != '\\')
		len++;
	return len;
}

static void append_quoted(struct mfa_json *json, const char *text)
{
	append_text(json, "\"", 1);
	while (*text != '\0') {
		char escape[16];
		uint32_t point = 0;
		size_t plain = plain_len(text);
		append_text(json, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		size_t len = mfa_text_decode(text, strnlen(text, 4), &point);
		if (len == 0) {
			append_text(json, "\\ufffd", 6);
			len = 1;
		} else if (*text == '"' || *text == '\\') {
			escape[0] = '\\';
			escape[1] = *text;
			append_text(json, escape, 2);
		} else if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			(void)snprintf(escape, sizeof escape, "\\u%04x", (unsigned)*text);
			append_text(json, escape, 6);
		} else if (mfa_text_is_hidden(point)) {
			(void)snprintf(escape, sizeof escape, "\\u%04" PRIx32, point);
			append_text(json, escape, 6);
		} else {
			append_text(json, text, len);
		}
		text += len;
	}
	append_text(json, "\"", 1);
}

void mfa_json_key(struct mfa_json *json, const char *key)
{
	begin_value(json);
	append_quoted(json, key);
	append_text(json, ":", 1);
	json->needs_comma = false;
}

void mfa_json_string(struct mfa_json *json, const char *text)
{
	if (text == NULL) {
		mfa_json_null(json);
		return;
	}
	begin_value(json);
	append_quoted(json, text);
}

void mfa_json_number(struct mfa_json *json, int64_t number)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%" PRId64, number);
	begin_value(json);
	append_text(json, digits, (size_t)len);
}

void mfa_json_bool(struct mfa_json *json, bool value)
{
	begin_value(json);
	append_text(json, value ? "true" : "false", value ? 4 : 5);
}

void mfa_json_null(struct mfa_json *json)
{
	begin_value(json);
	append_text(json, "null", 4);
}

void mfa_json_field(struct mfa_json *json, const char *key, const char *text)
{
	mfa_json_key(json, key);
	mfa_json_string(json, text);
}

void mfa_json_count(struct mfa_json *json, const char *key, int64_t number)
{
	mfa_json_key(json, key);
	mfa_json_number(json, number);
}
