/* SPDX-License-Identifier: BSD-2-Clause */
/* Wrong codes for lib/policy/lockout.c. Sources are letters, time is passed. */
#pragma once

#include "mfa/lockout.h"
#include "support.h"

enum {
	LOCK_TIME = 900, /* default_zone()'s */
	DAY = 24 * 60 * 60,
	WEEK = 7 * DAY,
};

struct mfa_guess guess_of(const struct mfa_zone *zone, char source, int64_t now);

struct mfa_lockout find_lock(const struct mfa_zone *zone, const struct mfa_record *record,
			     char source, int64_t now);
bool is_locked_out(const struct mfa_zone *zone, const struct mfa_record *record,
		   char source, int64_t now);
void assert_lock(struct mfa_lockout lockout, enum mfa_lock_scope scope, int64_t until);

/* A wrong code, as a login would have it judged; whether it was. */
bool try_wrong(struct mfa_record *record, const struct mfa_guess *guess);
/* Some of them; how many were judged. */
unsigned fail_from(const struct mfa_zone *zone, struct mfa_record *record, char source,
		   int64_t now, unsigned times);
/* A right code. */
void succeed_from(const struct mfa_zone *zone, struct mfa_record *record, char source,
		  int64_t now);
