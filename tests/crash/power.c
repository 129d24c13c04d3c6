/* SPDX-License-Identifier: BSD-2-Clause */
/* Power loss: the folder as it may be found afterwards, in every way. */
#include "replay.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	VARIANTS_LONG = 1024, /* of one write */
	VARIANTS_SHORT = 64,
	COMBINATIONS_LONG = 20000, /* of what is open at one moment */
	COMBINATIONS_SHORT = 300,
	LOGINS_SHORT = 16, /* every so many replays are followed by logins */
	COMPLAINTS_MAX = 5,
	TEAR_SECTORS_MAX = 6,
};

/* Every record takes two more writes, one into each slot, and says the same after. */
static bool check_writes(struct replay *replay, const struct state *now,
			 struct mfa_diag *problem)
{
	struct pam_fixture *fixture = &replay->crash->fixture;
	for (size_t i = 0; i < 2 * now->count; i++) {
		struct mfa_record *record = now->records[i / 2];
		MFA_CLEANUP(mfa_record_free) struct mfa_record *again = mfa_record_new();
		if (mfa_store_swap(fixture->host.store, record, problem) != MFA_OK ||
		    mfa_store_read(fixture->host.store, record->user, problem, again) !=
			    MFA_OK)
			return false;
		if (!state_is_same_record(record, again, false)) {
			(void)mfa_fail(problem, MFA_ERR_INTEGRITY,
				       "%s: not what was written", record->user);
			return false;
		}
	}
	return true;
}

/* Nothing of the audit trail is synced: a part of a line may stay, and the next line
 * must find its place; the chain is whole when no part stayed. */
static bool check_trail(struct replay *replay, struct mfa_diag *problem)
{
	struct mfa_audit *audit = replay->crash->fixture.host.audit;
	const struct mfa_event event = { .event = "test", .time = pam_fixture_now() };
	uint64_t lines = 0;
	bool is_torn = false;
	for (size_t i = 0; i < replay->open_count; i++)
		is_torn = is_torn || replay_is_part(&replay->open[i]);
	return mfa_audit_append(audit, &event, problem) == MFA_OK &&
	       (is_torn || mfa_audit_verify(audit, problem, &lines) == MFA_OK);
}

struct slot_file {
	char path[RIG_PATH_SIZE];
	unsigned char bytes[FILE_MAX];
	size_t size;
};

static void slot_file_load(struct slot_file *file)
{
	int fd = open(file->path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, file->bytes, sizeof file->bytes);
	if (len < 0)
		pam_fixture_die("%s", file->path);
	file->size = (size_t)len;
	(void)close(fd);
}

static void slot_file_store(const struct slot_file *file)
{
	int fd = open(file->path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, file->bytes, file->size) != (ssize_t)file->size)
		pam_fixture_die("%s", file->path);
	(void)close(fd);
}

/* The power is lost again, in the write that follows: still the state before it or
 * behind it. Leaves the state behind it. */
static bool tear_again(struct replay *replay, const struct mfa_record *record,
		       struct mfa_diag *problem)
{
	static struct slot_file before;
	static struct slot_file after;
	static struct slot_file torn;
	struct pam_fixture *fixture = &replay->crash->fixture;
	size_t sectors[TEAR_SECTORS_MAX];
	size_t count = 0;
	bool is_good = true;
	(void)snprintf(before.path, sizeof before.path, "%s/lib/users/%s",
		       fixture->folder, record->user);
	after = before;
	slot_file_load(&before);
	MFA_CLEANUP(mfa_record_free)
	struct mfa_record *next = pam_fixture_read(fixture, record->user);
	next->last_failure++;
	if (mfa_store_swap(fixture->host.store, next, problem) != MFA_OK)
		return false;
	slot_file_load(&after);
	for (size_t at = 0; at < after.size; at += SECTOR)
		if (memcmp(before.bytes + at, after.bytes + at, SECTOR) != 0 &&
		    count < TEAR_SECTORS_MAX)
			sectors[count++] = at;
	for (size_t set = 0; set < (size_t)1 << count && is_good; set++) {
		MFA_CLEANUP(mfa_record_free) struct mfa_record *now = mfa_record_new();
		torn = before;
		for (size_t i = 0; i < count; i++)
			if ((set >> i & 1) != 0)
				memcpy(torn.bytes + sectors[i], after.bytes + sectors[i],
				       SECTOR);
		slot_file_store(&torn);
		replay->torn_twice++;
		is_good = mfa_store_read(fixture->host.store, record->user, problem,
					 now) == MFA_OK &&
			  (state_is_same_record(now, next, false) ||
			   state_is_same_record(now, record, false));
	}
	slot_file_store(&after);
	return is_good;
}

