/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/inspect.h"

#include <stdio.h>
#include <string.h>

#include "pam_bench.h"
#include "support.h"

static void password_and_code_are_proved(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login", BOTH), MFA_GRADE_PROVED);
	assert_int_equal(bench.result.advisory_count, 0);
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_mfa.so forward_pass\n"
			       "auth required pam_unix.so use_first_pass\n"),
			 MFA_GRADE_PROVED);
	assert_int_equal(bench.result.advisory_count, 0);
}

static void a_missing_factor_is_named(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login", "auth required pam_unix.so\n"),
			 MFA_GRADE_BYPASS);
	assert_int_equal(bench.result.proof.missing, MFA_HAD_CODE);
	assert_int_equal(judge(&bench, "login", "auth required pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
	assert_int_equal(bench.result.proof.missing, MFA_HAD_PASSWORD);
	assert_int_equal(bench.result.proof.step_count, 1);
}

static void a_service_without_lines_takes_those_of_other(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login", "account required pam_unix.so\n"),
			 MFA_GRADE_PROVED);
	assert_true(has_note(&bench, MFA_ADVISORY_NOBODY));
	mfa_inspection_done(&bench.result);
	assert_int_equal(mfa_inspect(&bench.inspector, NULL, &bench.result), MFA_OK);
	assert_int_equal(bench.result.grade, MFA_GRADE_PROVED);
}

static void what_pam_unix_cannot_answer_is_not_held_against_it(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login",
			       "auth [success=ok ignore=ignore default=bad] pam_unix.so\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_PROVED);
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_sss.so ignore_unknown_user\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_sss.so\nauth required pam_mfa.so\n"),
			 MFA_GRADE_PROVED);
}

static void rootok_is_roots_alone_where_pam_runs_with_the_callers_uid(void **state)
{
	static const char lines[] = "auth sufficient pam_rootok.so\n" BOTH;
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "su", lines), MFA_GRADE_PROVED_BUT_ROOT);
	assert_int_equal(judge(&bench, "login", lines), MFA_GRADE_BYPASS);
}

/* Whether it ever says "ignore" is not known: "required" passes that by. */
static void a_configured_module_checks_passwords(void **state)
{
	ON_BENCH(state, "[host]\nzone = main\npassword_modules = pam_site\n"
			"[zone main]\nservices = *\n");
	assert_int_equal(judge(&bench, "login",
			       "auth [success=ok default=bad] pam_site.so\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_PROVED);
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_site.so\nauth required pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
	assert_int_equal(judge(&bench, "login",
			       "auth [success=ok default=bad] pam_sites.so\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
}

static void zones_decide_what_is_covered(void **state)
{
	ON_BENCH(state, "[host]\nzone = main\n[zone open]\nmfa = off\nservices = cups\n"
			"[zone part]\nmfa = off\nservices = login\nusers = guest\n"
			"[zone main]\nservices = *\n");
	assert_int_equal(judge(&bench, "cups", "auth required pam_permit.so\n"),
			 MFA_GRADE_NOT_COVERED);
	assert_string_equal(bench.result.zone->name, "open");
	assert_int_equal(judge(&bench, "login", BOTH), MFA_GRADE_PROVED);
	assert_true(has_note(&bench, MFA_ADVISORY_PART_OFF));
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_unix.so\n"
			       "auth required pam_mfa.so zone=open\n"),
			 MFA_GRADE_NOT_COVERED);
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_unix.so\n"
			       "auth required pam_mfa.so zone=none\n"),
			 MFA_GRADE_LOCKED_OUT);
}

