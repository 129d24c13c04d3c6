/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/language.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

static const char *catalogues; /* the folder of the built ones */

static const char PROMPT[] = "One-time code";

static bool has_japanese(void)
{
	locale_t locale = newlocale(LC_ALL_MASK, "ja_JP.UTF-8", (locale_t)0);
	if (locale == (locale_t)0)
		return false;
	freelocale(locale);
	return true;
}

static void english_needs_no_locale(void **state MFA_UNUSED)
{
	struct mfa_language *language = mfa_language_open(MFA_LANGUAGE_EN, NULL);
	assert_true(mfa_language_has_locale(language));
	assert_string_equal(mfa_text(language, PROMPT), PROMPT);
	mfa_language_close(&language);
}

static void no_language_is_english(void **state MFA_UNUSED)
{
	struct mfa_language *language = NULL;
	assert_true(mfa_language_has_locale(NULL));
	assert_string_equal(mfa_text(NULL, PROMPT), PROMPT);
	mfa_language_close(&language);
	assert_null(language);
}

static void japanese_tells_whether_this_host_has_it(void **state MFA_UNUSED)
{
	struct mfa_language *language = mfa_language_open(MFA_LANGUAGE_JA, "/dev/pts/0");
	assert_non_null(language);
	assert_int_equal(mfa_language_has_locale(language), has_japanese());
	if (!has_japanese())
		assert_string_equal(mfa_text(language, PROMPT), PROMPT);
	assert_string_equal(mfa_text(language, "not in any catalogue"),
			    "not in any catalogue");
	mfa_language_close(&language);
	assert_null(language);
}

static void a_number_chooses_the_text(void **state MFA_UNUSED)
{
	struct mfa_language *language = mfa_language_open(MFA_LANGUAGE_AUTO, NULL);
	const struct mfa_language *const languages[] = { NULL, language };
	for (size_t i = 0; i < MFA_COUNT(languages); i++) {
		assert_string_equal(mfa_text_n(languages[i], "%zu x", "%zu xs", 0),
				    "%zu xs");
		assert_string_equal(mfa_text_n(languages[i], "%zu x", "%zu xs", 1),
				    "%zu x");
		assert_string_equal(mfa_text_n(languages[i], "%zu x", "%zu xs", 2),
				    "%zu xs");
	}
	mfa_language_close(&language);
}

/* In a process of its own: glibc 2.36 loses the memory of LOCPATH. */
static int speak_japanese(void *context, unsigned index MFA_UNUSED)
{
	struct sandbox *box = context;
	if (setenv("LOCPATH", box->root, 1) != 0)
		return 1;
	struct mfa_language *language = mfa_language_open(MFA_LANGUAGE_JA, NULL);
	if (!mfa_language_has_locale(language))
		return 2;
	(void)bindtextdomain("pam_mfa", catalogues);
	if (strcmp(mfa_text(language, PROMPT), "ワンタイムパスワード") != 0)
		return 3;
	if (strcmp(mfa_text(language, "in no catalogue"), "in no catalogue") != 0)
		return 4;
	for (size_t count = 0; count < 3; count++)
		if (strcmp(mfa_text_n(language, "  and %zu more user",
				      "  and %zu more users", count),
			   "  ほか %zu 人") != 0)
			return 7;
	if (uselocale((locale_t)0) != LC_GLOBAL_LOCALE)
		return 5;
	mfa_language_close(&language);
	return language == NULL ? 0 : 6;
}

/* This host may have no Japanese locale. Texts need only its name and its encoding, which
 * C.UTF-8 lends it. */
static void japanese_speaks_from_the_catalogue(void **state)
{
	const char *locale = path_in(*state, "ja_JP.UTF-8");
	assert_int_equal(symlink("/usr/lib/locale/C.utf8", locale), 0);
	assert_int_equal(count_processes(1, 0, speak_japanese, *state), 1);
}

