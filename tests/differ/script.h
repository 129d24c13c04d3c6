/* SPDX-License-Identifier: BSD-2-Clause */
/* What the modules of one run answer, call by call, and who was called with what. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	SCRIPT_CALLS = 4096,
	SCRIPT_TRACE = 1 << 16
};

struct script {
	uint64_t seed; /* answers come from it: the same seed, the same answers */
	size_t calls;
	size_t len;
	char trace[SCRIPT_TRACE]; /* the arguments of each call, a line each */
};

/* Notes a call and gives its answer: mostly success, any code, at times a number that is
 * none. */
int script_answer(struct script *script, int argc, const char **argv);

/* A random number that depends on the state alone. */
uint64_t script_random(uint64_t *state);
