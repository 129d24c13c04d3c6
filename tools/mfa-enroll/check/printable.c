/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "mfa/text.h"

/* How many bytes the character has; 0: it is none that is shown. */
static size_t shown_length(const char *text)
{
	wchar_t letter = L'\0';
	mbstate_t state = { 0 };
	size_t len = mbrtowc(&letter, text, strlen(text), &state);
	if (len == (size_t)-1 || len == (size_t)-2 || !iswprint((wint_t)letter) ||
	    mfa_text_is_hidden((uint32_t)letter))
		return 0;
	return len;
}

char *printable_copy(const char *text)
{
	static const char digits[] = "0123456789abcdef";
	char *copy = calloc(strlen(text) + 1, strlen("\\xNN"));
	for (char *end = copy; copy != NULL && *text != '\0';) {
		size_t len = shown_length(text);
		if (len > 0) {
			end = mempcpy(end, text, len);
			text += len;
			continue;
		}
		unsigned byte = (unsigned char)*text++;
		end = stpcpy(end, "\\x");
		*end++ = digits[byte >> 4];
		*end++ = digits[byte & 0xf];
	}
	return copy;
}
