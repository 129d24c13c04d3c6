/* SPDX-License-Identifier: BSD-2-Clause */
/* kill -9 before and behind every system call of an operation. */
#include "crash.h"

#include <stdio.h>
#include <string.h>

#include "key_fixture.h"

enum {
	COMPLAINTS_MAX = 5,
	SHORT_STRIDE =
		7, /* of the short form; odd, so that it meets entries and returns */
	NEXT_LOGIN_MS = 2000,
};

struct toll {
	unsigned points;
	unsigned old;
	unsigned new;
	unsigned reported; /* killed after it had told of its end */
	unsigned bad;
};

/* A module that loses the service asks the person again: a wrong code is a failure more,
 * and a right one is used by then. */
static void forgive_repetition(const struct operation *operation, const struct ends *ends,
			       enum victim victim, struct state *now)
{
	bool may_repeat = victim == VICTIM_WORKER || victim == VICTIM_SERVICE;
	if (!may_repeat || operation->login_user == NULL)
		return;
	struct mfa_record *record = state_find(now, operation->login_user);
	const struct mfa_record *new = state_find(&ends->new, operation->login_user);
	if (record == NULL || record->failures < new->failures ||
	    record->failures > new->failures + (new->failures > 0))
		return;
	if (record->failures != new->failures) {
		record->failures = new->failures;
		record->round = new->round;
		memcpy(record->sources, new->sources, sizeof record->sources);
	}
	record->last_failure = new->last_failure;
}

/* What must hold of a folder in which no operation is unfinished. */
static bool check_state(struct crash *crash, const struct operation *operation,
			const struct ends *ends, enum victim victim,
			enum likeness *ret_likeness, struct mfa_diag *problem)
{
	struct state now;
	pam_fixture_open(&crash->fixture);
	bool is_good = state_take(&crash->fixture, problem, &now);
	if (is_good) {
		forgive_repetition(operation, ends, victim, &now);
		*ret_likeness = crash_likeness(ends, &now);
		is_good = *ret_likeness != LIKE_NEITHER &&
			  crash_is_tidy(crash, operation, ends, problem);
		if (*ret_likeness == LIKE_NEITHER)
			(void)mfa_fail(problem, MFA_ERR_INTEGRITY,
				       "neither the old nor the new state");
		state_done(&now);
	}
	pam_fixture_close(&crash->fixture);
	return is_good;
}

/* Does the operation again, which completes it, and finds what a run without a kill
 * leaves. */
static bool check_resumed(struct crash *crash, const struct operation *operation,
			  const struct ends *ends, struct mfa_diag *problem)
{
	struct tree now;
	enum likeness likeness = LIKE_OLD;
	int code = pam_fixture_enroll(&crash->fixture, operation->words, NULL);
	if (code != 0) {
		(void)mfa_fail(problem, MFA_ERR_IO, "doing it again ends with %d", code);
		return false;
	}
	tree_load(crash->fixture.folder, &now);
	bool is_same = true;
	for (size_t i = 0; i < now.count; i++)
		is_same = is_same && tree_find(&ends->after, now.entries[i].path) != NULL;
	/* what the first run made has no line when it was killed before it wrote one */
	for (size_t i = 0; i < ends->after.count; i++)
		is_same = is_same &&
			  (tree_find(&now, ends->after.entries[i].path) != NULL ||
			   strcmp(ends->after.entries[i].path, "log/audit.jsonl") == 0);
	tree_done(&now);
	if (!is_same)
		(void)mfa_fail(problem, MFA_ERR_EXISTS,
			       "done again, it leaves other files than at once");
	return is_same &&
	       (operation->is_from_nothing ||
		check_state(crash, operation, ends, VICTIM_STEPS, &likeness, problem));
}

/* A host that was just made: its first user logs in. */
static bool check_first_user(struct crash *crash, struct mfa_diag *problem)
{
	static const struct pam_fixture_token token = { MFA_KIND_HOTP, CONTROL_SECRET, 0,
							"c" };
	pam_fixture_open(&crash->fixture);
	pam_fixture_enrol(&crash->fixture, CONTROL_USER, &token, 1);
	pam_fixture_close(&crash->fixture);
	int answer = pam_fixture_login(&crash->fixture, CONTROL_USER,
				       pam_fixture_code(CONTROL_SECRET, 0));
	if (answer != PAM_SUCCESS)
		(void)mfa_fail(problem, MFA_ERR_IO, "the first user's login gets %d",
			       answer);
	return answer == PAM_SUCCESS;
}

static bool is_tidy(struct crash *crash, const struct operation *operation,
		    const struct ends *ends, struct mfa_diag *problem)
{
	pam_fixture_open(&crash->fixture);
	bool is_good = crash_is_tidy(crash, operation, ends, problem);
	pam_fixture_close(&crash->fixture);
	return is_good;
}

