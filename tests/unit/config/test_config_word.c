/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config_word.h"

#include <string.h>

#include "support.h"

static void assert_refused(const char *word, bool is_pattern)
{
	if (config_word_problem(word, is_pattern) == NULL)
		fail_msg("\"%s\" is accepted", word);
}

static void assert_accepted(const char *word, bool is_pattern)
{
	const char *problem = config_word_problem(word, is_pattern);
	if (problem != NULL)
		fail_msg("\"%s\": %s", word, problem);
}

static void what_no_name_has_is_refused(void **state MFA_UNUSED)
{
	static const char *const words[] = {
		"sshd,",
		"sshd,lightdm",
		"taro;",
		";",
		"=",
		"users=taro",
		"'taro'",
		"\"taro",
		"`id`",
		"taro\xe3\x80\x80hanako", /* U+3000 */
		"taro\xc2\xa0hanako",	  /* U+00A0 */
		"taro\xe2\x80\x8b",	  /* U+200B */
		"\xef\xbb\xbftaro",	  /* U+FEFF */
		"taro、hanako",
		"taro，hanako",
		"“taro”",
		"sshd\x1b[2K",
		"sshd\vlightdm",
		"sshd\x7f",
		"taro\xe2\x80\xae", /* U+202E */
		"\xff",
		"!taro",
	};
	for (size_t i = 0; i < MFA_COUNT(words); i++) {
		assert_refused(words[i], true);
		assert_refused(words[i], false);
	}
}

static void names_of_directories_are_words(void **state MFA_UNUSED)
{
	static const char *const words[] = {
		"taro",	 "_apt", "taro@city.example.jp", "CITY+taro", "host$", "pts/0",
		"t.aro", ":0",	 "情報政策課",		 "x!y",	      "pam_x", "-",
	};
	for (size_t i = 0; i < MFA_COUNT(words); i++) {
		assert_accepted(words[i], true);
		assert_accepted(words[i], false);
	}
}

static void a_backslash_stands_before_what_it_escapes(void **state MFA_UNUSED)
{
	assert_accepted("CITY\\\\taro", true);
	assert_accepted("a\\*b\\?\\[x\\]", true);
	assert_refused("CITY\\taro", true); /* would be CITYtaro */
	assert_refused("taro\\", true);
	assert_refused("\\", true);
	assert_refused("taro\\\\\\", true);
	assert_accepted("CITY\\officers", false);
	assert_refused("officers\\", false);
}

static void only_patterns_have_wildcards(void **state MFA_UNUSED)
{
	static const char *const words[] = { "*", "adm*", "a?", "[ab]", "[!ab]x" };
	for (size_t i = 0; i < MFA_COUNT(words); i++) {
		assert_accepted(words[i], true);
		assert_refused(words[i], false);
	}
}

static void a_word_is_no_longer_than_a_name(void **state MFA_UNUSED)
{
	char word[257];
	memset(word, 'a', sizeof word);
	word[256] = '\0';
	assert_refused(word, true);
	assert_refused(word, false);
	word[255] = '\0';
	assert_accepted(word, true);
	assert_accepted(word, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_name_has_is_refused),
		cmocka_unit_test(names_of_directories_are_words),
		cmocka_unit_test(a_backslash_stands_before_what_it_escapes),
		cmocka_unit_test(only_patterns_have_wildcards),
		cmocka_unit_test(a_word_is_no_longer_than_a_name),
	};
	return group_main("config_word", tests);
}
