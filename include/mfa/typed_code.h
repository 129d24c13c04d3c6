/* SPDX-License-Identifier: BSD-2-Clause */
/* One-time passwords as people type, paste and pipe them. */
#pragma once

#include "mfa/base.h"

/* Normalizes a typed one-time password. Full-width letters, digits and signs become
 * ASCII, also those of a terminal that uses EUC-JP or Shift_JIS. Removed are spaces, ends
 * of lines, characters without width, hyphens and dashes, and the sequences (ECMA-48)
 * that cursor and function keys and bracketed paste send. Nothing else changes, but other
 * characters of those encodings become ? and bytes that are no characters 0xff. Works in
 * place, wipes what it cuts off, returns the new length; doing it twice changes nothing.
 */
size_t mfa_text_normalize_code(char *text, size_t len);

/* Whether the text has anything that a code may consist of, in any of the forms above: a
 * letter, a digit, or a byte that is no character. */
bool mfa_text_has_code(const char *text, size_t len);

/* Whether the text is blank: only spaces and ends of lines, or nothing. */
bool mfa_text_is_blank(const char *text, size_t len);

/* The code at the end of a line that has something else before it: its last count
 * characters, normalized as above, without NUL. Spaces and hyphens between and after them
 * belong to the code, and key sequences after it; those before it do not. Full-width
 * forms only in UTF-8. Returns the bytes of the line that the code takes; 0: there are
 * too few characters, or others than codes have. */
size_t mfa_text_cut_code(const char *text, size_t len, size_t count, char *ret_code);

/* Of a line with a password and a code behind it: where the end begins that could be a
 * code, and is all that has to leave the program: 8 digits at most, or 64 letters of a
 * YubiKey's code. len: none could. */
size_t mfa_text_code_end(const char *line, size_t len);

/* Whether the text is what sshd answers every prompt of a user that it has refused with,
 * repeated to the length of what was typed. */
bool mfa_text_is_sshd_filler(const char *text, size_t len);
