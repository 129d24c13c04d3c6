/* The plug-in's driver over the real libykpers, libusb and libudev: challenges. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys.h"

enum {
	TIMEOUT_MS = 2000,
	SHORT_MS = 300,
	/* what comes on top of a time-out: the poll that goes on, a slow machine */
	SLACK_MS = 700,
	SERIAL_MS = 1200, /* libykpers waits so long for a serial number */
	TRANSFERS_MAX = 100,
};

struct desk {
	struct softkey_bed *bed;
	const struct mfa_yubikey_driver *driver;
	unsigned descriptors; /* that are open before anything happens */
	struct mfa_diag diag;
	struct mfa_yubikey_answer answer;
	int64_t took_ms;
};

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

static int desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);
	if (desk == NULL)
		return -1;
	desk->driver = open_driver();
	desk->bed = softkey_bed_new();
	*state = desk;
	return 0;
}

static int desk_teardown(void **state)
{
	struct desk *desk = *state;
	softkey_bed_free(desk->bed);
	free(desk);
	return 0;
}

#define at_a_desk(test) cmocka_unit_test_setup_teardown(test, desk_setup, desk_teardown)

static unsigned plug(struct desk *desk, uint32_t serial, struct softkey_faults faults)
{
	struct softkey_options options = soft_key(serial);
	options.faults = faults;
	return softkey_bed_plug(desk->bed, &options);
}

static unsigned plug_touch(struct desk *desk, struct softkey_faults faults)
{
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[KEY_SLOT - 1].touch = true;
	options.faults = faults;
	return softkey_bed_plug(desk->bed, &options);
}

static enum mfa_yubikey_result respond_with(struct desk *desk,
					    const struct mfa_yubikey_slot *slots,
					    size_t count, int64_t timeout_ms)
{
	unsigned char challenge[MFA_YUBIKEY_CHALLENGE_LEN];
	const struct mfa_yubikey_order order = { slots, count, challenge, timeout_ms };
	const struct mfa_yubikey_answer untouched = { .from = { 99, 99 } };
	mfa_yubikey_challenge(challenge);
	desk->answer = untouched;
	desk->diag.text[0] = '\0';
	desk->took_ms = -stopwatch();
	enum mfa_yubikey_result result =
		desk->driver->respond(&order, &desk->diag, &desk->answer);
	desk->took_ms += stopwatch();
	assert_in_range(desk->took_ms, 0, timeout_ms + SLACK_MS + SERIAL_MS);
	if (result == MFA_YUBIKEY_DONE)
		assert_memory_equal(desk->answer.challenge, challenge, sizeof challenge);
	else
		assert_memory_equal(&desk->answer, &untouched, sizeof untouched);
	return result;
}

static enum mfa_yubikey_result respond(struct desk *desk, int64_t timeout_ms)
{
	static const struct mfa_yubikey_slot wanted = { KEY_SERIAL, KEY_SLOT };
	return respond_with(desk, &wanted, 1, timeout_ms);
}

static void assert_right(const struct desk *desk)
{
	const struct mfa_yubikey key = { .serial = KEY_SERIAL,
					 .slot = KEY_SLOT,
					 .secret = key_secret };
	unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
	mfa_yubikey_expect(&key, desk->answer.hmac, desk->answer.challenge, response);
	assert_memory_equal(desk->answer.response, response, sizeof response);
	assert_int_equal(desk->answer.from.serial, KEY_SERIAL);
	assert_int_equal(desk->answer.from.slot, KEY_SLOT);
}

static void assert_answers(struct desk *desk)
{
	enum mfa_yubikey_result result = respond(desk, TIMEOUT_MS);
	if (result != MFA_YUBIKEY_DONE)
		fail_msg("result %u: %s", result, desk->diag.text);
	assert_right(desk);
}

static void a_key_answers_at_once(void **state)
{
	plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	for (unsigned i = 0; i < 5; i++)
		assert_answers(*state);
}