static void a_line_may_name_another_configuration(void **state)
{
	ON_BENCH(state, "");
	char lines[256];
	write_text(path_in(bench.box, "other.conf"),
		   "[host]\nzone = main\n[zone open]\nmfa = off\nservices = login\n"
		   "[zone main]\nservices = *\n");
	(void)snprintf(lines, sizeof lines,
		       "auth required pam_unix.so\nauth required pam_mfa.so conf=%s\n",
		       path_in(bench.box, "other.conf"));
	assert_int_equal(judge(&bench, "login", lines), MFA_GRADE_NOT_COVERED);
	assert_int_equal(judge(&bench, "sudo", lines), MFA_GRADE_PROVED);
	assert_int_equal(judge(&bench, "sudo",
			       "auth required pam_unix.so\n"
			       "auth required pam_mfa.so conf=/nowhere/mfa.conf\n"),
			 MFA_GRADE_LOCKED_OUT);
}

static void the_gate_is_proved_for_the_services_that_it_names(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "sshd",
			       BOTH "account required pam_mfa.so\n"
				    "account required pam_unix.so\n"),
			 MFA_GRADE_PROVED);
	assert_true(bench.result.is_gated && bench.result.is_gate_closed);
	assert_int_equal(judge(&bench, "sshd", BOTH "account required pam_unix.so\n"),
			 MFA_GRADE_BYPASS);
	assert_int_equal(bench.result.facility, MFA_FACILITY_ACCOUNT);
	assert_false(bench.result.is_gate_closed);
	assert_int_equal(judge(&bench, "login", BOTH "account required pam_unix.so\n"),
			 MFA_GRADE_PROVED);
	assert_false(bench.result.is_gated);
}

/* The name of such a zone, in the order of the notes; "" when there is none. */
static const char *ungated(const struct bench *bench, size_t wanted)
{
	for (size_t i = 0; i < bench->result.advisory_count; i++)
		if (bench->result.advisories[i].kind == MFA_ADVISORY_UNGATED &&
		    wanted-- == 0)
			return bench->result.advisories[i].zone->name;
	return "";
}

#define GATED BOTH "account required pam_mfa.so\naccount required pam_unix.so\n"

static void the_gate_has_to_be_in_every_zone_that_can_decide(void **state)
{
	ON_BENCH(state, "[host]\nzone = rest\n"
			"[zone keyed]\nusers = hanako\ngate =\n"
			"[zone cups]\nservices = cups\ngate =\n"
			"[zone far]\nservices = ss*\nrhosts = 192.0.2.0/24\n"
			"gate = lightdm\n"
			"[zone open]\nmfa = off\nusers = guest\n"
			"[zone rest]\nservices = s*\n"
			"[zone never]\nservices = *\ngate =\n");
	assert_int_equal(judge(&bench, "sshd", GATED), MFA_GRADE_BYPASS);
	assert_int_equal(bench.result.facility, MFA_FACILITY_ACCOUNT);
	assert_true(bench.result.is_gated && !bench.result.is_gate_closed);
	assert_string_equal(ungated(&bench, 0), "keyed");
	assert_string_equal(ungated(&bench, 1), "far");
	assert_string_equal(ungated(&bench, 2), "");
	/* no zone names the service: there is no gate to prove */
	assert_int_equal(judge(&bench, "su", GATED), MFA_GRADE_PROVED);
	assert_false(bench.result.is_gated);
}

static void the_gate_has_to_be_in_the_default_zone_as_well(void **state)
{
	ON_BENCH(state, "[host]\nzone = rest\n"
			"[zone keyed]\nusers = hanako\n"
			"[zone rest]\nservices = login\ngate =\n");
	assert_int_equal(judge(&bench, "sshd", GATED), MFA_GRADE_BYPASS);
	assert_string_equal(ungated(&bench, 0), "rest");
	assert_string_equal(ungated(&bench, 1), "");
}

