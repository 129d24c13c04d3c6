/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/source.c and crowd.c: from where too many wait. */
#include "crowd.h"

#include <stdio.h>
#include <string.h>

#include "support.h"

static struct connection all[PLACES_MAX];
static struct places at;

static struct source find(const struct mfa_login *login)
{
	struct source source = { .is_terminal = false };
	source_find(login, &source);
	return source;
}

static struct source host(const char *rhost)
{
	return find(&(struct mfa_login){ .rhost = rhost });
}

static struct source terminal(const char *tty)
{
	return find(&(struct mfa_login){ .tty = tty });
}

static void add(struct source source, enum visit_wait wait, uid_t uid, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		struct connection *connection = &all[at.count];
		*connection = (struct connection){ .fd = -1, .uid = uid };
		connection->visit.wait = wait;
		connection->visit.facts.source = source;
		at.connections[at.count++] = connection;
	}
}

static int leave(void **state MFA_UNUSED)
{
	at.count = 0;
	return 0;
}

static bool is_crowded(struct source source)
{
	struct crowd crowd;
	crowd_find(&at, &crowd);
	return crowd_has(&crowd, &source);
}

static void from_one_address_so_many_wait_and_no_more(void **state MFA_UNUSED)
{
	add(host("192.0.2.7"), VISIT_REPLY, 0, CROWD_WAITING - 1);
	assert_false(is_crowded(host("192.0.2.7")));
	add(host("::ffff:192.0.2.7"), VISIT_DEVICE, 0, 1);
	assert_true(is_crowded(host("192.0.2.7")));
	assert_false(is_crowded(host("192.0.2.8")));
	all[3].visit.wait = VISIT_END;
	assert_false(is_crowded(host("192.0.2.7")));
}

static void at_a_terminal_fewer(void **state MFA_UNUSED)
{
	add(terminal("/dev/tty3"), VISIT_REPLY, 0, CROWD_WAITING_TERMINAL - 1);
	assert_false(is_crowded(terminal("tty3")));
	add(terminal("tty3"), VISIT_REPLY, 0, 1);
	assert_true(is_crowded(terminal("tty3")));
	assert_false(is_crowded(terminal("tty4")));
	/* what programs name that have none, for many people */
	add(terminal("xrdp-sesman"), VISIT_REPLY, 0, CROWD_WAITING - 1);
	assert_false(is_crowded(terminal("xrdp-sesman")));
}

static void who_does_not_wait_and_whose_places_are_counted_is_not(void **state MFA_UNUSED)
{
	add(host("192.0.2.7"), VISIT_BEGIN, 0, CROWD_WAITING);
	add(host("192.0.2.7"), VISIT_VERDICT, 0, CROWD_WAITING);
	add(host("192.0.2.7"), VISIT_REPLY, 1001, CROWD_WAITING);
	add((struct source){ .is_terminal = true }, VISIT_REPLY, 0, CROWD_WAITING);
	assert_false(is_crowded(host("192.0.2.7")));
	assert_false(is_crowded((struct source){ .is_terminal = true }));
}

static void the_most_crowds_that_can_be_fit(void **state MFA_UNUSED)
{
	char tty[16];
	for (int i = 0; i < CROWD_MAX; i++) {
		(void)snprintf(tty, sizeof tty, "tty%d", i);
		add(terminal(tty), VISIT_REPLY, 0, CROWD_WAITING_TERMINAL);
	}
	assert_int_equal(at.count, PLACES_MAX);
	assert_true(is_crowded(terminal("tty0")) && is_crowded(terminal(tty)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(from_one_address_so_many_wait_and_no_more,
					  leave),
		cmocka_unit_test_teardown(at_a_terminal_fewer, leave),
		cmocka_unit_test_teardown(
			who_does_not_wait_and_whose_places_are_counted_is_not, leave),
		cmocka_unit_test_teardown(the_most_crowds_that_can_be_fit, leave),
	};
	return group_main("crowd", tests);
}