static bool check(struct crash *crash, const struct operation *operation,
		  const struct ends *ends, struct run *run, enum likeness *ret_likeness,
		  struct mfa_diag *problem)
{
	bool is_reported = run_is_reported(run);
	*ret_likeness = LIKE_NEW;
	if (operation->is_move)
		return crash_is_moved(crash, operation, ends, true, problem) &&
		       is_tidy(crash, operation, ends, problem);
	if (operation->is_resumed && !check_resumed(crash, operation, ends, problem))
		return false;
	if (operation->is_from_nothing)
		return check_first_user(crash, problem);
	if (!check_state(crash, operation, ends, run->victim, ret_likeness, problem))
		return false;
	bool has_change = !state_is_same(&ends->old, &ends->new, true);
	if (is_reported && has_change && !operation->is_resumed &&
	    *ret_likeness != LIKE_NEW) {
		(void)mfa_fail(problem, MFA_ERR_IO, "what was told of is not there (%d)",
			       run_answer(run));
		return false;
	}
	if (operation->key_secret != 0 && !pam_fixture_ports_are_free()) {
		(void)mfa_fail(problem, MFA_ERR_BUSY, "the lock on the ports is held");
		return false;
	}
	int64_t begin = pam_fixture_ticks();
	if (!crash_probe(crash, operation, *ret_likeness, problem))
		return false;
	if (pam_fixture_ticks() - begin > NEXT_LOGIN_MS * (int64_t)1000000) {
		(void)mfa_fail(problem, MFA_ERR_BUSY, "the next login took too long");
		return false;
	}
	return true;
}

/* While an operation that goes on is cut off, logins go on as well. */
static bool check_meanwhile(struct crash *crash, const struct operation *operation,
			    const struct ends *ends, struct mfa_diag *problem)
{
	enum likeness likeness = LIKE_OLD;
	struct tree cut;
	if (!operation->is_resumed || operation->is_from_nothing)
		return true;
	tree_load(crash->fixture.folder, &cut);
	bool is_good =
		check_state(crash, operation, ends, VICTIM_STEPS, &likeness, problem) &&
		crash_probe(crash, operation, likeness, problem);
	tree_restore(&cut, crash->fixture.folder);
	tree_done(&cut);
	return is_good;
}

/* Kills at the point-th stop. false: the operation ended before. */
static bool kill_at(struct crash *crash, const struct operation *operation,
		    enum victim victim, const struct ends *ends, unsigned point,
		    struct toll *toll)
{
	struct run run;
	struct mfa_diag problem = { .text = "" };
	enum likeness likeness = LIKE_OLD;
	tree_restore(crash_tree(crash, operation), crash->fixture.folder);
	run_begin(&run, &crash->fixture, operation, victim);
	for (unsigned i = 0; i < point; i++)
		if (!trace_next(&run.trace)) {
			run_done(&run);
			return false;
		}
	trace_kill(&run.trace);
	run_settle(&run);
	bool is_good = check_meanwhile(crash, operation, ends, &problem) &&
		       check(crash, operation, ends, &run, &likeness, &problem);
	toll->points++;
	toll->old += likeness == LIKE_OLD;
	toll->new += likeness == LIKE_NEW;
	toll->reported += run_is_reported(&run);
	if (!is_good && toll->bad++ < COMPLAINTS_MAX)
		(void)printf("    %s, stop %u, %s system call %llu: %s\n",
			     operation->name, point,
			     run.trace.is_exit ? "behind" : "before",
			     (unsigned long long)run.trace.call, problem.text);
	run_done(&run);
	return true;
}

bool crash_kill(struct crash *crash, const struct operation *operation,
		enum victim victim)
{
	static const char *const victims[VICTIM_COUNT] = { "", "_module", "_worker",
							   "_service", "" };
	struct toll toll = { 0 };
	struct ends ends;
	char name[64];
	(void)snprintf(name, sizeof name, "kill_%s%s", operation->name, victims[victim]);
	const struct pam_fixture_case which = { "crash", name, NULL };
	if (!crash_ends(crash, operation, &ends)) {
		pam_fixture_report(&which, false, "the operation fails without a kill");
		crash_ends_done(&ends);
		return false;
	}
	unsigned short_stride =
		operation->short_stride != 0 ? operation->short_stride : SHORT_STRIDE;
	unsigned stride = crash->is_short ? short_stride : 1;
	for (unsigned point = 1; kill_at(crash, operation, victim, &ends, point, &toll);
	     point += stride)
		continue;
	crash_ends_done(&ends);
	bool is_good = toll.bad == 0 && toll.points > 0;
	pam_fixture_report(
		&which, is_good,
		"killed at %u points: the old state after %u, the new one after %u "
		"(its end was told of in %u), %u bad",
		toll.points, toll.old, toll.new, toll.reported, toll.bad);
	return is_good;
}
