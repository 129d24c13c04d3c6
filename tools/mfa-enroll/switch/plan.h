/* SPDX-License-Identifier: BSD-2-Clause */
/* What enable or disable would change, before anything is changed. */
#pragma once

#include "cli/app.h"
#include "mfa/edits.h"

#define PAM_FOLDER    "/etc/pam.d"
#define VENDOR_FOLDER "/usr/lib/pam.d"
#define SSHD_FOLDER   "/etc/ssh/sshd_config.d"
#define SSHD_DROP_IN  SSHD_FOLDER "/pam_mfa.conf"

struct plan {
	struct app *app;
	struct mfa_edits edits;
	struct mfa_strings only; /* --only */
	bool has_only;
	/* That cannot be changed without somebody's judgement, and why; in the person's
	 * language. */
	struct mfa_strings problems;
};

void plan_done(struct plan *plan);

/* Adds a sentence to the problems. */
void plan_object(struct plan *plan, const char *format, ...) MFA_PRINTF(2, 3);

/* Whether the service is to ask for codes. */
bool plan_wants(const struct plan *plan, const char *service);

/* The text of a file of pam.d as it is planned, or else as it is; NULL: there is none, or
 * it cannot be read. The caller frees it. */
char *plan_text(const struct plan *plan, const char *path);

/* Whether it is one of pam-auth-update's files, /etc/pam.d/common-*. */
bool plan_is_common(const char *path);

/* A path in a folder; false: it would be too long. */
bool plan_path(const char *folder, const char *name, char *ret_path, size_t size);

/* Fills in what enable changes. The first error of the machinery; what people have to
 * decide is in the problems. */
int plan_enable(struct plan *plan, struct mfa_diag *diag) MFA_MUST_CHECK;

/* The parts of it. plan_profile: ret_is_used tells whether pam-auth-update manages
 * common-auth here. plan_profile_remove takes its profile out again, where it is in. */
int plan_profile(struct plan *plan, struct mfa_diag *diag, bool *ret_is_used)
	MFA_MUST_CHECK;
int plan_profile_remove(struct plan *plan, struct mfa_diag *diag) MFA_MUST_CHECK;
int plan_services(struct plan *plan, bool is_by_profile, struct mfa_diag *diag)
	MFA_MUST_CHECK;
int plan_sshd(struct plan *plan, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Whether this host has sshd, with a configuration. */
bool plan_has_sshd(void);

/* sshd's drop-in as enable writes it; the caller frees it. NULL: out of memory. */
char *plan_drop_in(void);

/* Takes the lines of pam_mfa out of one file; where they cannot be, that is a problem. */
int plan_take_out(struct plan *plan, const char *path, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Fills in what takes the lines of pam_mfa out of all files, but for those that are put
 * back as they were. */
int plan_disable(struct plan *plan, const struct mfa_edits *put_back,
		 struct mfa_diag *diag) MFA_MUST_CHECK;
