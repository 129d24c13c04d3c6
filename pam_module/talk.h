/* SPDX-License-Identifier: BSD-2-Clause */
/* One login's talk with the service: its questions are put to the person, and the replies
 * sent; a connection that breaks is opened again. */
#pragma once

#include "claims.h"
#include "mfa/dialog.h"

struct outcome {
	struct mfa_authd_verdict verdict; /* MFA_DENY until there is one */
	char name[MFA_AUTHD_TEXT_MAX + 1];
	bool is_reported; /* the service has written it into the logs */
	/* The last line that was typed, while the program may still need it: the password
	 * in front of a code. */
	struct mfa_secret line;
};

struct talk {
	const struct claims *claims;
	const struct mfa_dialog *dialog;
	struct mfa_span password; /* what was typed before; borrowed */
	int channel;
	bool is_once;
	bool has_answer; /* line is a reply that no service has taken yet */
	int answer_err;	 /* or why there is none */
	unsigned reopened;
	/* PAM's user when the last reply was sent; "": as at the beginning */
	char user[MFA_AUTHD_TEXT_MAX + 1];
};

/* Runs it up to the verdict. The caller ends ret_outcome with talk_forget, and talk with
 * talk_done. MFA_ERR_*: there is none; diag says why. */
int talk_run(struct talk *talk, struct mfa_diag *diag, struct outcome *ret_outcome)
	MFA_MUST_CHECK;

/* Tells the service that a login that it let in is refused after all. */
void talk_refuse(const struct talk *talk);

/* Wipes the line. */
void talk_forget(const struct talk *talk, struct outcome *outcome);
void talk_done(struct talk *talk);
