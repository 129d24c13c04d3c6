/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/devices/usb.c and mfa-usb: orders to the keys in the ports, through a process of
 * their own. */
#include "mfa/usb.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver_fixture.h"
#include "mfa/yubikey_otp.h"

enum {
	EMPTY_SERIAL = 5, /* of a key whose wanted slot is not programmed */
	LONG_MS = 60000,
	STOPPED_MS = 1500, /* in which it is stopped */
	LATE_MS = 15000,   /* for what comes soon, on a busy machine */
};

static const char *bad_path; /* the test program's third argument */

/* What an enrolment was told, in this order. */
struct stages {
	enum mfa_yubikey_stage told[8];
	size_t count;
	void (*act)(void *context, enum mfa_yubikey_stage stage); /* or NULL */
	void *context;
};

/* A fixture, and a folder with plug-in and mfa-usb. */
struct counter {
	struct driver_fixture fixture; /* first: fixture.h takes it for *state */
	struct sandbox box;
	struct stages stages;
};

static int setup(void **state)
{
	struct counter *counter = calloc(1, sizeof *counter);
	if (counter == NULL)
		return -1;
	*state = counter;
	counter->fixture.mock = usb_mock_new();
	sandbox_open(&counter->box);
	install_plugin(counter->box.root);
	install_usb(counter->box.root);
	return 0;
}

static int teardown(void **state)
{
	struct counter *counter = *state;
	usb_mock_free(counter->fixture.mock);
	sandbox_close(&counter->box);
	free(counter);
	return 0;
}

#define at_a_counter(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void open_usb(struct counter *counter, struct mfa_usb *ret_usb)
{
	struct driver_fixture *fixture = &counter->fixture;
	fixture->diag.text[0] = '\0';
	assert_done(mfa_usb_open(counter->box.root, &fixture->diag, ret_usb),
		    &fixture->diag);
}

static void note_stage(void *context, enum mfa_yubikey_stage stage)
{
	struct stages *stages = context;
	assert_in_range(stages->count, 0, MFA_COUNT(stages->told) - 1);
	stages->told[stages->count++] = stage;
	if (stages->act != NULL)
		stages->act(stages->context, stage);
}

/* As driver_fixture_respond, but here. */
static enum mfa_yubikey_result respond(struct counter *counter, int64_t timeout_ms)
{
	static const struct mfa_yubikey_slot slots[] = { { EMPTY_SERIAL, 1 },
							 { KEY_SERIAL, KEY_SLOT } };
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
	const struct mfa_yubikey_order order = {
		.slots = slots,
		.count = MFA_COUNT(slots),
		.challenge = challenge,
		.timeout_ms = timeout_ms,
		.turn = counter->fixture.turn.number != 0 ? &counter->fixture.turn : NULL,
		.since_ms = counter->fixture.since_ms,
		.listener = { note_stage, &counter->stages }
	};
	const struct mfa_yubikey_answer untouched = { .from = { 99, 99 } };
	struct driver_fixture *fixture = &counter->fixture;
	MFA_CLEANUP(mfa_usb_close) struct mfa_usb usb = { .channel = -1 };
	open_usb(counter, &usb);
	if (order.turn == NULL)
		usb.listener =
			(struct mfa_yubikey_listener){ note_stage, &counter->stages };
	mfa_yubikey_challenge(challenge);
	fixture->answer = untouched;
	enum mfa_yubikey_result result = mfa_usb_respond(
		&usb, &order, &fixture->diag, &fixture->other, &fixture->answer);
	assert_int_equal(usb.channel, -1);
	if (result == MFA_YUBIKEY_DONE)
		assert_memory_equal(fixture->answer.challenge, challenge,
				    sizeof challenge);
	else
		assert_memory_equal(&fixture->answer, &untouched, sizeof untouched);
	return result;
}

static void assert_responds(struct counter *counter)
{
	enum mfa_yubikey_result result = respond(counter, TIMEOUT_MS);
	if (result != MFA_YUBIKEY_DONE)
		fail_msg("result %u: %s", result, counter->fixture.diag.text);
	assert_string_equal(counter->fixture.diag.text, "");
	assert_right(&counter->fixture);
}

static void a_key_answers(void **state)
{
	driver_fixture_plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_responds(*state);
	assert_responds(*state);
}

static void assert_result(struct counter *counter, enum mfa_yubikey_result result,
			  const char *words)
{
	assert_int_equal(respond(counter, TIMEOUT_MS), result);
	if (strstr(counter->fixture.diag.text, words) == NULL)
		fail_msg("%s does not tell %s", counter->fixture.diag.text, words);
}

