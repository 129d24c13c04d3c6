/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/lockout.h"

#include <string.h>

enum {
	MINUTE = 60,
	DAY = 24 * 60 * MINUTE,
	/* the wait at the ceiling if lock_time is 0 */
	REST = 15 * MINUTE,
	/* A source without wrong codes for so long is forgotten. If this were shorter,
	 * guessing while locks are short and then waiting would gain more guesses than
	 * going on. */
	MEMORY = 7 * DAY,
	/* values of struct mfa_source.round; 1 to MFA_LOCKOUT_CEILING are counts */
	ROUND_LOCKED = 0,
	ROUND_AT_CEILING = UINT8_MAX,
	NO_PLACE = -1,
	/* The places of a record that at the ceiling are for the console only: many users
	 * with sessions at this machine could fill all others. */
	CONSOLE_PLACES = 2,
};

enum mfa_lock mfa_lockout_account(const struct mfa_zone *bounds,
				  const struct mfa_record *record, int64_t now)
{
	if (record->locked_until < 0)
		return MFA_LOCK_FOREVER;
	/* 0 is no lock, even if the clock is before 1970 */
	if (record->locked_until == 0 || record->locked_until <= now)
		return MFA_LOCK_NONE;
	/* unsigned, as the difference may be greater than INT64_MAX */
	uint64_t left = (uint64_t)record->locked_until - (uint64_t)now;
	bool is_too_long = bounds->lock_time > 0 && left > (uint64_t)bounds->lock_time;
	return is_too_long ? MFA_LOCK_NONE : MFA_LOCK_TIMED;
}

bool mfa_lockout_is_at_ceiling(const struct mfa_record *record)
{
	return record->failures >= MFA_LOCKOUT_CEILING;
}

/* The end of a lock that begins now. A length of 0, or an end beyond int64_t, means until
 * an administrator unlocks. */
static int64_t lock_end(int64_t now, int64_t length)
{
	int64_t end = 0;
	if (length == 0 || __builtin_add_overflow(now, length, &end) || end <= 0)
		return MFA_LOCKED_FOREVER;
	return end;
}

/* The length of the last of so many locks: each is twice as long as the one before, up to
 * a day (or lock_time, if longer). 0: until an administrator unlocks. */
static int64_t lock_length(const struct mfa_zone *zone, unsigned locks)
{
	int64_t length = zone->lock_time;
	for (unsigned i = 1; i < locks && length > 0 && length < DAY; i++)
		length = length > DAY / 2 ? DAY : 2 * length;
	return length;
}

/* At the ceiling a source waits as long as its last lock was, and never for ever:
 * somebody at the machine must be able to log in. */
static int64_t rest_length(const struct mfa_zone *zone, unsigned locks)
{
	int64_t length = lock_length(zone, locks);
	return length > 0 ? length : REST;
}

/* The console always waits for the length of a first lock, as it is the last way in. */
static int64_t rest_of(const struct mfa_source *source, const struct mfa_guess *guess)
{
	return rest_length(guess->zone, guess->is_at_console ? 1 : source->locks);
}

/* The longest wait at the ceiling that any zone can have set. */
static int64_t longest_rest(const struct mfa_zone *bounds, unsigned locks)
{
	int64_t length = lock_length(bounds, locks);
	return length > REST ? length : REST; /* a zone's lock_time may be 0 */
}

static bool is_lock(const struct mfa_source *source)
{
	return source->round == ROUND_AT_CEILING ||
	       (source->round == ROUND_LOCKED && source->locks > 0);
}

static bool is_locked(const struct mfa_source *source, const struct mfa_zone *bounds,
		      int64_t now)
{
	if (!is_lock(source) || (source->time >= 0 && source->time <= now))
		return false;
	if (source->time < 0)
		return true;
	bool is_at_ceiling = source->round == ROUND_AT_CEILING;
	int64_t longest = is_at_ceiling ? longest_rest(bounds, source->locks)
					: lock_length(bounds, source->locks);
	/* a longer one was set by a wrong clock, see mfa_lockout_account */
	uint64_t left = (uint64_t)source->time - (uint64_t)now;
	return longest == 0 || left <= (uint64_t)longest;
}

static bool is_forgotten(const struct mfa_source *source, const struct mfa_zone *bounds,
			 int64_t now)
{
	return !is_locked(source, bounds, now) && source->time <= now &&
	       (uint64_t)now - (uint64_t)source->time >= MEMORY;
}

