/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/service_text.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

#define OURS "auth       required   pam_mfa.so\n"
#define UNIX "auth       required   pam_unix.so\n"
#define GATE "account    required   pam_mfa.so\n"

static void assert_added(const char *text, enum mfa_common_auth common,
			 const char *wanted)
{
	MFA_CLEANUP(mfa_free_string) char *made = NULL;
	assert_int_equal(mfa_service_text_add(text, common, &made), MFA_OK);
	assert_string_equal(made, wanted);
}

static void assert_removed(const char *text, const char *wanted)
{
	MFA_CLEANUP(mfa_free_string) char *made = NULL;
	assert_int_equal(mfa_service_text_remove(text, &made), MFA_OK);
	assert_string_equal(made, wanted);
}

static int error_of_adding(const char *text)
{
	char *made = NULL;
	int err = mfa_service_text_add(text, MFA_COMMON_PLAIN, &made);
	assert_null(made);
	return err;
}

static int error_of_removing(const char *text)
{
	char *made = NULL;
	int err = mfa_service_text_remove(text, &made);
	assert_null(made);
	return err;
}

static void a_plain_include_is_replaced(void **state MFA_UNUSED)
{
	assert_added("# login\nauth optional pam_faildelay.so\n# the password\n"
		     "@include common-auth\n\n# last\n@include common-account\n"
		     "@include common-session\n",
		     MFA_COMMON_PLAIN,
		     "# login\nauth optional pam_faildelay.so\n# the password\n" UNIX OURS
		     "\n# last\n" GATE "@include common-account\n"
		     "@include common-session\n");
}

static void an_include_with_more_stays(void **state MFA_UNUSED)
{
	assert_added("@include common-auth\n@include common-account\n", MFA_COMMON_MORE,
		     "@include common-auth\n" OURS GATE "@include common-account\n");
	assert_added("auth include common-auth\naccount include common-account\n",
		     MFA_COMMON_MORE,
		     "auth include common-auth\n" OURS GATE
		     "account include common-account\n");
}

static void the_gate_comes_before_what_is_common(void **state MFA_UNUSED)
{
	assert_added("@include common-auth\naccount required pam_nologin.so\n"
		     "@include common-account\n",
		     MFA_COMMON_PLAIN,
		     UNIX OURS "account required pam_nologin.so\n" GATE
			       "@include common-account\n");
	assert_added("auth required pam_unix.so\naccount required pam_unix.so\n",
		     MFA_COMMON_PLAIN,
		     "auth required pam_unix.so\n" OURS GATE
		     "account required pam_unix.so\n");
	assert_added("account required pam_unix.so\nauth required pam_unix.so\n",
		     MFA_COMMON_PLAIN,
		     GATE
		     "account required pam_unix.so\nauth required pam_unix.so\n" OURS);
}

/* The gate alone would refuse whom it is not about. */
static void no_account_phase_is_made(void **state MFA_UNUSED)
{
	assert_added("@include common-auth\n", MFA_COMMON_PLAIN, UNIX OURS);
}

static void lines_are_found_as_libpam_finds_them(void **state MFA_UNUSED)
{
	assert_added(
		"auth required \\\n  pam_unix.so \\\n nullok\nsession optional x.so\n",
		MFA_COMMON_PLAIN,
		"auth required \\\n  pam_unix.so \\\n nullok\n" OURS
		"session optional x.so\n");
	assert_added(
		"-AUTH [success=1 default=ignore] /lib/security/pam_unix.so # x",
		MFA_COMMON_PLAIN,
		"-AUTH [success=1 default=ignore] /lib/security/pam_unix.so # x\n" OURS);
	assert_int_equal(error_of_adding("# @include common-auth\n"), MFA_ERR_NOTFOUND);
	assert_int_equal(error_of_adding("auth required pam_unix.so \\"),
			 MFA_ERR_INVALID);
}

/* libpam takes 1023 bytes for a line, and what is behind them for another. */
static void a_line_too_long_is_several(void **state MFA_UNUSED)
{
	static const char first[] = "auth required pam_unix.so ";
	static const char second[] = "account required pam_unix.so\n";
	char text[2048] = "";
	char wanted[4096];
	memset(text, 'x', 1023);
	memcpy(text, first, strlen(first));
	(void)snprintf(wanted, sizeof wanted, "%s\n" OURS GATE "%s", text, second);
	(void)strcat(text, second);
	assert_added(text, MFA_COMMON_PLAIN, wanted);
}

static void what_asks_already_is_left_alone(void **state MFA_UNUSED)
{
	assert_int_equal(error_of_adding("@include common-auth\n" OURS), MFA_ERR_EXISTS);
	assert_int_equal(error_of_adding("@include common-auth\n" GATE), MFA_ERR_EXISTS);
}

static void who_asks_nobody_has_no_place_for_it(void **state MFA_UNUSED)
{
	assert_int_equal(error_of_adding(""), MFA_ERR_NOTFOUND);
	assert_int_equal(error_of_adding("auth include su\naccount include su\n"),
			 MFA_ERR_NOTFOUND);
	assert_int_equal(error_of_adding("@include common-account\n"), MFA_ERR_NOTFOUND);
}

