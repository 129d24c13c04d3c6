/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes JSON (RFC 8259) into memory. Bytes that are not UTF-8 become U+FFFD. */
#pragma once

#include "mfa/base.h"

struct mfa_json {
	char *text; /* NUL-terminated; owned */
	size_t len;
	size_t size;
	bool needs_comma;
	int err; /* the first error: MFA_ERR_NOMEM; later calls do nothing */
};

#define MFA_JSON_INIT \
	{             \
		0     \
	}

/* Frees the text. */
void mfa_json_done(struct mfa_json *json);

/* Each appends one piece, with the comma before it where one is needed. bracket: one of
 * { } [ ]. text NULL: null. Errors are kept in json->err. */
void mfa_json_open(struct mfa_json *json, char bracket);
void mfa_json_close(struct mfa_json *json, char bracket);
void mfa_json_key(struct mfa_json *json, const char *key);
void mfa_json_string(struct mfa_json *json, const char *text);
void mfa_json_number(struct mfa_json *json, int64_t number);
void mfa_json_bool(struct mfa_json *json, bool value);
void mfa_json_null(struct mfa_json *json);

/* A key with a text, a key with a number. */
void mfa_json_field(struct mfa_json *json, const char *key, const char *text);
void mfa_json_count(struct mfa_json *json, const char *key, int64_t number);
