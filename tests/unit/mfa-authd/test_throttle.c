/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/throttle.c: which answers count as guesses. */
#include "throttle.h"

#include <string.h>

#include "support.h"

static const struct source address = { .hash = { 1 } };

/* A login of root's program that a worker has given back with this result. */
static struct connection with_answer(enum mfa_reason reason)
{
	return (struct connection){
		.fd = -1,
		.device = -1,
		.is_answered = true,
		.visit = { .wait = VISIT_END,
			   .facts = { .source = address },
			   .result = { .verdict = MFA_DENY, .reason = reason } },
	};
}

/* Whether an answer from there has to wait after so many with this result. */
static bool is_delayed_after(unsigned times, enum mfa_reason reason)
{
	static struct throttle throttle;
	struct connection next = with_answer(MFA_REASON_NONE);
	memset(&throttle, 0, sizeof throttle);
	for (unsigned i = 0; i < times; i++) {
		struct connection one = with_answer(reason);
		throttle_note(&throttle, &one);
	}
	next.visit.wait = VISIT_REPLY;
	return throttle_delays(&throttle, &next);
}

static void wrong_codes_are_paced(void **state MFA_UNUSED)
{
	assert_false(is_delayed_after(20, MFA_REASON_WRONG));
	assert_true(is_delayed_after(50, MFA_REASON_WRONG));
}

/* They are refused without a count, and as fast as they come. */
static void used_codes_are_paced_as_well(void **state MFA_UNUSED)
{
	assert_false(is_delayed_after(20, MFA_REASON_USED));
	assert_true(is_delayed_after(50, MFA_REASON_USED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_codes_are_paced),
		cmocka_unit_test(used_codes_are_paced_as_well),
	};
	return group_main("throttle", tests);
}
