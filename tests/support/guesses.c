/* SPDX-License-Identifier: BSD-2-Clause */
#include "guesses.h"

struct mfa_guess guess_of(const struct mfa_zone *zone, char source, int64_t now)
{
	return (struct mfa_guess){
		.zone = zone, .bounds = zone, .source = (unsigned char)source, .now = now
	};
}

struct mfa_lockout find_lock(const struct mfa_zone *zone, const struct mfa_record *record,
			     char source, int64_t now)
{
	const struct mfa_guess guess = guess_of(zone, source, now);
	return mfa_lockout_find(record, &guess);
}

bool is_locked_out(const struct mfa_zone *zone, const struct mfa_record *record,
		   char source, int64_t now)
{
	return find_lock(zone, record, source, now).scope != MFA_LOCKED_NOBODY;
}

bool try_wrong(struct mfa_record *record, const struct mfa_guess *guess)
{
	if (mfa_lockout_find(record, guess).scope != MFA_LOCKED_NOBODY)
		return false;
	mfa_lockout_count_failure(record, guess);
	return true;
}

unsigned fail_from(const struct mfa_zone *zone, struct mfa_record *record, char source,
		   int64_t now, unsigned times)
{
	const struct mfa_guess guess = guess_of(zone, source, now);
	unsigned judged = 0;
	for (unsigned i = 0; i < times; i++)
		judged += try_wrong(record, &guess);
	return judged;
}

void succeed_from(const struct mfa_zone *zone, struct mfa_record *record, char source,
		  int64_t now)
{
	const struct mfa_guess guess = guess_of(zone, source, now);
	mfa_lockout_count_success(record, &guess);
}

void assert_lock(struct mfa_lockout lockout, enum mfa_lock_scope scope, int64_t until)
{
	if (lockout.scope != scope || lockout.until != until)
		fail_msg("scope %d until NOW + %lld", lockout.scope,
			 (long long)(lockout.until - NOW));
}
