/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/cure.h"

#include <string.h>

#include "pam_bench.h"
#include "support.h"

static struct mfa_cure cure_of(struct bench *bench, const char *service,
			       const char *lines)
{
	struct mfa_cure cure = { .kind = MFA_CURE_NONE };
	assert_int_equal(judge(bench, service, lines), MFA_GRADE_BYPASS);
	assert_int_equal(mfa_cure_find(&bench->inspector, service, &bench->result, &cure),
			 MFA_OK);
	return cure;
}

/* The change, which closes every way, and the numbers of its lines. */
static void assert_cure(struct bench *bench, const char *lines, enum mfa_cure_kind kind,
			unsigned line, unsigned other)
{
	struct mfa_cure cure = cure_of(bench, "login", lines);
	assert_string_equal(mfa_cure_name(cure.kind), mfa_cure_name(kind));
	assert_int_equal(cure.line != NULL ? cure.line->number : 0, line);
	assert_int_equal(cure.other != NULL ? cure.other->number : 0, other);
	assert_true(cure.is_whole);
}

static void a_line_that_is_not_reached_comes_before_what_ends_the_stack(void **state)
{
	ON_BENCH(state, "");
	assert_cure(&bench,
		    "auth [success=done default=die] pam_unix.so\n"
		    "auth required pam_mfa.so\n",
		    MFA_CURE_MOVE_OR_REQUIRE, 2, 1);
	/* behind the code, a wrong password would not count */
	assert_cure(&bench, "auth sufficient pam_unix.so\nauth required pam_mfa.so\n",
		    MFA_CURE_REQUIRE_OTHER, 2, 1);
	assert_cure(&bench,
		    "auth [success=2 default=ignore] pam_unix.so\n"
		    "auth requisite pam_deny.so\nauth required pam_mfa.so\n"
		    "auth required pam_permit.so\n",
		    MFA_CURE_MOVE, 3, 1);
}

static void what_does_not_count_is_made_required(void **state)
{
	ON_BENCH(state, "");
	assert_cure(&bench, "auth required pam_unix.so\nauth optional pam_mfa.so\n",
		    MFA_CURE_REQUIRE, 2, 0);
	assert_cure(&bench, "auth optional pam_unix.so\nauth required pam_mfa.so\n",
		    MFA_CURE_REQUIRE, 1, 0);
	assert_cure(&bench,
		    "auth required pam_unix.so\n"
		    "auth [success=ok default=ignore] pam_mfa.so\n",
		    MFA_CURE_REQUIRE, 2, 0);
}

static void what_passes_somebody_by_is_made_strict(void **state)
{
	ON_BENCH(state, "");
	assert_cure(&bench, "auth required pam_krb5.so\nauth required pam_mfa.so\n",
		    MFA_CURE_BE_STRICT, 1, 0);
}

static void what_lets_in_by_itself_is_taken_out(void **state)
{
	ON_BENCH(state, "");
	assert_cure(&bench, "auth sufficient pam_permit.so\n" BOTH, MFA_CURE_TAKE_OUT, 1,
		    0);
	assert_cure(
		&bench,
		"auth [success=2 default=ignore] pam_succeed_if.so user ingroup x\n" BOTH
		"auth required pam_permit.so\n",
		MFA_CURE_TAKE_OUT, 1, 0);
	assert_cure(&bench,
		    BOTH "auth [success=ok default=reset] pam_cap.so\n"
			 "auth required pam_permit.so\n",
		    MFA_CURE_TAKE_OUT, 3, 0);
}

static void what_no_line_asks_for_is_added(void **state)
{
	ON_BENCH(state, "");
	struct mfa_cure cure = cure_of(&bench, "login", "auth required pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_ADD_LAST);
	assert_string_equal(cure.module, "pam_mfa.so");
	assert_string_equal(strrchr(cure.file, '/'), "/login");
	cure = cure_of(&bench, "login", "auth [success=done default=die] pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_ADD_FIRST);
	/* two changes are needed: no single one is shown */
	cure = cure_of(&bench, "login", "auth sufficient pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_NONE);
	cure = cure_of(&bench, "login", "auth required pam_mfa.so\n");
	assert_string_equal(cure.module, "pam_unix.so");
	assert_true(cure.is_whole);
}

/* What is left is told of by the next check. */
static void a_change_that_closes_one_of_two_ways_is_better_than_none(void **state)
{
	ON_BENCH(state, "");
	struct mfa_cure cure = cure_of(&bench, "login",
				       "auth sufficient pam_permit.so\n"
				       "auth required pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_TAKE_OUT);
	assert_false(cure.is_whole);
}

static void an_unknown_module_may_be_the_one_that_checks_the_password(void **state)
{
	ON_BENCH(state, "");
	assert_cure(&bench,
		    "auth [success=ok default=bad] pam_example.so\n"
		    "auth required pam_mfa.so\n",
		    MFA_CURE_NAME, 1, 0);
	assert_cure(&bench, "auth required pam_example.so\nauth required pam_mfa.so\n",
		    MFA_CURE_NAME_STRICTLY, 1, 0);
}

static void the_gate_comes_first_in_the_account_phase(void **state)
{
	ON_BENCH(state, "");
	struct mfa_cure cure = cure_of(&bench, "sshd",
				       BOTH "account sufficient pam_localuser.so\n"
					    "account required pam_mfa.so\n"
					    "account required pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_MOVE);
	assert_int_equal(cure.line->number, 4);
	assert_int_equal(cure.other->number, 3);
	cure = cure_of(&bench, "sshd", BOTH "account required pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_ADD_LAST);
	assert_string_equal(cure.module, "pam_mfa.so");
}

static void a_zone_without_gate_is_to_name_the_service(void **state)
{
	ON_BENCH(state, "[host]\nzone = rest\n[zone keyed]\nusers = hanako\ngate =\n"
			"[zone rest]\nservices = *\n");
	struct mfa_cure cure = cure_of(&bench, "sshd",
				       BOTH "account required pam_mfa.so\n"
					    "account required pam_unix.so\n");
	assert_int_equal(cure.kind, MFA_CURE_GATE);
	assert_string_equal(cure.zone->name, "keyed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(a_line_that_is_not_reached_comes_before_what_ends_the_stack),
		in_sandbox(what_does_not_count_is_made_required),
		in_sandbox(what_passes_somebody_by_is_made_strict),
		in_sandbox(what_lets_in_by_itself_is_taken_out),
		in_sandbox(what_no_line_asks_for_is_added),
		in_sandbox(a_change_that_closes_one_of_two_ways_is_better_than_none),
		in_sandbox(an_unknown_module_may_be_the_one_that_checks_the_password),
		in_sandbox(the_gate_comes_first_in_the_account_phase),
		in_sandbox(a_zone_without_gate_is_to_name_the_service),
	};
	return cmocka_run_group_tests_name("cure", tests, NULL, NULL);
}
