/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <sodium.h>

#include "slot_fixture.h"

static void the_newest_state_is_read(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 1, 0);
	assert_reads(fixture, 0);
	uint32_t generation = fixture->out->generation;
	assert_int_equal(generation, fixture->in->generation);
	for (uint32_t number = 1; number < 40; number++) {
		slot_fixture_go_on(fixture, number % (MFA_TOKENS_MAX + 1), number);
		assert_reads(fixture, number);
		assert_string_equal(fixture->out->user, slot_fixture_user);
		assert_int_equal(fixture->out->token_count,
				 number % (MFA_TOKENS_MAX + 1));
		assert_true(fixture->out->generation > generation);
		generation = fixture->out->generation;
	}
}

static void the_slots_take_turns(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 1, 0);
	unsigned slot = 1 - slot_fixture_next(fixture).slot;
	for (uint32_t number = 1; number < 10; number++) {
		struct slot_plan plan = slot_fixture_next(fixture);
		assert_int_equal(plan.slot, 1 - slot);
		slot = plan.slot;
		slot_fixture_go_on(fixture, 1, number);
	}
}

static void nothing_secret_stays_in_the_scratch(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 2, 1);
	slot_fixture_go_on(fixture, 1, 2);
	assert_reads(fixture, 2);
	for (size_t i = 0; i < SLOT_SCRATCH_SIZE; i++)
		assert_int_equal(fixture->scratch[i], 0);
}

static void the_bytes_betray_nothing(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 2, 1);
	const char *const words[] = { totp_spec.secret, slot_fixture_user, "label",
				      "root" };
	for (size_t i = 0; i < MFA_COUNT(words); i++)
		assert_null(memmem(fixture->file, sizeof fixture->file, words[i],
				   strlen(words[i])));
}

static void a_failed_read_leaves_a_wiped_record(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 1, 1);
	fixture->file[SLOT_SIZE + 100] ^= 1;
	memset(fixture->out, 'x', sizeof *fixture->out);
	assert_int_equal(slot_fixture_read(fixture), MFA_ERR_INTEGRITY);
	const unsigned char *bytes = (const unsigned char *)fixture->out;
	for (size_t i = 0; i < sizeof *fixture->out; i++)
		assert_int_equal(bytes[i], 0);
}

static void an_empty_file_is_damage(void **state)
{
	struct slot_fixture *fixture = *state;
	assert_int_equal(slot_fixture_read(fixture), MFA_ERR_INTEGRITY);
	memset(fixture->file, 0xff, sizeof fixture->file);
	assert_int_equal(slot_fixture_read(fixture), MFA_ERR_INTEGRITY);
}

static void another_users_record_is_refused(void **state)
{
	static const char *const others[] = { "", "tar", "taro1", "Taro", "taro " };
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 1, 1);
	for (size_t i = 0; i < MFA_COUNT(others); i++)
		assert_int_equal(slots_read(fixture->file, slot_fixture_key, others[i],
					    fixture->scratch, fixture->out),
				 MFA_ERR_INTEGRITY);
}

static void another_key_is_refused(void **state)
{
	struct slot_fixture *fixture = *state;
	unsigned char other[MFA_SUBKEY_SIZE];
	slot_fixture_begin(fixture, 1, 1);
	memcpy(other, slot_fixture_key, sizeof other);
	other[31] ^= 0x80;
	assert_int_equal(slots_read(fixture->file, other, slot_fixture_user,
				    fixture->scratch, fixture->out),
			 MFA_ERR_INTEGRITY);
}

static void a_slot_in_the_others_place_is_refused(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 1, 1);
	memcpy(fixture->file + SLOT_SIZE, fixture->file, SLOT_SIZE);
	assert_int_equal(slot_fixture_read(fixture), MFA_ERR_INTEGRITY);
	memset(fixture->file, 0, SLOT_SIZE);
	assert_int_equal(slot_fixture_read(fixture), MFA_ERR_INTEGRITY);
}

/* Whether the byte is of a slot's format number, which is read before the seal. */
static bool is_format(size_t at)
{
	return at % SLOT_SIZE == 4 || at % SLOT_SIZE == 5;
}

