/* SPDX-License-Identifier: BSD-2-Clause */
/* Text from people and files: UTF-8, words, durations, times. */
#pragma once

#include "mfa/base.h"

/* Whether there is no text: NULL or "". */
bool mfa_text_is_empty(const char *text);

/* Whether len bytes are well-formed UTF-8 (RFC 3629) without NUL bytes. */
bool mfa_text_is_utf8(const char *text, size_t len);

/* Whether the text is UTF-8 of 1 to size-1 bytes without control characters. */
bool mfa_text_is_label(const char *text, size_t size);

/* Decodes one character (RFC 3629); returns its length in bytes, 0 when it is not
 * UTF-8. */
size_t mfa_text_decode(const char *text, size_t len, uint32_t *ret_point);

/* Whether the character is a control (U+0080..U+009F), breaks lines, or changes the order
 * of others (U+061C, U+200E..200F, U+2028..202E, U+2066..2069; Unicode Standard Annex
 * 9). */
bool mfa_text_is_hidden(uint32_t point);

/* Whether the pattern (fnmatch(3)) matches the text, byte by byte as in the C locale,
 * whatever the locale of the program is. */
bool mfa_text_matches(const char *pattern, const char *text);

/* A decimal number without sign. MFA_ERR_INVALID: it is anything else, or too large. */
int mfa_text_parse_number(const char *text, int64_t *ret_number) MFA_MUST_CHECK;

/* A number with s, m, h or d after it, or without (seconds). MFA_ERR_INVALID. */
int mfa_text_parse_duration(const char *text, int64_t *ret_seconds) MFA_MUST_CHECK;

/* A day as 2026-12-31 (RFC 3339 full-date): the second in which it ends, in UTC.
 * MFA_ERR_INVALID. */
int mfa_text_parse_day(const char *text, int64_t *ret_end) MFA_MUST_CHECK;

/* RFC 3339 in UTC with seconds ("2026-11-21T02:43:00Z") and its end. */
enum {
	MFA_TIME_SIZE = 32
};
void mfa_text_format_time(int64_t seconds, char ret_text[static MFA_TIME_SIZE]);
