/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/turned_away.c: what syslog hears of those who got no place. */
#include "turned_away.h"

#include <string.h>

#include "support.h"

enum {
	TARO = 1001,
	START = 1000000,
	MINUTE_MS = 60000,
};

static struct connection taros = { .fd = -1,
				   .device = -1,
				   .uid = TARO,
				   .is_users_own = true,
				   .where = CONNECTION_ELSEWHERE };

static void assert_says(const struct places *places, const char *words)
{
	char text[256] = "";
	turned_away_describe(places, &taros, text, sizeof text);
	if (strstr(text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", text, words);
}

static void the_reason_is_told(void **state MFA_UNUSED)
{
	static struct places places;
	static struct connection roots;
	assert_says(&places, "user id 1001 begins logins faster");
	for (places.count = 0; places.count < PLACES_USER; places.count++)
		places.connections[places.count] = &taros;
	assert_says(&places, "user id 1001 has 32 places (the limit)");
	for (places.count = 0; places.count < PLACES_SHARED; places.count++)
		places.connections[places.count] = &roots;
	assert_says(&places, "342 of 512 places are taken");
}

static void there_is_one_line_a_minute_that_counts(void **state MFA_UNUSED)
{
	struct turned_away at = { .more = 0 };
	unsigned long more = 1;
	assert_true(turned_away_is_due(&at, START, &more));
	assert_int_equal(more, 0);
	for (int i = 0; i < 100; i++)
		assert_false(turned_away_is_due(&at, START + i, &more));
	assert_true(turned_away_is_due(&at, START + MINUTE_MS, &more));
	assert_int_equal(more, 100);
	assert_false(turned_away_is_due(&at, START + MINUTE_MS, &more));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reason_is_told),
		cmocka_unit_test(there_is_one_line_a_minute_that_counts),
	};
	return group_main("turned_away", tests);
}
