#include "people.h"

#include "support.h"

/* root, daemon and their groups are there on every Linux. */
static void finds_group_of_passwd_line(void **state MFA_UNUSED)
{
	assert_int_equal(people_is_member("root", "root"), MFA_MATCH_YES);
	assert_int_equal(people_is_member("daemon", "daemon"), MFA_MATCH_YES);
}

static void knows_who_is_no_member(void **state MFA_UNUSED)
{
	assert_int_equal(people_is_member("daemon", "root"), MFA_MATCH_NO);
}

static void cannot_tell_of_unknown_names(void **state MFA_UNUSED)
{
	assert_int_equal(people_is_member("nobody-here", "root"), MFA_MATCH_UNKNOWN);
	assert_int_equal(people_is_member("root", "no-such-group"), MFA_MATCH_UNKNOWN);
	assert_int_equal(people_is_member("", ""), MFA_MATCH_UNKNOWN);
}

static void knows_users(void **state MFA_UNUSED)
{
	assert_int_equal(people_is_known("root"), MFA_MATCH_YES);
	assert_int_equal(people_is_known("nobody-here"), MFA_MATCH_NO);
	assert_int_equal(people_is_known(""), MFA_MATCH_NO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_group_of_passwd_line),
		cmocka_unit_test(knows_who_is_no_member),
		cmocka_unit_test(cannot_tell_of_unknown_names),
		cmocka_unit_test(knows_users),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
