/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/system/origin.c: what proves that a person is at this machine. */
#include "mfa/origin.h"

#include <string.h>

#include "support.h"

/* Facts of one process, changed by each test. */
static struct origin su_in_session(void)
{
	return (struct origin){
		.real_uid = 1000,
		.has_logind = true,
		.is_in_scope = true,
		.session = { .is_there = true,
			     .is_by_root = true,
			     .id = "3",
			     .seat = "seat0",
			     .vt = 7 },
		.is_audited = true,
		.audit_session = 3,
	};
}

static struct origin login_at_console(void)
{
	return (struct origin){ .has_logind = true, .is_in_service = true, .vt = 1 };
}

static struct origin lightdm_behind_greeter(void)
{
	return (struct origin){
		.has_logind = true,
		.is_in_service = true,
		.greeter = { .is_there = true,
			     .is_by_root = true,
			     .id = "c1",
			     .seat = "seat0",
			     .vt = 7,
			     .display = ":0",
			     .is_greeter = true },
	};
}

static const struct origin_claims nothing = { .host = "hall-1.example" };
static const struct origin_claims screen = { .display = ":0" };

static bool is_local(struct origin origin)
{
	return origin_proves_local(&origin, &nothing);
}

static void a_program_in_a_session_at_a_seat_is_local(void **state MFA_UNUSED)
{
	struct origin su = su_in_session();
	assert_true(is_local(su));
	su.session.vt = 0;
	assert_true(is_local(su));
	su.session.vt = 2;
	su.session.seat[0] = '\0';
	assert_true(is_local(su));
	su.session.vt = 0;
	assert_false(is_local(su)); /* as VNC's and xrdp's */
	su.real_uid = 0;	    /* su by root, in a session of somebody's */
	assert_false(is_local(su));
}

static void a_session_from_elsewhere_is_not(void **state MFA_UNUSED)
{
	struct origin su = su_in_session();
	su.session.is_remote = true;
	assert_false(is_local(su));
	su = su_in_session();
	su.session.is_there = false;
	assert_false(is_local(su));
	su = su_in_session();
	su.session.is_by_root = false; /* su had it made */
	assert_false(is_local(su));
	su = su_in_session();
	su.session.is_greeter = true;
	assert_false(is_local(su));
}

/* Who is put into the scope of another's session has not its number. */
static void the_audit_session_must_be_the_same(void **state MFA_UNUSED)
{
	struct origin su = su_in_session();
	su.audit_session = 4;
	assert_false(is_local(su));
	su.is_audited = false;
	assert_false(is_local(su));
	(void)strcpy(su.session.id, "c3"); /* a kernel that numbers none */
	assert_true(is_local(su));
	su.is_audited = true;
	assert_false(is_local(su));
	su = su_in_session();
	(void)strcpy(su.session.id, "3x");
	assert_false(is_local(su));
}

static void what_is_outside_of_sessions_is_not_local(void **state MFA_UNUSED)
{
	struct origin other = su_in_session();
	other.is_in_scope = false; /* at, cron, user@1000.service */
	assert_false(is_local(other));
	other.is_in_service = true; /* sesman, saslauthd, a VNC server */
	other.real_uid = 0;
	assert_false(is_local(other));
	other.vt_above = 1; /* counts where there is no logind */
	assert_false(is_local(other));
}

static void a_login_at_a_console_is_local(void **state MFA_UNUSED)
{
	struct origin login = login_at_console();
	assert_true(is_local(login));
	login.vt = 0; /* a serial line, a pseudo-terminal */
	assert_false(is_local(login));
	login = login_at_console();
	login.real_uid = 1000; /* user@1000.service with a terminal */
	assert_false(is_local(login));
	login = login_at_console();
	login.is_in_scope = true; /* of a remote session, by root */
	assert_false(is_local(login));
}

