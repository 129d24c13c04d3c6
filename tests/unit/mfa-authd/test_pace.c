/* SPDX-License-Identifier: BSD-2-Clause */
#include "pace.h"

#include "support.h"

enum {
	START = 1000000,
	AT_ONCE = 10,
	INTERVAL = 3000,
};

static void ten_at_once_and_then_one_in_three_seconds(void **state MFA_UNUSED)
{
	struct pace pace = { 0 };
	int64_t at = 0;
	for (int i = 0; i < AT_ONCE; i++) {
		assert_true(pace_take(&pace, 1001, START, &at));
		assert_int_equal(at, START);
	}
	for (int i = 1; i <= 3; i++) {
		assert_true(pace_take(&pace, 1001, START, &at));
		assert_int_equal(at, START + i * INTERVAL);
	}
	assert_false(pace_take(&pace, 1001, START, &at)); /* in 12 s */
	assert_true(pace_take(&pace, 1001, START + INTERVAL, &at));
}

static void users_do_not_slow_each_other_down(void **state MFA_UNUSED)
{
	struct pace pace = { 0 };
	int64_t at = 0;
	while (pace_take(&pace, 1001, START, &at))
		continue;
	assert_true(pace_take(&pace, 1002, START, &at));
	assert_int_equal(at, START);
}

static void turns_come_back(void **state MFA_UNUSED)
{
	struct pace pace = { 0 };
	int64_t at = 0;
	while (pace_take(&pace, 1001, START, &at))
		continue;
	int64_t later = START + 2 * (int64_t)AT_ONCE * INTERVAL;
	assert_true(pace_take(&pace, 1001, later, &at));
	assert_int_equal(at, later);
}

static void a_turn_that_is_given_back_is_another_ones(void **state MFA_UNUSED)
{
	struct pace pace = { 0 };
	int64_t at = 0;
	for (int i = 0; i < 10 * AT_ONCE; i++) {
		assert_true(pace_take(&pace, 1001, START, &at));
		assert_int_equal(at, START);
		pace_give_back(&pace, 1001);
	}
	pace_give_back(&pace, 1002); /* who has none */
	for (int i = 0; i < AT_ONCE; i++)
		assert_true(pace_take(&pace, 1002, START, &at));
	assert_int_equal(at, START);
}

static void more_users_than_places_are_served(void **state MFA_UNUSED)
{
	struct pace pace = { 0 };
	int64_t at = 0;
	for (uid_t uid = 1; uid <= 3 * PACE_USERS; uid++)
		assert_true(pace_take(&pace, uid, START, &at));
	assert_true(pace_take(&pace, 3 * PACE_USERS, START, &at));
}

/* The table begins zeroed, and 0 is a user id as well. */
static void an_empty_place_is_nobodys(void **state MFA_UNUSED)
{
	struct pace pace = { 0 };
	int64_t at = 0;
	assert_true(pace_take(&pace, 0, START, &at));
	assert_int_equal(at, START);
	assert_int_equal(pace.users[0].end_ms, START + INTERVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_at_once_and_then_one_in_three_seconds),
		cmocka_unit_test(users_do_not_slow_each_other_down),
		cmocka_unit_test(turns_come_back),
		cmocka_unit_test(a_turn_that_is_given_back_is_another_ones),
		cmocka_unit_test(more_users_than_places_are_served),
		cmocka_unit_test(an_empty_place_is_nobodys),
	};
	return group_main("pace", tests);
}
