/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/store/file/slots.c: writes that a loss of power tears. */
#include <string.h>

#include <sodium.h>

#include "ground.h"

/* The state after a write of which only the sectors of the mask arrived, and whether the
 * file can still be written. */
static void check_torn(struct ground *ground, const struct write *write, uint32_t mask)
{
	unsigned char before[SLOT_FILE_SIZE];
	memcpy(before, ground->file, sizeof before);
	write_apply(ground, write, mask);
	assert_reads(ground, mask == write_mask(write) ? 3 : 2);
	ground_go_on(ground, 1, 4);
	assert_reads(ground, 4);
	ground_go_on(ground, 2, 5);
	assert_reads(ground, 5);
	memcpy(ground->file, before, sizeof before);
}

static void a_torn_write_leaves_the_old_state(void **state)
{
	static const size_t sizes[] = { 0, 1, 3 };
	struct ground *ground = *state;
	for (unsigned i = 0; i < 27; i++) {
		ground_begin(ground, sizes[i % 3], 1);
		ground_go_on(ground, sizes[i / 3 % 3], 2);
		struct write write =
			ground_compose(ground, ground_next(ground), sizes[i / 9], 3);
		for (uint32_t mask = 0; mask <= write_mask(&write); mask++)
			check_torn(ground, &write, mask);
	}
}

static void a_torn_first_change_leaves_the_first_state(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, 1, 2);
	struct write write = ground_compose(ground, ground_next(ground), 3, 3);
	for (uint32_t mask = 0; mask <= write_mask(&write); mask++)
		check_torn(ground, &write, mask);
}

static void a_torn_write_of_a_full_record_leaves_the_old_state(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, MFA_TOKENS_MAX, 1);
	ground_go_on(ground, MFA_TOKENS_MAX, 2);
	struct write write =
		ground_compose(ground, ground_next(ground), MFA_TOKENS_MAX, 3);
	assert_int_equal(write.sectors, SLOT_SECTORS);
	for (unsigned i = 0; i <= write.sectors; i++) {
		check_torn(ground, &write, (1U << i) - 1);
		check_torn(ground, &write, write_mask(&write) & ~((1U << i) - 1));
		check_torn(ground, &write, write_mask(&write) & ~(1U << i));
		check_torn(ground, &write, write_mask(&write) & 1U << i);
	}
	for (int i = 0; i < 500; i++)
		check_torn(ground, &write, randombytes_random() & write_mask(&write));
}

/* The second write is torn as well, wherever the first one left the file. */
static void check_torn_twice(struct ground *ground, const struct write *first,
			     uint32_t first_mask, size_t tokens)
{
	unsigned char before[SLOT_FILE_SIZE];
	memcpy(before, ground->file, sizeof before);
	write_apply(ground, first, first_mask);
	uint32_t now = first_mask == write_mask(first) ? 3 : 2;
	struct write second = ground_compose(ground, ground_next(ground), tokens, 4);
	unsigned char between[SLOT_FILE_SIZE];
	memcpy(between, ground->file, sizeof between);
	for (uint32_t mask = 0; mask <= write_mask(&second); mask++) {
		write_apply(ground, &second, mask);
		assert_reads(ground, mask == write_mask(&second) ? 4 : now);
		ground_go_on(ground, 1, 5);
		assert_reads(ground, 5);
		memcpy(ground->file, between, sizeof between);
	}
	memcpy(ground->file, before, sizeof before);
}

static void two_torn_writes_in_a_row_leave_the_old_state(void **state)
{
	static const size_t sizes[] = { 0, 1, 3 };
	struct ground *ground = *state;
	for (unsigned i = 0; i < 81; i++) {
		ground_begin(ground, sizes[i % 3], 1);
		ground_go_on(ground, sizes[i / 3 % 3], 2);
		struct write first =
			ground_compose(ground, ground_next(ground), sizes[i / 9 % 3], 3);
		for (uint32_t mask = 0; mask <= write_mask(&first); mask++)
			check_torn_twice(ground, &first, mask, sizes[i / 27]);
	}
}

static void a_torn_slot_that_is_altered_too_is_damage(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, 1, 1);
	ground_go_on(ground, 1, 2);
	struct write write = ground_compose(ground, ground_next(ground), 1, 3);
	write_apply(ground, &write, 1);
	assert_reads(ground, 2);
	ground->file[write.plan.slot * (size_t)SLOT_SIZE + SLOT_SECTOR - 3] ^= 0x10;
	assert_int_equal(ground_read(ground), MFA_ERR_INTEGRITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_ground(a_torn_write_leaves_the_old_state),
		on_ground(a_torn_first_change_leaves_the_first_state),
		on_ground(a_torn_write_of_a_full_record_leaves_the_old_state),
		on_ground(two_torn_writes_in_a_row_leave_the_old_state),
		on_ground(a_torn_slot_that_is_altered_too_is_damage),
	};
	return group_main("slots_torn", tests);
}