/* What must hold whatever was kept. */
static bool check(struct replay *replay, struct mfa_diag *problem)
{
	struct crash *crash = replay->crash;
	bool is_resumed =
		replay->operation->is_resumed; /* and changes nothing in the records */
	struct state now;
	bool has_logins = !crash->is_short || replay->replays % LOGINS_SHORT == 0;
	if (replay->operation->is_move) {
		replay->new ++;
		replay->logins += has_logins;
		if (!crash_is_moved(crash, replay->operation, replay->ends, has_logins,
				    problem))
			return false;
		pam_fixture_open(&crash->fixture);
		bool is_whole = check_trail(replay, problem);
		pam_fixture_close(&crash->fixture);
		return is_whole;
	}
	pam_fixture_open(&crash->fixture);
	bool is_good = state_take(&crash->fixture, problem, &now);
	enum likeness likeness = LIKE_NEITHER;
	if (is_good) {
		likeness = crash_likeness(replay->ends, &now);
		replay->old += likeness == LIKE_OLD;
		replay->new += likeness == LIKE_NEW;
		if (likeness == LIKE_NEITHER)
			(void)mfa_fail(problem, MFA_ERR_INTEGRITY,
				       "neither the old nor the new state");
		else if (likeness == LIKE_OLD && replay->is_reported && !is_resumed)
			(void)mfa_fail(problem, MFA_ERR_INTEGRITY,
				       "the old state after success was told of");
		is_good = likeness != LIKE_NEITHER &&
			  (likeness == LIKE_NEW || !replay->is_reported || is_resumed);
	}
	const struct mfa_record *record =
		state_find(&now, replay->operation->probes[0].user);
	if (is_good && replay->operation->words[0] == NULL && record != NULL)
		is_good = tear_again(replay, record, problem);
	state_done(&now);
	is_good = is_good && state_take(&crash->fixture, problem, &now);
	if (is_good) {
		is_good = check_writes(replay, &now, problem) &&
			  check_trail(replay, problem);
		state_done(&now);
	}
	pam_fixture_close(&crash->fixture);
	if (is_good && has_logins) {
		replay->logins++;
		is_good = crash_probe(crash, replay->operation, likeness, problem);
		if (is_good && is_resumed) {
			is_good = pam_fixture_enroll(&crash->fixture,
						     replay->operation->words, NULL) == 0;
			(void)mfa_fail(problem, MFA_ERR_IO, "it cannot be completed");
		}
	}
	return is_good;
}

static void play(struct replay *replay, size_t moment)
{
	struct mfa_diag problem = { .text = "" };
	replay_write(replay, moment);
	replay->replays++;
	if (!check(replay, &problem) && replay->bad++ < COMPLAINTS_MAX)
		(void)printf("    %s, power lost after change %zu: %s\n",
			     replay->operation->name, moment, problem.text);
}

/* The next combination of all variants; false: that was the last. */
static bool turn(struct replay *replay)
{
	for (size_t i = 0; i < replay->open_count; i++) {
		struct open_step *open = &replay->open[i];
		if (++open->chosen < open->count)
			return true;
		open->chosen = 0;
	}
	return false;
}

static void play_some(struct replay *replay, size_t moment, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t at = 0; at < replay->open_count; at++)
			replay->open[at].chosen =
				(size_t)rand_r(&replay->seed) % replay->open[at].count;
		play(replay, moment);
	}
}

/* The power is lost when the first moment steps were made. */
static void lose_power(struct replay *replay, size_t moment)
{
	const struct recording *recording = &replay->recording;
	bool is_short = replay->crash->is_short;
	size_t most = is_short ? COMBINATIONS_SHORT : COMBINATIONS_LONG;
	size_t combinations = 1;
	replay->open_count = 0;
	for (size_t i = 0; i < moment; i++) {
		const struct step *step = &recording->steps[i];
		if (step->kind == STEP_REPORT)
			replay->is_reported = true;
		if (step->kind >= STEP_SYNC || replay_is_safe(recording, i, moment))
			continue;
		size_t variants = is_short ? VARIANTS_SHORT : VARIANTS_LONG;
		const struct open_step *open = replay_open(replay, step, variants);
		combinations =
			combinations > most ? combinations : combinations * open->count;
	}
	if (combinations > most) {
		play_some(replay, moment, most);
	} else {
		do
			play(replay, moment);
		while (turn(replay));
	}
	for (size_t i = 0; i < replay->open_count; i++)
		free(replay->open[i].variants);
}

bool crash_power(struct crash *crash, const struct operation *operation)
{
	static struct replay replay;
	struct ends ends;
	char name[64];
	(void)snprintf(name, sizeof name, "power_%s", operation->name);
	const struct pam_fixture_case which = { "crash", name, NULL };
	bool is_good = crash_ends(crash, operation, &ends);
	replay = (struct replay){
		.crash = crash, .operation = operation, .ends = &ends, .seed = 1
	};
	record_operation(crash, operation, &replay.recording);
	for (size_t moment = 0; is_good && moment <= replay.recording.step_count;
	     moment++)
		lose_power(&replay, moment);
	is_good = is_good && replay.bad == 0 && (replay.new > 0 || operation->is_resumed);
	pam_fixture_report(
		&which, is_good,
		"%zu changes, %u replays: the old state after %u, the new one after %u; "
		"torn twice %u times, %u followed by logins, %u bad",
		replay.recording.step_count, replay.replays, replay.old, replay.new,
		replay.torn_twice, replay.logins, replay.bad);
	recording_done(&replay.recording);
	crash_ends_done(&ends);
	return is_good;
}
