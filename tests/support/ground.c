/* SPDX-License-Identifier: BSD-2-Clause */
#include "ground.h"

#include <stdio.h>
#include <string.h>

const unsigned char ground_key[MFA_SUBKEY_SIZE] = { 9, 8, 7 };
const char ground_user[] = "taro";

int ground_setup(void **state)
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

int ground_teardown(void **state)
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
	(void)snprintf(ground->in->user, sizeof ground->in->user, "%s", ground_user);
	ground->in->failures = number;
	for (size_t i = 0; i < tokens; i++) {
		struct mfa_token token;
		struct mfa_token *added = NULL;
		make_token(&totp_spec, &token);
		assert_int_equal(mfa_record_add(ground->in, &token, &added), MFA_OK);
	}
}

struct write ground_compose(struct ground *ground, struct slot_plan plan, size_t tokens,
			    uint32_t number)
{
	struct write write = { .plan = plan };
	size_t len = 0;
	fill(ground, tokens, number);
	assert_int_equal(slots_compose(ground->in, ground_key, &plan, ground->scratch,
				       write.slot, &len),
			 MFA_OK);
	assert_int_equal(len % SLOT_SECTOR, 0);
	write.sectors = (unsigned)(len / SLOT_SECTOR);
	assert_in_range(write.sectors, 1, SLOT_SECTORS);
	return write;
}

void write_apply(struct ground *ground, const struct write *write, uint32_t mask)
{
	unsigned char *slot = ground->file + write->plan.slot * (size_t)SLOT_SIZE;
	for (unsigned i = 0; i < write->sectors; i++)
		if ((mask >> i & 1) != 0)
			memcpy(slot + i * SLOT_SECTOR, write->slot + i * SLOT_SECTOR,
			       SLOT_SECTOR);
}

uint32_t write_mask(const struct write *write)
{
	return (1U << write->sectors) - 1;
}

int ground_read(struct ground *ground)
{
	return slots_read(ground->file, ground_key, ground_user, ground->scratch,
			  ground->out);
}

void assert_reads(struct ground *ground, uint32_t number)
{
	assert_int_equal(ground_read(ground), MFA_OK);
	assert_int_equal(ground->out->failures, number);
}

struct slot_plan ground_next(struct ground *ground)
{
	struct slot_content content;
	assert_int_equal(slots_open(ground->file, ground_key, ground_user,
				    ground->scratch, &content),
			 MFA_OK);
	return content.next;
}

void ground_begin(struct ground *ground, size_t tokens, uint32_t number)
{
	fill(ground, tokens, number);
	assert_int_equal(
		slots_begin(ground->in, ground_key, ground->scratch, ground->file),
		MFA_OK);
}

void ground_go_on(struct ground *ground, size_t tokens, uint32_t number)
{
	struct write write = ground_compose(ground, ground_next(ground), tokens, number);
	write_apply(ground, &write, write_mask(&write));
}