static void what_the_driver_says_comes_through(void **state)
{
	static const struct {
		enum mfa_yubikey_result result;
		struct softkey_faults faults;
		const char *words;
	} cases[] = {
		{ MFA_YUBIKEY_UNTOUCHED,
		  { .touch_after = SOFTKEY_NEVER, .touch_ms = 200 },
		  "" },
		{ MFA_YUBIKEY_HIDDEN, { .mute = true }, "serial number" },
		{ MFA_YUBIKEY_DAMAGED, { .bad_crc = true }, "damaged" },
		{ MFA_YUBIKEY_CLAIMED, { .claims = SOFTKEY_NEVER }, "another program" },
		{ MFA_YUBIKEY_BLOCKED, { .unauthorised = true }, "usbguard" },
		{ MFA_YUBIKEY_BROKEN, { .denied = true }, "Access denied" },
	};
	struct counter *counter = *state;
	struct usb_mock *mock = counter->fixture.mock;
	assert_result(counter, MFA_YUBIKEY_ABSENT, "");
	unsigned other = driver_fixture_plug(&counter->fixture, 1, cases[0].faults);
	assert_result(counter, MFA_YUBIKEY_OTHER, "");
	unsigned empty =
		driver_fixture_plug(&counter->fixture, EMPTY_SERIAL, cases[0].faults);
	assert_result(counter, MFA_YUBIKEY_EMPTY, "");
	usb_mock_unplug(mock, other);
	usb_mock_unplug(mock, empty);
	unsigned key = driver_fixture_plug_touch(&counter->fixture, cases[0].faults);
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		usb_mock_unplug(mock, key);
		usb_mock_set_faults(mock, key, &cases[i].faults);
		usb_mock_replug(mock, key);
		assert_result(counter, cases[i].result, cases[i].words);
	}
}

static void keys_are_listed_and_programmed(void **state)
{
	struct counter *counter = *state;
	struct driver_fixture *fixture = &counter->fixture;
	struct mfa_usb usb;
	const struct mfa_yubikey_program program = { .at = { KEY_SERIAL, KEY_SLOT },
						     .wants_touch = true,
						     .secret = key_secret,
						     .timeout_ms = TIMEOUT_MS };
	usb_mock_plug(fixture->mock, &(struct softkey_options){ .serial = KEY_SERIAL });
	open_usb(counter, &usb);
	assert_int_equal(mfa_usb_program(&usb, &program, &fixture->diag, &fixture->write),
			 MFA_YUBIKEY_DONE);
	assert_responds(counter);
	open_usb(counter, &usb);
	assert_int_equal(mfa_usb_list(&usb, TIMEOUT_MS, &fixture->diag, fixture->ports,
				      &fixture->count),
			 MFA_YUBIKEY_DONE);
	assert_int_equal(fixture->count, 1);
	assert_int_equal(fixture->ports[0].serial, KEY_SERIAL);
	assert_int_equal(fixture->ports[0].version[0], 5);
	assert_false(fixture->ports[0].is_programmed[0]);
	assert_true(fixture->ports[0].is_programmed[1] &&
		    fixture->ports[0].wants_touch[1]);
}

static void a_slot_is_programmed_to_type_codes(void **state)
{
	struct counter *counter = *state;
	struct driver_fixture *fixture = &counter->fixture;
	char code[SOFTKEY_CODE_SIZE];
	char public_id[MFA_YUBIKEY_MODHEX_SIZE];
	struct mfa_usb usb;
	const struct mfa_yubikey_program program = {
		.at = { KEY_SERIAL, 1 },
		.secret = key_secret,
		.public_id = (const unsigned char *)"public",
		.private_id = (const unsigned char *)"secret",
		.timeout_ms = TIMEOUT_MS,
	};
	unsigned key = usb_mock_plug(fixture->mock,
				     &(struct softkey_options){ .serial = KEY_SERIAL });
	open_usb(counter, &usb);
	assert_int_equal(mfa_usb_program(&usb, &program, &fixture->diag, &fixture->write),
			 MFA_YUBIKEY_DONE);
	usb_mock_type(fixture->mock, key, 1, code);
	mfa_yubikey_otp_format_id(program.public_id, public_id);
	assert_memory_equal(code, public_id, strlen(public_id));
}

