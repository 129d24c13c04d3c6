#include "stores/slots.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "support.h"

static const unsigned char KEY[MFA_SUBKEY_SIZE] = { 9, 8, 7 };
static const char USER[] = "taro";

/* A record file in memory. Each state that is written carries a number of its own. */
struct ground {
	unsigned char file[SLOT_FILE_SIZE];
	unsigned char *scratch;
	struct mfa_record *in;
	struct mfa_record *out;
};

/* The next write, before it reaches the file. */
struct write {
	struct slot_plan plan;
	unsigned char slot[SLOT_SIZE];
	unsigned sectors;
};

static int ground_setup(void **state)
{
	static struct ground ground;
	ground = (struct ground){
		.scratch = mfa_locked_new(SLOT_SCRATCH_SIZE),
		.in = mfa_record_new(),
		.out = mfa_record_new(),
	};
	*state = &ground;
	return ground.scratch == NULL || ground.in == NULL || ground.out == NULL;
}

static int ground_teardown(void **state)
{
	struct ground *ground = *state;
	mfa_locked_free(ground->scratch);
	mfa_record_free(&ground->in);
	mfa_record_free(&ground->out);
	return 0;
}

static void fill(struct ground *ground, size_t tokens, uint32_t number)
{
	mfa_wipe(ground->in, sizeof *ground->in);
	memcpy(ground->in->user, USER, sizeof USER);
	ground->in->failures = number;
	for (size_t i = 0; i < tokens; i++) {
		struct mfa_token token;
		struct mfa_token *added = NULL;
		make_token(&totp_spec, &token);
		assert_int_equal(mfa_record_add(ground->in, &token, &added), MFA_OK);
	}
}

static struct write compose(struct ground *ground, struct slot_plan plan, size_t tokens,
			    uint32_t number)
{
	struct write write = { .plan = plan };
	size_t len = 0;
	fill(ground, tokens, number);
	assert_int_equal(
		slots_compose(ground->in, KEY, &plan, ground->scratch, write.slot, &len),
		MFA_OK);
	assert_int_equal(len % SLOT_SECTOR, 0);
	write.sectors = (unsigned)(len / SLOT_SECTOR);
	assert_in_range(write.sectors, 1, SLOT_SECTORS);
	return write;
}

/* What a disk that loses power may leave: the sectors of the mask only. */
static void apply(struct ground *ground, const struct write *write, uint32_t mask)
{
	unsigned char *slot = ground->file + write->plan.slot * (size_t)SLOT_SIZE;
	for (unsigned i = 0; i < write->sectors; i++)
		if ((mask >> i & 1) != 0)
			memcpy(slot + i * SLOT_SECTOR, write->slot + i * SLOT_SECTOR,
			       SLOT_SECTOR);
}

static uint32_t all(const struct write *write)
{
	return (1U << write->sectors) - 1;
}

static int read_file(struct ground *ground)
{
	return slots_read(ground->file, KEY, USER, ground->scratch, ground->out);
}

static void assert_reads(struct ground *ground, uint32_t number)
{
	assert_int_equal(read_file(ground), MFA_OK);
	assert_int_equal(ground->out->failures, number);
}

static struct slot_plan next_plan(struct ground *ground)
{
	struct slot_content content;
	assert_int_equal(slots_open(ground->file, KEY, USER, ground->scratch, &content),
			 MFA_OK);
	return content.next;
}

static void begin(struct ground *ground, size_t tokens, uint32_t number)
{
	fill(ground, tokens, number);
	assert_int_equal(slots_begin(ground->in, KEY, ground->scratch, ground->file),
			 MFA_OK);
}

static void go_on(struct ground *ground, size_t tokens, uint32_t number)
{
	struct write write = compose(ground, next_plan(ground), tokens, number);
	apply(ground, &write, all(&write));
}

static void the_newest_state_is_read(void **state)
{
	struct ground *ground = *state;
	begin(ground, 1, 0);
	assert_reads(ground, 0);
	uint32_t generation = ground->out->generation;
	assert_int_equal(generation, ground->in->generation);
	for (uint32_t number = 1; number < 40; number++) {
		go_on(ground, number % (MFA_TOKENS_MAX + 1), number);
		assert_reads(ground, number);
		assert_string_equal(ground->out->user, USER);
		assert_int_equal(ground->out->token_count, number % (MFA_TOKENS_MAX + 1));
		assert_true(ground->out->generation > generation);
		generation = ground->out->generation;
	}
}

