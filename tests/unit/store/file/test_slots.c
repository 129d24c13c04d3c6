/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <sodium.h>

#include "ground.h"

static void the_newest_state_is_read(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, 1, 0);
	assert_reads(ground, 0);
	uint32_t generation = ground->out->generation;
	assert_int_equal(generation, ground->in->generation);
	for (uint32_t number = 1; number < 40; number++) {
		ground_go_on(ground, number % (MFA_TOKENS_MAX + 1), number);
		assert_reads(ground, number);
		assert_string_equal(ground->out->user, ground_user);
		assert_int_equal(ground->out->token_count, number % (MFA_TOKENS_MAX + 1));
		assert_true(ground->out->generation > generation);
		generation = ground->out->generation;
	}
}

static void the_slots_take_turns(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, 1, 0);
	unsigned slot = 1 - ground_next(ground).slot;
	for (uint32_t number = 1; number < 10; number++) {
		struct slot_plan plan = ground_next(ground);
		assert_int_equal(plan.slot, 1 - slot);
		slot = plan.slot;
		ground_go_on(ground, 1, number);
	}
}

static void nothing_secret_stays_in_the_scratch(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, 2, 1);
	ground_go_on(ground, 1, 2);
	assert_reads(ground, 2);
	for (size_t i = 0; i < SLOT_SCRATCH_SIZE; i++)
		assert_int_equal(ground->scratch[i], 0);
}

static void the_bytes_betray_nothing(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, 2, 1);
	const char *const words[] = { totp_spec.secret, ground_user, "label", "root" };
	for (size_t i = 0; i < MFA_COUNT(words); i++)
		assert_null(memmem(ground->file, sizeof ground->file, words[i],
				   strlen(words[i])));
}

static void a_failed_read_leaves_a_wiped_record(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, 1, 1);
	ground->file[SLOT_SIZE + 100] ^= 1;
	memset(ground->out, 'x', sizeof *ground->out);
	assert_int_equal(ground_read(ground), MFA_ERR_INTEGRITY);
	const unsigned char *bytes = (const unsigned char *)ground->out;
	for (size_t i = 0; i < sizeof *ground->out; i++)
		assert_int_equal(bytes[i], 0);
}

static void an_empty_file_is_damage(void **state)
{
	struct ground *ground = *state;
	assert_int_equal(ground_read(ground), MFA_ERR_INTEGRITY);
	memset(ground->file, 0xff, sizeof ground->file);
	assert_int_equal(ground_read(ground), MFA_ERR_INTEGRITY);
}

static void another_users_record_is_refused(void **state)
{
	static const char *const others[] = { "", "tar", "taro1", "Taro", "taro " };
	struct ground *ground = *state;
	ground_begin(ground, 1, 1);
	for (size_t i = 0; i < MFA_COUNT(others); i++)
		assert_int_equal(slots_read(ground->file, ground_key, others[i],
					    ground->scratch, ground->out),
				 MFA_ERR_INTEGRITY);
}

static void another_key_is_refused(void **state)
{
	struct ground *ground = *state;
	unsigned char other[MFA_SUBKEY_SIZE];
	ground_begin(ground, 1, 1);
	memcpy(other, ground_key, sizeof other);
	other[31] ^= 0x80;
	assert_int_equal(slots_read(ground->file, other, ground_user, ground->scratch,
				    ground->out),
			 MFA_ERR_INTEGRITY);
}

static void a_slot_in_the_others_place_is_refused(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, 1, 1);
	memcpy(ground->file + SLOT_SIZE, ground->file, SLOT_SIZE);
	assert_int_equal(ground_read(ground), MFA_ERR_INTEGRITY);
	memset(ground->file, 0, SLOT_SIZE);
	assert_int_equal(ground_read(ground), MFA_ERR_INTEGRITY);
}

/* Whether the byte is of a slot's format number, which is read before the seal. */
static bool is_format(size_t at)
{
	return at % SLOT_SIZE == 4 || at % SLOT_SIZE == 5;
}

