/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "pam_bench.h"
#include "support.h"

/* That nobody gets in, and by which line's fault. */
static void assert_culprit(struct bench *bench, const char *lines,
			   enum mfa_advisory_kind fault, unsigned number)
{
	assert_int_equal(judge(bench, "login", lines), MFA_GRADE_LOCKED_OUT);
	assert_non_null(bench->result.culprit);
	assert_int_equal(bench->result.fault, fault);
	assert_int_equal(bench->result.culprit->number, number);
	assert_false(has_note(bench, MFA_ADVISORY_NOBODY));
}

static void an_argument_that_pam_mfa_does_not_know(void **state)
{
	ON_BENCH(state, "");
	assert_culprit(&bench,
		       "auth required pam_unix.so\nauth required pam_mfa.so nullok\n",
		       MFA_ADVISORY_BAD_ARGUMENT, 2);
	assert_true(has_note(&bench, MFA_ADVISORY_BAD_ARGUMENT));
	assert_culprit(&bench,
		       "auth required pam_unix.so\nauth required pam_mfa.so conf=x\n",
		       MFA_ADVISORY_BAD_ARGUMENT, 2);
	assert_int_equal(
		judge(&bench, "login",
		      "auth required pam_unix.so\nauth required pam_mfa.so debug\n"),
		MFA_GRADE_PROVED);
}

static void a_control_that_libpam_cannot_read(void **state)
{
	ON_BENCH(state, "");
	assert_culprit(&bench, "auth require pam_unix.so\nauth required pam_mfa.so\n",
		       MFA_ADVISORY_MISSPELT, 1);
	assert_culprit(
		&bench,
		"auth required pam_unix.so\nauth [done=ok default=bad] pam_mfa.so\n",
		MFA_ADVISORY_MISSPELT, 2);
}

static void a_line_that_libpam_cannot_read(void **state)
{
	ON_BENCH(state, "");
	assert_culprit(&bench, BOTH "auth include gone\n", MFA_ADVISORY_BAD_LINE, 3);
	assert_culprit(&bench, BOTH "auth required\n", MFA_ADVISORY_BAD_LINE, 3);
	assert_culprit(&bench, "authx required pam_unix.so\nauth required pam_mfa.so\n",
		       MFA_ADVISORY_BAD_LINE, 1);
}

static void a_module_that_is_not_there(void **state)
{
	ON_BENCH(state, "");
	bench.inspector.knows_modules = true;
	assert_int_equal(mfa_strings_add(&bench.inspector.modules, "pam_unix.so"),
			 MFA_OK);
	assert_int_equal(mfa_strings_add(&bench.inspector.modules, "pam_mfa.so"), MFA_OK);
	assert_culprit(&bench, "auth required pam_unix.so\nauth required pam_mfa\n",
		       MFA_ADVISORY_NO_FILE, 2);
	assert_int_equal(judge(&bench, "login", BOTH "auth optional pam_gone.so\n"),
			 MFA_GRADE_PROVED);
}

static void a_zone_or_a_configuration_that_is_not_there(void **state)
{
	ON_BENCH(state, "");
	assert_culprit(&bench,
		       "auth required pam_unix.so\nauth required pam_mfa.so zone=none\n",
		       MFA_ADVISORY_NO_ZONE, 2);
	assert_culprit(&bench,
		       "auth required pam_unix.so\n"
		       "auth required pam_mfa.so conf=/nowhere/mfa.conf\n",
		       MFA_ADVISORY_NO_CONFIG, 2);
}

static void the_account_phase_keeps_people_out_as_well(void **state)
{
	ON_BENCH(state, "");
	assert_culprit(&bench, BOTH "account required pam_mfa.so nullok\n",
		       MFA_ADVISORY_BAD_ARGUMENT, 3);
	assert_int_equal(bench.result.facility, MFA_FACILITY_ACCOUNT);
}

/* A locker opens no session: its people get in. */
static void so_does_a_session_that_cannot_be_opened(void **state)
{
	static const char lines[] = BOTH "session require pam_unix.so\n";
	ON_BENCH(state, "");
	assert_culprit(&bench, lines, MFA_ADVISORY_MISSPELT, 3);
	assert_int_equal(bench.result.facility, MFA_FACILITY_SESSION);
	assert_int_equal(judge(&bench, "i3lock", lines), MFA_GRADE_PROVED);
	assert_int_equal(judge(&bench, "login",
			       BOTH "session required pam_unix.so\n"
				    "session optional pam_mfa.so nullok\n"),
			 MFA_GRADE_PROVED);
}

/* A mistake that keeps nobody out is not blamed for one that does. */
static void the_line_that_matters_is_named(void **state)
{
	ON_BENCH(state, "");
	assert_culprit(&bench,
		       "auth optional pam_mfa.so nullok\nauth require pam_unix.so\n"
		       "auth required pam_mfa.so\n",
		       MFA_ADVISORY_MISSPELT, 2);
	/* both matter: with one of them put right it is still closed */
	assert_culprit(&bench,
		       "auth require pam_unix.so\nauth required pam_mfa.so nullok\n",
		       MFA_ADVISORY_BAD_ARGUMENT, 2);
}

static void what_denies_on_purpose_is_no_mistake(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login", "auth required pam_deny.so\n"),
			 MFA_GRADE_PROVED);
	assert_true(has_note(&bench, MFA_ADVISORY_NOBODY));
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_deny.so\nauth require pam_unix.so\n"),
			 MFA_GRADE_PROVED);
	assert_true(has_note(&bench, MFA_ADVISORY_NOBODY));
	assert_null(bench.result.culprit);
}

/* Who is root already is in, and everybody else is not. */
static void root_is_not_everybody(void **state)
{
	static const char lines[] = "auth sufficient pam_rootok.so\n"
				    "auth required pam_unix.so\n"
				    "auth required pam_mfa.so nullok\n";
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "su", lines), MFA_GRADE_LOCKED_OUT);
	assert_int_equal(bench.result.culprit->number, 3);
}

static void a_way_around_is_worse(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login",
			       "auth sufficient pam_unix.so\n"
			       "auth required pam_mfa.so nullok\n"),
			 MFA_GRADE_BYPASS);
	assert_true(has_note(&bench, MFA_ADVISORY_BAD_ARGUMENT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(an_argument_that_pam_mfa_does_not_know),
		in_sandbox(a_control_that_libpam_cannot_read),
		in_sandbox(a_line_that_libpam_cannot_read),
		in_sandbox(a_module_that_is_not_there),
		in_sandbox(a_zone_or_a_configuration_that_is_not_there),
		in_sandbox(the_account_phase_keeps_people_out_as_well),
		in_sandbox(so_does_a_session_that_cannot_be_opened),
		in_sandbox(the_line_that_matters_is_named),
		in_sandbox(what_denies_on_purpose_is_no_mistake),
		in_sandbox(root_is_not_everybody),
		in_sandbox(a_way_around_is_worse),
	};
	return group_main("lockout_cause", tests);
}
