/* SPDX-License-Identifier: BSD-2-Clause */
/* What mfa-authd tells programs that are not root (begin.c, gate.c, inquire.c): all about
 * the user that they run as, and nothing about anybody else. */
#include "begin.h"

#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "desk_fixture.h"

/* A user whom every system has. */
static const char user[] = "daemon";

static struct desk_fixture at;
static uid_t uid;

static int setup(void **state MFA_UNUSED)
{
	const struct passwd *entry = getpwnam(user);
	assert_non_null(entry);
	uid = entry->pw_uid;
	desk_fixture_open(&at, "gate = test");
	enroll(at.host.host.store, user, &totp_spec, 1);
	desk_fixture_connect(&at, uid);
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	desk_fixture_close(&at);
	return 0;
}

#define as_user(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static struct steps_login login_of(const char *name)
{
	return (struct steps_login){ .user = name, .service = "test" };
}

static void begin_login(const char *name)
{
	const struct steps_login login = login_of(name);
	desk_fixture_begin(&at, &login);
}

/* The user can have it as often as it likes: no worker is replaced for it. */
static void assert_refused(void)
{
	assert_int_equal(module_end_take_verdict(&at.module), MFA_UNAVAILABLE);
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_false(at.desk.is_worn);
}

static void it_may_check_the_user_that_it_runs_as(void **state MFA_UNUSED)
{
	begin_login(user);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
	desk_fixture_reply(&at, desk_fixture_code().text);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_ALLOW);
	/* a program that may be anything has an event of its own */
	desk_fixture_assert_line(&at, "\"event\":\"verify\"");
}

static void it_learns_nothing_about_others(void **state MFA_UNUSED)
{
	static const char *const others[] = { "root", "nobody-here", "" };
	for (size_t i = 0; i < MFA_COUNT(others); i++) {
		desk_fixture_connect(&at, uid);
		begin_login(others[i]);
		assert_refused();
	}
	assert_false(desk_fixture_has_trail(&at));
}

static void it_chooses_no_configuration(void **state MFA_UNUSED)
{
	struct steps_login login = login_of(user);
	login.config = "/nowhere/mfa.conf";
	desk_fixture_begin(&at, &login);
	assert_refused();
	/* nor in a process that serves one login alone */
	at.desk.is_once = true;
	desk_fixture_connect(&at, uid);
	desk_fixture_begin(&at, &login);
	assert_refused();
	assert_null(strstr(desk_config(&at.desk), "nowhere"));
}

static void its_own_account_phase_is_no_affair_of_the_gate(void **state MFA_UNUSED)
{
	struct steps_login login = login_of(user);
	login.is_account = true;
	desk_fixture_begin(&at, &login);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_EXEMPT);
	login.user = "root";
	desk_fixture_connect(&at, uid);
	desk_fixture_begin(&at, &login);
	assert_refused();
}

/* That auth was passed is root's word alone. */
static void it_is_not_believed_that_it_passed_auth(void **state MFA_UNUSED)
{
	struct steps_login login = login_of("root");
	login.is_account = true;
	login.has_passed = true;
	login.passed_uid = "0";
	desk_fixture_begin(&at, &login);
	assert_refused();
}

static void it_learns_nothing_of_the_service(void **state MFA_UNUSED)
{
	desk_fixture_send(&at, MFA_AUTHD_INQUIRE, "", 0);
	assert_int_equal(module_end_take(&at.module), 0);
	assert_int_equal(at.visit.wait, VISIT_END);
}

/* One more name for the user id in a mount namespace of this test's own. */
static void add_name(const char *name)
{
	char *accounts = read_text("/etc/passwd");
	char *more = NULL;
	const char *path = path_in(&at.host.box, "passwd");
	assert_true(asprintf(&more, "%s%s:x:%u:%u::/:/bin/sh\n", accounts, name,
			     (unsigned)uid, (unsigned)uid) > 0);
	write_text(path, more);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount(path, "/etc/passwd", "none", MS_BIND, NULL), 0);
	free(more);
	free(accounts);
}

static void a_name_that_shares_its_user_id_is_refused(void **state MFA_UNUSED)
{
	add_name("taro");
	enroll(at.host.host.store, "taro", &totp_spec, 1);
	begin_login("taro");
	assert_int_equal(module_end_take_verdict(&at.module), MFA_DENY);
	desk_fixture_assert_line(&at, "\"reason\":\"uid-shared\"");
	assert_int_equal(at.visit.wait, VISIT_END);
	assert_int_equal(umount2("/etc/passwd", MNT_DETACH), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		as_user(it_may_check_the_user_that_it_runs_as),
		as_user(it_learns_nothing_about_others),
		as_user(it_chooses_no_configuration),
		as_user(its_own_account_phase_is_no_affair_of_the_gate),
		as_user(it_is_not_believed_that_it_passed_auth),
		as_user(it_learns_nothing_of_the_service),
		as_user(a_name_that_shares_its_user_id_is_refused),
	};
	return root_group_main("user_programs", tests);
}