static void the_slots_take_turns(void **state)
{
	struct ground *ground = *state;
	begin(ground, 1, 0);
	unsigned slot = 1 - next_plan(ground).slot;
	for (uint32_t number = 1; number < 10; number++) {
		struct slot_plan plan = next_plan(ground);
		assert_int_equal(plan.slot, 1 - slot);
		slot = plan.slot;
		go_on(ground, 1, number);
	}
}

static void nothing_secret_stays_in_the_scratch(void **state)
{
	struct ground *ground = *state;
	begin(ground, 2, 1);
	go_on(ground, 1, 2);
	assert_reads(ground, 2);
	for (size_t i = 0; i < SLOT_SCRATCH_SIZE; i++)
		assert_int_equal(ground->scratch[i], 0);
}

static void the_bytes_betray_nothing(void **state)
{
	struct ground *ground = *state;
	begin(ground, 2, 1);
	const char *const words[] = { totp_spec.secret, USER, "label", "root" };
	for (size_t i = 0; i < MFA_COUNT(words); i++)
		assert_null(memmem(ground->file, sizeof ground->file, words[i],
				   strlen(words[i])));
}

static void a_failed_read_leaves_a_wiped_record(void **state)
{
	struct ground *ground = *state;
	begin(ground, 1, 1);
	ground->file[SLOT_SIZE + 100] ^= 1;
	memset(ground->out, 'x', sizeof *ground->out);
	assert_int_equal(read_file(ground), MFA_ERR_INTEGRITY);
	const unsigned char *bytes = (const unsigned char *)ground->out;
	for (size_t i = 0; i < sizeof *ground->out; i++)
		assert_int_equal(bytes[i], 0);
}

static void an_empty_file_is_damage(void **state)
{
	struct ground *ground = *state;
	assert_int_equal(read_file(ground), MFA_ERR_INTEGRITY);
	memset(ground->file, 0xff, sizeof ground->file);
	assert_int_equal(read_file(ground), MFA_ERR_INTEGRITY);
}

static void another_users_record_is_refused(void **state)
{
	static const char *const others[] = { "", "tar", "taro1", "Taro", "taro " };
	struct ground *ground = *state;
	begin(ground, 1, 1);
	for (size_t i = 0; i < MFA_COUNT(others); i++)
		assert_int_equal(slots_read(ground->file, KEY, others[i], ground->scratch,
					    ground->out),
				 MFA_ERR_INTEGRITY);
}

static void another_key_is_refused(void **state)
{
	struct ground *ground = *state;
	unsigned char other[MFA_SUBKEY_SIZE];
	begin(ground, 1, 1);
	memcpy(other, KEY, sizeof other);
	other[31] ^= 0x80;
	assert_int_equal(
		slots_read(ground->file, other, USER, ground->scratch, ground->out),
		MFA_ERR_INTEGRITY);
}

static void a_slot_in_the_others_place_is_refused(void **state)
{
	struct ground *ground = *state;
	begin(ground, 1, 1);
	memcpy(ground->file + SLOT_SIZE, ground->file, SLOT_SIZE);
	assert_int_equal(read_file(ground), MFA_ERR_INTEGRITY);
	memset(ground->file, 0, SLOT_SIZE);
	assert_int_equal(read_file(ground), MFA_ERR_INTEGRITY);
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
	int err = read_file(ground);
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
		begin(ground, sizes[i][0], 1);
		go_on(ground, sizes[i][1], 2);
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
		begin(ground, sizes[i][0], 1);
		struct slot_plan plan = next_plan(ground);
		struct write write = compose(ground, plan, sizes[i][1], 2);
		apply(ground, &write, all(&write));
		for (unsigned sector = 0; sector < write.sectors; sector++) {
			unsigned char was[SLOT_SECTOR];
			unsigned char *at = ground->file + plan.slot * (size_t)SLOT_SIZE +
					    sector * (size_t)SLOT_SECTOR;
			memcpy(was, at, SLOT_SECTOR);
			memset(at, 0, SLOT_SECTOR);
			assert_int_equal(read_file(ground), MFA_ERR_INTEGRITY);
			memset(at, 0xff, SLOT_SECTOR);
			assert_int_equal(read_file(ground), MFA_ERR_INTEGRITY);
			memcpy(at, was, SLOT_SECTOR);
			assert_reads(ground, 2);
		}
	}
}

