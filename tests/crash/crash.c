/* SPDX-License-Identifier: BSD-2-Clause */
#include "crash.h"

#include <string.h>

const struct tree *crash_tree(const struct crash *crash,
			      const struct operation *operation)
{
	return operation->is_from_nothing ? &crash->bare : &crash->before;
}

static bool take(struct crash *crash, struct state *ret_state)
{
	struct mfa_diag diag = { .text = "" };
	pam_fixture_open(&crash->fixture);
	bool is_good = state_take(&crash->fixture, &diag, ret_state);
	pam_fixture_close(&crash->fixture);
	return is_good;
}

bool crash_ends(struct crash *crash, const struct operation *operation,
		struct ends *ret_ends)
{
	struct run run;
	*ret_ends = (struct ends){ .old = { .count = 0 } };
	tree_restore(crash_tree(crash, operation), crash->fixture.folder);
	if (!operation->is_from_nothing && !take(crash, &ret_ends->old))
		return false;
	run_begin(&run, &crash->fixture, operation, VICTIM_STEPS);
	while (trace_next(&run.trace))
		continue;
	bool is_good = run_is_good(&run) && take(crash, &ret_ends->new);
	run_done(&run);
	tree_load(crash->fixture.folder, &ret_ends->after);
	return is_good;
}

void crash_ends_done(struct ends *ends)
{
	state_done(&ends->old);
	state_done(&ends->new);
	tree_done(&ends->after);
}

static bool is_allowed(const struct tree *before, const struct ends *ends,
		       const struct operation *operation, const char *path)
{
	/* what is begun and will be completed keeps the next key */
	bool is_pending = operation->is_resumed && strncmp(path, "etc/", 4) == 0;
	return is_pending || tree_find(before, path) != NULL ||
	       tree_find(&ends->after, path) != NULL;
}

bool crash_is_tidy(struct crash *crash, const struct operation *operation,
		   const struct ends *ends, struct mfa_diag *problem)
{
	struct tree now;
	bool is_tidy = true;
	uint64_t lines = 0;
	tree_load(crash->fixture.folder, &now);
	for (size_t i = 0; i < now.count && is_tidy; i++) {
		is_tidy = is_allowed(crash_tree(crash, operation), ends, operation,
				     now.entries[i].path);
		if (!is_tidy)
			(void)mfa_fail(problem, MFA_ERR_EXISTS, "left behind: %s",
				       now.entries[i].path);
	}
	bool has_trail = tree_find(&now, "log/audit.jsonl") != NULL;
	tree_done(&now);
	return is_tidy && (!has_trail || mfa_audit_verify(crash->fixture.host.audit,
							  problem, &lines) == MFA_OK);
}

enum likeness crash_likeness(const struct ends *ends, const struct state *now)
{
	bool is_unchanged = state_is_same(&ends->old, &ends->new, true);
	if (state_is_same(&ends->old, now, is_unchanged))
		return LIKE_OLD;
	return state_is_same(&ends->new, now, true) ? LIKE_NEW : LIKE_NEITHER;
}

/* How often the probes get in, from the folder as it is. */
static unsigned count_logins(struct crash *crash, const struct operation *operation)
{
	struct tree now;
	unsigned count = 0;
	tree_load(crash->fixture.folder, &now);
	for (size_t i = 0; i < PROBES_MAX && operation->probes[i].user != NULL; i++)
		count += probe_login(&crash->fixture, &operation->probes[i]) ==
			 PAM_SUCCESS;
	tree_restore(&now, crash->fixture.folder);
	tree_done(&now);
	return count;
}

/* LIKE_NEITHER also where a record cannot be read. */
static enum likeness likeness_now(struct crash *crash, const struct ends *ends,
				  struct mfa_diag *problem)
{
	struct state now;
	enum likeness likeness = LIKE_NEITHER;
	pam_fixture_open(&crash->fixture);
	if (state_take(&crash->fixture, problem, &now)) {
		likeness = crash_likeness(ends, &now);
		state_done(&now);
	}
	pam_fixture_close(&crash->fixture);
	return likeness;
}

bool crash_is_moved(struct crash *crash, const struct operation *operation,
		    const struct ends *ends, bool has_logins, struct mfa_diag *problem)
{
	int code = 0;
	if (has_logins && count_logins(crash, operation) > 1) {
		(void)mfa_fail(problem, MFA_ERR_EXISTS, "one code lets in twice");
		return false;
	}
	enum likeness likeness = likeness_now(crash, ends, problem);
	if (likeness != LIKE_NEW) {
		code = pam_fixture_enroll(&crash->fixture, operation->words, NULL);
		likeness = likeness_now(crash, ends, problem);
	}
	if (code != 0 || likeness != LIKE_NEW) {
		(void)mfa_fail(problem, MFA_ERR_INTEGRITY,
			       "done again, which ends with %d, it is not the new state",
			       code);
		return false;
	}
	return !has_logins || crash_probe(crash, operation, LIKE_NEW, problem);
}

bool crash_probe(struct crash *crash, const struct operation *operation,
		 enum likeness likeness, struct mfa_diag *problem)
{
	struct probe control = { CONTROL_USER, CONTROL_SECRET, 0,
				 true,	       true,	       PROBE_COUNTED };
	int answer = probe_login(&crash->fixture, &control);
	if (answer != PAM_SUCCESS) {
		(void)mfa_fail(problem, MFA_ERR_IO, "another user's login gets %d",
			       answer);
		return false;
	}
	for (size_t i = 0; i < PROBES_MAX && operation->probes[i].user != NULL; i++) {
		const struct probe *probe = &operation->probes[i];
		bool may_in = likeness == LIKE_OLD ? probe->before : probe->after;
		answer = probe_login(&crash->fixture, probe);
		if (answer != (may_in ? PAM_SUCCESS : PAM_AUTH_ERR)) {
			(void)mfa_fail(problem, MFA_ERR_IO,
				       "in the %s state a login of %s gets %d, not %d",
				       likeness == LIKE_OLD ? "old" : "new", probe->user,
				       answer, may_in ? PAM_SUCCESS : PAM_AUTH_ERR);
			return false;
		}
	}
	return true;
}
