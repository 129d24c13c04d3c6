/* SPDX-License-Identifier: BSD-2-Clause */
#include "slot_fixture.h"

#include <stdio.h>
#include <string.h>

const unsigned char slot_fixture_key[MFA_SUBKEY_SIZE] = { 9, 8, 7 };
const char slot_fixture_user[] = "taro";

int slot_fixture_setup(void **state)
{
	static struct slot_fixture fixture;
	fixture = (struct slot_fixture){
		.scratch = mfa_locked_new(SLOT_SCRATCH_SIZE),
		.in = mfa_record_new(),
		.out = mfa_record_new(),
	};
	*state = &fixture;
	return fixture.scratch == NULL || fixture.in == NULL || fixture.out == NULL;
}

int slot_fixture_teardown(void **state)
{
	struct slot_fixture *fixture = *state;
	mfa_locked_free(fixture->scratch);
	mfa_record_free(&fixture->in);
	mfa_record_free(&fixture->out);
	return 0;
}

static void fill(struct slot_fixture *fixture, size_t tokens, uint32_t number)
{
	mfa_wipe(fixture->in, sizeof *fixture->in);
	(void)snprintf(fixture->in->user, sizeof fixture->in->user, "%s",
		       slot_fixture_user);
	fixture->in->failures = number;
	for (size_t i = 0; i < tokens; i++) {
		struct mfa_token token;
		struct mfa_token *added = NULL;
		make_token(&totp_spec, &token);
		assert_int_equal(mfa_record_add(fixture->in, &token, &added), MFA_OK);
	}
}

struct write slot_fixture_compose(struct slot_fixture *fixture, struct slot_plan plan,
				  size_t tokens, uint32_t number)
{
	struct write write = { .plan = plan };
	size_t len = 0;
	fill(fixture, tokens, number);
	assert_int_equal(slot_compose(fixture->in, slot_fixture_key, &plan,
				      fixture->scratch, write.slot, &len),
			 MFA_OK);
	assert_int_equal(len % SLOT_SECTOR, 0);
	write.sectors = (unsigned)(len / SLOT_SECTOR);
	assert_in_range(write.sectors, 1, SLOT_SECTORS);
	return write;
}

void write_apply(struct slot_fixture *fixture, const struct write *write, uint32_t mask)
{
	unsigned char *slot = fixture->file + write->plan.slot * (size_t)SLOT_SIZE;
	for (unsigned i = 0; i < write->sectors; i++)
		if ((mask >> i & 1) != 0)
			memcpy(slot + i * SLOT_SECTOR, write->slot + i * SLOT_SECTOR,
			       SLOT_SECTOR);
}

uint32_t write_mask(const struct write *write)
{
	return (1U << write->sectors) - 1;
}

int slot_fixture_read(struct slot_fixture *fixture)
{
	return slots_read(fixture->file, slot_fixture_key, slot_fixture_user,
			  fixture->scratch, fixture->out);
}

void assert_reads(struct slot_fixture *fixture, uint32_t number)
{
	assert_int_equal(slot_fixture_read(fixture), MFA_OK);
	assert_int_equal(fixture->out->failures, number);
}

struct slot_plan slot_fixture_next(struct slot_fixture *fixture)
{
	struct slot_content content;
	assert_int_equal(slots_open(fixture->file, slot_fixture_key, slot_fixture_user,
				    fixture->scratch, &content),
			 MFA_OK);
	return content.next;
}

void slot_fixture_begin(struct slot_fixture *fixture, size_t tokens, uint32_t number)
{
	fill(fixture, tokens, number);
	assert_int_equal(slots_begin(fixture->in, slot_fixture_key, fixture->scratch,
				     fixture->file),
			 MFA_OK);
}

void slot_fixture_go_on(struct slot_fixture *fixture, size_t tokens, uint32_t number)
{
	struct write write =
		slot_fixture_compose(fixture, slot_fixture_next(fixture), tokens, number);
	write_apply(fixture, &write, write_mask(&write));
}