/* The newest state or an error, whichever byte is changed: never the older state. */
static void check_altered(struct slot_fixture *fixture, size_t at, unsigned flip,
			  unsigned *inout_refused)
{
	fixture->file[at] ^= (unsigned char)flip;
	int err = slot_fixture_read(fixture);
	if (err == MFA_OK && fixture->out->failures != 2)
		fail_msg("byte %zu ^ %02x brings state %u back", at, flip,
			 (unsigned)fixture->out->failures);
	if (err != MFA_OK && err != MFA_ERR_INTEGRITY &&
	    !(err == MFA_ERR_UNSUPPORTED && is_format(at)))
		fail_msg("byte %zu ^ %02x: error %d", at, flip, err);
	*inout_refused += err != MFA_OK;
	fixture->file[at] ^= (unsigned char)flip;
}

static void no_altered_byte_brings_an_older_state_back(void **state)
{
	static const size_t sizes[][2] = {
		{ 0, 0 }, { 1, 1 }, { 3, 1 }, { 1, 3 }, { 15, 15 }
	};
	struct slot_fixture *fixture = *state;
	for (size_t i = 0; i < MFA_COUNT(sizes); i++) {
		unsigned refused = 0;
		slot_fixture_begin(fixture, sizes[i][0], 1);
		slot_fixture_go_on(fixture, sizes[i][1], 2);
		for (size_t at = 0; at < sizeof fixture->file; at++) {
			check_altered(fixture, at, 0xff, &refused);
			for (unsigned bit = 0; bit < 8; bit++)
				check_altered(fixture, at, 1U << bit, &refused);
		}
		/* every byte of the newest state counts: header, text, stamps */
		assert_true(refused >= 9 * (200 + 512 * sizes[i][1]));
	}
}

static void no_lost_sector_brings_an_older_state_back(void **state)
{
	static const size_t sizes[][2] = { { 1, 1 }, { 3, 1 }, { 1, 3 }, { 15, 15 } };
	struct slot_fixture *fixture = *state;
	for (size_t i = 0; i < MFA_COUNT(sizes); i++) {
		slot_fixture_begin(fixture, sizes[i][0], 1);
		struct slot_plan plan = slot_fixture_next(fixture);
		struct write write = slot_fixture_compose(fixture, plan, sizes[i][1], 2);
		write_apply(fixture, &write, write_mask(&write));
		for (unsigned sector = 0; sector < write.sectors; sector++) {
			unsigned char was[SLOT_SECTOR];
			unsigned char *at = fixture->file +
					    plan.slot * (size_t)SLOT_SIZE +
					    sector * (size_t)SLOT_SECTOR;
			memcpy(was, at, SLOT_SECTOR);
			memset(at, 0, SLOT_SECTOR);
			assert_int_equal(slot_fixture_read(fixture), MFA_ERR_INTEGRITY);
			memset(at, 0xff, SLOT_SECTOR);
			assert_int_equal(slot_fixture_read(fixture), MFA_ERR_INTEGRITY);
			memcpy(at, was, SLOT_SECTOR);
			assert_reads(fixture, 2);
		}
	}
}

static void a_lost_slot_brings_no_older_state_back(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 1, 1);
	unsigned slot = slot_fixture_next(fixture).slot;
	slot_fixture_go_on(fixture, 1, 2);
	memset(fixture->file + slot * (size_t)SLOT_SIZE, 0, SLOT_SIZE);
	assert_int_equal(slot_fixture_read(fixture), MFA_ERR_INTEGRITY);
}

/* All values of each byte of the stamps, at generations whose stamps lie close. */
static void no_altered_stamp_looks_like_an_older_one(void **state)
{
	struct slot_fixture *fixture = *state;
	unsigned refused = 0;
	for (uint32_t generation = 100; generation < 500; generation++) {
		struct slot_plan plan = { (generation - 1) & 1, generation - 1 };
		struct write older = slot_fixture_compose(fixture, plan, 1, 1);
		plan = (struct slot_plan){ generation & 1, generation };
		struct write newest = slot_fixture_compose(fixture, plan, 1, 2);
		memset(fixture->file, 0, sizeof fixture->file);
		write_apply(fixture, &older, write_mask(&older));
		write_apply(fixture, &newest, write_mask(&newest));
		size_t slot = plan.slot * (size_t)SLOT_SIZE;
		for (unsigned i = 0; i < newest.sectors; i++)
			for (unsigned byte = 1; byte <= 8; byte++)
				for (unsigned flip = 1; flip < 256; flip++)
					check_altered(fixture,
						      slot + (i + 1) * SLOT_SECTOR - byte,
						      flip, &refused);
	}
	/* where the seal opens, all of the data are there: the stamp does not matter */
	assert_int_equal(refused, 0);
}

