/* SPDX-License-Identifier: BSD-2-Clause */
/* The plug-in's driver in the company of others: other users of the keys, descriptors,
 * threads and signals of the program. */
#include <dirent.h>
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

static unsigned count_descriptors(void)
{
	unsigned count = 0;
	DIR *folder = opendir("/proc/self/fd");
	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	assert_int_equal(closedir(folder), 0);
	return count;
}

static int hold_lock(void *context MFA_UNUSED, unsigned index MFA_UNUSED)
{
	int fd = open("/run/pam_mfa", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)flock(fd, LOCK_EX);
	(void)pause();
	return 0;
}

static void another_user_of_the_keys_is_waited_for_in_time(void **state)
{
	struct driver_fixture *fixture = *state;
	driver_fixture_plug(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(fixture);
	pid_t pid = start_opening("/run/pam_mfa", hold_lock, NULL);
	int fd = open("/run/pam_mfa", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)flock(fd, LOCK_UN);
	assert_int_equal(driver_fixture_respond(fixture, SHORT_MS), MFA_YUBIKEY_BUSY);
	assert_in_range(fixture->took_ms, SHORT_MS, SHORT_MS + SLACK_MS);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_answers(fixture); /* its lock went with it */
	assert_int_equal(close(fd), 0);
}

static const char turn_path[] = "/run/pam_mfa/turn";
static const char turn_mark[] = "pts/7"; /* in no other turn here */

/* The fixture is a login's from here on. */
static void begin_login(struct driver_fixture *fixture, const char *terminal)
{
	mfa_turn_make("su", terminal, "taro", &fixture->turn);
	fixture->since_ms = stopwatch();
}

static int await_touch_for_long(void *context, unsigned index MFA_UNUSED)
{
	begin_login(context, turn_mark);
	return (int)driver_fixture_respond(context, 60000);
}

static void assert_blinks(struct driver_fixture *fixture, unsigned key)
{
	int64_t end = stopwatch() + TIMEOUT_MS;
	while (!usb_mock_counts(fixture->mock, key).waiting)
		assert_in_range(stopwatch(), 0, end);
}

static void touch_it(struct driver_fixture *fixture, unsigned key)
{
	usb_mock_set_faults(fixture->mock, key, &(struct softkey_faults){ 0 });
}

static const struct softkey_faults no_touch = { .touch_after = SOFTKEY_NEVER };

static void a_login_does_not_wait_and_knows_for_whom(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = driver_fixture_plug_touch(fixture, no_touch);
	pid_t pid = start_process(await_touch_for_long, fixture);
	assert_blinks(fixture, key);
	begin_login(fixture, "tty1");
	assert_int_equal(driver_fixture_respond(fixture, 60000), MFA_YUBIKEY_BUSY);
	assert_in_range(fixture->took_ms, 0, SLACK_MS);
	assert_string_equal(fixture->other.service, "su");
	assert_string_equal(fixture->other.terminal, turn_mark);
	assert_string_equal(fixture->other.user, "taro");
	assert_int_equal(fixture->other.serial, 0);
	touch_it(fixture, key);
	assert_int_equal(end_of(pid), MFA_YUBIKEY_DONE);
}

static void what_a_key_answered_elsewhere_is_told_once_and_first(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = driver_fixture_plug_touch(fixture, (struct softkey_faults){ 0 });
	begin_login(fixture, "tty1");
	assert_int_equal(end_of(start_process(await_touch_for_long, fixture)),
			 MFA_YUBIKEY_DONE);
	unsigned challenges = usb_mock_counts(fixture->mock, key).challenges;
	assert_int_equal(driver_fixture_respond(fixture, TIMEOUT_MS),
			 MFA_YUBIKEY_ELSEWHERE);
	assert_int_equal(usb_mock_counts(fixture->mock, key).challenges, challenges);
	assert_string_equal(fixture->other.terminal, turn_mark);
	assert_int_equal(fixture->other.serial, KEY_SERIAL);
	assert_in_range(fixture->other.answered_ms, fixture->since_ms + 1, stopwatch());
	fixture->since_ms = fixture->other.answered_ms;
	assert_answers(fixture);
	assert_int_equal(fixture->other.number, 0);
	assert_answers(fixture); /* its own answer is not another's */
}

/* Others' logins in between do not hide it, with keys of their own or without. */
static void it_is_told_after_other_turns_as_well(void **state)
{
	struct driver_fixture *fixture = *state;
	driver_fixture_plug_touch(fixture, (struct softkey_faults){ 0 });
	begin_login(fixture, "tty1");
	const struct mfa_turn own = fixture->turn;
	assert_int_equal(end_of(start_process(await_touch_for_long, fixture)),
			 MFA_YUBIKEY_DONE);
	for (uint32_t serial = 1; serial < 4; serial++) {
		const struct mfa_yubikey_slot other = { serial, KEY_SLOT };
		unsigned plugged = driver_fixture_plug(fixture, serial,
						       (struct softkey_faults){ 0 });
		mfa_turn_make("login", "tty2", "hanako", &fixture->turn);
		assert_int_equal(
			driver_fixture_respond_with(fixture, &other, 1, TIMEOUT_MS),
			MFA_YUBIKEY_DONE);
		usb_mock_unplug(fixture->mock, plugged);
		assert_int_equal(
			driver_fixture_respond_with(fixture, &other, 1, TIMEOUT_MS),
			MFA_YUBIKEY_OTHER);
	}
	fixture->turn = own;
	assert_int_equal(driver_fixture_respond(fixture, TIMEOUT_MS),
			 MFA_YUBIKEY_ELSEWHERE);
	assert_string_equal(fixture->other.terminal, turn_mark);
}

static void what_was_before_a_login_is_not_told(void **state)
{
	struct driver_fixture *fixture = *state;
	driver_fixture_plug_touch(fixture, (struct softkey_faults){ 0 });
	assert_int_equal(end_of(start_process(await_touch_for_long, fixture)),
			 MFA_YUBIKEY_DONE);
	begin_login(fixture, "tty1");
	assert_answers(fixture);
}

static bool is_shown(const char *words)
{
	char bytes[8192];
	size_t len = read_bytes(turn_path, bytes, sizeof bytes);
	return memmem(bytes, len, words, strlen(words)) != NULL;
}

/* A turn that nobody has any more is not shown as that of the next one, who has no name.
 */
static void a_turn_that_is_over_is_nobodys(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = driver_fixture_plug_touch(fixture, no_touch);
	pid_t pid = start_process(await_touch_for_long, fixture);
	assert_blinks(fixture, key);
	assert_true(is_shown(turn_mark));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(is_shown(turn_mark)); /* nobody was left to take it away */
	usb_mock_unplug(fixture->mock, key);
	assert_int_equal(fixture->driver->list(TIMEOUT_MS, &fixture->listener,
					       &fixture->diag, fixture->ports,
					       &fixture->count),
			 MFA_YUBIKEY_ABSENT);
	assert_false(is_shown(turn_mark));
	begin_login(fixture, turn_mark);
	assert_int_equal(driver_fixture_respond(fixture, SHORT_MS), MFA_YUBIKEY_ABSENT);
	assert_false(is_shown(turn_mark));
}

static void spoil_turn(unsigned way)
{
	char bytes[8192];
	size_t len = read_bytes(turn_path, bytes, sizeof bytes);
	assert_int_equal(unlink(turn_path), 0);
	if (way == 0)
		return;
	if (way == 1)
		assert_int_equal(symlink("/tmp/elsewhere", turn_path), 0);
	if (way == 2)
		assert_int_equal(mkdir(turn_path, 0700), 0);
	if (way == 3)
		memset(bytes, 0xff, len);
	if (way == 4)
		len--;
	if (way == 5)
		len++;
	if (way > 2)
		write_bytes(turn_path, bytes, len);
}

/* What it tells is of use, and no more: it decides about nobody. */
static void without_what_it_tells_keys_answer_all_the_same(void **state)
{
	struct driver_fixture *fixture = *state;
	unsigned key = driver_fixture_plug_touch(fixture, (struct softkey_faults){ 0 });
	for (unsigned way = 0; way < 6; way++) {
		begin_login(fixture, "tty1");
		assert_answers(fixture);
		touch_it(fixture, key);
		spoil_turn(way);
		begin_login(fixture, "tty1");
		assert_answers(fixture);
		bool is_writable = way == 0 || way > 2;
		assert_int_equal(fixture->diag.warned,
				 is_writable ? MFA_WARNING_NONE : MFA_WARNING_UNNOTED);
		usb_mock_set_faults(fixture->mock, key, &no_touch);
		pid_t pid = start_process(await_touch_for_long, fixture);
		assert_blinks(fixture, key);
		if (way > 2)
			spoil_turn(way);
		assert_int_equal(driver_fixture_respond(fixture, 60000),
				 MFA_YUBIKEY_BUSY);
		assert_string_equal(fixture->other.terminal, way == 0 ? turn_mark : "");
		touch_it(fixture, key);
		assert_int_equal(end_of(pid), MFA_YUBIKEY_DONE);
		if (way == 1)
			assert_int_equal(unlink(turn_path), 0);
		if (way == 2)
			assert_int_equal(rmdir(turn_path), 0);
	}
	assert_int_equal(access("/tmp/elsewhere", F_OK), -1);
}

static void time_that_has_run_out_is_not_an_absent_key(void **state)
{
	driver_fixture_plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_int_equal(driver_fixture_respond(*state, 0), MFA_YUBIKEY_BUSY);
}

/* Others must not be able to keep the lock, or anything, from the logins. */
static void a_lock_that_others_could_take_is_not_trusted(void **state)
{
	struct driver_fixture *fixture = *state;
	driver_fixture_plug(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(fixture);
	assert_int_equal(chmod("/run/pam_mfa", 0775), 0);
	assert_int_equal(driver_fixture_respond(fixture, SHORT_MS), MFA_YUBIKEY_BROKEN);
	assert_non_null(strstr(fixture->diag.text, "/run/pam_mfa"));
	assert_int_equal(chmod("/run/pam_mfa", 0700), 0);
	assert_int_equal(unlink(turn_path), 0);
	assert_int_equal(rmdir("/run/pam_mfa"), 0);
	assert_int_equal(symlink("/tmp", "/run/pam_mfa"), 0);
	assert_int_equal(driver_fixture_respond(fixture, SHORT_MS), MFA_YUBIKEY_BROKEN);
	assert_int_equal(unlink("/run/pam_mfa"), 0);
	assert_answers(fixture);
}

static int ask_too(void *context, unsigned index MFA_UNUSED)
{
	struct driver_fixture *fixture = context;
	enum mfa_yubikey_result result = driver_fixture_respond(fixture, 10000);
	if (result == MFA_YUBIKEY_DONE)
		assert_right(fixture);
	return (int)result;
}

static void many_processes_share_one_key(void **state)
{
	driver_fixture_plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_int_equal(count_processes(6, MFA_YUBIKEY_DONE, ask_too, *state), 6);
}

/* In a process of its own: in the one that holds the mock umockdev's thread opens and
 * closes sockets too, whenever it gets to it. */
static int leave_nothing_open(void *context, unsigned index MFA_UNUSED)
{
	unsigned before = count_descriptors();
	(void)driver_fixture_respond(context, SHORT_MS);
	return count_descriptors() == before ? 0 : 1;
}

static void nothing_is_left_open_or_claimed(void **state)
{
	struct driver_fixture *fixture = *state;
	static const struct softkey_faults faults[] = {
		{ 0 },
		{ .bad_crc = true },
		{ .answer_after = SOFTKEY_NEVER },
		{ .unplug_after = 7 },
	};
	unsigned key = driver_fixture_plug(fixture, KEY_SERIAL, faults[0]);
	driver_fixture_plug(fixture, 1, faults[0]);
	for (size_t i = 0; i < MFA_COUNT(faults); i++) {
		usb_mock_set_faults(fixture->mock, key, &faults[i]);
		assert_int_equal(end_of(start_process(leave_nothing_open, fixture)), 0);
		usb_mock_replug(fixture->mock, key);
		usb_mock_set_faults(fixture->mock, key, &faults[0]);
	}
	assert_answers(fixture);
}

/* What the thread of libusb blocks in the process, as /proc shows it; 0: there is no such
 * thread. */
static uint64_t mask_of_libusb(pid_t pid)
{
	uint64_t mask = 0;
	char tasks[32];
	(void)snprintf(tasks, sizeof tasks, "/proc/%d/task", (int)pid);
	DIR *folder = opendir(tasks);
	for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
		char path[PATH_MAX];
		char line[256];
		bool is_libusb = false;
		(void)snprintf(path, sizeof path, "%s/%s/status", tasks, entry->d_name);
		FILE *file = fopen(path, "r");
		while (file != NULL && fgets(line, sizeof line, file) != NULL) {
			if (strncmp(line, "Name:\tlibusb", 12) == 0)
				is_libusb = true;
			if (is_libusb && strncmp(line, "SigBlk:", 7) == 0)
				mask = strtoull(line + 7, NULL, 16);
		}
		if (file != NULL)
			(void)fclose(file);
	}
	if (folder != NULL)
		(void)closedir(folder);
	return mask;
}

static int await_touch(void *context, unsigned index MFA_UNUSED)
{
	sigset_t before;
	sigset_t after;
	(void)pthread_sigmask(SIG_BLOCK, NULL, &before);
	enum mfa_yubikey_result result = driver_fixture_respond(context, TIMEOUT_MS);
	(void)pthread_sigmask(SIG_BLOCK, NULL, &after);
	for (int number = 1; number < 32; number++)
		if (sigismember(&after, number) != sigismember(&before, number))
			return -1;
	return (int)result;
}

/* The application's handlers run in its own threads, or what they do would race. In a
 * process of its own, whose one thread umockdev's preloaded library serves: it keeps the
 * mask that it gives back in one variable for all threads, and mixes them up. */
static void the_thread_of_libusb_takes_no_signals(void **state)
{
	static const int signals[] = { SIGALRM, SIGCHLD, SIGHUP,  SIGINT,
				       SIGTERM, SIGUSR1, SIGTSTP, SIGQUIT };
	struct driver_fixture *fixture = *state;
	unsigned key = driver_fixture_plug_touch(
		fixture, (struct softkey_faults){ .touch_after = SOFTKEY_NEVER });
	pid_t pid = start_process(await_touch, fixture);
	int64_t end = stopwatch() + TIMEOUT_MS;
	uint64_t mask = 0;
	while (mask == 0 && stopwatch() < end)
		mask = mask_of_libusb(pid);
	usb_mock_set_faults(fixture->mock, key, &(struct softkey_faults){ 0 });
	assert_int_equal(end_of(pid), MFA_YUBIKEY_DONE);
	for (size_t i = 0; i < MFA_COUNT(signals); i++)
		assert_true((mask >> (signals[i] - 1) & 1) != 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		with_driver_fixture(another_user_of_the_keys_is_waited_for_in_time),
		with_driver_fixture(a_login_does_not_wait_and_knows_for_whom),
		with_driver_fixture(what_a_key_answered_elsewhere_is_told_once_and_first),
		with_driver_fixture(it_is_told_after_other_turns_as_well),
		with_driver_fixture(what_was_before_a_login_is_not_told),
		with_driver_fixture(a_turn_that_is_over_is_nobodys),
		with_driver_fixture(without_what_it_tells_keys_answer_all_the_same),
		with_driver_fixture(time_that_has_run_out_is_not_an_absent_key),
		with_driver_fixture(a_lock_that_others_could_take_is_not_trusted),
		with_driver_fixture(many_processes_share_one_key),
		with_driver_fixture(nothing_is_left_open_or_claimed),
		with_driver_fixture(the_thread_of_libusb_takes_no_signals),
	};
	return keys_main("driver_shared", tests, argc, argv);
}
