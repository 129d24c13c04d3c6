/* SPDX-License-Identifier: BSD-2-Clause */
/* A mount namespace of the child's own: nobody else sees it, and it goes away with it. */
#include "switch/future.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "switch/scratch.h"

enum {
	CHILD_DONE = 0,
	CHILD_FAILED = 1,
	CHILD_CANNOT = 2,
};

/* The folder as it would be, in the scratch folder. */
static int copy_planned(const struct plan *plan, const struct scratch *scratch,
			struct mfa_diag *diag)
{
	const struct mfa_edit *edit = mfa_edits_find(&plan->edits, SSHD_DROP_IN);
	int err = scratch_copy(scratch, SSHD_FOLDER, "", diag);
	if (err == MFA_OK && edit != NULL && edit->after.data != NULL)
		err = scratch_write(scratch, SSHD_DROP_IN, edit->after.data, diag);
	return err;
}

static bool enter_future(const struct scratch *scratch)
{
	char path[PATH_MAX];
	if (!plan_path(scratch->path, &SSHD_FOLDER[1], path, sizeof path))
		return false;
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0 &&
	       mount(path, SSHD_FOLDER, NULL, MS_BIND, NULL) == 0;
}

/* What the parent has on its own descriptors and buffers is none of the child's. */
static _Noreturn void run_judge(const struct scratch *scratch, int out,
				future_judge judge, void *context)
{
	if (scratch->path[0] != '\0' && !enter_future(scratch))
		_exit(CHILD_CANNOT);
	FILE *to = fdopen(out, "w");
	if (to == NULL)
		_exit(CHILD_FAILED);
	judge(to, context);
	_exit(fclose(to) == 0 ? CHILD_DONE : CHILD_FAILED);
}

static int read_sentences(int fd, struct mfa_strings *sentences)
{
	MFA_CLEANUP(mfa_free_string) char *line = NULL;
	size_t size = 0;
	int err = MFA_OK;
	FILE *from = fdopen(fd, "r");
	if (from == NULL)
		return MFA_ERR_NOMEM;
	while (err == MFA_OK && getdelim(&line, &size, '\0', from) > 0)
		err = mfa_strings_add(sentences, line);
	(void)fclose(from);
	return err;
}

static int wait_for_child(pid_t pid, struct mfa_diag *diag)
{
	int status = -1;
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == CHILD_FAILED)
		return mfa_fail(diag, MFA_ERR_IO, "sshd's files cannot be judged");
	return WEXITSTATUS(status) == CHILD_CANNOT ? MFA_ERR_UNSUPPORTED : MFA_OK;
}

int future_ask(const struct plan *plan, future_judge judge, void *context,
	       struct mfa_diag *diag, struct mfa_strings *ret_sentences)
{
	MFA_CLEANUP(scratch_done) struct scratch scratch = { .path = "" };
	int ends[2];
	int err = MFA_OK;
	bool is_changed = mfa_edits_find(&plan->edits, SSHD_DROP_IN) != NULL;
	if (is_changed)
		err = scratch_make(diag, &scratch);
	if (err == MFA_OK && is_changed)
		err = copy_planned(plan, &scratch, diag);
	if (err != MFA_OK)
		return err;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return mfa_fail(diag, MFA_ERR_IO, "no pipe");
	pid_t pid = fork();
	if (pid == 0)
		run_judge(&scratch, ends[1], judge, context);
	(void)close(ends[1]);
	if (pid < 0) {
		(void)close(ends[0]);
		return mfa_fail(diag, MFA_ERR_NOMEM, "cannot start a process");
	}
	err = read_sentences(ends[0], ret_sentences);
	int ended = wait_for_child(pid, diag);
	return err == MFA_OK ? ended : err;
}
