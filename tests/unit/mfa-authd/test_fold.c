/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/fold.c: which lines are held back, and the ones that stand for them. */
#include "fold.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

enum {
	START = 1000000,
	NOON = 1796126400, /* seconds since 1970 */
};

static struct fold at;

static int clear(void **state MFA_UNUSED)
{
	memset(&at, 0, sizeof at);
	return 0;
}

static struct fold_told told(const char *line, enum fold_done done, int64_t time)
{
	struct fold_told told = { .done = done, .time = time };
	(void)snprintf((char *)told.key.hash, sizeof told.key.hash, "%s", line);
	return told;
}

static bool is_held(const char *line)
{
	struct fold_list list;
	struct fold_told wanted = told(line, FOLD_NOTHING, 0);
	fold_list(&at, &list);
	return fold_has(&list, &wanted.key);
}

/* One refusal, as a worker treats it; true: its line is written. */
static bool refuse(const char *line, int64_t now_ms)
{
	bool is_written = !is_held(line);
	struct fold_told report =
		told(line, is_written ? FOLD_WRITTEN : FOLD_HELD, NOON + now_ms / 1000);
	struct visit visit = { .wait = VISIT_END };
	(void)snprintf(visit.facts.name, sizeof visit.facts.name, "%s", line);
	assert_true(fold_count(&at, &report, &visit, now_ms));
	return is_written;
}

static unsigned refuse_often(const char *line, unsigned times, int64_t now_ms)
{
	unsigned written = 0;
	for (unsigned i = 0; i < times; i++)
		written += refuse(line, now_ms);
	return written;
}

/* The number that the next line stands for; 0: there is none. */
static uint32_t take(int64_t now_ms, bool is_last)
{
	struct fold_line line;
	return fold_take(&at, now_ms, is_last, &line) ? line.repeats.count : 0;
}

static void five_are_written_and_then_one_for_all(void **state MFA_UNUSED)
{
	struct fold_line line;
	assert_int_equal(refuse_often("taro", FOLD_AT_ONCE, START), FOLD_AT_ONCE);
	assert_false(refuse("taro", START + 1000));
	assert_int_equal(refuse_often("taro", 100, START + 2000), 0);
	assert_true(refuse("hanako", START + 2000)); /* another's, in the middle */
	assert_int_equal(fold_next(&at), START + FOLD_MS);
	assert_int_equal(take(START + FOLD_MS - 1, false), 0);
	assert_true(fold_take(&at, START + FOLD_MS, false, &line));
	assert_int_equal(line.repeats.count, 101);
	assert_int_equal(line.repeats.since, NOON + (START + 1000) / 1000);
	assert_string_equal(line.visit.facts.name, "taro");
	assert_int_equal(take(START + FOLD_MS, false), 0);
}

static void who_goes_on_has_one_line_a_minute(void **state MFA_UNUSED)
{
	(void)refuse_often("taro", 20, START);
	assert_int_equal(take(START + FOLD_MS, false), 20 - FOLD_AT_ONCE);
	assert_int_equal(refuse_often("taro", 20, START + FOLD_MS + 1), 0);
	assert_int_equal(take(START + 2 * FOLD_MS, false), 20);
	/* a minute without any ends it */
	assert_int_equal(take(START + 3 * FOLD_MS, false), 0);
	assert_int_equal(fold_next(&at), INT64_MAX);
	assert_true(refuse("taro", START + 3 * FOLD_MS));
}

static void few_in_a_minute_are_all_written(void **state MFA_UNUSED)
{
	for (int i = 0; i < 20; i++)
		assert_int_equal(refuse_often("taro", FOLD_AT_ONCE - 1,
					      START + i * (int64_t)FOLD_MS),
				 FOLD_AT_ONCE - 1);
	assert_int_equal(take(INT64_MAX, true), 0);
}

static void at_the_end_none_is_left(void **state MFA_UNUSED)
{
	(void)refuse_often("taro", 10, START);
	(void)refuse_often("hanako", 7, START);
	uint32_t sum = take(START, true) + take(START, true);
	assert_int_equal(sum, 10 + 7 - 2 * FOLD_AT_ONCE);
	assert_int_equal(take(START, true), 0);
}

/* The number is not lost, and the line is tried again with the next one's minute. */
static void a_line_that_cannot_be_written_is_counted_again(void **state MFA_UNUSED)
{
	struct fold_line line;
	(void)refuse_often("taro", FOLD_AT_ONCE + 10, START);
	assert_true(fold_take(&at, START + FOLD_MS, false, &line));
	assert_false(line.repeats.is_last);
	(void)refuse_often("taro", 3, START + FOLD_MS + 1);
	assert_true(fold_put_back(&at, &line, START + FOLD_MS + 2));
	assert_int_equal(take(START + FOLD_MS + 2, false), 0); /* not at once */
	assert_true(fold_take(&at, START + 3 * (int64_t)FOLD_MS, true, &line));
	assert_int_equal(line.repeats.count, 13);
	assert_int_equal(line.repeats.since, NOON + START / 1000);
	assert_true(line.repeats.is_last);
}

/* More kinds than there is room for are written, and what is held back is not lost. */
static void what_is_held_back_is_not_displaced(void **state MFA_UNUSED)
{
	char name[16];
	for (int i = 0; i < FOLD_MAX - 1; i++) {
		(void)snprintf(name, sizeof name, "held%d", i);
		(void)refuse_often(name, FOLD_AT_ONCE + 1, START);
	}
	for (int i = 0; i < 3 * FOLD_MAX; i++) {
		(void)snprintf(name, sizeof name, "name%d", i);
		assert_true(refuse(name, START));
	}
	(void)refuse_often("last", FOLD_AT_ONCE + 1, START);
	assert_true(refuse("one more", START));
	assert_false(is_held("one more"));
	uint32_t sum = 0;
	for (int i = 0; i < FOLD_MAX; i++)
		sum += take(START, true);
	assert_int_equal(sum, FOLD_MAX);
	/* a worker that knew an older list */
	struct fold_told late = told("older", FOLD_HELD, NOON);
	const struct visit visit = { .wait = VISIT_END };
	assert_false(fold_count(&at, &late, &visit, START));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(five_are_written_and_then_one_for_all, clear),
		cmocka_unit_test_setup(who_goes_on_has_one_line_a_minute, clear),
		cmocka_unit_test_setup(few_in_a_minute_are_all_written, clear),
		cmocka_unit_test_setup(at_the_end_none_is_left, clear),
		cmocka_unit_test_setup(a_line_that_cannot_be_written_is_counted_again,
				       clear),
		cmocka_unit_test_setup(what_is_held_back_is_not_displaced, clear),
	};
	return group_main("fold", tests);
}
