/* SPDX-License-Identifier: BSD-2-Clause */
/* Logins of one user through one stack, each with the right code. */
#pragma once

#include "bench.h"

enum {
	BENCH_CODE_SIZE = 16
};

enum bench_factor {
	BENCH_NO_CODE,
	BENCH_TOTP,
	BENCH_HOTP
};

struct bench_login {
	const char *service;
	const char *user;
	enum bench_factor factor;
	uint64_t counter; /* HOTP: of the next code */
	unsigned refused; /* HOTP: in a row */
	char code[BENCH_CODE_SIZE];
};

/* Words: SERVICE USER FACTOR; FACTOR is none, totp or hotp:COUNTER. Borrowed. */
struct bench_login bench_login_parse(char *const words[static 3]);

/* bench_authenticate with the next right code. */
bool bench_login_run(struct bench_login *login, double *ret_us);
