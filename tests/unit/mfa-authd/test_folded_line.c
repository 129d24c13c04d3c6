/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/folded_line.c: the line that stands for many is one at a time, and is
 * not lost while the service knows of it. */
#include "folded_line.h"

#include <string.h>

#include "support.h"

static struct {
	struct fold fold;
	struct folded_line line;
	struct visit visit;
} at;

static int begin(void **state MFA_UNUSED)
{
	memset(&at, 0, sizeof at);
	return 0;
}

static struct fold_told told_of(unsigned char key, enum fold_done done)
{
	return (struct fold_told){ .done = done, .key = { { key } }, .time = 1000 + key };
}

/* So many refusals of one kind, of which the first are written. */
static void refuse(unsigned char key, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct fold_told told =
			told_of(key, i < FOLD_AT_ONCE ? FOLD_WRITTEN : FOLD_HELD);
		folded_line_count(&at.fold, &told, &at.visit);
	}
}

static void nothing_that_was_written_is_written_again(void **state MFA_UNUSED)
{
	refuse(1, FOLD_AT_ONCE);
	assert_false(folded_line_take(&at.line, &at.fold, true));
	assert_false(at.line.is_there);
}

static void it_stands_for_what_was_held_back(void **state MFA_UNUSED)
{
	refuse(1, FOLD_AT_ONCE + 7);
	assert_false(folded_line_take(&at.line, &at.fold, false)); /* its minute runs */
	assert_true(folded_line_take(&at.line, &at.fold, true));
	assert_int_equal(at.line.connection.repeats.count, 7);
	assert_int_equal(at.line.connection.repeats.since, 1001);
	assert_int_equal(at.line.connection.visit.wait, VISIT_VERDICT);
	assert_int_equal(at.line.connection.fd, -1);
}

static void there_is_one_at_a_time(void **state MFA_UNUSED)
{
	const struct fold_told written = told_of(1, FOLD_WRITTEN);
	refuse(1, FOLD_AT_ONCE + 1);
	refuse(2, FOLD_AT_ONCE + 1);
	assert_true(folded_line_take(&at.line, &at.fold, true));
	assert_false(folded_line_take(&at.line, &at.fold, true));
	folded_line_end(&at.line, &at.fold, &written);
	assert_int_equal(at.line.connection.state, CONNECTION_WAITS);
	assert_true(folded_line_take(&at.line, &at.fold, true));
	folded_line_end(&at.line, &at.fold, &written);
	assert_false(folded_line_take(&at.line, &at.fold, true));
}

/* The trail could not be written. */
static void one_that_was_not_written_comes_again(void **state MFA_UNUSED)
{
	refuse(1, FOLD_AT_ONCE + 7);
	assert_true(folded_line_take(&at.line, &at.fold, true));
	const struct fold_told held = { .done = FOLD_HELD, .key = at.line.key };
	folded_line_end(&at.line, &at.fold, &held);
	assert_true(folded_line_take(&at.line, &at.fold, true));
	assert_int_equal(at.line.connection.repeats.count, 7);
}

/* Written or not: nobody knows, and twice would be false. */
static void one_whose_worker_ended_does_not(void **state MFA_UNUSED)
{
	const struct fold_told nothing = { .done = FOLD_NOTHING };
	refuse(1, FOLD_AT_ONCE + 7);
	assert_true(folded_line_take(&at.line, &at.fold, true));
	folded_line_end(&at.line, &at.fold, &nothing);
	assert_false(folded_line_take(&at.line, &at.fold, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_that_was_written_is_written_again, begin),
		cmocka_unit_test_setup(it_stands_for_what_was_held_back, begin),
		cmocka_unit_test_setup(there_is_one_at_a_time, begin),
		cmocka_unit_test_setup(one_that_was_not_written_comes_again, begin),
		cmocka_unit_test_setup(one_whose_worker_ended_does_not, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