/* Which entry to replace: one that locks nobody before one that does; of the first the
 * longest unused, or one with a time in the future; of the others the one that ends
 * first. */
static bool is_less_important(const struct mfa_source *one,
			      const struct mfa_source *other,
			      const struct mfa_guess *guess)
{
	const struct mfa_source *sources[2] = { one, other };
	bool locked[2];
	int64_t keys[2];
	for (unsigned i = 0; i < 2; i++) {
		int64_t time = sources[i]->time;
		locked[i] = is_locked(sources[i], guess->bounds, guess->now);
		if (locked[i])
			keys[i] = time < 0 ? INT64_MAX : time;
		else
			keys[i] = time > guess->now ? INT64_MIN : time;
	}
	return locked[0] != locked[1] ? locked[1] : keys[0] < keys[1];
}

static int find_entry(const struct mfa_record *record, uint64_t source)
{
	for (int i = 0; i < MFA_SOURCES_MAX; i++)
		if (record->sources[i].id == source)
			return i;
	return NO_PLACE;
}

/* How many of the places, from the first on, this guess may use. */
static int count_places(const struct mfa_record *record, const struct mfa_guess *guess)
{
	bool is_kept_out = mfa_lockout_is_at_ceiling(record) && !guess->is_at_console;
	return is_kept_out ? MFA_SOURCES_MAX - CONSOLE_PLACES : MFA_SOURCES_MAX;
}

/* Whether the place may not be given to another source: at the ceiling a waiting source
 * keeps it, otherwise many users at this machine could guess in turns. */
static bool is_place_kept(const struct mfa_record *record, int place,
			  const struct mfa_guess *guess)
{
	const struct mfa_source *source = &record->sources[place];
	return mfa_lockout_is_at_ceiling(record) && source->round == ROUND_AT_CEILING &&
	       is_locked(source, guess->bounds, guess->now);
}

/* The source's place, else the one that it would get; NO_PLACE: none is free. */
static int find_entry_place(const struct mfa_record *record,
			    const struct mfa_guess *guess)
{
	int count = count_places(record, guess);
	int own = find_entry(record, guess->source);
	if (own != NO_PLACE && own < count)
		return own;
	int least = NO_PLACE;
	for (int i = 0; i < count; i++) {
		if (is_place_kept(record, i, guess))
			continue;
		if (least == NO_PLACE ||
		    is_less_important(&record->sources[i], &record->sources[least],
				      guess))
			least = i;
	}
	return least;
}

unsigned mfa_lockout_sources(const struct mfa_zone *bounds,
			     const struct mfa_record *record, int64_t now,
			     int64_t *ret_until)
{
	unsigned count = 0;
	int64_t until = 0;
	for (unsigned i = 0; i < MFA_SOURCES_MAX; i++) {
		const struct mfa_source *source = &record->sources[i];
		if (!is_locked(source, bounds, now))
			continue;
		count++;
		if (source->time < 0)
			until = MFA_LOCKED_FOREVER;
		else if (until >= 0 && source->time > until)
			until = source->time;
	}
	*ret_until = until;
	return count;
}

static struct mfa_lockout lockout_until(enum mfa_lock_scope scope, int64_t until)
{
	return (struct mfa_lockout){ scope, until < 0 ? MFA_LOCKED_FOREVER : until };
}

/* At the ceiling a console waits as in rest_of, even if an older lock would be longer. */
static bool is_locked_out(const struct mfa_source *source, const struct mfa_guess *guess,
			  bool is_at_ceiling)
{
	if (!is_locked(source, guess->bounds, guess->now))
		return false;
	if (!is_at_ceiling || !guess->is_at_console)
		return true;
	return source->time >= 0 && (uint64_t)source->time - (uint64_t)guess->now <=
					    (uint64_t)longest_rest(guess->bounds, 1);
}

struct mfa_lockout mfa_lockout_find(const struct mfa_record *record,
				    const struct mfa_guess *guess)
{
	int own = find_entry(record, guess->source);
	if (mfa_lockout_account(guess->bounds, record, guess->now) != MFA_LOCK_NONE)
		return lockout_until(MFA_LOCKED_ACCOUNT, record->locked_until);
	if (guess->is_behind_password)
		return (struct mfa_lockout){ .scope = MFA_LOCKED_NOBODY };
	/* without a place a wrong code could not be counted */
	bool is_at_ceiling = mfa_lockout_is_at_ceiling(record);
	if (is_at_ceiling &&
	    (!guess->is_local || find_entry_place(record, guess) == NO_PLACE))
		return lockout_until(MFA_LOCKED_ELSEWHERE, MFA_LOCKED_FOREVER);
	if (own != NO_PLACE && is_locked_out(&record->sources[own], guess, is_at_ceiling))
		return lockout_until(MFA_LOCKED_SOURCE, record->sources[own].time);
	return (struct mfa_lockout){ .scope = MFA_LOCKED_NOBODY };
}

