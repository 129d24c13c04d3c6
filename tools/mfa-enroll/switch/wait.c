/* SPDX-License-Identifier: BSD-2-Clause */
/* Time is CLOCK_BOOTTIME, which nobody sets and which goes on while a machine sleeps; the
 * wall clock means nothing here. */
#include <time.h>

#include "switch/acts.h"

enum {
	REST_SECONDS = 1,
	RETRY_SECONDS = 10, /* behind a failure, which is told each time */
};

static void rest_for(time_t seconds)
{
	const struct timespec span = { .tv_sec = seconds };
	(void)clock_nanosleep(CLOCK_BOOTTIME, 0, &span, NULL);
}

/* Whether there still is something to wait for, or to do; ret_is_due: to do. */
static bool look_at_trial(bool *ret_is_due)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	int err = mfa_edits_load(MFA_EDITS_TRYING, NULL, &edits);
	*ret_is_due =
		err == MFA_ERR_INTEGRITY || (err == MFA_OK && switch_is_due(&edits));
	return err != MFA_ERR_NOTFOUND;
}

/* Confirmed, or begun anew, while this waited for the lock: not due any more. Who has the
 * lock still has had its time. */
static enum exit_code roll_back_if_due(struct app *app)
{
	MFA_CLEANUP(mfa_close_fd) int lock = -1;
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	struct mfa_diag diag = { .text = "" };
	switch_lock_or_go_on(&lock);
	int err = mfa_edits_load(MFA_EDITS_TRYING, &diag, &edits);
	if (err == MFA_ERR_NOTFOUND || (err == MFA_OK && !switch_is_due(&edits)))
		return EXIT_DONE;
	if (err == MFA_ERR_INTEGRITY)
		return roll_back_damaged(app);
	return err == MFA_OK ? roll_back(app, &edits) : app_fail(err, &diag);
}

enum exit_code wait_act(struct app *app)
{
	bool due = false;
	enum exit_code code = app_identify(app);
	if (code != EXIT_DONE)
		return code;
	while (look_at_trial(&due)) {
		if (due)
			code = roll_back_if_due(app);
		rest_for(code == EXIT_DONE ? REST_SECONDS : RETRY_SECONDS);
	}
	return code;
}