static void a_line_that_names_a_zone_is_judged_by_its_gate(void **state)
{
	ON_BENCH(state, "[host]\nzone = rest\n"
			"[zone keyed]\nservices = cups\ngate =\n"
			"[zone rest]\nservices = *\n");
	assert_int_equal(judge(&bench, "sshd", GATED), MFA_GRADE_PROVED);
	assert_int_equal(judge(&bench, "sshd",
			       BOTH "account required pam_mfa.so zone=keyed\n"
				    "account required pam_unix.so\n"),
			 MFA_GRADE_BYPASS);
	assert_string_equal(ungated(&bench, 0), "keyed");
	assert_int_equal(
		judge(&bench, "sshd", GATED "account required pam_mfa.so zone=keyed\n"),
		MFA_GRADE_PROVED);
	assert_string_equal(ungated(&bench, 0), "");
}

static void the_zones_that_can_decide_are_listed(void **state)
{
	ON_BENCH(state, "[host]\nzone = rest\n"
			"[zone few]\nservices = login\nusers = hanako\n"
			"[zone cups]\nservices = cups\n"
			"[zone open]\nmfa = off\nusers = guest\n"
			"[zone rest]\nservices = *\n");
	assert_int_equal(judge(&bench, "login", BOTH), MFA_GRADE_PROVED);
	assert_int_equal(bench.result.zone_count, 2);
	assert_string_equal(bench.result.zones[0]->name, "few");
	assert_string_equal(bench.result.zones[1]->name, "rest");
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_unix.so\n"
			       "auth required pam_mfa.so zone=cups\n"),
			 MFA_GRADE_PROVED);
	assert_int_equal(bench.result.zone_count, 1);
	assert_string_equal(bench.result.zones[0]->name, "cups");
	assert_int_equal(judge(&bench, "login", "auth required pam_unix.so\n"),
			 MFA_GRADE_BYPASS);
	assert_int_equal(bench.result.zone_count, 0);
}

static void an_account_stack_that_lets_nobody_in_is_told(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "sshd", BOTH "account required pam_mfa.so\n"),
			 MFA_GRADE_PROVED);
	assert_true(has_note(&bench, MFA_ADVISORY_NOBODY));
	assert_int_equal(judge(&bench, "sshd", GATED), MFA_GRADE_PROVED);
	assert_false(has_note(&bench, MFA_ADVISORY_NOBODY));
}

