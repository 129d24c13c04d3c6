/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/begin.c, of root's programs; those of users are in
 * test_user_programs.c. */
#include "begin.h"

#include <string.h>
#include <unistd.h>

#include "desk_fixture.h"

static struct desk_fixture at;

static int setup(void **state MFA_UNUSED)
{
	desk_fixture_open(&at, "");
	return 0;
}

static int setup_off(void **state MFA_UNUSED)
{
	desk_fixture_open(&at,
			  "services = test\n[zone hall]\nservices = hall\nmfa = off");
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	desk_fixture_close(&at);
	return 0;
}

#define at_desk(test)	  cmocka_unit_test_setup_teardown(test, setup, teardown)
#define at_off_desk(test) cmocka_unit_test_setup_teardown(test, setup_off, teardown)

static const struct steps_login login = { .user = "root", .service = "test" };

static void the_program_decides_whether_texts_are_japanese(void **state MFA_UNUSED)
{
	static const struct {
		const char *locale;
		const char *charset;
		bool is_japanese;
	} cases[] = { { "ja_JP.UTF-8", "UTF-8", true },
		      { "ja", "UTF-8", true },
		      { "ja_JP.eucJP", "EUC-JP", true },
		      { "ja_JP.SJIS", "SHIFT_JIS", true },
		      { "en_US.UTF-8", "UTF-8", false },
		      { "C", "ANSI_X3.4-1968", false },
		      { "", "", false },
		      { "ja_JP", "ANSI_X3.4-1968", false } };
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		const struct mfa_authd_begin begin = { .locale = cases[i].locale,
						       .charset = cases[i].charset };
		assert_int_equal(begin_wants_japanese(&begin), cases[i].is_japanese);
	}
}

static void what_is_said_of_the_login_is_kept(void **state MFA_UNUSED)
{
	const struct steps_login all = { .user = "root",
					 .service = "test",
					 .has_passed = true,
					 .passed_uid = "12",
					 .wants_password = true,
					 .may_explain = true,
					 .is_debug = true };
	desk_fixture_begin(&at, &all);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
	const struct visit_claims *claims = &at.visit.claims;
	assert_string_equal(claims->user, "root");
	assert_string_equal(claims->service, "test");
	assert_true(claims->has_passed && claims->has_passed_uid);
	assert_int_equal(claims->passed_uid, 12);
	assert_true(claims->wants_password && claims->may_explain && claims->is_debug);
	assert_false(claims->is_japanese);
	assert_string_equal(at.visit.facts.zone, "main");
}

/* It is nobody's, and not root's. */
static void what_is_no_user_id_is_nobodys(void **state MFA_UNUSED)
{
	static const char *const texts[] = { "x", "-1", "4294967295", "1x" };
	for (size_t i = 0; i < MFA_COUNT(texts); i++) {
		struct steps_login passed = login;
		passed.has_passed = true;
		passed.passed_uid = texts[i];
		desk_fixture_connect(&at, 0);
		desk_fixture_begin(&at, &passed);
		assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
		assert_true(at.visit.claims.has_passed_uid);
		assert_int_equal(at.visit.claims.passed_uid, UINT32_MAX);
	}
}

static void who_reads_another_configuration_is_sent_elsewhere(void **state MFA_UNUSED)
{
	struct steps_login other = login;
	other.config = "/nowhere/mfa.conf";
	desk_fixture_begin(&at, &other);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ONCE);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_false(at.desk.is_worn);
}

static void the_services_own_configuration_may_be_named(void **state MFA_UNUSED)
{
	struct steps_login own = login;
	own.config = path_in(&at.host.box, "mfa.conf");
	desk_fixture_begin(&at, &own);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
}

static void a_zone_without_mfa_asks_nothing(void **state MFA_UNUSED)
{
	const struct steps_login hall = { .user = "root", .service = "hall" };
	desk_fixture_begin(&at, &hall);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_EXEMPT);
	/* the module may refuse after all: the account may be another by now */
	assert_int_equal(at.visit.wait, VISIT_VERDICT);
}

static void a_configuration_that_cannot_be_read_refuses(void **state MFA_UNUSED)
{
	write_text(path_in(&at.host.box, "mfa.conf"), "[host]\nzzz = 1\n");
	desk_fixture_begin(&at, &login);
	/* it is told, as it is nobody's secret */
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ERROR);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_UNAVAILABLE);
	assert_true(at.desk.is_worn);
}

static void a_configuration_that_breaks_at_the_question_refuses(void **state MFA_UNUSED)
{
	desk_fixture_begin(&at, &login);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
	write_text(path_in(&at.host.box, "mfa.conf"), "[host]\nzzz = 1\n");
	desk_fixture_reply(&at, desk_fixture_code().text);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_UNAVAILABLE);
	assert_int_equal(at.visit.wait, VISIT_END);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_program_decides_whether_texts_are_japanese),
		at_desk(what_is_said_of_the_login_is_kept),
		at_desk(what_is_no_user_id_is_nobodys),
		at_desk(who_reads_another_configuration_is_sent_elsewhere),
		at_desk(the_services_own_configuration_may_be_named),
		at_off_desk(a_zone_without_mfa_asks_nothing),
		at_desk(a_configuration_that_cannot_be_read_refuses),
		at_desk(a_configuration_that_breaks_at_the_question_refuses),
	};
	return group_main("begin", tests);
}
