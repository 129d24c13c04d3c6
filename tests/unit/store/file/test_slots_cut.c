/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/store/file/slots.c: writes that end anywhere, as under a limit on file sizes. */
#include <string.h>

#include "ground.h"

/* The first bytes of the write arrive. */
static void write_part(struct ground *ground, const struct write *write, size_t len)
{
	memcpy(ground->file + write->plan.slot * (size_t)SLOT_SIZE, write->slot, len);
}

static size_t len_of(const struct write *write)
{
	return write->sectors * (size_t)SLOT_SECTOR;
}

/* From here on a write ends where its data do: only the last stamp may be missing. */
static size_t whole_from(const struct write *write)
{
	return len_of(write) - 8;
}

static void assert_old_or_new(struct ground *ground, const struct write *write,
			      size_t len, uint32_t old, uint32_t fresh)
{
	if (ground_read(ground) != MFA_OK)
		fail_msg("cut off at %zu: damage", len);
	bool is_new = ground->out->failures == fresh;
	if (!is_new && ground->out->failures != old)
		fail_msg("cut off at %zu: state %u", len,
			 (unsigned)ground->out->failures);
	if (is_new != (len > whole_from(write)) && len != whole_from(write))
		fail_msg("cut off at %zu: state %u", len,
			 (unsigned)ground->out->failures);
}

/* Goes on as the store does: mends the stamps first. */
static void go_on_mended(struct ground *ground, size_t tokens, uint32_t number)
{
	slots_mend(ground->file);
	ground_go_on(ground, tokens, number);
	assert_reads(ground, number);
}

static void check_cut(struct ground *ground, const struct write *write, size_t len)
{
	unsigned char before[SLOT_FILE_SIZE];
	memcpy(before, ground->file, sizeof before);
	write_part(ground, write, len);
	assert_old_or_new(ground, write, len, 2, 3);
	uint32_t now = ground->out->failures;
	slots_mend(ground->file);
	assert_reads(ground, now);
	go_on_mended(ground, 1, 4);
	go_on_mended(ground, 3, 5);
	go_on_mended(ground, 1, 6);
	memcpy(ground->file, before, sizeof before);
}

/* Records of one to three tokens, each after each: the file grows and shrinks. */
static void a_write_that_ends_anywhere_leaves_the_old_state_or_the_new(void **state)
{
	struct ground *ground = *state;
	for (unsigned i = 0; i < 27; i++) {
		ground_begin(ground, 1 + i % 3, 1);
		ground_go_on(ground, 1 + i / 3 % 3, 2);
		struct write write =
			ground_compose(ground, ground_next(ground), 1 + i / 9, 3);
		for (size_t len = 0; len <= len_of(&write); len++)
			check_cut(ground, &write, len);
	}
}

static void a_full_record_that_is_cut_off_leaves_the_old_state_or_the_new(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, MFA_TOKENS_MAX, 1);
	ground_go_on(ground, MFA_TOKENS_MAX, 2);
	struct write write =
		ground_compose(ground, ground_next(ground), MFA_TOKENS_MAX, 3);
	for (size_t len = 0; len <= len_of(&write); len++)
		check_cut(ground, &write, len);
}

/* The lengths around each sector's end, where the stamps are. */
static size_t edge(const struct write *write, unsigned i)
{
	size_t len = (i / 17 + 1) * (size_t)SLOT_SECTOR + i % 17;
	return len < 8 ? 0 : len - 8 > len_of(write) ? len_of(write) : len - 8;
}

static void check_cut_twice(struct ground *ground, const struct write *first, size_t len,
			    size_t tokens)
{
	unsigned char before[SLOT_FILE_SIZE];
	unsigned char between[SLOT_FILE_SIZE];
	memcpy(before, ground->file, sizeof before);
	write_part(ground, first, len);
	assert_old_or_new(ground, first, len, 2, 3);
	uint32_t now = ground->out->failures;
	slots_mend(ground->file);
	memcpy(between, ground->file, sizeof between);
	struct write second = ground_compose(ground, ground_next(ground), tokens, 4);
	for (unsigned i = 0; i < second.sectors * 17; i++) {
		write_part(ground, &second, edge(&second, i));
		assert_old_or_new(ground, &second, edge(&second, i), now, 4);
		go_on_mended(ground, 2, 5);
		memcpy(ground->file, between, sizeof between);
	}
	memcpy(ground->file, before, sizeof before);
}

static void two_writes_that_end_anywhere_leave_a_state(void **state)
{
	struct ground *ground = *state;
	for (unsigned i = 0; i < 16; i++) {
		ground_begin(ground, 1 + i % 2, 1);
		ground_go_on(ground, 1 + i / 2 % 2, 2);
		struct write first =
			ground_compose(ground, ground_next(ground), 1 + i / 4 % 2, 3);
		for (unsigned j = 0; j < first.sectors * 17; j++)
			check_cut_twice(ground, &first, edge(&first, j), 1 + i / 8);
	}
}

/* A header without its stamp's beginning is damage, not a write. */
static void a_header_alone_brings_no_older_state_back(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, 1, 1);
	ground_go_on(ground, 1, 2);
	unsigned slot = 1 - ground_next(ground).slot;
	unsigned char *bytes = ground->file + slot * (size_t)SLOT_SIZE;
	bytes[8 + 1]++; /* the generation */
	bytes[SLOT_SECTOR - 1] ^= 1;
	assert_int_equal(ground_read(ground), MFA_ERR_INTEGRITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_ground(a_write_that_ends_anywhere_leaves_the_old_state_or_the_new),
		on_ground(a_full_record_that_is_cut_off_leaves_the_old_state_or_the_new),
		on_ground(two_writes_that_end_anywhere_leave_a_state),
		on_ground(a_header_alone_brings_no_older_state_back),
	};
	return group_main("slots_cut", tests);
}