static void both_slots_answer(void **state)
{
	struct desk *desk = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[0] = options.slot[1];
	options.slot[0].secret[0] ^= 1;
	softkey_bed_plug(desk->bed, &options);
	for (unsigned slot = 1; slot <= MFA_YUBIKEY_SLOTS; slot++) {
		const struct mfa_yubikey_slot wanted = { KEY_SERIAL, slot };
		const struct mfa_yubikey key = { .slot = slot,
						 .secret =
							 options.slot[slot - 1].secret };
		unsigned char response[MFA_YUBIKEY_RESPONSE_LEN];
		assert_int_equal(respond_with(desk, &wanted, 1, TIMEOUT_MS),
				 MFA_YUBIKEY_DONE);
		mfa_yubikey_expect(&key, desk->answer.hmac, desk->answer.challenge,
				   response);
		assert_memory_equal(desk->answer.response, response, sizeof response);
		assert_int_equal(desk->answer.from.slot, slot);
	}
}

static void no_key_is_told_at_once(void **state)
{
	struct desk *desk = *state;
	assert_int_equal(respond(desk, TIMEOUT_MS), MFA_YUBIKEY_ABSENT);
	assert_in_range(desk->took_ms, 0, SLACK_MS);
	unsigned key = plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(desk);
	softkey_bed_unplug(desk->bed, key);
	assert_int_equal(respond(desk, TIMEOUT_MS), MFA_YUBIKEY_ABSENT);
	softkey_bed_replug(desk->bed, key);
	assert_answers(desk);
}

static void the_wanted_key_is_found_in_any_port(void **state)
{
	struct desk *desk = *state;
	unsigned first = plug(desk, 1, (struct softkey_faults){ 0 });
	unsigned second = plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(desk);
	softkey_bed_unplug(desk->bed, first);
	plug(desk, 2, (struct softkey_faults){ 0 });
	assert_answers(desk);
	softkey_bed_unplug(desk->bed, second);
	assert_int_equal(respond(desk, TIMEOUT_MS), MFA_YUBIKEY_OTHER);
	assert_int_equal(softkey_bed_counts(desk->bed, first).challenges, 0);
}

static void any_of_the_users_keys_will_do(void **state)
{
	static const struct mfa_yubikey_slot wanted[] = { { 5, 1 },
							  { 6, 2 },
							  { KEY_SERIAL, KEY_SLOT } };
	struct desk *desk = *state;
	plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_int_equal(respond_with(desk, wanted, 3, TIMEOUT_MS), MFA_YUBIKEY_DONE);
	assert_right(desk);
	assert_int_equal(respond_with(desk, wanted, 2, TIMEOUT_MS), MFA_YUBIKEY_OTHER);
	assert_int_equal(respond_with(desk, wanted, 0, TIMEOUT_MS), MFA_YUBIKEY_OTHER);
}

static void an_erased_slot_is_told(void **state)
{
	static const struct mfa_yubikey_slot wanted[] = { { KEY_SERIAL, 1 },
							  { KEY_SERIAL, KEY_SLOT } };
	struct desk *desk = *state;
	plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_int_equal(respond_with(desk, wanted, 1, TIMEOUT_MS), MFA_YUBIKEY_EMPTY);
	assert_int_equal(respond_with(desk, wanted, 2, TIMEOUT_MS), MFA_YUBIKEY_DONE);
	assert_right(desk);
}

static void a_slot_that_does_something_else_is_silent(void **state)
{
	struct desk *desk = *state;
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[KEY_SLOT - 1].kind = SOFTKEY_OTP;
	softkey_bed_plug(desk->bed, &options);
	assert_int_equal(respond(desk, SHORT_MS), MFA_YUBIKEY_SILENT);
}

static void a_touch_is_waited_for(void **state)
{
	struct desk *desk = *state;
	unsigned key = plug_touch(desk, (struct softkey_faults){ 0 });
	assert_answers(desk);
	softkey_bed_set_faults(desk->bed, key,
			       &(struct softkey_faults){ .touch_after = 30 });
	assert_answers(desk);
	assert_in_range(desk->took_ms, 250, TIMEOUT_MS);
}

