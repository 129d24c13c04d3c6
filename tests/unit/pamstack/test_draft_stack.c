/* SPDX-License-Identifier: BSD-2-Clause */
#include "pamstack/draft_stack.h"

#include "support.h"

enum {
	LINES = 4,
	ADDED = 9
};

/* Lines 1 to 4, of which the second and third are in a substack. The facts of each have
 * its number as answers. */
struct fixture {
	struct mfa_stack_line lines[LINES];
	struct mfa_line_facts facts[LINES];
	struct draft_stack draft;
};

static void fixture_open(struct fixture *fixture)
{
	const struct mfa_stack stack = { .lines = fixture->lines, .count = LINES };
	for (unsigned i = 0; i < LINES; i++) {
		fixture->lines[i].number = i + 1;
		fixture->lines[i].level = i == 1 || i == 2;
		fixture->facts[i].answers = i + 1;
	}
	assert_int_equal(draft_stack_copy(&stack, fixture->facts, &fixture->draft),
			 MFA_OK);
}

static void fixture_close(struct fixture *fixture)
{
	draft_stack_done(&fixture->draft);
}

#define ON_FIXTURE()                                                                   \
	MFA_CLEANUP(fixture_close) struct fixture fixture = { .draft = { { 0 }, 0 } }; \
	fixture_open(&fixture)

/* The numbers of the lines, one digit each, and the facts with them. */
static unsigned read_order(const struct draft_stack *draft)
{
	unsigned order = 0;
	for (size_t i = 0; i < draft->stack.count; i++) {
		assert_int_equal(draft->facts[i].answers, draft->stack.lines[i].number);
		order = order * 10 + draft->stack.lines[i].number;
	}
	return order;
}

static void a_line_is_taken_out_with_its_facts(void **state MFA_UNUSED)
{
	ON_FIXTURE();
	draft_stack_take_out(&fixture.draft, 3);
	assert_int_equal(read_order(&fixture.draft), 123);
	draft_stack_take_out(&fixture.draft, 0);
	assert_int_equal(read_order(&fixture.draft), 23);
}

static void a_line_is_added_on_the_level_of_the_one_behind_it(void **state MFA_UNUSED)
{
	const struct mfa_stack_line line = { .number = ADDED, .level = 7 };
	const struct mfa_line_facts facts = { .answers = ADDED };
	{
		ON_FIXTURE();
		draft_stack_add(&fixture.draft, 2, &line, &facts);
		assert_int_equal(read_order(&fixture.draft), 12934);
		assert_int_equal(fixture.draft.stack.lines[2].level, 1);
	}
	ON_FIXTURE();
	draft_stack_add(&fixture.draft, LINES, &line, &facts);
	assert_int_equal(read_order(&fixture.draft), 12349);
	assert_int_equal(fixture.draft.stack.lines[LINES].level, 0);
}

static void a_line_moves_up_and_leaves_its_substack(void **state MFA_UNUSED)
{
	ON_FIXTURE();
	draft_stack_move(&fixture.draft, 2, 0);
	assert_int_equal(read_order(&fixture.draft), 3124);
	assert_int_equal(fixture.draft.stack.lines[0].level, 0);
}

static void the_copy_alone_is_changed(void **state MFA_UNUSED)
{
	ON_FIXTURE();
	draft_stack_require(&fixture.draft, 1);
	assert_int_equal(fixture.draft.stack.lines[1].actions[MFA_PAM_SUCCESS],
			 MFA_DO_OK);
	assert_int_equal(fixture.draft.stack.lines[1].actions[MFA_PAM_AUTH_ERR],
			 MFA_DO_BAD);
	draft_stack_take_out(&fixture.draft, 0);
	assert_int_equal(fixture.lines[0].number, 1);
	assert_int_equal(fixture.lines[1].actions[MFA_PAM_SUCCESS], 0);
}

static void an_empty_stack_has_room_for_a_line(void **state MFA_UNUSED)
{
	const struct mfa_stack stack = { .count = 0 };
	const struct mfa_stack_line line = { .number = ADDED };
	const struct mfa_line_facts facts = { .answers = ADDED };
	MFA_CLEANUP(draft_stack_done) struct draft_stack draft = { .facts = NULL };
	assert_int_equal(draft_stack_copy(&stack, NULL, &draft), MFA_OK);
	draft_stack_add(&draft, 0, &line, &facts);
	assert_int_equal(read_order(&draft), ADDED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_taken_out_with_its_facts),
		cmocka_unit_test(a_line_is_added_on_the_level_of_the_one_behind_it),
		cmocka_unit_test(a_line_moves_up_and_leaves_its_substack),
		cmocka_unit_test(the_copy_alone_is_changed),
		cmocka_unit_test(an_empty_stack_has_room_for_a_line),
	};
	return group_main("draft_stack", tests);
}
