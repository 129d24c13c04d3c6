/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/devices/turn.c: what others are told of a turn at the YubiKeys. */
#include "mfa/turn.h"

#include <string.h>

#include "support.h"

static const char longest[] = "0123456789-._/:@+abcdefghijABCD"; /* 31 letters */

static struct mfa_turn turn_of(const char *service, const char *terminal,
			       const char *user)
{
	struct mfa_turn turn;
	mfa_turn_make(service, terminal, user, &turn);
	return turn;
}

static void a_turn_has_a_number_of_its_own(void **state MFA_UNUSED)
{
	struct mfa_turn one = turn_of("su", "/dev/pts/3", "taro");
	struct mfa_turn two = turn_of("su", "pts/3", "taro");
	assert_true(one.number != 0 && two.number != 0 && one.number != two.number);
	assert_int_equal(one.serial, 0);
	assert_int_equal(one.answered_ms, 0);
	assert_string_equal(one.service, "su");
	assert_string_equal(one.terminal, "pts/3");
	assert_string_equal(one.user, "taro");
	assert_string_equal(turn_of(longest, longest, "").service, longest);
	assert_string_equal(turn_of(NULL, NULL, NULL).service, "");
	assert_string_equal(turn_of(NULL, NULL, NULL).terminal, "");
	assert_string_equal(turn_of(NULL, NULL, NULL).user, "");
}

/* A service is what a program calls itself: it must not write the prompt of others. */
static void what_could_deceive_is_not_shown(void **state MFA_UNUSED)
{
	static const char *const texts[] = {
		"su). Touch it now: (",
		"su pts",
		"a,b",
		"\x1b[2J",
		"su\n",
		"\xe3\x82\xbf\xe3\x83\x83\xe3\x83\x81",
		"0123456789-._/:@+abcdefghijABCDE",
	};
	for (size_t i = 0; i < MFA_COUNT(texts); i++) {
		struct mfa_turn turn = turn_of(texts[i], texts[i], "taro");
		assert_string_equal(turn.service, "?");
		assert_string_equal(turn.terminal, "?");
	}
	assert_string_equal(turn_of("su", "", "\xe5\xb1\xb1\xe7\x94\xb0").user,
			    "\xe5\xb1\xb1\xe7\x94\xb0");
	assert_string_equal(turn_of("su", "", "ta\nro").user, "?");
	char user[MFA_TURN_USER_SIZE + 1];
	memset(user, 'a', sizeof user);
	user[MFA_TURN_USER_SIZE] = '\0';
	assert_string_equal(turn_of("su", "", user).user, "?");
	user[MFA_TURN_USER_SIZE - 1] = '\0';
	assert_string_equal(turn_of("su", "", user).user, user);
}

static void all_arrives_as_it_was_put(void **state MFA_UNUSED)
{
	struct mfa_turn turns[] = { turn_of("su", "pts/3", "taro"),
				    turn_of(" ", longest, "a b"),
				    turn_of(NULL, NULL, NULL),
				    { .number = 0 } };
	turns[1].serial = UINT32_MAX;
	turns[1].answered_ms = INT64_MAX;
	for (size_t i = 0; i < MFA_COUNT(turns); i++) {
		unsigned char bytes[MFA_TURN_SIZE];
		struct mfa_turn back;
		memset(bytes, 0xff, sizeof bytes);
		memset(&back, 0, sizeof back);
		assert_int_equal(mfa_turn_put(&turns[i], bytes), MFA_OK);
		assert_int_equal(mfa_turn_get(bytes, &back), MFA_OK);
		assert_memory_equal(&back, &turns[i], sizeof back);
	}
}

static void assert_not_put(struct mfa_turn turn)
{
	unsigned char bytes[MFA_TURN_SIZE];
	assert_int_equal(mfa_turn_put(&turn, bytes), MFA_ERR_INVALID);
}

static void what_no_turn_can_be_is_not_put(void **state MFA_UNUSED)
{
	struct mfa_turn turn = turn_of("su", "pts/3", "taro");
	turn.serial = 1;
	assert_not_put(turn);
	turn.serial = 0;
	turn.answered_ms = 1;
	assert_not_put(turn);
	turn.serial = 1;
	turn.answered_ms = -1;
	assert_not_put(turn);
	assert_not_put((struct mfa_turn){ .service = "su" });
	assert_not_put((struct mfa_turn){ .serial = 1, .answered_ms = 1 });
	assert_not_put((struct mfa_turn){ .number = 1, .service = "s u" });
	assert_not_put((struct mfa_turn){ .number = 1, .user = "\n" });
	turn = turn_of("su", "pts/3", "taro");
	memset(turn.terminal, 'a', sizeof turn.terminal);
	assert_not_put(turn);
}

/* Each byte damaged in each bit: never another turn that is none, or a text without end.
 */
static void what_would_not_be_put_so_is_not_read(void **state MFA_UNUSED)
{
	const struct mfa_turn turn = turn_of("su", "pts/3", "taro");
	unsigned char bytes[MFA_TURN_SIZE];
	unsigned refused = 0;
	assert_int_equal(mfa_turn_put(&turn, bytes), MFA_OK);
	for (size_t bit = 0; bit < MFA_TURN_SIZE * 8; bit++) {
		unsigned char again[MFA_TURN_SIZE];
		struct mfa_turn back = { .number = 7 };
		bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
		if (mfa_turn_get(bytes, &back) != MFA_OK) {
			assert_int_equal(back.number, 7);
			refused++;
		} else {
			assert_int_equal(mfa_turn_put(&back, again), MFA_OK);
			assert_memory_equal(again, bytes, sizeof again);
		}
		bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
	}
	/* all of the serial number, the time, and what is behind the three texts */
	assert_true(refused >
		    (8 + 4 + 2 * MFA_TURN_WHERE_SIZE + MFA_TURN_USER_SIZE - 14) * 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_turn_has_a_number_of_its_own),
		cmocka_unit_test(what_could_deceive_is_not_shown),
		cmocka_unit_test(all_arrives_as_it_was_put),
		cmocka_unit_test(what_no_turn_can_be_is_not_put),
		cmocka_unit_test(what_would_not_be_put_so_is_not_read),
	};
	return group_main("turn", tests);
}