static void a_lost_slot_brings_no_older_state_back(void **state)
{
	struct ground *ground = *state;
	begin(ground, 1, 1);
	unsigned slot = next_plan(ground).slot;
	go_on(ground, 1, 2);
	memset(ground->file + slot * (size_t)SLOT_SIZE, 0, SLOT_SIZE);
	assert_int_equal(read_file(ground), MFA_ERR_INTEGRITY);
}

/* All values of each byte of the stamps, at generations whose stamps lie close. */
static void no_altered_stamp_looks_like_an_older_one(void **state)
{
	struct ground *ground = *state;
	unsigned refused = 0;
	for (uint32_t generation = 100; generation < 500; generation++) {
		struct slot_plan plan = { (generation - 1) & 1, generation - 1 };
		struct write older = compose(ground, plan, 1, 1);
		plan = (struct slot_plan){ generation & 1, generation };
		struct write newest = compose(ground, plan, 1, 2);
		memset(ground->file, 0, sizeof ground->file);
		apply(ground, &older, all(&older));
		apply(ground, &newest, all(&newest));
		size_t slot = plan.slot * (size_t)SLOT_SIZE;
		for (unsigned i = 0; i < newest.sectors; i++)
			for (unsigned byte = 1; byte <= 8; byte++)
				for (unsigned flip = 1; flip < 256; flip++)
					check_altered(ground,
						      slot + (i + 1) * SLOT_SECTOR - byte,
						      flip, &refused);
	}
	assert_int_equal(refused, 400 * 2 * 8 * 255);
}

/* The state after a write of which only the sectors of the mask arrived, and whether the
 * file can still be written. */
static void check_torn(struct ground *ground, const struct write *write, uint32_t mask)
{
	unsigned char before[SLOT_FILE_SIZE];
	memcpy(before, ground->file, sizeof before);
	apply(ground, write, mask);
	assert_reads(ground, mask == all(write) ? 3 : 2);
	go_on(ground, 1, 4);
	assert_reads(ground, 4);
	go_on(ground, 2, 5);
	assert_reads(ground, 5);
	memcpy(ground->file, before, sizeof before);
}

static void a_torn_write_leaves_the_old_state(void **state)
{
	static const size_t sizes[] = { 0, 1, 3 };
	struct ground *ground = *state;
	for (unsigned i = 0; i < 27; i++) {
		begin(ground, sizes[i % 3], 1);
		go_on(ground, sizes[i / 3 % 3], 2);
		struct write write = compose(ground, next_plan(ground), sizes[i / 9], 3);
		for (uint32_t mask = 0; mask <= all(&write); mask++)
			check_torn(ground, &write, mask);
	}
}

static void a_torn_first_change_leaves_the_first_state(void **state)
{
	struct ground *ground = *state;
	begin(ground, 1, 2);
	struct write write = compose(ground, next_plan(ground), 3, 3);
	for (uint32_t mask = 0; mask <= all(&write); mask++)
		check_torn(ground, &write, mask);
}

static void a_torn_write_of_a_full_record_leaves_the_old_state(void **state)
{
	struct ground *ground = *state;
	begin(ground, MFA_TOKENS_MAX, 1);
	go_on(ground, MFA_TOKENS_MAX, 2);
	struct write write = compose(ground, next_plan(ground), MFA_TOKENS_MAX, 3);
	assert_int_equal(write.sectors, SLOT_SECTORS);
	for (unsigned i = 0; i <= write.sectors; i++) {
		check_torn(ground, &write, (1U << i) - 1);
		check_torn(ground, &write, all(&write) & ~((1U << i) - 1));
		check_torn(ground, &write, all(&write) & ~(1U << i));
		check_torn(ground, &write, all(&write) & 1U << i);
	}
	for (int i = 0; i < 500; i++)
		check_torn(ground, &write, randombytes_random() & all(&write));
}