/* The forms that pam-auth-update writes, with the profile of pam_mfa. */
static void a_cached_password_is_a_password_where_it_is_compared(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login",
			       "auth [success=1 default=ignore] pam_ccreds.so "
			       "action=validate use_first_pass\n"
			       "auth requisite pam_deny.so\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_PROVED);
	assert_int_equal(judge(&bench, "login",
			       "auth [success=1 default=ignore] pam_ccreds.so "
			       "action=store\n"
			       "auth requisite pam_deny.so\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
}

#define FINGER                                             \
	"auth [success=1 default=ignore] pam_fprintd.so\n" \
	"auth required pam_unix.so\nauth required pam_mfa.so\n"

static void no_finger_is_looked_at_for_who_comes_from_an_address(void **state)
{
	ON_BENCH(state, "[host]\nzone = main\n[zone main]\nservices = *\ngate =\n");
	bench.inspector.has_sshd_addresses = true;
	assert_int_equal(judge(&bench, "sshd", FINGER), MFA_GRADE_PROVED);
	assert_int_equal(judge(&bench, "login", FINGER), MFA_GRADE_BYPASS);
	assert_int_equal(bench.result.proof.missing, MFA_HAD_PASSWORD);
	bench.inspector.has_sshd_addresses = false;
	assert_int_equal(judge(&bench, "sshd", FINGER), MFA_GRADE_BYPASS);
}

/* Of the modules that go by this name, Red Hat's passes users by, Debian's fails them. */
static void a_kerberos_that_passes_users_by_proves_no_password(void **state)
{
	static const char lines[] = "auth required pam_krb5.so minimum_uid=1000\n"
				    "auth required pam_mfa.so\n";
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login", lines), MFA_GRADE_BYPASS);
	assert_int_equal(bench.result.proof.missing, MFA_HAD_PASSWORD);
	assert_int_equal(judge(&bench, "login",
			       "auth [success=ok default=bad] pam_krb5.so\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_PROVED);
	bench.inspector.is_debian = true;
	assert_int_equal(judge(&bench, "login", lines), MFA_GRADE_PROVED);
}

static void a_radius_server_checks_passwords_unless_it_is_asked_for_none(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_radius_auth.so\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_PROVED);
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_radius_auth.so localifdown\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_radius_auth.so skip_passwd\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
	assert_int_equal(bench.result.proof.missing, MFA_HAD_PASSWORD);
	assert_false(has_note(&bench, MFA_ADVISORY_UNKNOWN));
}

static void only_a_module_that_may_check_passwords_is_hinted_at(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login",
			       "auth [success=ok default=bad] pam_example.so\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
	assert_true(has_note(&bench, MFA_ADVISORY_UNKNOWN));
	assert_int_equal(judge(&bench, "login",
			       "auth [success=ok default=bad] pam_encfs.so\n"
			       "auth required pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
	assert_false(has_note(&bench, MFA_ADVISORY_UNKNOWN));
	/* with a password, what else is asked does not matter */
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_unix.so\n"
			       "auth optional pam_example.so\n"
			       "auth optional pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
	assert_int_equal(bench.result.proof.missing, MFA_HAD_CODE);
	assert_false(has_note(&bench, MFA_ADVISORY_UNKNOWN));
}

static void two_codes_for_one_login_are_told_of(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login", BOTH), MFA_GRADE_PROVED);
	assert_false(has_note(&bench, MFA_ADVISORY_ASKS_TWICE));
	assert_int_equal(judge(&bench, "login", BOTH "auth required pam_mfa.so\n"),
			 MFA_GRADE_PROVED);
	assert_true(has_note(&bench, MFA_ADVISORY_ASKS_TWICE));
	/* the second line is for those whom the first has refused */
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_unix.so\n"
			       "auth [success=1 default=ignore] pam_mfa.so\n"
			       "auth required pam_mfa.so\n"
			       "auth required pam_permit.so\n"),
			 MFA_GRADE_PROVED);
	assert_false(has_note(&bench, MFA_ADVISORY_ASKS_TWICE));
}

/* Password and code in one line leave no mark, and the gate refuses what has none. */
static void one_line_and_a_gate_keep_everybody_out(void **state)
{
	static const char lines[] = "auth required pam_mfa.so forward_pass\n"
				    "auth required pam_unix.so use_first_pass\n"
				    "account required pam_mfa.so\n"
				    "account required pam_unix.so\n";
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "sshd", lines), MFA_GRADE_LOCKED_OUT);
	assert_int_equal(bench.result.fault, MFA_ADVISORY_FORWARD_GATED);
	assert_int_equal(bench.result.culprit->number, 1);
	assert_int_equal(judge(&bench, "i3lock", lines), MFA_GRADE_PROVED);
}

/* The name of the file in which the advisory is; "": there is none. */
static const char *noted_file(const struct bench *bench, enum mfa_advisory_kind kind)
{
	for (size_t i = 0; i < bench->result.advisory_count; i++)
		if (bench->result.advisories[i].kind == kind)
			return strrchr(bench->result.advisories[i].line->file, '/');
	return "";
}

static void the_line_that_can_be_spared_is_the_services_own(void **state)
{
	static const char *const lines[] = {
		"@include common-auth\nauth required pam_mfa.so\n",
		"auth required pam_mfa.so\n@include common-auth\n",
	};
	ON_BENCH(state, "");
	(void)judge(&bench, "common-auth", BOTH);
	for (size_t i = 0; i < MFA_COUNT(lines); i++) {
		assert_int_equal(judge(&bench, "login", lines[i]), MFA_GRADE_PROVED);
		assert_string_equal(noted_file(&bench, MFA_ADVISORY_ASKS_TWICE),
				    "/login");
	}
}

static void programs_that_never_ask_are_no_login(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "cron", "auth required pam_permit.so\n"),
			 MFA_GRADE_NO_AUTH);
}

