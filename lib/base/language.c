/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/language.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#ifndef MFA_LOCALE_DIR
#define MFA_LOCALE_DIR "/usr/share/locale"
#endif

static const char DOMAIN[] = "pam_mfa";

struct mfa_language {
	enum mfa_language_choice choice;
	locale_t locale; /* (locale_t)0: the program's own */
};

static const char *skip_folder(const char *tty)
{
	return strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty;
}

/* /dev/tty1, not /dev/tty or /dev/ttyS0 */
static bool is_virtual_console(const char *tty)
{
	if (tty == NULL)
		return false;
	tty = skip_folder(tty);
	return strncmp(tty, "tty", 3) == 0 && tty[3] >= '0' && tty[3] <= '9';
}

/* Not "ssh" or ":0", which are no devices. */
static bool is_terminal(const char *tty)
{
	if (tty == NULL)
		return false;
	tty = skip_folder(tty);
	return strncmp(tty, "tty", 3) == 0 || strncmp(tty, "pts/", 4) == 0;
}

bool mfa_language_may_be_japanese(enum mfa_charset charset, const char *tty)
{
	return mfa_charset_has_japanese(charset) ||
	       (charset == MFA_CHARSET_ASCII && !is_terminal(tty));
}

struct mfa_language *mfa_language_open(enum mfa_language_choice choice, const char *tty)
{
	if (choice == MFA_LANGUAGE_EN || is_virtual_console(tty))
		return NULL;
	struct mfa_language *language = calloc(1, sizeof *language);
	if (language == NULL)
		return NULL;
	language->choice = choice;
	if (choice == MFA_LANGUAGE_JA)
		language->locale = newlocale(LC_ALL_MASK, "ja_JP.UTF-8", (locale_t)0);
	(void)bindtextdomain(DOMAIN, MFA_LOCALE_DIR);
	return language;
}

void mfa_language_close(struct mfa_language **language)
{
	if (*language == NULL)
		return;
	if ((*language)->locale != (locale_t)0)
		freelocale((*language)->locale);
	free(*language);
	*language = NULL;
}

bool mfa_language_has_locale(const struct mfa_language *language)
{
	return language == NULL || language->choice != MFA_LANGUAGE_JA ||
	       language->locale != (locale_t)0;
}

const char *mfa_text(const struct mfa_language *language, const char *text)
{
	if (language == NULL || !mfa_language_has_locale(language))
		return text;
	if (language->locale == (locale_t)0)
		return dgettext(DOMAIN, text);
	locale_t before = uselocale(language->locale);
	const char *translated = dgettext(DOMAIN, text);
	(void)uselocale(before);
	return translated;
}

const char *mfa_text_n(const struct mfa_language *language, const char *one,
		       const char *many, size_t count)
{
	if (language == NULL || !mfa_language_has_locale(language))
		return count == 1 ? one : many;
	if (language->locale == (locale_t)0)
		return dngettext(DOMAIN, one, many, count);
	locale_t before = uselocale(language->locale);
	const char *translated = dngettext(DOMAIN, one, many, count);
	(void)uselocale(before);
	return translated;
}
