/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/store/file/slots.c: writes that end anywhere, as under a limit on file sizes. */
#include <string.h>

#include "slot_fixture.h"

/* The first bytes of the write arrive. */
static void write_part(struct slot_fixture *fixture, const struct write *write,
		       size_t len)
{
	memcpy(fixture->file + write->plan.slot * (size_t)SLOT_SIZE, write->slot, len);
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

static void assert_old_or_new(struct slot_fixture *fixture, const struct write *write,
			      size_t len, uint32_t old, uint32_t fresh)
{
	if (slot_fixture_read(fixture) != MFA_OK)
		fail_msg("cut off at %zu: damage", len);
	bool is_new = fixture->out->failures == fresh;
	if (!is_new && fixture->out->failures != old)
		fail_msg("cut off at %zu: state %u", len,
			 (unsigned)fixture->out->failures);
	if (is_new != (len > whole_from(write)) && len != whole_from(write))
		fail_msg("cut off at %zu: state %u", len,
			 (unsigned)fixture->out->failures);
}

/* Goes on as the store does: mends the stamps first. */
static void go_on_mended(struct slot_fixture *fixture, size_t tokens, uint32_t number)
{
	slots_mend(fixture->file);
	slot_fixture_go_on(fixture, tokens, number);
	assert_reads(fixture, number);
}

static void check_cut(struct slot_fixture *fixture, const struct write *write, size_t len)
{
	unsigned char before[SLOT_FILE_SIZE];
	memcpy(before, fixture->file, sizeof before);
	write_part(fixture, write, len);
	assert_old_or_new(fixture, write, len, 2, 3);
	uint32_t now = fixture->out->failures;
	slots_mend(fixture->file);
	assert_reads(fixture, now);
	go_on_mended(fixture, 1, 4);
	go_on_mended(fixture, 3, 5);
	go_on_mended(fixture, 1, 6);
	memcpy(fixture->file, before, sizeof before);
}

/* Records of one to three tokens, each after each: the file grows and shrinks. */
static void a_write_that_ends_anywhere_leaves_the_old_state_or_the_new(void **state)
{
	struct slot_fixture *fixture = *state;
	for (unsigned i = 0; i < 27; i++) {
		slot_fixture_begin(fixture, 1 + i % 3, 1);
		slot_fixture_go_on(fixture, 1 + i / 3 % 3, 2);
		struct write write = slot_fixture_compose(
			fixture, slot_fixture_next(fixture), 1 + i / 9, 3);
		for (size_t len = 0; len <= len_of(&write); len++)
			check_cut(fixture, &write, len);
	}
}

static void a_full_record_that_is_cut_off_leaves_the_old_state_or_the_new(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, MFA_TOKENS_MAX, 1);
	slot_fixture_go_on(fixture, MFA_TOKENS_MAX, 2);
	struct write write = slot_fixture_compose(fixture, slot_fixture_next(fixture),
						  MFA_TOKENS_MAX, 3);
	for (size_t len = 0; len <= len_of(&write); len++)
		check_cut(fixture, &write, len);
}

/* The lengths around each sector's end, where the stamps are. */
static size_t edge(const struct write *write, unsigned i)
{
	size_t len = (i / 17 + 1) * (size_t)SLOT_SECTOR + i % 17;
	return len < 8 ? 0 : len - 8 > len_of(write) ? len_of(write) : len - 8;
}

static void check_cut_twice(struct slot_fixture *fixture, const struct write *first,
			    size_t len, size_t tokens)
{
	unsigned char before[SLOT_FILE_SIZE];
	unsigned char between[SLOT_FILE_SIZE];
	memcpy(before, fixture->file, sizeof before);
	write_part(fixture, first, len);
	assert_old_or_new(fixture, first, len, 2, 3);
	uint32_t now = fixture->out->failures;
	slots_mend(fixture->file);
	memcpy(between, fixture->file, sizeof between);
	struct write second =
		slot_fixture_compose(fixture, slot_fixture_next(fixture), tokens, 4);
	for (unsigned i = 0; i < second.sectors * 17; i++) {
		write_part(fixture, &second, edge(&second, i));
		assert_old_or_new(fixture, &second, edge(&second, i), now, 4);
		go_on_mended(fixture, 2, 5);
		memcpy(fixture->file, between, sizeof between);
	}
	memcpy(fixture->file, before, sizeof before);
}

static void two_writes_that_end_anywhere_leave_a_state(void **state)
{
	struct slot_fixture *fixture = *state;
	for (unsigned i = 0; i < 16; i++) {
		slot_fixture_begin(fixture, 1 + i % 2, 1);
		slot_fixture_go_on(fixture, 1 + i / 2 % 2, 2);
		struct write first = slot_fixture_compose(
			fixture, slot_fixture_next(fixture), 1 + i / 4 % 2, 3);
		for (unsigned j = 0; j < first.sectors * 17; j++)
			check_cut_twice(fixture, &first, edge(&first, j), 1 + i / 8);
	}
}

/* A header without its stamp's beginning is damage, not a write. */
static void a_header_alone_brings_no_older_state_back(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 1, 1);
	slot_fixture_go_on(fixture, 1, 2);
	unsigned slot = 1 - slot_fixture_next(fixture).slot;
	unsigned char *bytes = fixture->file + slot * (size_t)SLOT_SIZE;
	bytes[8 + 1]++; /* the generation */
	bytes[SLOT_SECTOR - 1] ^= 1;
	assert_int_equal(slot_fixture_read(fixture), MFA_ERR_INTEGRITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_slot_fixture(
			a_write_that_ends_anywhere_leaves_the_old_state_or_the_new),
		with_slot_fixture(
			a_full_record_that_is_cut_off_leaves_the_old_state_or_the_new),
		with_slot_fixture(two_writes_that_end_anywhere_leave_a_state),
		with_slot_fixture(a_header_alone_brings_no_older_state_back),
	};
	return group_main("slots_cut", tests);
}
