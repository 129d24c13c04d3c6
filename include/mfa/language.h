/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts for people in their language. The application's locale is not changed. */
#pragma once

#include "mfa/base.h"
#include "mfa/charset.h"

/* Marks a text for translation without translating it here. */
#define MFA_N_(text) text

enum mfa_language_choice {
	MFA_LANGUAGE_OF_HOST = 0, /* of a zone: that of [host] */
	MFA_LANGUAGE_AUTO,
	MFA_LANGUAGE_EN,
	MFA_LANGUAGE_JA
};

struct mfa_language;

/* Whether Japanese can be read where a program asks and tells on tty ("" or NULL: none):
 * in its charset, or where it has not said which that is, as daemons such as sshd and
 * display managers. A program on a terminal whose charset is ASCII has been told so. */
bool mfa_language_may_be_japanese(enum mfa_charset charset, const char *tty);

/* A language for output on tty ("" or NULL: none). English on a Linux virtual console,
 * which cannot display Japanese, and where the locale is not installed.
 * MFA_LANGUAGE_AUTO: the program's own locale. The caller ends it with
 * mfa_language_close. Never fails: NULL is a valid language, English. */
struct mfa_language *mfa_language_open(enum mfa_language_choice choice, const char *tty);
void mfa_language_close(struct mfa_language **language);
/* Whether the locale of the language is installed. */
bool mfa_language_has_locale(const struct mfa_language *language);

/* The text in the language; borrowed, never NULL. */
const char *mfa_text(const struct mfa_language *language, const char *text)
	__attribute__((format_arg(2)));

/* The same of two texts for a number: of one, or of none and more than one. */
const char *mfa_text_n(const struct mfa_language *language, const char *one,
		       const char *many, size_t count)
	__attribute__((format_arg(2), format_arg(3)));