static void debians_common_auth_is_plain(void **state MFA_UNUSED)
{
	static const char debian[] =
		"auth\t[success=1 default=ignore]\tpam_unix.so nullok\n"
		"auth\trequisite\tpam_deny.so\nauth\trequired\tpam_permit.so\n";
	static const char *const others[] = { "auth required pam_sss.so\n",
					      "auth optional pam_cap.so\n",
					      "account required pam_unix.so\n",
					      "@include more\n", "auth x \\" };
	char text[512];
	assert_int_equal(mfa_common_auth_kind(debian), MFA_COMMON_PLAIN);
	assert_int_equal(mfa_common_auth_kind(""), MFA_COMMON_MORE);
	for (size_t i = 0; i < MFA_COUNT(others); i++) {
		(void)snprintf(text, sizeof text, "%s%s", debian, others[i]);
		assert_int_equal(mfa_common_auth_kind(text), MFA_COMMON_MORE);
	}
}

static void removing_leaves_the_rest(void **state MFA_UNUSED)
{
	assert_removed("# a\n" UNIX OURS "# b\n" GATE "@include common-account\n",
		       "# a\n" UNIX "# b\n@include common-account\n");
	assert_removed(
		"auth required pam_unix.so\nauth required \\\n /lib/pam_mfa.so \\\n "
		"explain\n",
		"auth required pam_unix.so\n");
	assert_removed("auth required pam_mfa.so", "");
	assert_int_equal(error_of_removing("# pam_mfa.so\n" UNIX), MFA_ERR_NOTFOUND);
}

static void what_was_forwarded_is_asked_for(void **state MFA_UNUSED)
{
	assert_removed("auth required pam_mfa.so forward_pass\n"
		       "auth required pam_unix.so use_first_pass nodelay\n"
		       "session optional x.so use_first_pass\n",
		       "auth required pam_unix.so try_first_pass nodelay\n"
		       "session optional x.so use_first_pass\n");
}

static void a_jump_over_it_is_not_touched(void **state MFA_UNUSED)
{
	assert_int_equal(
		error_of_removing("auth [success=2 default=ignore] pam_unix.so\n" OURS
				  "auth requisite pam_deny.so\n"),
		MFA_ERR_UNSUPPORTED);
	assert_removed(OURS "auth [success=1 default=ignore] pam_unix.so\n"
			    "auth requisite pam_deny.so\n",
		       "auth [success=1 default=ignore] pam_unix.so\n"
		       "auth requisite pam_deny.so\n");
	assert_int_equal(error_of_removing("auth [success=1] x.so\n" OURS),
			 MFA_ERR_UNSUPPORTED);
	assert_int_equal(error_of_removing("auth [a=ignore b=18446744073709551615] x.so\n"
					   "auth required x.so\n" OURS),
			 MFA_ERR_UNSUPPORTED);
	assert_removed("account [success=1 default=ignore] x.so\n" OURS,
		       "account [success=1 default=ignore] x.so\n");
	/* it would end at the next one, or nowhere */
	assert_int_equal(error_of_removing("auth [success=1 default=ignore] pam_unix.so\n"
					   "auth requisite pam_deny.so\n" OURS),
			 MFA_ERR_UNSUPPORTED);
	assert_int_equal(
		error_of_removing("auth [success=99999999999999999999 default=ignore] "
				  "pam_unix.so\n"
				  "auth requisite pam_deny.so\n" OURS),
		MFA_ERR_UNSUPPORTED);
	assert_int_equal(error_of_removing("auth [success=1 default=2] pam_unix.so\n"
					   "@include more\nauth include more\n"
					   "auth requisite pam_deny.so\n" OURS),
			 MFA_ERR_UNSUPPORTED);
}

/* As pam-auth-update writes common-auth. */
static void a_jump_that_ends_before_it_is_no_obstacle(void **state MFA_UNUSED)
{
	static const char debian[] =
		"auth\t[success=2 default=ignore]\tpam_unix.so nullok\n"
		"auth\t[success=1 default=ignore]\tpam_sss.so use_first_pass\n"
		"auth\trequisite\tpam_deny.so\nauth\trequired\tpam_permit.so\n";
	char text[512];
	(void)snprintf(text, sizeof text, "%s%s", debian, OURS);
	assert_removed(text, debian);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_include_is_replaced),
		cmocka_unit_test(an_include_with_more_stays),
		cmocka_unit_test(the_gate_comes_before_what_is_common),
		cmocka_unit_test(no_account_phase_is_made),
		cmocka_unit_test(lines_are_found_as_libpam_finds_them),
		cmocka_unit_test(a_line_too_long_is_several),
		cmocka_unit_test(what_asks_already_is_left_alone),
		cmocka_unit_test(who_asks_nobody_has_no_place_for_it),
		cmocka_unit_test(debians_common_auth_is_plain),
		cmocka_unit_test(removing_leaves_the_rest),
		cmocka_unit_test(what_was_forwarded_is_asked_for),
		cmocka_unit_test(a_jump_over_it_is_not_touched),
		cmocka_unit_test(a_jump_that_ends_before_it_is_no_obstacle),
	};
	return group_main("service_text", tests);
}