/* The finger came in the last moment, and the key has to think. */
static void what_comes_late_behind_a_touch_is_taken(void **state)
{
	plug_touch(*state,
		   (struct softkey_faults){ .touch_after = 5, .answer_after = 20 });
	assert_answers(*state);
}

static void a_touch_that_never_comes_is_told_in_time(void **state)
{
	struct desk *desk = *state;
	unsigned key =
		plug_touch(desk, (struct softkey_faults){ .touch_after = SOFTKEY_NEVER });
	assert_int_equal(respond(desk, SHORT_MS), MFA_YUBIKEY_UNTOUCHED);
	assert_in_range(desk->took_ms, SHORT_MS, SHORT_MS + SLACK_MS);
	assert_false(softkey_bed_counts(desk->bed, key).waiting); /* nor blinks on */
	softkey_bed_set_faults(desk->bed, key, &(struct softkey_faults){ 0 });
	assert_answers(desk);
}

static void a_key_that_gives_up_waiting_is_told(void **state)
{
	struct desk *desk = *state;
	plug_touch(desk, (struct softkey_faults){ .touch_after = SOFTKEY_NEVER,
						  .touch_ms = 200 });
	assert_int_equal(respond(desk, 5000), MFA_YUBIKEY_UNTOUCHED);
	assert_in_range(desk->took_ms, 200, 200 + 2 * SLACK_MS);
}

static void a_slow_key_is_waited_for(void **state)
{
	plug(*state, KEY_SERIAL, (struct softkey_faults){ .answer_after = 40 });
	assert_answers(*state);
}

static void a_key_too_slow_is_silent_in_time(void **state)
{
	struct desk *desk = *state;
	plug(desk, KEY_SERIAL, (struct softkey_faults){ .answer_after = SOFTKEY_NEVER });
	assert_int_equal(respond(desk, SHORT_MS), MFA_YUBIKEY_SILENT);
	assert_in_range(desk->took_ms, SHORT_MS, SHORT_MS + SLACK_MS);
}

/* It does not even tell its serial number. */
static void a_mute_key_is_silent(void **state)
{
	struct desk *desk = *state;
	plug(desk, 1, (struct softkey_faults){ 0 });
	plug(desk, KEY_SERIAL, (struct softkey_faults){ .mute = true });
	plug(desk, 2, (struct softkey_faults){ 0 });
	assert_int_equal(respond(desk, TIMEOUT_MS), MFA_YUBIKEY_SILENT);
}

static void a_mute_key_hides_no_other(void **state)
{
	plug(*state, 1, (struct softkey_faults){ .mute = true });
	plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(*state);
}

/* Four mute keys would take four times a second. */
static void many_mute_keys_do_not_stretch_the_time(void **state)
{
	struct desk *desk = *state;
	for (unsigned i = 0; i < SOFTKEY_KEYS; i++)
		plug(desk, i + 1, (struct softkey_faults){ .mute = true });
	assert_int_equal(respond(desk, SHORT_MS), MFA_YUBIKEY_SILENT);
	assert_in_range(desk->took_ms, SHORT_MS, SERIAL_MS + SLACK_MS);
}

static void a_damaged_answer_is_no_answer(void **state)
{
	struct desk *desk = *state;
	unsigned key = plug(desk, KEY_SERIAL, (struct softkey_faults){ .bad_crc = true });
	assert_int_equal(respond(desk, TIMEOUT_MS), MFA_YUBIKEY_CUT_OFF);
	assert_non_null(strstr(desk->diag.text, "damaged"));
	softkey_bed_set_faults(desk->bed, key, &(struct softkey_faults){ 0 });
	assert_answers(desk);
}

