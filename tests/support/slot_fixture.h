/* SPDX-License-Identifier: BSD-2-Clause */
/* A record file in memory, for lib/store/file/slots.c. */
#pragma once

#include "store/file/slots.h"
#include "support.h"

extern const unsigned char slot_fixture_key[MFA_SUBKEY_SIZE];
extern const char slot_fixture_user[5];

/* Each state that is written carries a number of its own. */
struct slot_fixture {
	unsigned char file[SLOT_FILE_SIZE];
	unsigned char *scratch;
	struct mfa_record *in;
	struct mfa_record *out;
};

/* For cmocka: *state is a struct slot_fixture. */
int slot_fixture_setup(void **state);
int slot_fixture_teardown(void **state);
#define with_slot_fixture(test) \
	cmocka_unit_test_setup_teardown(test, slot_fixture_setup, slot_fixture_teardown)

/* A new file, and the next state after the one that counts. */
void slot_fixture_begin(struct slot_fixture *fixture, size_t tokens, uint32_t number);
void slot_fixture_go_on(struct slot_fixture *fixture, size_t tokens, uint32_t number);

/* The next write, before it reaches the file. */
struct write {
	struct slot_plan plan;
	unsigned char slot[SLOT_SIZE];
	unsigned sectors;
};

struct slot_plan slot_fixture_next(struct slot_fixture *fixture);
struct write slot_fixture_compose(struct slot_fixture *fixture, struct slot_plan plan,
				  size_t tokens, uint32_t number);

/* What a disk that loses power may leave: the sectors of the mask only. */
void write_apply(struct slot_fixture *fixture, const struct write *write, uint32_t mask);
uint32_t write_mask(const struct write *write); /* all of its sectors */

/* Reads the file into fixture->out. */
int slot_fixture_read(struct slot_fixture *fixture);
void assert_reads(struct slot_fixture *fixture, uint32_t number);
