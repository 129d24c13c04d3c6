/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/queue.c: who waits for a worker, and whose turn is next. */
#include "queue.h"

#include <stdlib.h>

#include "support.h"

enum {
	ROOT = 0,
	TARO = 1001,
	HANAKO = 1002,
};

static struct {
	struct places places;
	struct queue queue;
	struct connection line;
	struct pool pool;
} at;

static int begin(void **state MFA_UNUSED)
{
	at.places.count = 0;
	at.queue = (struct queue){ 0 };
	at.line = (struct connection){ .fd = -1, .where = CONNECTION_ELSEWHERE };
	return 0;
}

static int leave(void **state MFA_UNUSED)
{
	while (at.places.count > 0)
		free(at.places.connections[--at.places.count]);
	return 0;
}

static struct connection *come(uid_t uid)
{
	struct connection *one = calloc(1, sizeof *one);
	assert_non_null(one);
	one->fd = -1;
	one->uid = uid;
	one->where = CONNECTION_HERE;
	at.places.connections[at.places.count++] = one;
	queue_add(&at.queue, &at.places, one);
	return one;
}

static void assert_next(struct connection *expected)
{
	struct connection *next = queue_next(&at.places, &at.line, &at.pool);
	assert_ptr_equal(next, expected);
	if (next != NULL)
		next->state = CONNECTION_WORKED;
}

static void who_came_first_is_first(void **state MFA_UNUSED)
{
	struct connection *first = come(ROOT);
	struct connection *second = come(ROOT);
	assert_int_equal(queue_count(&at.places, &at.line), 2);
	assert_next(first);
	assert_int_equal(queue_count(&at.places, &at.line), 1);
	assert_next(second);
	assert_next(NULL);
}

static void users_take_turns(void **state MFA_UNUSED)
{
	struct connection *taros[3] = { come(TARO), come(TARO), come(TARO) };
	struct connection *hanakos[2] = { come(HANAKO), come(HANAKO) };
	struct connection *order[] = { taros[0], hanakos[0], taros[1], hanakos[1],
				       taros[2] };
	for (size_t i = 0; i < MFA_COUNT(order); i++)
		assert_next(order[i]);
	assert_next(NULL);
}

/* sshd's are many people's. */
static void roots_programs_have_no_turns(void **state MFA_UNUSED)
{
	struct connection *first = come(ROOT);
	struct connection *second = come(ROOT);
	struct connection *taro = come(TARO);
	assert_next(first);
	assert_next(second);
	assert_next(taro);
}

static void a_line_waits_like_the_others(void **state MFA_UNUSED)
{
	struct connection *first = come(TARO);
	queue_add(&at.queue, &at.places, &at.line);
	struct connection *last = come(HANAKO);
	assert_int_equal(queue_count(&at.places, &at.line), 3);
	assert_next(first);
	assert_next(&at.line);
	assert_next(last);
}

static void who_waits_for_no_worker_is_passed_over(void **state MFA_UNUSED)
{
	struct connection *first = come(TARO);
	first->state = CONNECTION_WAITS;
	struct connection *last = come(HANAKO);
	assert_int_equal(queue_count(&at.places, &at.line), 1);
	assert_next(last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_came_first_is_first, begin, leave),
		cmocka_unit_test_setup_teardown(users_take_turns, begin, leave),
		cmocka_unit_test_setup_teardown(roots_programs_have_no_turns, begin,
						leave),
		cmocka_unit_test_setup_teardown(a_line_waits_like_the_others, begin,
						leave),
		cmocka_unit_test_setup_teardown(who_waits_for_no_worker_is_passed_over,
						begin, leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
