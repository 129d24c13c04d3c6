/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/hold.c: the line that stands for others, as a worker writes it. */
#include "hold.h"

#include <string.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		at_desk(one_line_says_how_many),
		at_desk(without_a_configuration_it_is_held_back_again),
		at_desk(at_the_end_it_is_not_held_back_again),
	};
	return group_main("hold", tests);
}