/* The newest state or an error, whichever byte is changed: never the older state. */
static void check_altered(struct ground *ground, size_t at, unsigned flip,
			  unsigned *inout_refused)
{
	ground->file[at] ^= (unsigned char)flip;
	int err = ground_read(ground);
	if (err == MFA_OK && ground->out->failures != 2)
		fail_msg("byte %zu ^ %02x brings state %u back", at, flip,
			 (unsigned)ground->out->failures);
	if (err != MFA_OK && err != MFA_ERR_INTEGRITY &&
	    !(err == MFA_ERR_UNSUPPORTED && is_format(at)))
		fail_msg("byte %zu ^ %02x: error %d", at, flip, err);
	*inout_refused += err != MFA_OK;
	ground->file[at] ^= (unsigned char)flip;
}

static void no_altered_byte_brings_an_older_state_back(void **state)
{
	static const size_t sizes[][2] = {
		{ 0, 0 }, { 1, 1 }, { 3, 1 }, { 1, 3 }, { 15, 15 }
	};
	struct ground *ground = *state;
	for (size_t i = 0; i < MFA_COUNT(sizes); i++) {
		unsigned refused = 0;
		ground_begin(ground, sizes[i][0], 1);
		ground_go_on(ground, sizes[i][1], 2);
		for (size_t at = 0; at < sizeof ground->file; at++) {
			check_altered(ground, at, 0xff, &refused);
			for (unsigned bit = 0; bit < 8; bit++)
				check_altered(ground, at, 1U << bit, &refused);
		}
		/* every byte of the newest state counts: header, text, stamps */
		assert_true(refused >= 9 * (200 + 512 * sizes[i][1]));
	}
}

static void no_lost_sector_brings_an_older_state_back(void **state)
{
	static const size_t sizes[][2] = { { 1, 1 }, { 3, 1 }, { 1, 3 }, { 15, 15 } };
	struct ground *ground = *state;
	for (size_t i = 0; i < MFA_COUNT(sizes); i++) {
		ground_begin(ground, sizes[i][0], 1);
		struct slot_plan plan = ground_next(ground);
		struct write write = ground_compose(ground, plan, sizes[i][1], 2);
		write_apply(ground, &write, write_mask(&write));
		for (unsigned sector = 0; sector < write.sectors; sector++) {
			unsigned char was[SLOT_SECTOR];
			unsigned char *at = ground->file + plan.slot * (size_t)SLOT_SIZE +
					    sector * (size_t)SLOT_SECTOR;
			memcpy(was, at, SLOT_SECTOR);
			memset(at, 0, SLOT_SECTOR);
			assert_int_equal(ground_read(ground), MFA_ERR_INTEGRITY);
			memset(at, 0xff, SLOT_SECTOR);
			assert_int_equal(ground_read(ground), MFA_ERR_INTEGRITY);
			memcpy(at, was, SLOT_SECTOR);
			assert_reads(ground, 2);
		}
	}
}

static void a_lost_slot_brings_no_older_state_back(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, 1, 1);
	unsigned slot = ground_next(ground).slot;
	ground_go_on(ground, 1, 2);
	memset(ground->file + slot * (size_t)SLOT_SIZE, 0, SLOT_SIZE);
	assert_int_equal(ground_read(ground), MFA_ERR_INTEGRITY);
}

/* All values of each byte of the stamps, at generations whose stamps lie close. */
static void no_altered_stamp_looks_like_an_older_one(void **state)
{
	struct ground *ground = *state;
	unsigned refused = 0;
	for (uint32_t generation = 100; generation < 500; generation++) {
		struct slot_plan plan = { (generation - 1) & 1, generation - 1 };
		struct write older = ground_compose(ground, plan, 1, 1);
		plan = (struct slot_plan){ generation & 1, generation };
		struct write newest = ground_compose(ground, plan, 1, 2);
		memset(ground->file, 0, sizeof ground->file);
		write_apply(ground, &older, write_mask(&older));
		write_apply(ground, &newest, write_mask(&newest));
		size_t slot = plan.slot * (size_t)SLOT_SIZE;
		for (unsigned i = 0; i < newest.sectors; i++)
			for (unsigned byte = 1; byte <= 8; byte++)
				for (unsigned flip = 1; flip < 256; flip++)
					check_altered(ground,
						      slot + (i + 1) * SLOT_SECTOR - byte,
						      flip, &refused);
	}
	/* where the seal opens, all of the data are there: the stamp does not matter */
	assert_int_equal(refused, 0);
}