/* Puts a program in the place of mfa-usb. */
static void replace_usb(struct counter *counter, const char *argument)
{
	char script[PATH_MAX];
	(void)snprintf(script, sizeof script, "#!/bin/sh\nexec %s %s\n", bad_path,
		       argument);
	const char *path = path_in(&counter->box, "mfa-usb");
	assert_int_equal(unlink(path), 0);
	write_text(path, script);
	assert_int_equal(chmod(path, 0755), 0);
}

static void one_that_fails_gives_no_answer(void **state)
{
	static const char *const failures[] = { "dies",	 "ends",      "empty",
						"short", "long",      "other-letter",
						"noise", "other-key", "no-stage",
						"stages" };
	driver_fixture_plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	for (size_t i = 0; i < MFA_COUNT(failures); i++) {
		replace_usb(*state, failures[i]);
		assert_result(*state, MFA_YUBIKEY_BROKEN, "mfa-usb");
	}
}

static void begin_login(struct counter *counter)
{
	mfa_turn_make("su", "pts/7", "taro", &counter->fixture.turn);
	counter->fixture.since_ms = stopwatch();
}

static void a_login_is_told_of_no_stage(void **state)
{
	struct counter *counter = *state;
	driver_fixture_plug_touch(&counter->fixture, (struct softkey_faults){ 0 });
	begin_login(counter);
	assert_responds(counter);
	assert_int_equal(counter->stages.count, 0);
}

static void assert_no_start(struct counter *counter, int err, const char *words)
{
	struct mfa_usb usb;
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(mfa_usb_open(counter->box.root, &diag, &usb), err);
	assert_int_equal(usb.channel, -1);
	mfa_usb_close(&usb);
	if (strstr(diag.text, words) == NULL)
		fail_msg("%s does not tell %s", diag.text, words);
}

static void what_is_missing_or_unsafe_is_not_started(void **state)
{
	struct counter *counter = *state;
	const char *program = path_in(&counter->box, "mfa-usb");
	assert_int_equal(chmod(program, 0775), 0);
	assert_no_start(counter, MFA_ERR_UNSAFE, "mfa-usb");
	assert_int_equal(chmod(program, 0644), 0);
	assert_no_start(counter, MFA_ERR_UNSAFE, "is not executable, run: chmod 755");
	assert_int_equal(chmod(program, 0755), 0);
	give_away(program);
	assert_no_start(counter, MFA_ERR_UNSAFE, "owned by uid ");
	take_back(program);
	assert_int_equal(unlink(program), 0);
	assert_no_start(counter, MFA_ERR_NOTFOUND, "mfa-usb");
	assert_int_equal(unlink(path_in(&counter->box, "yubikey.so")), 0);
	assert_no_start(counter, MFA_ERR_NOTFOUND, "yubikey.so");
}

static void assert_waiting(struct counter *counter, unsigned key)
{
	int64_t end = stopwatch() + LATE_MS;
	while (!usb_mock_counts(counter->fixture.mock, key).waiting)
		assert_in_range(stopwatch(), 0, end);
}

static int respond_for_long(void *context, unsigned index MFA_UNUSED)
{
	return (int)respond(context, LONG_MS);
}

/* As a login that holds the turn, until its key is touched. */
static int await_touch_as_login(void *context, unsigned index MFA_UNUSED)
{
	begin_login(context);
	return (int)respond(context, LONG_MS);
}

/* A finger on the button: it touches whatever blinks. */
static void touch(void *context, enum mfa_yubikey_stage stage)
{
	struct counter *counter = context;
	if (stage == MFA_YUBIKEY_IN_USE)
		usb_mock_set_faults(counter->fixture.mock, 0,
				    &(struct softkey_faults){ 0 });
}

/* Not by its own time, nor before another's turn is over, during which a touch is stolen.
 */
static void an_enrolment_is_told_when_the_key_blinks_for_it(void **state)
{
	struct counter *counter = *state;
	const struct softkey_faults never = { .touch_after = SOFTKEY_NEVER };
	unsigned key = driver_fixture_plug_touch(&counter->fixture, never);
	assert_int_equal(key, 0);
	counter->stages.act = touch;
	counter->stages.context = counter;
	pid_t pid = start_process(await_touch_as_login, counter);
	assert_waiting(counter, key);
	assert_responds(counter);
	assert_int_equal(end_of(pid), MFA_YUBIKEY_DONE);
	assert_int_equal(counter->stages.count, 2);
	assert_int_equal(counter->stages.told[0], MFA_YUBIKEY_IN_USE);
	assert_int_equal(counter->stages.told[1], MFA_YUBIKEY_BLINKS);
}

