/* SPDX-License-Identifier: BSD-2-Clause */
/* The reader of origins/, and that what it must hold is there. */
#include "origins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* The folder of the captured files: the test program's first argument. */
static const char *folder;

#define BEGIN                                    \
	"program = su\nversion = util-linux 2\n" \
	"captured = by hand\nexpected = local\n" \
	"phase = auth\nservice = su\nrhost = \n"
#define PLACE                                                       \
	"real_uid = 1001\neffective_uid = 0\nsaved_uid = 0\n"       \
	"cgroup = 0::/user.slice/user-1001.slice/session-4.scope\n" \
	"loginuid = 4294967295\nsessionid = 4\nterminal = 4:2\n"    \
	"process = 20 su\n"

static void reads_items_and_ids(void **state)
{
	struct captured origin;
	(void)state;
	assert_int_equal(captured_parse(BEGIN "tty = /dev/tty2\n" PLACE, &origin), 0);
	assert_string_equal(origin.program, "su");
	assert_true(origin.is_local);
	assert_string_equal(origin.tty, "/dev/tty2");
	assert_int_equal(origin.real_uid, 1001);
	assert_int_equal(origin.effective_uid, 0);
	assert_int_equal(origin.loginuid, CAPTURED_UNSET);
	assert_int_equal(origin.sessionid, 4);
	assert_int_equal(origin.terminal.major, 4);
	assert_int_equal(origin.terminal.minor, 2);
	assert_int_equal(origin.pid, 20);
	assert_string_equal(origin.process, "su");
	captured_done(&origin);
}

static void an_item_not_set_is_not_an_empty_one(void **state)
{
	struct captured origin;
	(void)state;
	assert_int_equal(captured_parse(BEGIN PLACE, &origin), 0);
	assert_string_equal(origin.rhost, "");
	assert_null(origin.tty);
	assert_null(origin.user);
	assert_null(origin.session.id);
	assert_null(origin.session.record);
	captured_done(&origin);
}

static void reads_parents_from_the_nearest_on(void **state)
{
	struct captured origin;
	(void)state;
	assert_int_equal(captured_parse(BEGIN PLACE
					"parent.1 = 9 1001 136:0 4 tmux: server\n"
					"parent.2 = 1 0 0:0 4294967295 systemd\n",
					&origin),
			 0);
	assert_int_equal(origin.n_parents, 2);
	assert_int_equal(origin.parents[0].pid, 9);
	assert_int_equal(origin.parents[0].uid, 1001);
	assert_int_equal(origin.parents[0].terminal.major, 136);
	assert_int_equal(origin.parents[0].audit_session, 4);
	assert_string_equal(origin.parents[0].name, "tmux: server");
	assert_int_equal(origin.parents[1].audit_session, CAPTURED_UNSET);
	captured_done(&origin);
}

static void a_record_is_as_logind_wrote_it(void **state)
{
	struct captured origin;
	(void)state;
	assert_int_equal(captured_parse(BEGIN PLACE
					"session.id = 4\nsession.UID = 1001\n"
					"session.REMOTE = 0\nsession.SEAT = seat0\n",
					&origin),
			 0);
	assert_string_equal(origin.session.id, "4");
	assert_string_equal(origin.session.record,
			    "# This is private data. Do not parse.\n"
			    "UID=1001\nREMOTE=0\nSEAT=seat0\n");
	captured_done(&origin);
}

static void keeps_greeters_apart(void **state)
{
	struct captured origin;
	(void)state;
	assert_int_equal(captured_parse(BEGIN PLACE
					"greeter.1.id = c1\ngreeter.1.SEAT = seat0\n"
					"greeter.1.leader_parent = 107\n"
					"greeter.2.id = c2\ngreeter.2.DISPLAY = :1\n",
					&origin),
			 0);
	assert_int_equal(origin.n_greeters, 2);
	assert_string_equal(origin.greeters[0].session.id, "c1");
	assert_non_null(strstr(origin.greeters[0].session.record, "\nSEAT=seat0\n"));
	assert_int_equal(origin.greeters[0].leader_parent, 107);
	assert_null(strstr(origin.greeters[1].session.record, "SEAT"));
	assert_int_equal(origin.greeters[1].leader_parent, 0);
	captured_done(&origin);
}

