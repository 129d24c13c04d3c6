/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/arguments.h"

#include <string.h>

#include "support.h"

static void all_arguments_are_read(void **state MFA_UNUSED)
{
	const char *words[] = { "conf=/etc/a.conf", "zone=desk", "forward_pass",
				"explain", "debug" };
	struct mfa_diag diag = { .text = "" };
	struct mfa_arguments arguments = { 0 };
	assert_done(mfa_arguments_parse(MFA_COUNT(words), words, &diag, &arguments),
		    &diag);
	assert_string_equal(arguments.config, "/etc/a.conf");
	assert_string_equal(arguments.zone, "desk");
	assert_true(arguments.forward_pass && arguments.explain && arguments.debug);
}

static void none_is_needed(void **state MFA_UNUSED)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_arguments arguments = { .zone = "left over", .debug = true };
	assert_done(mfa_arguments_parse(0, NULL, &diag, &arguments), &diag);
	assert_null(arguments.config);
	assert_null(arguments.zone);
	assert_false(arguments.forward_pass || arguments.explain || arguments.debug);
}

static void another_word_is_an_error_that_names_it(void **state MFA_UNUSED)
{
	static const char *const wrong[] = { "nullok", "conf=a.conf", "conf=", "zone=",
					     "Debug",  "debug=1",     "",      "zone" };
	for (size_t i = 0; i < MFA_COUNT(wrong); i++) {
		const char *words[] = { "debug", wrong[i] };
		struct mfa_diag diag = { .text = "" };
		struct mfa_arguments arguments = { .zone = "as before" };
		assert_int_equal(mfa_arguments_parse(2, words, &diag, &arguments),
				 MFA_ERR_CONFIG);
		assert_non_null(strstr(diag.text, wrong[i]));
		assert_string_equal(arguments.zone, "as before");
		assert_false(arguments.debug);
		assert_false(mfa_argument_is_known(wrong[i]));
	}
	assert_true(mfa_argument_is_known("zone=a"));
}

static void of_two_the_later_one_holds(void **state MFA_UNUSED)
{
	const char *words[] = { "zone=a", "zone=b" };
	struct mfa_diag diag = { .text = "" };
	struct mfa_arguments arguments = { 0 };
	assert_done(mfa_arguments_parse(2, words, &diag, &arguments), &diag);
	assert_string_equal(arguments.zone, "b");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_arguments_are_read),
		cmocka_unit_test(none_is_needed),
		cmocka_unit_test(another_word_is_an_error_that_names_it),
		cmocka_unit_test(of_two_the_later_one_holds),
	};
	return group_main("arguments", tests);
}