static void a_virtual_console_gets_english(void **state MFA_UNUSED)
{
	static const char *const consoles[] = { "/dev/tty1", "tty1", "tty63",
						"/dev/tty0" };
	for (size_t i = 0; i < MFA_COUNT(consoles); i++) {
		struct mfa_language *language =
			mfa_language_open(MFA_LANGUAGE_JA, consoles[i]);
		assert_null(language);
	}
}

static void other_terminals_get_japanese(void **state MFA_UNUSED)
{
	static const char *const others[] = {
		NULL, "",    "/dev/pts/1",   "/dev/ttyS0", "/dev/tty",
		":0", "ssh", "/dev/ttyUSB0", "pts/tty1"
	};
	for (size_t i = 0; i < MFA_COUNT(others); i++) {
		struct mfa_language *language =
			mfa_language_open(MFA_LANGUAGE_JA, others[i]);
		assert_non_null(language);
		mfa_language_close(&language);
	}
}

static void japanese_is_for_who_can_read_it(void **state MFA_UNUSED)
{
	static const struct {
		enum mfa_charset charset;
		const char *tty;
		bool may_be;
	} cases[] = {
		{ MFA_CHARSET_UTF8, "/dev/pts/1", true },
		{ MFA_CHARSET_EUC_JP, "/dev/pts/1", true },
		{ MFA_CHARSET_SHIFT_JIS, "ttyS0", true },
		{ MFA_CHARSET_ASCII, "/dev/pts/1", false },
		{ MFA_CHARSET_ASCII, "pts/1", false },
		{ MFA_CHARSET_ASCII, "ttyS0", false },
		{ MFA_CHARSET_ASCII, "ssh", true }, /* its locale says nothing */
		{ MFA_CHARSET_ASCII, ":0", true },
		{ MFA_CHARSET_ASCII, "", true },
		{ MFA_CHARSET_ASCII, NULL, true },
		{ MFA_CHARSET_OTHER, "/dev/pts/1", false },
		{ MFA_CHARSET_OTHER, ":0", false },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++)
		assert_int_equal(
			mfa_language_may_be_japanese(cases[i].charset, cases[i].tty),
			cases[i].may_be);
}

static void the_programs_locale_stays(void **state MFA_UNUSED)
{
	static const enum mfa_language_choice choices[] = { MFA_LANGUAGE_AUTO,
							    MFA_LANGUAGE_EN,
							    MFA_LANGUAGE_JA };
	locale_t own = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	assert_true(own != (locale_t)0);
	(void)uselocale(own);
	char *before = strdup(setlocale(LC_ALL, NULL));
	for (size_t i = 0; i < MFA_COUNT(choices); i++) {
		struct mfa_language *language = mfa_language_open(choices[i], NULL);
		assert_ptr_equal(uselocale((locale_t)0), own);
		(void)mfa_text(language, PROMPT);
		assert_ptr_equal(uselocale((locale_t)0), own);
		mfa_language_close(&language);
		assert_ptr_equal(uselocale((locale_t)0), own);
		assert_string_equal(setlocale(LC_ALL, NULL), before);
	}
	(void)uselocale(LC_GLOBAL_LOCALE);
	freelocale(own);
	free(before);
}

int main(int argc, char **argv)
{
	catalogues = argc > 1 ? argv[1] : "po";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(english_needs_no_locale),
		cmocka_unit_test(no_language_is_english),
		cmocka_unit_test(a_number_chooses_the_text),
		cmocka_unit_test(japanese_tells_whether_this_host_has_it),
		in_sandbox(japanese_speaks_from_the_catalogue),
		cmocka_unit_test(a_virtual_console_gets_english),
		cmocka_unit_test(other_terminals_get_japanese),
		cmocka_unit_test(japanese_is_for_who_can_read_it),
		cmocka_unit_test(the_programs_locale_stays),
	};
	return group_main("language", tests);
}
