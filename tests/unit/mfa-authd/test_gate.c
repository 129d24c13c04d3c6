/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/gate.c, of root's programs. */
#include "gate.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "desk_fixture.h"

static struct desk_fixture at;

static int setup(void **state MFA_UNUSED)
{
	desk_fixture_open(&at, "gate = test");
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	desk_fixture_close(&at);
	return 0;
}

#define at_gate(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* passed_uid: NULL: auth was not passed. */
static enum mfa_verdict ask_gate(const char *service, const char *user,
				 const char *passed_uid)
{
	const struct steps_login login = { .user = user,
					   .service = service,
					   .is_account = true,
					   .has_passed = passed_uid != NULL,
					   .passed_uid = passed_uid };
	desk_fixture_connect(&at, 0);
	desk_fixture_begin(&at, &login);
	assert_int_equal(at.visit.wait, VISIT_END); /* nothing can follow */
	return module_end_take_verdict(&at.module);
}

static void who_skipped_auth_is_refused_and_recorded(void **state MFA_UNUSED)
{
	assert_int_equal(ask_gate("test", "root", NULL), MFA_DENY);
	desk_fixture_assert_line(&at, "\"event\":\"account\"");
	desk_fixture_assert_line(&at, "\"reason\":\"auth-not-passed\"");
	assert_false(at.desk.is_worn);
}

static void who_passed_auth_is_not_stopped(void **state MFA_UNUSED)
{
	assert_int_equal(ask_gate("test", "root", "0"), MFA_EXEMPT);
	assert_false(desk_fixture_has_trail(&at));
}

/* The program changed the user in between. */
static void that_another_account_passed_does_not_count(void **state MFA_UNUSED)
{
	struct mfa_authd_begin begin = {
		.phase = MFA_AUTHD_ACCOUNT,
		.user = "root",
		.service = "test",
		.tty = "",
		.rhost = "",
		.display = "",
		.peer = "",
		.config = "",
		.zone = "",
		.locale = "",
		.charset = "",
		.passed_as = "daemon",
		.passed = "daemon",
		.passed_uid = "1",
	};
	unsigned char payload[MFA_PACKET_SIZE];
	size_t len = 0;
	assert_int_equal(mfa_authd_pack_begin(&begin, payload, &len), MFA_OK);
	desk_fixture_send(&at, MFA_AUTHD_BEGIN, payload, len);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_DENY);
}

static void services_without_a_gate_are_not_looked_at(void **state MFA_UNUSED)
{
	assert_int_equal(ask_gate("cron", "root", NULL), MFA_EXEMPT);
	assert_int_equal(ask_gate("cron", "nobody-here", NULL), MFA_EXEMPT);
	assert_false(at.visit.is_identified);
}

static void an_unknown_user_is_refused(void **state MFA_UNUSED)
{
	assert_int_equal(ask_gate("test", "nobody-here", NULL), MFA_DENY);
	/* it may be a password */
	char *trail = read_text(path_in(&at.host.box, "audit.jsonl"));
	assert_null(strstr(trail, "nobody-here"));
	free(trail);
}

/* There is nobody to let in because of it. */
static void a_refusal_without_a_trail_is_one(void **state MFA_UNUSED)
{
	assert_int_equal(mkdir(path_in(&at.host.box, "audit.jsonl"), 0700), 0);
	assert_int_equal(ask_gate("test", "root", NULL), MFA_DENY);
	assert_int_equal(ask_gate("test", "root", "0"), MFA_EXEMPT);
}

static void an_outage_is_no_exemption(void **state MFA_UNUSED)
{
	write_text(path_in(&at.host.box, "mfa.conf"), "[host]\nzzz = 1\n");
	assert_int_equal(ask_gate("test", "root", "0"), MFA_UNAVAILABLE);
	assert_true(at.desk.is_worn);
	assert_int_equal(ask_gate("cron", "nobody-here", NULL), MFA_UNAVAILABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		at_gate(who_skipped_auth_is_refused_and_recorded),
		at_gate(who_passed_auth_is_not_stopped),
		at_gate(that_another_account_passed_does_not_count),
		at_gate(services_without_a_gate_are_not_looked_at),
		at_gate(an_unknown_user_is_refused),
		at_gate(a_refusal_without_a_trail_is_one),
		at_gate(an_outage_is_no_exemption),
	};
	return group_main("gate", tests);
}