static void a_key_that_does_not_blink_is_not_told_of(void **state)
{
	struct counter *counter = *state;
	driver_fixture_plug(&counter->fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_responds(counter);
	assert_int_equal(counter->stages.count, 0);
}

static int respond_shortly(void *context, unsigned index MFA_UNUSED)
{
	return (int)respond(context, STOPPED_MS);
}

/* The turn at the ports goes with it, and the key types again. */
static void a_caller_that_is_killed_leaves_the_key_to_others(void **state)
{
	struct counter *counter = *state;
	const struct softkey_faults never = { .touch_after = SOFTKEY_NEVER };
	unsigned key = driver_fixture_plug_touch(&counter->fixture, never);
	pid_t pid = start_process(respond_for_long, counter);
	assert_waiting(counter, key);
	assert_true(usb_mock_counts(counter->fixture.mock, key).detached);
	assert_int_equal(kill(pid, SIGKILL), 0);
	int64_t end = stopwatch() + LATE_MS;
	while (usb_mock_counts(counter->fixture.mock, key).detached)
		assert_in_range(stopwatch(), 0, end);
	assert_false(usb_mock_counts(counter->fixture.mock, key).waiting);
	usb_mock_set_faults(counter->fixture.mock, key, &(struct softkey_faults){ 0 });
	assert_responds(counter);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* The mfa-usb that has the file open, in this test's own /run; 0: there is none. */
static pid_t find_usb(const char *opened)
{
	pid_t found = 0;
	char path[64];
	char here[64] = "";
	DIR *processes = opendir("/proc");
	assert_true(readlink("/proc/self/ns/mnt", here, sizeof here - 1) > 0);
	for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
		char there[64] = "";
		char name[32] = "";
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		(void)snprintf(path, sizeof path, "/proc/%d/ns/mnt", (int)pid);
		if (pid == 0 || readlink(path, there, sizeof there - 1) < 0 ||
		    strcmp(here, there) != 0)
			continue;
		(void)snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		(void)!read(fd, name, sizeof name - 1);
		(void)close(fd);
		if (strncmp(name, "mfa-usb", 7) == 0 && count_open(pid, opened) > 0)
			found = pid;
	}
	assert_int_equal(closedir(processes), 0);
	return found;
}

static pid_t await_usb(const char *opened)
{
	pid_t pid = 0;
	int64_t end = stopwatch() + LATE_MS;
	while ((pid = find_usb(opened)) == 0)
		assert_in_range(stopwatch(), 0, end);
	return pid;
}

/* As in a transfer that never ends: the caller gives up, and then the turn is free. */
static void one_that_does_not_go_on_is_ended_in_time(void **state)
{
	struct counter *counter = *state;
	const struct softkey_faults never = { .touch_after = SOFTKEY_NEVER };
	unsigned key = driver_fixture_plug_touch(&counter->fixture, never);
	pid_t pid = start_process(respond_shortly, counter);
	assert_waiting(counter, key);
	assert_int_equal(kill(await_usb("/run/pam_mfa"), SIGSTOP), 0);
	assert_int_equal(end_of(pid), MFA_YUBIKEY_SILENT);
	int fd = open("/run/pam_mfa", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int64_t end = stopwatch() + LATE_MS;
	while (flock(fd, LOCK_EX | LOCK_NB) != 0)
		assert_in_range(stopwatch(), 0, end);
	assert_int_equal(close(fd), 0);
}

static bool is_free(struct counter *counter, unsigned key)
{
	struct softkey_counts counts = usb_mock_counts(counter->fixture.mock, key);
	return !counts.waiting && !counts.detached;
}

/* The service is stopped, and its processes with it. */
static void one_that_is_told_to_end_gives_the_key_back(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	struct counter *counter = *state;
	const struct softkey_faults never = { .touch_after = SOFTKEY_NEVER };
	unsigned key = driver_fixture_plug_touch(&counter->fixture, never);
	for (size_t i = 0; i < MFA_COUNT(signals); i++) {
		pid_t pid = start_process(respond_for_long, counter);
		assert_waiting(counter, key);
		assert_int_equal(kill(await_usb("/run/pam_mfa"), signals[i]), 0);
		assert_int_equal(end_of(pid), MFA_YUBIKEY_UNTOUCHED);
		assert_true(is_free(counter, key));
	}
}

static void kill_usb(struct counter *counter, unsigned key, pid_t caller)
{
	assert_int_equal(kill(await_usb("/run/pam_mfa"), SIGKILL), 0);
	assert_int_equal(end_of(caller), MFA_YUBIKEY_BROKEN);
	usb_mock_end_claim(counter->fixture.mock, key);
}

/* Nothing stops SIGKILL, so the next turn gives back what was left. */
static void after_one_that_was_killed_the_next_gives_all_keys_back(void **state)
{
	struct counter *counter = *state;
	struct usb_mock *mock = counter->fixture.mock;
	struct softkey_options options = soft_key(EMPTY_SERIAL);
	options.slot[0] = options.slot[1];
	options.slot[0].touch = true;
	options.faults.touch_after = SOFTKEY_NEVER;
	unsigned left = usb_mock_plug(mock, &options);
	pid_t pid = start_process(respond_for_long, counter);
	assert_waiting(counter, left);
	kill_usb(counter, left, pid);
	assert_true(usb_mock_counts(mock, left).detached);
	/* answers before the other one is looked at */
	unsigned key = driver_fixture_plug(&counter->fixture, KEY_SERIAL,
					   (struct softkey_faults){ 0 });
	assert_responds(counter);
	assert_false(usb_mock_counts(mock, left).detached);
	assert_false(usb_mock_counts(mock, key).detached);
}

/* A program that has claimed a key is no broken turn. */
static void what_another_program_has_claimed_is_left_to_it(void **state)
{
	struct counter *counter = *state;
	const struct softkey_faults never = { .touch_after = SOFTKEY_NEVER };
	const struct softkey_faults claimed = { .claims = SOFTKEY_NEVER };
	unsigned key = driver_fixture_plug_touch(&counter->fixture, never);
	pid_t pid = start_process(respond_for_long, counter);
	assert_waiting(counter, key);
	kill_usb(counter, key, pid);
	usb_mock_set_faults(counter->fixture.mock, key, &claimed);
	assert_result(counter, MFA_YUBIKEY_CLAIMED, "another program");
	usb_mock_set_faults(counter->fixture.mock, key, &(struct softkey_faults){ 0 });
	assert_responds(counter);
}

static int program_slot(void *context, unsigned index MFA_UNUSED)
{
	struct counter *counter = context;
	struct mfa_usb usb;
	const struct mfa_yubikey_program program = { .at = { KEY_SERIAL, KEY_SLOT },
						     .secret = key_secret,
						     .timeout_ms = LONG_MS };
	open_usb(counter, &usb);
	return (int)mfa_usb_program(&usb, &program, &counter->fixture.diag,
				    &counter->fixture.write);
}

/* Ctrl-C while another user of the keys was waited for: the slot is as it was. */
static void nothing_is_written_for_a_caller_that_has_gone(void **state)
{
	struct counter *counter = *state;
	struct driver_fixture *fixture = &counter->fixture;
	unsigned key = usb_mock_plug(fixture->mock,
				     &(struct softkey_options){ .serial = KEY_SERIAL });
	assert_result(counter, MFA_YUBIKEY_EMPTY, ""); /* makes the folder */
	int fd = open("/run/pam_mfa", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	pid_t pid = start_process(program_slot, counter);
	pid_t usb = await_usb("/run/pam_mfa");
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	int64_t end = stopwatch() + LATE_MS;
	while (count_open(usb, "/run/pam_mfa") > 0)
		assert_in_range(stopwatch(), 0, end);
	assert_int_equal(close(fd), 0);
	assert_int_equal(usb_mock_counts(fixture->mock, key).writes, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		at_a_counter(a_key_answers),
		at_a_counter(what_the_driver_says_comes_through),
		at_a_counter(keys_are_listed_and_programmed),
		at_a_counter(a_slot_is_programmed_to_type_codes),
		at_a_counter(one_that_fails_gives_no_answer),
		at_a_counter(a_login_is_told_of_no_stage),
		at_a_counter(an_enrolment_is_told_when_the_key_blinks_for_it),
		at_a_counter(a_key_that_does_not_blink_is_not_told_of),
		at_a_counter(what_is_missing_or_unsafe_is_not_started),
		at_a_counter(a_caller_that_is_killed_leaves_the_key_to_others),
		at_a_counter(one_that_does_not_go_on_is_ended_in_time),
		at_a_counter(one_that_is_told_to_end_gives_the_key_back),
		at_a_counter(after_one_that_was_killed_the_next_gives_all_keys_back),
		at_a_counter(what_another_program_has_claimed_is_left_to_it),
		at_a_counter(nothing_is_written_for_a_caller_that_has_gone),
	};
	bad_path = argc > 3 ? argv[3] : "";
	return keys_main("usb", tests, argc, argv);
}
