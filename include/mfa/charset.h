/* SPDX-License-Identifier: BSD-2-Clause */
/* The encodings of terminals that are told Japanese. */
#pragma once

#include "mfa/base.h"

enum mfa_charset {
	MFA_CHARSET_ASCII = 0, /* also of a program that has not asked for its locale */
	MFA_CHARSET_UTF8,
	MFA_CHARSET_EUC_JP,
	MFA_CHARSET_SHIFT_JIS,
	MFA_CHARSET_OTHER,
};

/* The encoding of this name, as nl_langinfo(3) has it for CODESET. */
enum mfa_charset mfa_charset_find(const char *codeset);

/* Whether Japanese can be written in it. */
bool mfa_charset_has_japanese(enum mfa_charset charset);

/* Whether a text is ASCII alone. */
bool mfa_charset_is_ascii(const char *text);

/* Writes UTF-8 in the encoding, up to the last whole character that fits in size bytes
 * with the NUL. What the encoding does not have becomes ?; without memory, or the
 * system's converter, all that is not ASCII does. */
void mfa_charset_encode(enum mfa_charset charset, const char *text, char *ret_text,
			size_t size);