static void behind_a_greeter_of_a_seat_is_local(void **state MFA_UNUSED)
{
	struct origin lightdm = lightdm_behind_greeter();
	assert_true(origin_proves_local(&lightdm, &screen));
	assert_false(origin_proves_local(&lightdm, &nothing));
	const struct origin_claims other = { .display = ":1" }; /* its VNC server's */
	assert_false(origin_proves_local(&lightdm, &other));
	lightdm.greeter.seat[0] = '\0';
	lightdm.greeter.vt = 0;
	assert_false(origin_proves_local(&lightdm, &screen));
	lightdm = lightdm_behind_greeter();
	lightdm.greeter.is_remote = true;
	assert_false(origin_proves_local(&lightdm, &screen));
	lightdm = lightdm_behind_greeter();
	lightdm.greeter.is_greeter = false;
	assert_false(origin_proves_local(&lightdm, &screen));
	lightdm = lightdm_behind_greeter();
	lightdm.real_uid = 1000;
	assert_false(origin_proves_local(&lightdm, &screen));
	lightdm = lightdm_behind_greeter();
	lightdm.is_in_service = false;
	assert_false(origin_proves_local(&lightdm, &screen));
}

static void without_logind_a_virtual_terminal_counts(void **state MFA_UNUSED)
{
	struct origin su = { .real_uid = 1000 };
	assert_false(is_local(su));
	su.vt_above = 2;
	assert_true(is_local(su));
	su.vt_above = 0;
	su.vt = 1;
	assert_true(is_local(su));
	/* what would be proofs by logind are none */
	struct origin session = su_in_session();
	session.has_logind = false;
	assert_false(is_local(session));
}

static bool is_local_naming(struct origin origin, const char *rhost)
{
	const struct origin_claims claims = { .rhost = rhost, .host = "hall-1.example" };
	return origin_proves_local(&origin, &claims);
}

static void a_locker_may_name_this_machine(void **state MFA_UNUSED)
{
	static const char *const own[] = {
		"localhost", "LOCALHOST", "127.0.0.1",	    "::1",   ":0",
		":0.0",	     "hall-1",	  "hall-1.example", "Hall-1"
	};
	static const char *const others[] = { "192.0.2.1",
					      "hall-2",
					      "hall-1.other.example",
					      "hall",
					      "2001:db8::1",
					      "localhost.example",
					      "127.0.0.1.example",
					      "local" };
	for (size_t i = 0; i < MFA_COUNT(own); i++)
		if (!is_local_naming(su_in_session(), own[i]))
			fail_msg("%s", own[i]);
	for (size_t i = 0; i < MFA_COUNT(others); i++)
		if (is_local_naming(su_in_session(), others[i]))
			fail_msg("%s", others[i]);
	struct origin elsewhere = su_in_session();
	elsewhere.session.is_remote = true;
	assert_false(is_local_naming(elsewhere, "localhost"));
}

/* sshd at the end of a tunnel, also one that root started in a session at the machine. */
static void a_service_of_the_network_may_not(void **state MFA_UNUSED)
{
	struct origin sshd = su_in_session();
	sshd.real_uid = 0;
	assert_false(is_local_naming(sshd, "127.0.0.1"));
	assert_false(is_local_naming(login_at_console(), "localhost"));
	struct origin lightdm = lightdm_behind_greeter();
	const struct origin_claims claims = { .rhost = "localhost", .display = ":0" };
	assert_false(origin_proves_local(&lightdm, &claims));
}

/* A VNC server that somebody runs in a session at the seat. */
/* sshd's logins need no look at /proc. */
static void whose_claims_rule_it_out_is_not_looked_at(void **state MFA_UNUSED)
{
	const struct origin_claims sshd = { .service = "sshd" };
	const struct origin_claims far = { .service = "su", .rhost = "192.0.2.1" };
	const struct origin_claims named = { .service = "su",
					     .rhost = "localhost",
					     .host = "here" };
	const struct origin_claims login = { .service = "login", .rhost = "" };
	assert_false(origin_may_be_local(0, &sshd));
	assert_false(origin_may_be_local(1000, &sshd));
	assert_false(origin_may_be_local(1000, &far));
	assert_false(origin_may_be_local(0, &named));
	assert_true(origin_may_be_local(1000, &named));
	assert_true(origin_may_be_local(0, &login));
}

