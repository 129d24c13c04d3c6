/* SPDX-License-Identifier: BSD-2-Clause */
/* Services with lines of the test's own, as the prover judges them. */
#pragma once

#include "mfa/inspect.h"
#include "sandbox.h"

/* What a service with these lines is judged to be, under a configuration with these
 * zones ("": the usual one) and a service file "other" that denies. */
struct bench {
	struct sandbox *box;
	struct mfa_config *config;
	struct mfa_inspector inspector;
	struct mfa_inspection result;
};

void open_bench(struct bench *bench, struct sandbox *box, const char *config);
void close_bench(struct bench *bench);

/* Writes the service's file. What else there is to see stays in bench->result. */
enum mfa_grade judge(struct bench *bench, const char *service, const char *lines);

bool has_note(const struct bench *bench, enum mfa_advisory_kind kind);

#define ON_BENCH(state, config)                                        \
	MFA_CLEANUP(close_bench) struct bench bench = { .box = NULL }; \
	open_bench(&bench, *(state), config)

#define BOTH "auth required pam_unix.so\nauth required pam_mfa.so\n"
