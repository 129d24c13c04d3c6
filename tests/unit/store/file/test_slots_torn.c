/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/store/file/slots.c: writes that a loss of power tears. */
#include <string.h>

#include <sodium.h>

#include "slot_fixture.h"

/* The state after a write of which only the sectors of the mask arrived, and whether the
 * file can still be written. */
static void check_torn(struct slot_fixture *fixture, const struct write *write,
		       uint32_t mask)
{
	unsigned char before[SLOT_FILE_SIZE];
	memcpy(before, fixture->file, sizeof before);
	write_apply(fixture, write, mask);
	assert_reads(fixture, mask == write_mask(write) ? 3 : 2);
	slot_fixture_go_on(fixture, 1, 4);
	assert_reads(fixture, 4);
	slot_fixture_go_on(fixture, 2, 5);
	assert_reads(fixture, 5);
	memcpy(fixture->file, before, sizeof before);
}

static void a_torn_write_leaves_the_old_state(void **state)
{
	static const size_t sizes[] = { 0, 1, 3 };
	struct slot_fixture *fixture = *state;
	for (unsigned i = 0; i < 27; i++) {
		slot_fixture_begin(fixture, sizes[i % 3], 1);
		slot_fixture_go_on(fixture, sizes[i / 3 % 3], 2);
		struct write write = slot_fixture_compose(
			fixture, slot_fixture_next(fixture), sizes[i / 9], 3);
		for (uint32_t mask = 0; mask <= write_mask(&write); mask++)
			check_torn(fixture, &write, mask);
	}
}

static void a_torn_first_change_leaves_the_first_state(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 1, 2);
	struct write write =
		slot_fixture_compose(fixture, slot_fixture_next(fixture), 3, 3);
	for (uint32_t mask = 0; mask <= write_mask(&write); mask++)
		check_torn(fixture, &write, mask);
}

static void a_torn_write_of_a_full_record_leaves_the_old_state(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, MFA_TOKENS_MAX, 1);
	slot_fixture_go_on(fixture, MFA_TOKENS_MAX, 2);
	struct write write = slot_fixture_compose(fixture, slot_fixture_next(fixture),
						  MFA_TOKENS_MAX, 3);
	assert_int_equal(write.sectors, SLOT_SECTORS);
	for (unsigned i = 0; i <= write.sectors; i++) {
		check_torn(fixture, &write, (1U << i) - 1);
		check_torn(fixture, &write, write_mask(&write) & ~((1U << i) - 1));
		check_torn(fixture, &write, write_mask(&write) & ~(1U << i));
		check_torn(fixture, &write, write_mask(&write) & 1U << i);
	}
	for (int i = 0; i < 500; i++)
		check_torn(fixture, &write, randombytes_random() & write_mask(&write));
}

/* The second write is torn as well, wherever the first one left the file. */
static void check_torn_twice(struct slot_fixture *fixture, const struct write *first,
			     uint32_t first_mask, size_t tokens)
{
	unsigned char before[SLOT_FILE_SIZE];
	memcpy(before, fixture->file, sizeof before);
	write_apply(fixture, first, first_mask);
	uint32_t now = first_mask == write_mask(first) ? 3 : 2;
	struct write second =
		slot_fixture_compose(fixture, slot_fixture_next(fixture), tokens, 4);
	unsigned char between[SLOT_FILE_SIZE];
	memcpy(between, fixture->file, sizeof between);
	for (uint32_t mask = 0; mask <= write_mask(&second); mask++) {
		write_apply(fixture, &second, mask);
		assert_reads(fixture, mask == write_mask(&second) ? 4 : now);
		slot_fixture_go_on(fixture, 1, 5);
		assert_reads(fixture, 5);
		memcpy(fixture->file, between, sizeof between);
	}
	memcpy(fixture->file, before, sizeof before);
}

static void two_torn_writes_in_a_row_leave_the_old_state(void **state)
{
	static const size_t sizes[] = { 0, 1, 3 };
	struct slot_fixture *fixture = *state;
	for (unsigned i = 0; i < 81; i++) {
		slot_fixture_begin(fixture, sizes[i % 3], 1);
		slot_fixture_go_on(fixture, sizes[i / 3 % 3], 2);
		struct write first = slot_fixture_compose(
			fixture, slot_fixture_next(fixture), sizes[i / 9 % 3], 3);
		for (uint32_t mask = 0; mask <= write_mask(&first); mask++)
			check_torn_twice(fixture, &first, mask, sizes[i / 27]);
	}
}

static void a_torn_slot_that_is_altered_too_is_damage(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 1, 1);
	slot_fixture_go_on(fixture, 1, 2);
	struct write write =
		slot_fixture_compose(fixture, slot_fixture_next(fixture), 1, 3);
	write_apply(fixture, &write, 1);
	assert_reads(fixture, 2);
	fixture->file[write.plan.slot * (size_t)SLOT_SIZE + SLOT_SECTOR - 3] ^= 0x10;
	assert_int_equal(slot_fixture_read(fixture), MFA_ERR_INTEGRITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_slot_fixture(a_torn_write_leaves_the_old_state),
		with_slot_fixture(a_torn_first_change_leaves_the_first_state),
		with_slot_fixture(a_torn_write_of_a_full_record_leaves_the_old_state),
		with_slot_fixture(two_torn_writes_in_a_row_leave_the_old_state),
		with_slot_fixture(a_torn_slot_that_is_altered_too_is_damage),
	};
	return group_main("slots_torn", tests);
}