/* The same with a byte of the data altered too: nothing is left to go by. */
static void an_altered_stamp_on_altered_data_is_damage(void **state)
{
	struct ground *ground = *state;
	unsigned refused = 0;
	ground_begin(ground, 1, 1);
	struct slot_plan plan = ground_next(ground);
	ground_go_on(ground, 1, 2);
	size_t slot = plan.slot * (size_t)SLOT_SIZE;
	ground->file[slot + 100] ^= 1;
	for (unsigned i = 1; i <= 2; i++)
		for (unsigned byte = 1; byte <= 8; byte++)
			for (unsigned flip = 1; flip < 256; flip++)
				check_altered(ground, slot + i * SLOT_SECTOR - byte, flip,
					      &refused);
	assert_int_equal(refused, 2 * 8 * 255);
}

static void a_worn_out_generation_is_refused(void **state)
{
	struct ground *ground = *state;
	unsigned char slot[SLOT_SIZE];
	size_t len = 0;
	struct slot_plan plan = { 1, INT32_MAX };
	assert_int_equal(
		slots_compose(ground->in, ground_key, &plan, ground->scratch, slot, &len),
		MFA_OK);
	plan = (struct slot_plan){ 0, (uint32_t)INT32_MAX + 1 };
	assert_int_equal(
		slots_compose(ground->in, ground_key, &plan, ground->scratch, slot, &len),
		MFA_ERR_FULL);
}

static void a_format_of_the_future_is_not_supported(void **state)
{
	struct ground *ground = *state;
	ground_begin(ground, 1, 1);
	ground->file[SLOT_SIZE + 4] = 2;
	int err = ground_read(ground);
	assert_int_equal(err, MFA_ERR_UNSUPPORTED);
}

static void a_file_is_under_a_key_when_both_slots_are(void **state)
{
	struct ground *ground = *state;
	unsigned char other[MFA_SUBKEY_SIZE] = { 1 };
	ground_begin(ground, 1, 1);
	assert_true(
		slots_are_under(ground->file, ground_key, ground_user, ground->scratch));
	assert_false(slots_are_under(ground->file, other, ground_user, ground->scratch));
	assert_false(slots_are_under(ground->file, ground_key, "jiro", ground->scratch));
	struct write write = ground_compose(ground, ground_next(ground), 1, 2);
	write_apply(ground, &write, 1); /* torn */
	assert_false(
		slots_are_under(ground->file, ground_key, ground_user, ground->scratch));
	write_apply(ground, &write, write_mask(&write));
	assert_true(
		slots_are_under(ground->file, ground_key, ground_user, ground->scratch));
	ground->file[(1 - write.plan.slot) * (size_t)SLOT_SIZE + 100] ^= 1;
	assert_false(
		slots_are_under(ground->file, ground_key, ground_user, ground->scratch));
}

static void random_files_are_damage(void **state)
{
	struct ground *ground = *state;
	for (int i = 0; i < 2000; i++) {
		randombytes_buf(ground->file, sizeof ground->file);
		assert_int_equal(ground_read(ground), MFA_ERR_INTEGRITY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_ground(the_newest_state_is_read),
		on_ground(the_slots_take_turns),
		on_ground(nothing_secret_stays_in_the_scratch),
		on_ground(the_bytes_betray_nothing),
		on_ground(a_failed_read_leaves_a_wiped_record),
		on_ground(an_empty_file_is_damage),
		on_ground(another_users_record_is_refused),
		on_ground(another_key_is_refused),
		on_ground(a_slot_in_the_others_place_is_refused),
		on_ground(no_altered_byte_brings_an_older_state_back),
		on_ground(no_lost_sector_brings_an_older_state_back),
		on_ground(a_lost_slot_brings_no_older_state_back),
		on_ground(no_altered_stamp_looks_like_an_older_one),
		on_ground(an_altered_stamp_on_altered_data_is_damage),
		on_ground(a_worn_out_generation_is_refused),
		on_ground(a_format_of_the_future_is_not_supported),
		on_ground(a_file_is_under_a_key_when_both_slots_are),
		on_ground(random_files_are_damage),
	};
	return group_main("slots", tests);
}