static void what_serves_others_is_never_local(void **state MFA_UNUSED)
{
	static const char *const services[] = { "vnc",	       "tigervnc", "x0vncserver",
						"xrdp-sesman", "imap",	   "sshd",
						"vsftpd" };
	static const char *const others[] = { "su",	     "sudo", "i3lock",
					      "common-auth", "",     NULL };
	const struct origin su = su_in_session();
	for (size_t i = 0; i < MFA_COUNT(services); i++) {
		const struct origin_claims claims = { .service = services[i] };
		assert_false(origin_proves_local(&su, &claims));
	}
	for (size_t i = 0; i < MFA_COUNT(others); i++) {
		const struct origin_claims claims = { .service = others[i] };
		assert_true(origin_proves_local(&su, &claims));
	}
}

static void a_place_is_kept_by_what_no_program_says(void **state MFA_UNUSED)
{
	struct origin su = su_in_session();
	struct origin login = login_at_console();
	struct origin lightdm = lightdm_behind_greeter();
	assert_true(origin_is_here(&su) && origin_is_here(&login));
	assert_true(origin_is_here(&lightdm)); /* whose display is not known yet */
	su.session.is_remote = true;
	login.vt = 0; /* as of sshd */
	lightdm.greeter.seat[0] = '\0';
	lightdm.greeter.vt = 0;
	assert_false(origin_is_here(&su) || origin_is_here(&login));
	assert_false(origin_is_here(&lightdm));
	lightdm = lightdm_behind_greeter();
	lightdm.real_uid = 1000;
	assert_false(origin_is_here(&lightdm));
	const struct origin without = { .vt_above = 2 };
	const struct origin nowhere = { .real_uid = 0 };
	assert_true(origin_is_here(&without));
	assert_false(origin_is_here(&nowhere));
}

static void su_to_somebody_else_is_not_in_the_own_session(void **state MFA_UNUSED)
{
	struct origin su = su_in_session();
	su.session.uid = 1000;
	assert_true(origin_is_own(&su, 1000));
	assert_false(origin_is_own(&su, 1001));
	assert_false(origin_is_own(&su, 0));
	su.real_uid = 0; /* sudo su, by root of that session */
	assert_false(origin_is_own(&su, 1001));
	su.session.is_there = false;
	assert_false(origin_is_own(&su, 1000));
	struct origin login = login_at_console();
	assert_true(origin_is_own(&login, 1001));
	struct origin without = { .real_uid = 1000, .vt_above = 1 };
	assert_true(origin_is_own(&without, 1000));
	assert_false(origin_is_own(&without, 1001));
}

static void nothing_proves_nothing(void **state MFA_UNUSED)
{
	assert_false(is_local((struct origin){ .has_logind = true }));
	assert_false(is_local((struct origin){ .has_logind = false }));
	const struct origin_claims empty = { .rhost = "" };
	struct origin su = su_in_session();
	assert_true(origin_proves_local(&su, &empty));
	assert_false(is_local_naming(su, "hall-1x"));
	const struct origin_claims no_host = { .rhost = "hall-1" };
	assert_false(origin_proves_local(&su, &no_host));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_in_a_session_at_a_seat_is_local),
		cmocka_unit_test(a_session_from_elsewhere_is_not),
		cmocka_unit_test(the_audit_session_must_be_the_same),
		cmocka_unit_test(what_is_outside_of_sessions_is_not_local),
		cmocka_unit_test(a_login_at_a_console_is_local),
		cmocka_unit_test(behind_a_greeter_of_a_seat_is_local),
		cmocka_unit_test(without_logind_a_virtual_terminal_counts),
		cmocka_unit_test(a_locker_may_name_this_machine),
		cmocka_unit_test(a_service_of_the_network_may_not),
		cmocka_unit_test(whose_claims_rule_it_out_is_not_looked_at),
		cmocka_unit_test(what_serves_others_is_never_local),
		cmocka_unit_test(a_place_is_kept_by_what_no_program_says),
		cmocka_unit_test(su_to_somebody_else_is_not_in_the_own_session),
		cmocka_unit_test(nothing_proves_nothing),
	};
	return group_main("origin", tests);
}
