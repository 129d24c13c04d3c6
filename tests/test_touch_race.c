/* Logins with YubiKeys that meet each other, and their time. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
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

static void assert_waiting(struct key_desk *desk)
{
	int64_t end = stopwatch() + SLACK_MS;
	while (!softkey_bed_counts(desk->bed, desk->key).waiting)
		assert_in_range(stopwatch(), 0, end);
}

/* Each login of a round has its own code. */
static void while_a_touch_is_awaited_nothing_is_locked(void **state)
{
	struct key_desk *desk = *state;
	plug_touch_key(desk, KEY_SERIAL, never);
	desk->host.host.config->zones[0].yubikey_timeout = 60;
	pid_t pid = start_process(wait_for_touch, desk);
	assert_waiting(desk);
	for (unsigned i = 0; i < LOGINS; i++) {
		struct code code = code_of(&totp_spec, STEP + i);
		struct outcome outcome =
			come(state, (struct attempt){ .answer = code.text,
						      .now = NOW + 30 * (int64_t)i });
		assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	}
	int record =
		open(path_in(&desk->host.box, "store/users/taro"), O_RDWR | O_CLOEXEC);
	int trail = open(path_in(&desk->host.box, "audit.jsonl"), O_RDWR | O_CLOEXEC);
	int key = open(path_in(&desk->host.box, "store.key"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(record, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(flock(trail, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(flock(key, LOCK_EX | LOCK_NB), 0);
	(void)close(record);
	(void)close(trail);
	(void)close(key);
	assert_waiting(desk);
	softkey_bed_set_faults(desk->bed, desk->key, &(struct softkey_faults){ 0 });
	assert_int_equal(end_of(pid), MFA_REASON_RIGHT);
}

static void logins_at_once_take_turns_at_one_key(void **state)
{
	struct key_desk *desk = *state;
	plug_touch_key(desk, KEY_SERIAL, (struct softkey_faults){ 0 });
	desk->host.host.config->zones[0].yubikey_timeout = 20;
	assert_int_equal(count_processes(LOGINS, MFA_REASON_RIGHT, wait_for_touch, desk),
			 LOGINS);
	assert_int_equal(softkey_bed_counts(desk->bed, desk->key).challenges, LOGINS);
}

static void who_waits_for_the_key_in_vain_is_told(void **state)
{
	struct key_desk *desk = *state;
	plug_touch_key(desk, KEY_SERIAL, never);
	desk->host.host.config->zones[0].yubikey_timeout = 60;
	pid_t pid = start_process(wait_for_touch, desk);
	assert_waiting(desk);
	desk->host.host.config->zones[0].yubikey_timeout = 1;
	static const char *const once[] = { "", "", "", NULL };
	struct outcome outcome = come(state, (struct attempt){ .answers = once });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_BUSY);
	assert_string_equal(outcome.script.prompts[1],
			    "Another login is using the YubiKey. Press Enter to try "
			    "again: ");
	assert_string_equal(outcome.script.line,
			    "Another login is using the YubiKey. Try again.");
	softkey_bed_set_faults(desk->bed, desk->key, &(struct softkey_faults){ 0 });
	assert_int_equal(end_of(pid), MFA_REASON_RIGHT);
}

static void an_attempt_takes_no_longer_than_the_zone_gives_it(void **state)
{
	struct key_desk *desk = *state;
	plug_touch_key(desk, KEY_SERIAL, never);
	desk->host.host.config->zones[0].yubikey_timeout = 1;
	int64_t start = stopwatch();
	struct outcome outcome =
		come(state, (struct attempt){ .answer = "pw", .password = "pw" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_UNTOUCHED);
	assert_in_range(stopwatch() - start, 1000, 1000 + SLACK_MS);
}

/* The old slot was suspended when the key was programmed anew. */
static void a_suspended_slot_does_not_stand_before_an_active_one(void **state)
{
	struct key_desk *desk = *state;
	struct mfa_token tokens[] = { key_token(KEY_SERIAL, 1),
				      key_token(KEY_SERIAL, 2) };
	struct mfa_diag diag = { .text = "" };
	tokens[0].state = MFA_STATE_SUSPENDED;
	assert_done(mfa_host_open(&desk->host.host, &diag), &diag);
	enroll_tokens(store_of(state), "jiro", tokens, 2);
	mfa_host_close(&desk->host.host);
	struct softkey_options options = soft_key(KEY_SERIAL);
	options.slot[0] = options.slot[1];
	softkey_bed_plug(desk->bed, &options);
	assert_outcome(come(state, (struct attempt){ .user = "jiro", .answer = "" }),
		       MFA_ALLOW, MFA_REASON_RIGHT);
}

static void a_damaged_token_is_told(void **state)
{
	struct key_desk *desk = *state;
	struct mfa_token token = key_token(KEY_SERIAL, 1);
	struct mfa_diag diag = { .text = "" };
	token.data[0] = 3;
	assert_done(mfa_host_open(&desk->host.host, &diag), &diag);
	enroll_tokens(store_of(state), "jiro", &token, 1);
	mfa_host_close(&desk->host.host);
	struct outcome outcome =
		come(state, (struct attempt){ .user = "jiro", .answer = "" });
	assert_outcome(outcome, MFA_UNAVAILABLE, MFA_REASON_FAILED);
	assert_int_equal(outcome.script.asked, 1);
	assert_non_null(strstr(outcome.diag, "token of jiro"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		at_a_key_desk(while_a_touch_is_awaited_nothing_is_locked),
		at_a_key_desk(logins_at_once_take_turns_at_one_key),
		at_a_key_desk(who_waits_for_the_key_in_vain_is_told),
		at_a_key_desk(an_attempt_takes_no_longer_than_the_zone_gives_it),
		at_a_key_desk(a_suspended_slot_does_not_stand_before_an_active_one),
		at_a_key_desk(a_damaged_token_is_told),
	};
	return keys_main("touch_race", tests, argc, argv);
}