/* After a lock that has ended a new round begins. A lock that a wrong clock set has not
 * ended; the round goes on, and the next wrong code locks again. */
static void end_account_lock(struct mfa_record *record, int64_t now)
{
	if (record->locked_until > 0 && record->locked_until <= now)
		record->round = 0;
	if (record->locked_until > 0)
		record->locked_until = 0;
}

static void count_for_account(struct mfa_record *record, const struct mfa_guess *guess)
{
	record->round++;
	if (record->behind_password < MFA_LOCKOUT_CEILING)
		record->behind_password++;
	if (record->behind_password >= MFA_LOCKOUT_CEILING)
		record->locked_until = MFA_LOCKED_FOREVER;
	else if (record->round >= guess->zone->max_failures)
		record->locked_until = lock_end(guess->now, guess->zone->lock_time);
}

/* As end_account_lock; the lock after one that a wrong clock set has the same length. */
static void end_source_lock(struct mfa_source *source, const struct mfa_guess *guess,
			    uint8_t limit)
{
	bool is_over = source->time <= guess->now;
	source->round = is_over ? 0 : (uint8_t)(limit - 1);
	if (!is_over && source->locks > 0)
		source->locks--;
}

static void count_in_round(struct mfa_source *source, const struct mfa_guess *guess)
{
	int64_t most = guess->zone->max_failures;
	uint8_t limit = most < 1		     ? 1
			: most > MFA_LOCKOUT_CEILING ? MFA_LOCKOUT_CEILING
						     : (uint8_t)most;
	if (is_lock(source))
		end_source_lock(source, guess, limit);
	source->time = guess->now;
	if (++source->round < limit)
		return;
	if (source->locks < UINT8_MAX)
		source->locks++;
	source->round = ROUND_LOCKED;
	source->time = lock_end(guess->now, lock_length(guess->zone, source->locks));
}

/* Moves the source's entry to the place; a new one if it has none. */
static struct mfa_source *move_entry(struct mfa_record *record, int place,
				     const struct mfa_guess *guess)
{
	struct mfa_source source = { .id = guess->source };
	int own = find_entry(record, guess->source);
	if (own != NO_PLACE) {
		if (!is_forgotten(&record->sources[own], guess->bounds, guess->now))
			source = record->sources[own];
		record->sources[own] = (struct mfa_source){ 0 };
	}
	record->sources[place] = source;
	return &record->sources[place];
}

static void count_for_source(struct mfa_record *record, const struct mfa_guess *guess,
			     bool is_at_ceiling)
{
	int place = find_entry_place(record, guess);
	if (place == NO_PLACE)
		return;
	struct mfa_source *source = move_entry(record, place, guess);
	if (!is_at_ceiling) {
		count_in_round(source, guess);
		return;
	}
	source->round = ROUND_AT_CEILING;
	source->time = lock_end(guess->now, rest_of(source, guess));
}

void mfa_lockout_count_failure(struct mfa_record *record, const struct mfa_guess *guess)
{
	bool is_at_ceiling = mfa_lockout_is_at_ceiling(record);
	end_account_lock(record, guess->now);
	record->last_failure = guess->now;
	if (!is_at_ceiling)
		record->failures++;
	if (guess->is_behind_password)
		count_for_account(record, guess);
	else
		count_for_source(record, guess, is_at_ceiling);
}

static void clear_account(struct mfa_record *record)
{
	record->failures = 0;
	record->behind_password = 0;
	record->round = 0;
	record->locked_until = 0;
}

void mfa_lockout_count_success(struct mfa_record *record, const struct mfa_guess *guess)
{
	int own = find_entry(record, guess->source);
	if (own != NO_PLACE)
		record->sources[own] = (struct mfa_source){ 0 };
	clear_account(record);
	record->last_success = guess->now;
}

void mfa_lockout_clear(struct mfa_record *record)
{
	clear_account(record);
	memset(record->sources, 0, sizeof record->sources);
}
