/* SPDX-License-Identifier: BSD-2-Clause */
/* One typed code, or one answer of a device, against one record: pure but for the
 * factors' cryptography. */
#pragma once

#include "mfa/auth.h"
#include "mfa/lockout.h"

struct evaluation {
	enum mfa_reason
		reason; /* MFA_REASON_RIGHT: allow, after the record is committed */
	/* the token of a right or used code, or that the clock makes unusable */
	char token[MFA_TOKEN_ID_SIZE];
	enum mfa_kind kind;
	int64_t refused_until;	    /* MFA_REASON_CLOCK: the end of the refusal */
	const char *detail;	    /* more about it, for the log; or NULL */
	struct mfa_lockout lockout; /* which refuses the code, or began with it */
	enum mfa_record_status record_status;
	uint32_t uid;	   /* the record's, where it has one */
	size_t code_len;   /* bytes of the answer's end that were taken as the code */
	bool is_noted;	   /* the record counts it as a refusal */
	uint32_t unlogged; /* refusals before this one, see lib/login/unlogged.h */
};

/* What is evaluated. A typed answer is normalized, unless has_password. */
struct evaluation_input {
	const struct mfa_zone *zone;
	const struct mfa_zone *bounds; /* of all zones: mfa_zone_bounds */
	const char *answer;
	size_t len;
	const struct mfa_device_answer
		*device_answer; /* instead of an answer; else NULL */
	bool has_password;	/* the code is the end of the answer */
	bool is_no_guess;	/* always wrong, never counted */
	/* of a typed code, as struct mfa_guess's */
	uint64_t source;
	bool is_behind_password;
	bool is_local;
	bool is_at_console;
	enum mfa_record_status record_status; /* of the record that was read */
	int64_t now;
};

/* Decides, and changes the record (token, counters, times), which must be committed
 * whatever the decision is. */
int evaluate(struct mfa_record *record, const struct evaluation_input *what,
	     struct evaluation *ret_evaluation) MFA_MUST_CHECK;

/* Details for the log beyond the reason; "" if there are none. */
void evaluation_explain(const struct evaluation *evaluation,
			const struct mfa_login *login, struct mfa_diag *ret_diag);