/* The second write is torn as well, wherever the first one left the file. */
static void check_torn_twice(struct ground *ground, const struct write *first,
			     uint32_t first_mask, size_t tokens)
{
	unsigned char before[SLOT_FILE_SIZE];
	memcpy(before, ground->file, sizeof before);
	apply(ground, first, first_mask);
	uint32_t now = first_mask == all(first) ? 3 : 2;
	struct write second = compose(ground, next_plan(ground), tokens, 4);
	unsigned char between[SLOT_FILE_SIZE];
	memcpy(between, ground->file, sizeof between);
	for (uint32_t mask = 0; mask <= all(&second); mask++) {
		apply(ground, &second, mask);
		assert_reads(ground, mask == all(&second) ? 4 : now);
		go_on(ground, 1, 5);
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
		begin(ground, sizes[i % 3], 1);
		go_on(ground, sizes[i / 3 % 3], 2);
		struct write first =
			compose(ground, next_plan(ground), sizes[i / 9 % 3], 3);
		for (uint32_t mask = 0; mask <= all(&first); mask++)
			check_torn_twice(ground, &first, mask, sizes[i / 27]);
	}
}

static void a_torn_slot_that_is_altered_too_is_damage(void **state)
{
	struct ground *ground = *state;
	begin(ground, 1, 1);
	go_on(ground, 1, 2);
	struct write write = compose(ground, next_plan(ground), 1, 3);
	apply(ground, &write, 1);
	assert_reads(ground, 2);
	ground->file[write.plan.slot * (size_t)SLOT_SIZE + SLOT_SECTOR - 3] ^= 0x10;
	assert_int_equal(read_file(ground), MFA_ERR_INTEGRITY);
}

static void a_worn_out_generation_is_refused(void **state)
{
	struct ground *ground = *state;
	unsigned char slot[SLOT_SIZE];
	size_t len = 0;
	struct slot_plan plan = { 1, INT32_MAX };
	assert_int_equal(
		slots_compose(ground->in, KEY, &plan, ground->scratch, slot, &len),
		MFA_OK);
	plan = (struct slot_plan){ 0, (uint32_t)INT32_MAX + 1 };
	assert_int_equal(
		slots_compose(ground->in, KEY, &plan, ground->scratch, slot, &len),
		MFA_ERR_FULL);
}

static void a_format_of_the_future_is_not_supported(void **state)
{
	struct ground *ground = *state;
	begin(ground, 1, 1);
	ground->file[SLOT_SIZE + 4] = 2;
	int err = read_file(ground);
	assert_int_equal(err, MFA_ERR_UNSUPPORTED);
}

static void a_file_is_under_a_key_when_both_slots_are(void **state)
{
	struct ground *ground = *state;
	unsigned char other[MFA_SUBKEY_SIZE] = { 1 };
	begin(ground, 1, 1);
	assert_true(slots_are_under(ground->file, KEY, USER, ground->scratch));
	assert_false(slots_are_under(ground->file, other, USER, ground->scratch));
	assert_false(slots_are_under(ground->file, KEY, "jiro", ground->scratch));
	struct write write = compose(ground, next_plan(ground), 1, 2);
	apply(ground, &write, 1); /* torn */
	assert_false(slots_are_under(ground->file, KEY, USER, ground->scratch));
	apply(ground, &write, all(&write));
	assert_true(slots_are_under(ground->file, KEY, USER, ground->scratch));
	ground->file[(1 - write.plan.slot) * (size_t)SLOT_SIZE + 100] ^= 1;
	assert_false(slots_are_under(ground->file, KEY, USER, ground->scratch));
}

static void random_files_are_damage(void **state)
{
	struct ground *ground = *state;
	for (int i = 0; i < 2000; i++) {
		randombytes_buf(ground->file, sizeof ground->file);
		assert_int_equal(read_file(ground), MFA_ERR_INTEGRITY);
	}
}

#define on_ground(test) \
	cmocka_unit_test_setup_teardown(test, ground_setup, ground_teardown)

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
		on_ground(a_torn_write_leaves_the_old_state),
		on_ground(a_torn_first_change_leaves_the_first_state),
		on_ground(a_torn_write_of_a_full_record_leaves_the_old_state),
		on_ground(two_torn_writes_in_a_row_leave_the_old_state),
		on_ground(a_torn_slot_that_is_altered_too_is_damage),
		on_ground(a_worn_out_generation_is_refused),
		on_ground(a_format_of_the_future_is_not_supported),
		on_ground(a_file_is_under_a_key_when_both_slots_are),
		on_ground(random_files_are_damage),
	};
	return group_main("slots", tests);
}
