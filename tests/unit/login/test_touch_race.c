/* SPDX-License-Identifier: BSD-2-Clause */
/* Logins with YubiKeys that meet each other, and their time. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "keys.h"

enum {
	LOGINS = 4,
	SLACK_MS = 5000,
};

static const struct softkey_faults never = { .touch_after = SOFTKEY_NEVER };

static int wait_for_touch(void *context, unsigned index MFA_UNUSED)
{
	const struct attempt attempt = { .answer = "pw", .password = "pw" };
	return (int)come(&context, attempt).reason;
}

static void assert_waiting(struct key_driver_fixture *fixture)
{
	int64_t end = stopwatch() + SLACK_MS;
	while (!usb_mock_counts(fixture->mock, fixture->key).waiting)
		assert_in_range(stopwatch(), 0, end);
}

/* Each login of a round has its own code. */
static void while_a_touch_is_awaited_nothing_is_locked(void **state)
{
	struct key_driver_fixture *fixture = *state;
	plug_touch_key(fixture, KEY_SERIAL, never);
	fixture->host.host.config->zones[0].yubikey_timeout = 60;
	pid_t pid = start_process(wait_for_touch, fixture);
	assert_waiting(fixture);
	for (unsigned i = 0; i < LOGINS; i++) {
		struct code code = code_of(&totp_spec, STEP + i);
		struct outcome outcome =
			come(state, (struct attempt){ .answer = code.text,
						      .now = NOW + 30 * (int64_t)i });
		assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	}
	int record =
		open(path_in(&fixture->host.box, "store/users/taro"), O_RDWR | O_CLOEXEC);
	int trail = open(path_in(&fixture->host.box, "audit.jsonl"), O_RDWR | O_CLOEXEC);
	int key = open(path_in(&fixture->host.box, "store.key"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(record, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(flock(trail, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(flock(key, LOCK_EX | LOCK_NB), 0);
	(void)close(record);
	(void)close(trail);
	(void)close(key);
	assert_waiting(fixture);
	usb_mock_set_faults(fixture->mock, fixture->key, &(struct softkey_faults){ 0 });
	assert_int_equal(end_of(pid), MFA_REASON_RIGHT);
}

enum {
	ASKED_MAX = 30, /* questions in one login */
	PACE_MS = 100,	/* of a person who presses Enter */
	MS_NS = 1000000,
};

#define FIVE_TIMES "", "", "", "", ""
static const char *const enter[] = { FIVE_TIMES, FIVE_TIMES, FIVE_TIMES, FIVE_TIMES,
				     FIVE_TIMES, FIVE_TIMES, NULL };

static void take_time(void *context MFA_UNUSED, unsigned question)
{
	const struct timespec pace = { 0, PACE_MS * MS_NS };
	if (question > 0)
		(void)nanosleep(&pace, NULL);
}

static int press_enter(void *context, unsigned index MFA_UNUSED)
{
	return (int)come(&context,
			 (struct attempt){ .answers = enter, .meanwhile = take_time })
		.reason;
}

static void logins_at_once_take_turns_at_one_key(void **state)
{
	struct key_driver_fixture *fixture = *state;
	plug_touch_key(fixture, KEY_SERIAL, (struct softkey_faults){ 0 });
	fixture->host.host.config->zones[0].yubikey_timeout = 20;
	assert_int_equal(count_processes(LOGINS, MFA_REASON_RIGHT, press_enter, fixture),
			 LOGINS);
	assert_int_equal(usb_mock_counts(fixture->mock, fixture->key).challenges, LOGINS);
}

static int wait_at_a_terminal(void *context, unsigned index MFA_UNUSED)
{
	const struct attempt attempt = { .answers = enter,
					 .meanwhile = take_time,
					 .tty = "/dev/pts/7" };
	return (int)come(&context, attempt).reason;
}

/* Somebody else's login has the key, and nobody touches it yet. */
static pid_t hold_key(struct key_driver_fixture *fixture,
		      int (*work)(void *context, unsigned index))
{
	fixture->host.host.config->zones[0].yubikey_timeout = 60;
	usb_mock_set_faults(fixture->mock, fixture->key, &never);
	pid_t pid = start_process(work, fixture);
	assert_waiting(fixture);
	return pid;
}

static void touch_for(struct key_driver_fixture *fixture, pid_t pid)
{
	usb_mock_set_faults(fixture->mock, fixture->key, &(struct softkey_faults){ 0 });
	assert_int_equal(end_of(pid), MFA_REASON_RIGHT);
}

static char *trail_of(void **state)
{
	struct key_driver_fixture *fixture = *state;
	return read_text(path_in(&fixture->host.box, "audit.jsonl"));
}

static void assert_told(void **state, const char *words, bool is_told)
{
	MFA_CLEANUP(mfa_free_string) char *trail = trail_of(state);
	if ((strstr(trail, words) != NULL) != is_told)
		fail_msg("%s: %s", words, trail);
}

static const char busy_line[] = "Another login is using the YubiKey. Try again.";

static void a_key_in_use_is_not_waited_for(void **state)
{
	struct key_driver_fixture *fixture = *state;
	plug_touch_key(fixture, KEY_SERIAL, never);
	pid_t pid = hold_key(fixture, wait_at_a_terminal);
	int64_t start = stopwatch();
	struct outcome outcome = come(state, (struct attempt){ .answers = enter });
	assert_in_range(stopwatch() - start, 0, 60 * 1000);
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_BUSY);
	assert_int_equal(outcome.script.asked, ASKED_MAX);
	for (unsigned i = 1; i < MFA_COUNT(outcome.script.prompts); i++)
		assert_string_equal(outcome.script.prompts[i],
				    "Don't touch yet (test, pts/7, taro). "
				    "Enter or code: ");
	assert_int_equal(outcome.script.told, 1);
	assert_string_equal(outcome.script.line, busy_line);
	assert_told(state,
		    "\"detail\":\"the YubiKeys were in use by another login, service "
		    "test, terminal pts/7, user taro\"",
		    true);
	touch_for(fixture, pid);
}

/* Nor is it said whose it is, but to the same person. */
static void others_are_not_named(void **state)
{
	struct key_driver_fixture *fixture = *state;
	plug_touch_key(fixture, KEY_SERIAL, never);
	pid_t pid = hold_key(fixture, wait_at_a_terminal);
	const char *const twice[] = { "", "", NULL };
	struct outcome outcome =
		come(state, (struct attempt){ .user = "hanako", .answers = twice });
	assert_outcome(outcome, MFA_GIVEN_UP, MFA_REASON_NO_ANSWER);
	assert_string_equal(outcome.script.prompts[2],
			    "Don't touch yet (test, pts/7). Enter or code: ");
	assert_told(state, "\"event\":\"key.busy\"", true); /* also for who gave up */
	touch_for(fixture, pid);
}

static int wait_as_nobody(void *context, unsigned index MFA_UNUSED)
{
	const struct attempt attempt = { .answer = "pw",
					 .password = "pw",
					 .user = "my-password",
					 .is_unknown = true };
	return (int)come(&context, attempt).reason;
}

static void await_turn(void)
{
	struct mfa_turn holder = { .number = 0 };
	int64_t end = stopwatch() + SLACK_MS;
	while (holder.number == 0) {
		unsigned char bytes[MFA_TURN_SIZE] = { 0 };
		int fd = open("/run/pam_mfa/turn", O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes)
			(void)mfa_turn_get(bytes, &holder);
		if (fd >= 0)
			(void)close(fd);
		assert_in_range(stopwatch(), 0, end);
	}
}

/* A name that nobody has may be a password that was typed too early. */
static void a_mistyped_name_is_shown_to_nobody(void **state)
{
	char bytes[8192];
	const char *const once[] = { "", NULL };
	/* a key that is silent is waited for by everybody who wants one */
	plug_touch_key(*state, KEY_SERIAL, (struct softkey_faults){ .mute = true });
	pid_t pid = start_process(wait_as_nobody, *state);
	await_turn();
	struct outcome outcome = come(state, (struct attempt){ .user = "my-password",
							       .answers = once,
							       .is_unknown = true });
	size_t len = read_bytes("/run/pam_mfa/turn", bytes, sizeof bytes);
	assert_null(memmem(bytes, len, "my-password", strlen("my-password")));
	assert_string_equal(outcome.script.prompts[1],
			    "Don't touch yet (test). Enter or code: ");
	assert_int_equal(end_of(pid), MFA_REASON_KEY_HIDDEN);
	assert_told(state, "my-password", false);
}

static void a_program_that_repeats_itself_is_refused_at_once(void **state)
{
	struct key_driver_fixture *fixture = *state;
	plug_touch_key(fixture, KEY_SERIAL, never);
	pid_t pid = hold_key(fixture, wait_at_a_terminal);
	struct outcome outcome =
		come(state, (struct attempt){ .answer = "pw", .password = "pw" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_BUSY);
	assert_int_equal(outcome.script.asked, 1);
	assert_string_equal(outcome.script.line, busy_line);
	touch_for(fixture, pid);
}

struct theft {
	struct key_driver_fixture *fixture;
	pid_t thief;
	unsigned begins; /* at this question the thief's login begins to wait */
	unsigned touched;
};

static void steal(void *context, unsigned question)
{
	struct theft *theft = context;
	if (question == theft->begins)
		theft->thief = hold_key(theft->fixture, wait_at_a_terminal);
	if (question == theft->touched)
		touch_for(theft->fixture, theft->thief);
}

static const char elsewhere_prompt[] =
	"Used elsewhere (test, pts/7, taro). Enter or code: ";
static const char elsewhere_detail[] =
	"\"detail\":\"YubiKey 7654321 has answered another login, service test, terminal "
	"pts/7, user taro\"";

static void a_stolen_touch_is_told_before_the_key_is_asked(void **state)
{
	struct key_driver_fixture *fixture = *state;
	struct theft theft = { .fixture = fixture, .begins = 0, .touched = 1 };
	plug_touch_key(fixture, KEY_SERIAL, never);
	struct outcome outcome =
		come(state, (struct attempt){ .answers = enter,
					      .meanwhile = steal,
					      .script_context = &theft });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 3);
	assert_non_null(strstr(outcome.script.prompts[1], "Don't touch"));
	assert_string_equal(outcome.script.prompts[2], elsewhere_prompt);
	assert_int_equal(outcome.script.told, 0);
	assert_int_equal(usb_mock_counts(fixture->mock, fixture->key).challenges, 2);
	assert_told(state, "\"event\":\"key.busy\"", true);
	assert_told(state, "\"event\":\"key.elsewhere\"", true);
	assert_told(state, elsewhere_detail, true);
	assert_audited(state, "\"allowed\"");
}

/* The person saw it blink, and touched it, before Enter. */
static void one_that_no_busy_key_has_foretold_as_well(void **state)
{
	struct key_driver_fixture *fixture = *state;
	struct theft theft = { .fixture = fixture, .begins = 0, .touched = 0 };
	plug_touch_key(fixture, KEY_SERIAL, never);
	struct outcome outcome =
		come(state, (struct attempt){ .answers = enter,
					      .meanwhile = steal,
					      .script_context = &theft });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 2);
	assert_string_equal(outcome.script.prompts[1], elsewhere_prompt);
	assert_told(state, "key.busy", false);
	assert_told(state, elsewhere_detail, true);
	outcome = come(state, (struct attempt){ .answers = enter });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 1); /* a later login knows nothing of it */
}

/* It is of a key that hanako has not. */
static void it_is_told_to_the_keys_owner_alone(void **state)
{
	struct key_driver_fixture *fixture = *state;
	struct theft theft = { .fixture = fixture, .begins = 0, .touched = 0 };
	plug_touch_key(fixture, KEY_SERIAL, never);
	struct outcome outcome =
		come(state, (struct attempt){ .user = "hanako",
					      .answers = enter,
					      .meanwhile = steal,
					      .script_context = &theft });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_OTHER);
	assert_int_equal(outcome.script.asked, 3);
	assert_told(state, "key.elsewhere", false);
}

/* The login's own three questions are still there when the key is free. */
static void anothers_turn_costs_no_question(void **state)
{
	struct key_driver_fixture *fixture = *state;
	struct theft theft = { .fixture = fixture, .begins = 0, .touched = 5 };
	plug_touch_key(fixture, KEY_SERIAL, never);
	struct outcome outcome =
		come(state, (struct attempt){ .user = "hanako",
					      .answers = enter,
					      .meanwhile = steal,
					      .script_context = &theft });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_OTHER);
	assert_int_equal(outcome.script.asked, 5 + 3);
}