/* At each transfer of a whole challenge in turn. */
static void a_key_pulled_out_at_any_moment_is_told(void **state)
{
	struct desk *desk = *state;
	unsigned key = plug_touch(desk, (struct softkey_faults){ 0 });
	unsigned at = 1;
	for (; at < TRANSFERS_MAX; at++) {
		softkey_bed_set_faults(desk->bed, key,
				       &(struct softkey_faults){ .unplug_after = at });
		enum mfa_yubikey_result result = respond(desk, TIMEOUT_MS);
		if (result == MFA_YUBIKEY_DONE)
			assert_right(desk); /* its last words */
		else if (result != MFA_YUBIKEY_CUT_OFF)
			fail_msg("transfer %u: %u, %s", at, result, desk->diag.text);
		assert_in_range(desk->took_ms, 0, TIMEOUT_MS);
		if (softkey_bed_is_plugged(desk->bed, key))
			break;
		softkey_bed_replug(desk->bed, key);
	}
	assert_in_range(at, 15, TRANSFERS_MAX - 1);
	softkey_bed_set_faults(desk->bed, key, &(struct softkey_faults){ 0 });
	assert_answers(desk);
}

static void a_forbidden_key_is_told(void **state)
{
	struct desk *desk = *state;
	plug(desk, KEY_SERIAL, (struct softkey_faults){ .denied = true });
	assert_int_equal(respond(desk, TIMEOUT_MS), MFA_YUBIKEY_BROKEN);
	assert_non_null(strstr(desk->diag.text, "Access denied"));
	plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(desk); /* and hides no other */
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
	struct desk *desk = *state;
	plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(desk);
	pid_t pid = start_opening("/run/pam_mfa", hold_lock, NULL);
	int fd = open("/run/pam_mfa", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)flock(fd, LOCK_UN);
	assert_int_equal(respond(desk, SHORT_MS), MFA_YUBIKEY_BUSY);
	assert_in_range(desk->took_ms, SHORT_MS, SHORT_MS + SLACK_MS);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_answers(desk); /* its lock went with it */
	assert_int_equal(close(fd), 0);
}

static void time_that_has_run_out_is_not_an_absent_key(void **state)
{
	plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_int_equal(respond(*state, 0), MFA_YUBIKEY_BUSY);
}