static void what_libpam_does_not_start_is_an_error(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login", "@include gone\n"), MFA_GRADE_ERROR);
	assert_non_null(strstr(bench.result.diag.text, "login:1"));
}

static void a_pam_mfa_of_another_folder_is_unknown(void **state)
{
	ON_BENCH(state, "");
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_unix.so\n"
			       "auth required /lib/security/pam_mfa.so\n"),
			 MFA_GRADE_PROVED);
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_unix.so\n"
			       "auth required "
			       "/usr/lib/x86_64-linux-gnu/security/pam_mfa.so\n"),
			 MFA_GRADE_PROVED);
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_unix.so\n"
			       "auth required /lib/../tmp/security/pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
	assert_true(has_note(&bench, MFA_ADVISORY_STRANGE_FILE));
}

static void without_a_configuration_pam_mfa_refuses(void **state)
{
	ON_BENCH(state, "");
	bench.inspector.config = NULL;
	assert_int_equal(judge(&bench, "login", BOTH), MFA_GRADE_LOCKED_OUT);
	assert_int_equal(bench.result.fault, MFA_ADVISORY_NO_CONFIG);
	assert_int_equal(judge(&bench, "login",
			       "auth required pam_unix.so\nauth optional pam_mfa.so\n"),
			 MFA_GRADE_BYPASS);
}

static void every_grade_and_note_has_a_word(void **state MFA_UNUSED)
{
	for (int i = 0; i <= MFA_GRADE_ERROR; i++)
		assert_true(strlen(mfa_grade_name((enum mfa_grade)i)) > 0);
	for (int i = 0; i <= MFA_ADVISORY_UNKNOWN; i++)
		assert_string_not_equal(mfa_advisory_name((enum mfa_advisory_kind)i),
					"?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(password_and_code_are_proved),
		in_sandbox(a_missing_factor_is_named),
		in_sandbox(a_service_without_lines_takes_those_of_other),
		in_sandbox(what_pam_unix_cannot_answer_is_not_held_against_it),
		in_sandbox(rootok_is_roots_alone_where_pam_runs_with_the_callers_uid),
		in_sandbox(a_configured_module_checks_passwords),
		in_sandbox(zones_decide_what_is_covered),
		in_sandbox(a_line_may_name_another_configuration),
		in_sandbox(the_gate_is_proved_for_the_services_that_it_names),
		in_sandbox(the_gate_has_to_be_in_every_zone_that_can_decide),
		in_sandbox(the_gate_has_to_be_in_the_default_zone_as_well),
		in_sandbox(a_line_that_names_a_zone_is_judged_by_its_gate),
		in_sandbox(the_zones_that_can_decide_are_listed),
		in_sandbox(an_account_stack_that_lets_nobody_in_is_told),
		in_sandbox(a_cached_password_is_a_password_where_it_is_compared),
		in_sandbox(no_finger_is_looked_at_for_who_comes_from_an_address),
		in_sandbox(a_kerberos_that_passes_users_by_proves_no_password),
		in_sandbox(a_radius_server_checks_passwords_unless_it_is_asked_for_none),
		in_sandbox(only_a_module_that_may_check_passwords_is_hinted_at),
		in_sandbox(programs_that_never_ask_are_no_login),
		in_sandbox(one_line_and_a_gate_keep_everybody_out),
		in_sandbox(two_codes_for_one_login_are_told_of),
		in_sandbox(the_line_that_can_be_spared_is_the_services_own),
		in_sandbox(what_libpam_does_not_start_is_an_error),
		in_sandbox(a_pam_mfa_of_another_folder_is_unknown),
		in_sandbox(without_a_configuration_pam_mfa_refuses),
		cmocka_unit_test(every_grade_and_note_has_a_word),
	};
	return group_main("inspect", tests);
}
