/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/hold.c: the line that stands for others, as a worker writes it. */
#include "hold.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "desk_fixture.h"

static struct desk_fixture at;

static int setup(void **state MFA_UNUSED)
{
	desk_fixture_open(&at, "");
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	desk_fixture_close(&at);
	return 0;
}

#define at_desk(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* A login that is cancelled at the question. */
static void give_up(void)
{
	desk_fixture_connect(&at, 0);
	desk_fixture_begin(
		&at, &(const struct steps_login){ .user = "root", .service = "test" });
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_ASK);
	at.desk.told = (struct fold_told){ .done = FOLD_NOTHING };
	desk_fixture_send(&at, MFA_AUTHD_NONE, "g", 1);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
}

/* What a worker does for 25 refusals of which the last visit is the first. */
static enum fold_done write_line(bool is_last)
{
	const struct fold_repeats repeats = { .count = 25,
					      .since = 1796126400,
					      .is_last = is_last };
	at.desk.told = (struct fold_told){ .done = FOLD_NOTHING };
	hold_write(&at.desk, &at.visit, &repeats);
	return at.desk.told.done;
}

static void break_config(void)
{
	write_text(path_in(&at.host.box, "mfa.conf"), "[host]\nzzz = 1\n");
}

static void one_line_says_how_many(void **state MFA_UNUSED)
{
	give_up();
	assert_int_equal(write_line(false), FOLD_WRITTEN);
	desk_fixture_assert_line(&at, "\"repeats\":\"25\"");
}

/* The configuration may be repaired within minutes; until then nothing is lost. */
static void without_a_configuration_it_is_held_back_again(void **state MFA_UNUSED)
{
	char *valid = read_text(path_in(&at.host.box, "mfa.conf"));
	give_up();
	break_config();
	assert_int_equal(write_line(false), FOLD_HELD);
	write_text(path_in(&at.host.box, "mfa.conf"), valid);
	assert_int_equal(write_line(false), FOLD_WRITTEN);
	desk_fixture_assert_line(&at, "\"repeats\":\"25\"");
	free(valid);
}

/* The service ends: there is no later. Syslog has it. */
static void at_the_end_it_is_not_held_back_again(void **state MFA_UNUSED)
{
	give_up();
	break_config();
	assert_int_equal(write_line(true), FOLD_WRITTEN);
}

/* The line as hold_back makes it: its key depends on what it says. */
static bool is_other_line(const struct mfa_auth_result *one,
			  const struct mfa_auth_result *other)
{
	struct login login;
	struct fold_key key;
	assert_int_equal(login_begin(&at.desk, &at.visit, &login), MFA_OK);
	(void)hold_back(&login, "auth", one);
	key = at.desk.told.key;
	(void)hold_back(&login, "auth", other);
	login_done(&login);
	return memcmp(&key, &at.desk.told.key, sizeof key) != 0;
}

/* A right code at a lock is no wrong one, and is of one token. */
static void what_names_a_token_has_a_line_of_its_own(void **state MFA_UNUSED)
{
	const struct mfa_auth_result locked = { .verdict = MFA_DENY,
						.reason = MFA_REASON_LOCKED };
	struct mfa_auth_result right = locked;
	struct mfa_auth_result kind = locked;
	give_up();
	(void)snprintf(right.token, sizeof right.token, "abcdefgh");
	kind.kind = MFA_KIND_TOTP;
	assert_false(is_other_line(&locked, &locked));
	assert_true(is_other_line(&locked, &right));
	assert_true(is_other_line(&locked, &kind));
}

/* Only what counts towards a lock has a line each time. */
static void what_no_record_counts_is_folded(void **state MFA_UNUSED)
{
	static const enum mfa_reason folded[] = {
		MFA_REASON_USED,	 MFA_REASON_RETIRED,	  MFA_REASON_KEY_TYPED,
		MFA_REASON_UID_CHANGED,	 MFA_REASON_SUSPENDED,	  MFA_REASON_CLOCK,
		MFA_REASON_UNKNOWN_USER, MFA_REASON_NOT_ENROLLED, MFA_REASON_LOCKED,
		MFA_REASON_NOT_A_CODE,	 MFA_REASON_KEY_WRONG,
	};
	struct login login;
	struct mfa_auth_result result = { .verdict = MFA_DENY, .is_noted = true };
	give_up();
	assert_int_equal(login_begin(&at.desk, &at.visit, &login), MFA_OK);
	for (size_t i = 0; i < MFA_COUNT(folded); i++) {
		at.desk.told.done = FOLD_NOTHING;
		result.reason = folded[i];
		(void)hold_back(&login, "auth", &result);
		assert_int_equal(at.desk.told.done, FOLD_WRITTEN);
	}
	at.desk.told.done = FOLD_NOTHING;
	result.reason = MFA_REASON_WRONG;
	(void)hold_back(&login, "auth", &result);
	assert_int_equal(at.desk.told.done, FOLD_NOTHING);
	login_done(&login);
}

/* A trail that cannot be written refuses alike, whether lines are held back or not. */
static void a_line_that_could_not_be_written_is_not_held_back(void **state MFA_UNUSED)
{
	const char *trail = path_in(&at.host.box, "audit.jsonl");
	give_up();
	assert_int_equal(at.desk.told.done, FOLD_WRITTEN);
	at.desk.held = (struct fold_list){ .count = 1, .keys = { at.desk.told.key } };
	give_up();
	assert_int_equal(at.desk.told.done, FOLD_HELD);
	assert_int_equal(unlink(trail), 0);
	assert_int_equal(mkdir(trail, 0700), 0);
	give_up();
	assert_int_equal(at.desk.told.done, FOLD_NOTHING);
	at.desk.held.count = 0;
	give_up();
	assert_int_equal(at.desk.told.done, FOLD_NOTHING);
	assert_int_equal(rmdir(trail), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		at_desk(one_line_says_how_many),
		at_desk(without_a_configuration_it_is_held_back_again),
		at_desk(at_the_end_it_is_not_held_back_again),
		at_desk(what_names_a_token_has_a_line_of_its_own),
		at_desk(what_no_record_counts_is_folded),
		at_desk(a_line_that_could_not_be_written_is_not_held_back),
	};
	return group_main("hold", tests);
}
