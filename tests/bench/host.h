/* SPDX-License-Identifier: BSD-2-Clause */
/* libmfa for the bench. */
#pragma once

#include "bench.h"
#include "mfa/oath.h"
#include "mfa/site.h"

/* The secret of every token here, ours and the peers'. */
extern const char bench_secret[];

/* A number on the command line. */
uint64_t bench_number(const char *text);

/* Configuration, store and audit trail, opened; made where they are missing. */
void bench_open_host(const char *config_path, struct mfa_site *ret_host);
