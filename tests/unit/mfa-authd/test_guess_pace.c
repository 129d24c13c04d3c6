/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/guess_pace.c: how fast one source may guess. */
#include "guess_pace.h"

#include <stdio.h>

#include "support.h"

enum {
	START = 1000000,
	AT_ONCE = 30,
	INTERVAL = 200,
	PAUSE = 3000,
};

static struct source host(const char *rhost)
{
	const struct mfa_login login = { .rhost = rhost };
	struct source source = { .is_terminal = false };
	source_find(&login, &source);
	return source;
}

static void guess(struct guess_pace *pace, const struct source *source, int times)
{
	for (int i = 0; i < times; i++)
		guess_pace_count(pace, source, START);
}

static void after_thirty_wrong_answers_the_next_waits(void **state MFA_UNUSED)
{
	struct guess_pace pace = { 0 };
	struct source one = host("192.0.2.7");
	struct source other = host("192.0.2.8");
	guess(&pace, &one, AT_ONCE - 1);
	assert_int_equal(guess_pace_next(&pace, &one, START), START);
	guess(&pace, &one, 1);
	assert_int_equal(guess_pace_next(&pace, &one, START), START + INTERVAL);
	assert_int_equal(guess_pace_next(&pace, &other, START), START);
}

/* Others behind the address must not be locked out. */
static void nobody_waits_long(void **state MFA_UNUSED)
{
	struct guess_pace pace = { 0 };
	struct source one = host("192.0.2.7");
	guess(&pace, &one, 100 * AT_ONCE);
	int64_t next = guess_pace_next(&pace, &one, START);
	assert_in_range(next, START + PAUSE, START + PAUSE + INTERVAL);
	assert_int_equal(guess_pace_next(&pace, &one, next), next);
	int64_t later = START + (int64_t)INTERVAL * AT_ONCE + PAUSE;
	for (int i = 0; i < AT_ONCE; i++) {
		assert_int_equal(guess_pace_next(&pace, &one, later), later);
		guess_pace_count(&pace, &one, later);
	}
	assert_true(guess_pace_next(&pace, &one, later) > later);
}

static void more_sources_than_places_are_served(void **state MFA_UNUSED)
{
	struct guess_pace pace = { 0 };
	char address[32];
	for (int i = 0; i < 3 * GUESS_PACE_SOURCES; i++) {
		(void)snprintf(address, sizeof address, "10.0.%d.%d", i / 200, i % 200);
		struct source next = host(address);
		guess_pace_count(&pace, &next, START);
		assert_int_equal(guess_pace_next(&pace, &next, START), START);
	}
}

static void what_is_not_known_is_not_counted(void **state MFA_UNUSED)
{
	struct guess_pace pace = { 0 };
	struct source nobody = { .is_terminal = false };
	guess(&pace, &nobody, 2 * AT_ONCE);
	assert_int_equal(guess_pace_next(&pace, &nobody, START), START);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_thirty_wrong_answers_the_next_waits),
		cmocka_unit_test(nobody_waits_long),
		cmocka_unit_test(more_sources_than_places_are_served),
		cmocka_unit_test(what_is_not_known_is_not_counted),
	};
	return group_main("guess_pace", tests);
}
