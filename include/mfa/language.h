/* Words for people, in their language. The application's locale is left alone. */
#pragma once

#include "mfa/base.h"

/* Marks a text for translation without translating it here. */
#define MFA_N_(text) text

enum mfa_language_choice {
	MFA_LANGUAGE_AUTO,
	MFA_LANGUAGE_EN,
	MFA_LANGUAGE_JA
};

struct mfa_language;

/* A language for output on tty ("" or NULL: none). A Linux virtual console cannot draw
 * Japanese: English there. Without the locale on this host: English; has_locale tells.
 * MFA_LANGUAGE_AUTO: whatever the program's locale is. Frees with mfa_language_close.
 * Never fails: NULL is a valid language, English. */
struct mfa_language *mfa_language_open(enum mfa_language_choice choice, const char *tty);
void mfa_language_close(struct mfa_language **language);
bool mfa_language_has_locale(const struct mfa_language *language);

/* The text in that language; borrowed, never NULL. */
const char *mfa_text(const struct mfa_language *language, const char *text)
	__attribute__((format_arg(2)));

/* The same of two texts for a number: of one, or of none and more than one. */
const char *mfa_text_n(const struct mfa_language *language, const char *one,
		       const char *many, size_t count)
	__attribute__((format_arg(2), format_arg(3)));
