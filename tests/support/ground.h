/* SPDX-License-Identifier: BSD-2-Clause */
/* A record file in memory, for lib/store/file/slots.c. */
#pragma once

#include "store/file/slots.h"
#include "support.h"

extern const unsigned char ground_key[MFA_SUBKEY_SIZE];
extern const char ground_user[5];

/* Each state that is written carries a number of its own. */
struct ground {
	unsigned char file[SLOT_FILE_SIZE];
	unsigned char *scratch;
	struct mfa_record *in;
	struct mfa_record *out;
};

/* For cmocka: *state is a struct ground. */
int ground_setup(void **state);
int ground_teardown(void **state);
#define on_ground(test) \
	cmocka_unit_test_setup_teardown(test, ground_setup, ground_teardown)

/* A new file, and the next state after the one that counts. */
void ground_begin(struct ground *ground, size_t tokens, uint32_t number);
void ground_go_on(struct ground *ground, size_t tokens, uint32_t number);

/* The next write, before it reaches the file. */
struct write {
	struct slot_plan plan;
	unsigned char slot[SLOT_SIZE];
	unsigned sectors;
};

struct slot_plan ground_next(struct ground *ground);
struct write ground_compose(struct ground *ground, struct slot_plan plan, size_t tokens,
			    uint32_t number);

/* What a disk that loses power may leave: the sectors of the mask only. */
void write_apply(struct ground *ground, const struct write *write, uint32_t mask);
uint32_t write_mask(const struct write *write); /* all of its sectors */

/* Reads the file into ground->out. */
int ground_read(struct ground *ground);
void assert_reads(struct ground *ground, uint32_t number);
