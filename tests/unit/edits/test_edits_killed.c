/* SPDX-License-Identifier: BSD-2-Clause */
/* A process that makes changes, or undoes them, is killed before each of its system
 * calls: what is written down then puts everything back. */
#include "mfa/edits.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

enum {
	POINTS_MIN = 30, /* fewer would mean that nothing was traced */
};

struct work {
	struct sandbox *box;
	struct mfa_edits edits;
};

static bool make_changes(struct work *work)
{
	return mfa_edits_save(&work->edits, path_in(work->box, "trying"), NULL) ==
		       MFA_OK &&
	       mfa_edits_stage(&work->edits, NULL) == MFA_OK &&
	       mfa_edits_apply(&work->edits, NULL) == MFA_OK;
}

static bool undo_changes(struct work *work)
{
	struct mfa_strings kept = { 0 };
	return mfa_edits_restore(&work->edits, path_in(work->box, ""), NULL, &kept) ==
		       MFA_OK &&
	       kept.count == 0;
}

/* Kills it before its point-th system call (from 1). true: it came so far. */
static bool kill_at(bool (*run)(struct work *), struct work *work, unsigned point)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		(void)raise(SIGSTOP);
		_exit(run(work) ? 0 : 1);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD), 0);
	for (unsigned stops = 1; stops < 2 * point; stops++) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return false;
		}
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return true;
}

static void begin_anew(struct work *work)
{
	struct mfa_diag diag = { .text = "" };
	mfa_edits_tidy(&work->edits);
	mfa_edits_done(&work->edits);
	(void)unlink(path_in(work->box, "trying"));
	(void)unlink(path_in(work->box, "made"));
	write_text(path_in(work->box, "login"), "old\n");
	write_text(path_in(work->box, "gone"), "was here\n");
	assert_done(
		mfa_edits_add(&work->edits, path_in(work->box, "login"), "new\n", &diag),
		&diag);
	assert_done(
		mfa_edits_add(&work->edits, path_in(work->box, "made"), "made\n", &diag),
		&diag);
	assert_done(mfa_edits_add(&work->edits, path_in(work->box, "gone"), NULL, &diag),
		    &diag);
}

static bool has_text(struct sandbox *box, const char *name, const char *wanted)
{
	if (access(path_in(box, name), F_OK) != 0)
		return wanted == NULL;
	MFA_CLEANUP(mfa_free_string) char *text = read_text(path_in(box, name));
	return wanted != NULL && strcmp(text, wanted) == 0;
}

static void assert_old(struct sandbox *box, unsigned point)
{
	if (has_text(box, "login", "old\n") && has_text(box, "made", NULL) &&
	    has_text(box, "gone", "was here\n") &&
	    has_text(box, ".login.pam_mfa-new", NULL) &&
	    has_text(box, ".login.pam_mfa-old", NULL) &&
	    has_text(box, ".made.pam_mfa-new", NULL) &&
	    has_text(box, ".gone.pam_mfa-old", NULL))
		return;
	fail_msg("killed at point %u: not as it was", point);
}

/* Each file is whole at every moment: the old one, or the new one. */
static void assert_whole(struct sandbox *box, unsigned point)
{
	if ((has_text(box, "login", "old\n") || has_text(box, "login", "new\n")) &&
	    (has_text(box, "made", NULL) || has_text(box, "made", "made\n")) &&
	    (has_text(box, "gone", NULL) || has_text(box, "gone", "was here\n")))
		return;
	fail_msg("killed at point %u: half a file", point);
}

static void undo_by_what_is_written(struct work *work)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits read = { .count = 0 };
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings kept = { 0 };
	struct mfa_diag diag = { .text = "" };
	int err = mfa_edits_load(path_in(work->box, "trying"), &diag, &read);
	if (err == MFA_ERR_NOTFOUND) /* nothing had been begun */
		return;
	assert_done(err, &diag);
	assert_done(mfa_edits_restore(&read, path_in(work->box, ""), &diag, &kept),
		    &diag);
	assert_int_equal(kept.count, 0);
}

static void killed_while_they_are_made(void **state)
{
	struct work work = { .box = *state };
	unsigned point = 0;
	bool is_killed = true;
	while (is_killed) {
		begin_anew(&work);
		is_killed = kill_at(make_changes, &work, ++point);
		assert_whole(work.box, point);
		undo_by_what_is_written(&work);
		assert_old(work.box, point);
	}
	assert_true(point > POINTS_MIN);
	mfa_edits_done(&work.edits);
}

static void killed_while_they_are_undone(void **state)
{
	struct work work = { .box = *state };
	unsigned point = 0;
	bool is_killed = true;
	while (is_killed) {
		begin_anew(&work);
		assert_true(make_changes(&work));
		is_killed = kill_at(undo_changes, &work, ++point);
		assert_whole(work.box, point);
		undo_by_what_is_written(&work);
		assert_old(work.box, point);
	}
	assert_true(point > POINTS_MIN);
	mfa_edits_done(&work.edits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(killed_while_they_are_made),
		in_sandbox(killed_while_they_are_undone),
	};
	return group_main("edits_killed", tests);
}
