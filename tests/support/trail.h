/* SPDX-License-Identifier: BSD-2-Clause */
/* An audit trail in a sandbox. */
#pragma once

#include "mfa/audit.h"
#include "support.h"

struct trail {
	struct sandbox box;
	struct mfa_secret key;
	struct mfa_audit *audit;
	char path[64];
};

/* For cmocka: *state is a struct trail without a line. */
int trail_setup(void **state);
int trail_teardown(void **state);
#define with_trail(test) \
	cmocka_unit_test_setup_teardown(test, trail_setup, trail_teardown)

int trail_append(struct trail *trail, const char *user);
void trail_append_lines(struct trail *trail, unsigned count);

/* It verifies, with so many lines; or the numbered line is the first bad one. */
void assert_whole(struct trail *trail, uint64_t lines);
void assert_broken(struct trail *trail, uint64_t line);

/* Where line number `line` (from 1) begins. */
size_t line_start(const char *text, unsigned line);