/* Others must not be able to keep the lock, or anything, from the logins. */
static void a_lock_that_others_could_take_is_not_trusted(void **state)
{
	struct desk *desk = *state;
	plug(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_answers(desk);
	assert_int_equal(chmod("/run/pam_mfa", 0755), 0);
	assert_int_equal(respond(desk, SHORT_MS), MFA_YUBIKEY_BROKEN);
	assert_non_null(strstr(desk->diag.text, "/run/pam_mfa"));
	assert_int_equal(chmod("/run/pam_mfa", 0700), 0);
	assert_int_equal(rmdir("/run/pam_mfa"), 0);
	assert_int_equal(symlink("/tmp", "/run/pam_mfa"), 0);
	assert_int_equal(respond(desk, SHORT_MS), MFA_YUBIKEY_BROKEN);
	assert_int_equal(unlink("/run/pam_mfa"), 0);
	assert_answers(desk);
}

static int ask_too(void *context, unsigned index MFA_UNUSED)
{
	struct desk *desk = context;
	enum mfa_yubikey_result result = respond(desk, 10000);
	if (result == MFA_YUBIKEY_DONE)
		assert_right(desk);
	return (int)result;
}

static void many_processes_share_one_key(void **state)
{
	plug(*state, KEY_SERIAL, (struct softkey_faults){ 0 });
	assert_int_equal(count_processes(6, MFA_YUBIKEY_DONE, ask_too, *state), 6);
}

static void nothing_is_left_open_or_claimed(void **state)
{
	struct desk *desk = *state;
	static const struct softkey_faults faults[] = {
		{ 0 },
		{ .bad_crc = true },
		{ .answer_after = SOFTKEY_NEVER },
		{ .unplug_after = 7 },
	};
	unsigned key = plug(desk, KEY_SERIAL, faults[0]);
	plug(desk, 1, faults[0]);
	assert_answers(desk);
	unsigned before = count_descriptors();
	for (size_t i = 0; i < MFA_COUNT(faults); i++) {
		softkey_bed_set_faults(desk->bed, key, &faults[i]);
		(void)respond(desk, SHORT_MS);
		assert_int_equal(count_descriptors(), before);
		softkey_bed_replug(desk->bed, key);
		softkey_bed_set_faults(desk->bed, key, &faults[0]);
	}
	assert_answers(desk);
}

/* What the thread of libusb blocks, as /proc shows it; 0: there is no such thread. */
static uint64_t mask_of_libusb(void)
{
	uint64_t mask = 0;
	DIR *folder = opendir("/proc/self/task");
	for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
		char path[PATH_MAX];
		char line[256];
		bool is_libusb = false;
		(void)snprintf(path, sizeof path, "/proc/self/task/%s/status",
			       entry->d_name);
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

static void *watch(void *context)
{
	uint64_t *mask = context;
	int64_t end = stopwatch() + TIMEOUT_MS;
	while (*mask == 0 && stopwatch() < end)
		*mask = mask_of_libusb();
	return NULL;
}

/* The application's handlers run in its own threads, or what they do would race. */
static void the_thread_of_libusb_takes_no_signals(void **state)
{
	static const int signals[] = { SIGALRM, SIGCHLD, SIGHUP,  SIGINT,
				       SIGTERM, SIGUSR1, SIGTSTP, SIGQUIT };
	pthread_t watcher;
	uint64_t mask = 0;
	sigset_t before;
	sigset_t after;
	assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &before), 0);
	plug_touch(*state, (struct softkey_faults){ .touch_after = SOFTKEY_NEVER });
	assert_int_equal(pthread_create(&watcher, NULL, watch, &mask), 0);
	assert_int_equal(respond(*state, SHORT_MS), MFA_YUBIKEY_UNTOUCHED);
	assert_int_equal(pthread_join(watcher, NULL), 0);
	for (size_t i = 0; i < MFA_COUNT(signals); i++)
		assert_true((mask >> (signals[i] - 1) & 1) != 0);
	assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &after), 0);
	for (int number = 1; number < 32; number++)
		assert_int_equal(sigismember(&after, number),
				 sigismember(&before, number));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		at_a_desk(a_key_answers_at_once),
		at_a_desk(both_slots_answer),
		at_a_desk(no_key_is_told_at_once),
		at_a_desk(the_wanted_key_is_found_in_any_port),
		at_a_desk(any_of_the_users_keys_will_do),
		at_a_desk(an_erased_slot_is_told),
		at_a_desk(a_slot_that_does_something_else_is_silent),
		at_a_desk(a_touch_is_waited_for),
		at_a_desk(what_comes_late_behind_a_touch_is_taken),
		at_a_desk(a_touch_that_never_comes_is_told_in_time),
		at_a_desk(a_key_that_gives_up_waiting_is_told),
		at_a_desk(a_slow_key_is_waited_for),
		at_a_desk(a_key_too_slow_is_silent_in_time),
		at_a_desk(a_mute_key_is_silent),
		at_a_desk(a_mute_key_hides_no_other),
		at_a_desk(many_mute_keys_do_not_stretch_the_time),
		at_a_desk(a_damaged_answer_is_no_answer),
		at_a_desk(a_key_pulled_out_at_any_moment_is_told),
		at_a_desk(a_forbidden_key_is_told),
		at_a_desk(another_user_of_the_keys_is_waited_for_in_time),
		at_a_desk(time_that_has_run_out_is_not_an_absent_key),
		at_a_desk(a_lock_that_others_could_take_is_not_trusted),
		at_a_desk(many_processes_share_one_key),
		at_a_desk(nothing_is_left_open_or_claimed),
		at_a_desk(the_thread_of_libusb_takes_no_signals),
	};
	return keys_main("driver", tests, argc, argv);
}