/* BEGIN has 7 lines, and PLACE 8. */
static const struct bad {
	const char *text;
	unsigned line;
} bad[] = {
	{ "", 1 },
	{ BEGIN, 8 },
	{ PLACE, 9 },
	{ BEGIN PLACE "tty = :0", 16 },
	{ BEGIN PLACE "tty\n", 16 },
	{ BEGIN PLACE "tty\nuser = taro\n", 16 },
	{ BEGIN PLACE "colour = red\n", 16 },
	{ BEGIN PLACE "service = su\n", 16 },
	{ BEGIN PLACE "process = 21 su\n", 16 },
	{ BEGIN PLACE "parent.2 = 1 0 0:0 4 systemd\n", 16 },
	{ BEGIN PLACE "parent.1 = 1 0 0 4 systemd\n", 16 },
	{ BEGIN PLACE "parent.1 = 1 -1 0:0 4 systemd\n", 16 },
	{ BEGIN PLACE "session.SEAT = seat0\n", 16 },
	{ BEGIN PLACE "session.id = 4\nsession.seat = seat0\n", 17 },
	{ BEGIN PLACE "greeter.2.id = c1\n", 16 },
	{ BEGIN PLACE "greeter.0.id = c1\n", 16 },
	{ BEGIN PLACE
	  "greeter.1.id = c1\ngreeter.1.SEAT = seat0\ngreeter.1.leader_parent = x\n",
	  18 },
	{ "program = su\nexpected = both\n", 2 },
	{ "real_uid = 4294967296\n", 1 },
	{ "real_uid = \n", 1 },
	{ "terminal = 4:2:1\n", 1 },
};

static void names_the_line_that_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct captured origin;
		unsigned line = captured_parse(bad[i].text, &origin);
		if (line != bad[i].line)
			fail_msg("line %u, not %u, of: %s", line, bad[i].line,
				 bad[i].text);
	}
}

static void loads_the_files_of_a_folder_by_name(void **state)
{
	struct sandbox *box = *state;
	struct origins origins;
	write_text(path_in(box, "su-b.txt"), BEGIN PLACE);
	write_text(path_in(box, "su-a.txt"), BEGIN PLACE);
	write_text(path_in(box, "README.md"), "no origin\n");
	origins_load(box->root, &origins);
	assert_int_equal(origins.count, 2);
	assert_string_equal(origins.list[0].name, "su-a");
	assert_string_equal(origins.list[1].name, "su-b");
	origins_done(&origins);
}

static bool has(const struct origins *origins, const char *program, bool is_local)
{
	for (size_t i = 0; i < origins->count; i++) {
		if (strcmp(origins->list[i].program, program) == 0 &&
		    origins->list[i].is_local == is_local)
			return true;
	}
	return false;
}

static void each_program_was_captured(void **state)
{
	static const char *const at_the_machine[] = {
		"login", "su",	   "sudo",	   "lightdm",	  "polkit-agent-helper-1",
		"vlock", "i3lock", "xscreensaver", "xsecurelock",
	};
	static const char *const elsewhere[] = {
		"sshd",
		"su",
		"sudo",
		"lightdm",
		"polkit-agent-helper-1",
		"vlock",
		"i3lock",
		"xrdp-sesman",
		"Xtigervnc",
		"saslauthd",
		"cockpit-session",
		"vsftpd",
	};
	struct origins origins;
	(void)state;
	origins_load(folder, &origins);
	for (size_t i = 0; i < sizeof at_the_machine / sizeof *at_the_machine; i++) {
		if (!has(&origins, at_the_machine[i], true))
			fail_msg("%s at the machine", at_the_machine[i]);
	}
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
		if (!has(&origins, elsewhere[i], false))
			fail_msg("%s from elsewhere", elsewhere[i]);
	}
	origins_done(&origins);
}

/* The chain of parents must not end early: what is decided by it would be decided by
 * less. */
static void each_chain_ends_at_process_1(void **state)
{
	struct origins origins;
	(void)state;
	origins_load(folder, &origins);
	for (size_t i = 0; i < origins.count; i++) {
		const struct captured *origin = &origins.list[i];
		if (origin->n_parents == 0 ||
		    origin->parents[origin->n_parents - 1].pid != 1)
			fail_msg("%s: the parents do not reach process 1", origin->name);
		if (origin->session.id != NULL && origin->session.record == NULL)
			fail_msg("%s: a session without a record", origin->name);
	}
	origins_done(&origins);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_items_and_ids),
		cmocka_unit_test(an_item_not_set_is_not_an_empty_one),
		cmocka_unit_test(reads_parents_from_the_nearest_on),
		cmocka_unit_test(a_record_is_as_logind_wrote_it),
		cmocka_unit_test(keeps_greeters_apart),
		cmocka_unit_test(names_the_line_that_is_wrong),
		in_sandbox(loads_the_files_of_a_folder_by_name),
		cmocka_unit_test(each_program_was_captured),
		cmocka_unit_test(each_chain_ends_at_process_1),
	};
	if (argc != 2)
		return 2;
	folder = argv[1];
	return group_main("origins", tests);
}
