/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/places.c: who gets a place, and for whom the last ones are kept. */
#include "places.h"

#include <stdlib.h>

#include "support.h"

enum {
	TARO = 1001,
	FIRST_ID = 100000, /* of a user namespace */
};

static struct places at;

static struct connection someone(uid_t uid, bool is_own, bool is_here)
{
	return (struct connection){
		.fd = -1,
		.device = -1,
		.uid = uid,
		.is_users_own = is_own,
		.where = is_here ? CONNECTION_HERE : CONNECTION_ELSEWHERE,
	};
}

/* Takes a place, if there is one. */
static bool come(struct connection next)
{
	if (!places_have_one(&at, &next))
		return false;
	struct connection *stays = malloc(sizeof *stays);
	assert_non_null(stays);
	*stays = next;
	at.connections[at.count++] = stays;
	return true;
}

static int leave(void **state MFA_UNUSED)
{
	while (at.count > 0)
		free(at.connections[--at.count]);
	return 0;
}

static size_t fill(uid_t uid, bool is_own, bool is_here)
{
	size_t count = 0;
	while (come(someone(uid, is_own, is_here)))
		count++;
	return count;
}

/* Each user has a share, so it takes many. */
static size_t fill_by_users(uid_t first, bool is_own, bool is_here)
{
	size_t count = 0;
	while (come(someone(first + (uid_t)(count / PLACES_USER), is_own, is_here)))
		count++;
	return count;
}

static void one_user_has_a_share(void **state MFA_UNUSED)
{
	assert_int_equal(fill(TARO, false, true), PLACES_USER);
	assert_false(come(someone(TARO, true, true)));
	assert_true(come(someone(TARO + 1, true, true)));
}

static void the_last_third_is_for_this_machine(void **state MFA_UNUSED)
{
	assert_int_equal(fill(0, false, false), PLACES_SHARED);
	assert_int_equal(PLACES_SHARED, 342);
	assert_false(come(someone(TARO, false, false)));
	assert_true(come(someone(TARO, false, true)));
	assert_true(come(someone(TARO, true, true))); /* a screen lock */
	assert_true(come(someone(0, false, true)));
	assert_int_equal(fill(0, false, true), PLACES_MAX - PLACES_SHARED - 3);
}

static void its_end_is_for_roots_programs_there(void **state MFA_UNUSED)
{
	(void)fill(0, false, false);
	assert_int_equal(fill_by_users(TARO, false, true),
			 PLACES_MAX - PLACES_SHARED - PLACES_ROOT_HERE);
	assert_false(come(someone(0, false, false)));
	assert_int_equal(fill(0, false, true), PLACES_ROOT_HERE);
}

static void users_elsewhere_leave_places_for_roots_programs(void **state MFA_UNUSED)
{
	assert_int_equal(fill_by_users(TARO, false, false), PLACES_USERS);
	assert_int_equal(fill(0, false, false), PLACES_SHARED - PLACES_USERS);
}

static void the_many_ids_of_one_user_are_bounded(void **state MFA_UNUSED)
{
	assert_int_equal(fill_by_users(FIRST_ID, true, false), PLACES_OWN);
	assert_true(come(someone(TARO, false, true))); /* su */
	assert_true(come(someone(TARO, true, true)));  /* a screen lock here */
	assert_true(come(someone(0, false, false)));
}

/* It is asked of /proc, which is for nothing while there are places. */
static void where_it_is_is_not_asked_in_vain(void **state MFA_UNUSED)
{
	struct connection next = someone(TARO, false, false);
	next.where = CONNECTION_UNKNOWN;
	assert_true(places_have_one(&at, &next));
	assert_int_equal(next.where, CONNECTION_UNKNOWN);
	(void)fill(0, false, false);
	assert_false(places_have_one(&at, &next)); /* its peer is not known */
	assert_int_equal(next.where, CONNECTION_ELSEWHERE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(one_user_has_a_share, leave),
		cmocka_unit_test_teardown(the_last_third_is_for_this_machine, leave),
		cmocka_unit_test_teardown(its_end_is_for_roots_programs_there, leave),
		cmocka_unit_test_teardown(users_elsewhere_leave_places_for_roots_programs,
					  leave),
		cmocka_unit_test_teardown(the_many_ids_of_one_user_are_bounded, leave),
		cmocka_unit_test_teardown(where_it_is_is_not_asked_in_vain, leave),
	};
	return group_main("places", tests);
}