static void an_attempt_takes_no_longer_than_the_zone_gives_it(void **state)
{
	struct key_driver_fixture *fixture = *state;
	plug_touch_key(fixture, KEY_SERIAL, never);
	fixture->host.host.config->zones[0].yubikey_timeout = 1;
	int64_t start = stopwatch();
	struct outcome outcome =
		come(state, (struct attempt){ .answer = "pw", .password = "pw" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_UNTOUCHED);
	assert_in_range(stopwatch() - start, 1000, 1000 + SLACK_MS);
}

/* The old slot was suspended when the key was programmed anew. */
static void a_suspended_slot_does_not_stand_before_an_active_one(void **state)
{
	struct key_driver_fixture *fixture = *state;
	struct mfa_token tokens[] = { key_token(KEY_SERIAL, 1),
				      key_token(KEY_SERIAL, 2) };
	struct mfa_diag diag = { .text = "" };
	tokens[0].state = MFA_STATE_SUSPENDED;
	assert_done(mfa_site_open(&fixture->host.host, &diag), &diag);
	enroll_tokens(store_of(state), "jiro", tokens, 2);
	mfa_site_close(&fixture->host.host);
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[0] = options.slot[1];
	usb_mock_plug(fixture->mock, &options);
	assert_outcome(come(state, (struct attempt){ .user = "jiro", .answer = "" }),
		       MFA_ALLOW, MFA_REASON_RIGHT);
}

static void a_damaged_token_is_told(void **state)
{
	struct key_driver_fixture *fixture = *state;
	struct mfa_token token = key_token(KEY_SERIAL, 1);
	struct mfa_diag diag = { .text = "" };
	token.data[0] = 3;
	assert_done(mfa_site_open(&fixture->host.host, &diag), &diag);
	enroll_tokens(store_of(state), "jiro", &token, 1);
	mfa_site_close(&fixture->host.host);
	struct outcome outcome =
		come(state, (struct attempt){ .user = "jiro", .answer = "" });
	assert_outcome(outcome, MFA_UNAVAILABLE, MFA_REASON_FAILED);
	assert_int_equal(outcome.script.asked, 1);
	assert_non_null(strstr(outcome.diag, "token of jiro"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		with_key_driver_fixture(while_a_touch_is_awaited_nothing_is_locked),
		with_key_driver_fixture(logins_at_once_take_turns_at_one_key),
		with_key_driver_fixture(a_key_in_use_is_not_waited_for),
		with_key_driver_fixture(others_are_not_named),
		with_key_driver_fixture(a_mistyped_name_is_shown_to_nobody),
		with_key_driver_fixture(a_program_that_repeats_itself_is_refused_at_once),
		with_key_driver_fixture(a_stolen_touch_is_told_before_the_key_is_asked),
		with_key_driver_fixture(one_that_no_busy_key_has_foretold_as_well),
		with_key_driver_fixture(it_is_told_to_the_keys_owner_alone),
		with_key_driver_fixture(anothers_turn_costs_no_question),
		with_key_driver_fixture(
			an_attempt_takes_no_longer_than_the_zone_gives_it),
		with_key_driver_fixture(
			a_suspended_slot_does_not_stand_before_an_active_one),
		with_key_driver_fixture(a_damaged_token_is_told),
	};
	return keys_main("touch_race", tests, argc, argv);
}