/* The same with a byte of the data altered too: nothing is left to go by. */
static void an_altered_stamp_on_altered_data_is_damage(void **state)
{
	struct slot_fixture *fixture = *state;
	unsigned refused = 0;
	slot_fixture_begin(fixture, 1, 1);
	struct slot_plan plan = slot_fixture_next(fixture);
	slot_fixture_go_on(fixture, 1, 2);
	size_t slot = plan.slot * (size_t)SLOT_SIZE;
	fixture->file[slot + 100] ^= 1;
	for (unsigned i = 1; i <= 2; i++)
		for (unsigned byte = 1; byte <= 8; byte++)
			for (unsigned flip = 1; flip < 256; flip++)
				check_altered(fixture, slot + i * SLOT_SECTOR - byte,
					      flip, &refused);
	assert_int_equal(refused, 2 * 8 * 255);
}

static void a_worn_out_generation_is_refused(void **state)
{
	struct slot_fixture *fixture = *state;
	unsigned char slot[SLOT_SIZE];
	size_t len = 0;
	struct slot_plan plan = { 1, INT32_MAX };
	assert_int_equal(slot_compose(fixture->in, slot_fixture_key, &plan,
				      fixture->scratch, slot, &len),
			 MFA_OK);
	plan = (struct slot_plan){ 0, (uint32_t)INT32_MAX + 1 };
	assert_int_equal(slot_compose(fixture->in, slot_fixture_key, &plan,
				      fixture->scratch, slot, &len),
			 MFA_ERR_FULL);
}

static void a_format_of_the_future_is_not_supported(void **state)
{
	struct slot_fixture *fixture = *state;
	slot_fixture_begin(fixture, 1, 1);
	fixture->file[SLOT_SIZE + 4] = 2;
	int err = slot_fixture_read(fixture);
	assert_int_equal(err, MFA_ERR_UNSUPPORTED);
}

static void a_file_is_under_a_key_when_both_slots_are(void **state)
{
	struct slot_fixture *fixture = *state;
	unsigned char other[MFA_SUBKEY_SIZE] = { 1 };
	slot_fixture_begin(fixture, 1, 1);
	assert_true(slots_are_under(fixture->file, slot_fixture_key, slot_fixture_user,
				    fixture->scratch));
	assert_false(slots_are_under(fixture->file, other, slot_fixture_user,
				     fixture->scratch));
	assert_false(slots_are_under(fixture->file, slot_fixture_key, "jiro",
				     fixture->scratch));
	struct write write =
		slot_fixture_compose(fixture, slot_fixture_next(fixture), 1, 2);
	write_apply(fixture, &write, 1); /* torn */
	assert_false(slots_are_under(fixture->file, slot_fixture_key, slot_fixture_user,
				     fixture->scratch));
	write_apply(fixture, &write, write_mask(&write));
	assert_true(slots_are_under(fixture->file, slot_fixture_key, slot_fixture_user,
				    fixture->scratch));
	fixture->file[(1 - write.plan.slot) * (size_t)SLOT_SIZE + 100] ^= 1;
	assert_false(slots_are_under(fixture->file, slot_fixture_key, slot_fixture_user,
				     fixture->scratch));
}

static void random_files_are_damage(void **state)
{
	struct slot_fixture *fixture = *state;
	for (int i = 0; i < 2000; i++) {
		randombytes_buf(fixture->file, sizeof fixture->file);
		assert_int_equal(slot_fixture_read(fixture), MFA_ERR_INTEGRITY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_slot_fixture(the_newest_state_is_read),
		with_slot_fixture(the_slots_take_turns),
		with_slot_fixture(nothing_secret_stays_in_the_scratch),
		with_slot_fixture(the_bytes_betray_nothing),
		with_slot_fixture(a_failed_read_leaves_a_wiped_record),
		with_slot_fixture(an_empty_file_is_damage),
		with_slot_fixture(another_users_record_is_refused),
		with_slot_fixture(another_key_is_refused),
		with_slot_fixture(a_slot_in_the_others_place_is_refused),
		with_slot_fixture(no_altered_byte_brings_an_older_state_back),
		with_slot_fixture(no_lost_sector_brings_an_older_state_back),
		with_slot_fixture(a_lost_slot_brings_no_older_state_back),
		with_slot_fixture(no_altered_stamp_looks_like_an_older_one),
		with_slot_fixture(an_altered_stamp_on_altered_data_is_damage),
		with_slot_fixture(a_worn_out_generation_is_refused),
		with_slot_fixture(a_format_of_the_future_is_not_supported),
		with_slot_fixture(a_file_is_under_a_key_when_both_slots_are),
		with_slot_fixture(random_files_are_damage),
	};
	return group_main("slots", tests);
}
