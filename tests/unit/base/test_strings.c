/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/strings.h"

#include <stdio.h>

#include <string.h>

#include "support.h"

static void keeps_copies_and_ends_with_null(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings words = { 0 };
	char text[] = "b";
	assert_int_equal(mfa_strings_add(&words, text), MFA_OK);
	text[0] = 'x';
	assert_int_equal(mfa_strings_add(&words, "a"), MFA_OK);
	assert_int_equal(words.count, 2);
	assert_string_equal(words.items[0], "b");
	assert_null(words.items[2]);
}

static void grows_to_any_size(void **state MFA_UNUSED)
{
	struct mfa_strings words = { 0 };
	char text[16];
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(text, sizeof text, "%u", i);
		assert_int_equal(mfa_strings_add(&words, text), MFA_OK);
		assert_int_equal(words.count, i + 1);
		assert_null(words.items[i + 1]);
	}
	for (unsigned i = 0; i < 1000; i++) {
		(void)snprintf(text, sizeof text, "%u", i);
		assert_string_equal(words.items[i], text);
	}
	mfa_strings_done(&words);
}

static void sorts_and_finds_whole_words(void **state MFA_UNUSED)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings words = { 0 };
	mfa_strings_sort(&words);
	assert_false(mfa_strings_have(&words, "a"));
	assert_int_equal(mfa_strings_add(&words, "bb"), MFA_OK);
	assert_int_equal(mfa_strings_add(&words, "a"), MFA_OK);
	mfa_strings_sort(&words);
	assert_string_equal(words.items[0], "a");
	assert_true(mfa_strings_have(&words, "bb"));
	assert_false(mfa_strings_have(&words, "b"));
}

static void an_ended_list_is_empty(void **state MFA_UNUSED)
{
	struct mfa_strings words = { 0 };
	assert_int_equal(mfa_strings_add(&words, "a"), MFA_OK);
	mfa_strings_done(&words);
	assert_int_equal(words.count, 0);
	assert_null(words.items);
	mfa_strings_done(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_copies_and_ends_with_null),
		cmocka_unit_test(grows_to_any_size),
		cmocka_unit_test(sorts_and_finds_whole_words),
		cmocka_unit_test(an_ended_list_is_empty),
	};
	return group_main("strings", tests);
}
