/* SPDX-License-Identifier: BSD-2-Clause */
#include "grace.h"

#include <stdio.h>

#include "locked_work.h"
#include "lookup.h"
#include "mfa/text.h"

enum {
	DATE_LEN = 10, /* of the date at the beginning of a time */
	DAY = 24 * 60 * 60,
	SWAPS_MAX = 100, /* logins that use the common decoy write it as well */
};

/* Why there is no grace though the clock is before its end, for the log; NULL: there is,
 * or it has ended. */
static const char *find_problem(const struct mfa_zone *zone,
				const struct mfa_record *common, int64_t now)
{
	if (now >= zone->grace_until)
		return NULL;
	if (now < MFA_EPOCH)
		return "no grace, as the clock is before 2026: set the clock";
	if (common->last_success >= zone->grace_until)
		return "no grace, as grace_until was over once and the clock went back: "
		       "set the clock, or a later day";
	return NULL;
}

void grace_evaluate_decoy(const struct mfa_auth_request *request,
			  struct evaluation *evaluation)
{
	bool is_known = request->known_user != MFA_MATCH_NO;
	*evaluation = (struct evaluation){
		.reason = is_known ? MFA_REASON_NOT_ENROLLED : MFA_REASON_UNKNOWN_USER,
		.code_len = evaluation->code_len,
		.is_noted = evaluation->is_noted,
	};
}

/* The record is read already. */
static int remember_end(const struct mfa_auth_request *request, int64_t now,
			struct mfa_record *common, struct mfa_diag *diag)
{
	struct mfa_store *store = request->site->store;
	int64_t end = request->zone->grace_until;
	int err = MFA_OK;
	for (int i = 0; i < SWAPS_MAX; i++) {
		if (now < end || common->last_success >= end)
			return MFA_OK;
		common->last_success = end;
		err = mfa_store_swap(store, common, diag);
		if (err != MFA_ERR_CONFLICT)
			return err;
		err = lookup_common_decoy(store, common, diag);
		if (err != MFA_OK)
			return err;
	}
	return mfa_fail(diag, MFA_ERR_BUSY, "too many logins of unknown users at once");
}

int grace_note_end(const struct mfa_auth_request *request, int64_t now,
		   struct evaluation *evaluation, struct mfa_diag *diag)
{
	struct mfa_store *store = request->site->store;
	struct mfa_record *common = mfa_store_workspace(store);
	bool is_known = evaluation->reason == MFA_REASON_NOT_ENROLLED;
	bool is_decoy = is_known || evaluation->reason == MFA_REASON_UNKNOWN_USER;
	if (request->zone->grace_until == 0 || evaluation->reason == MFA_REASON_RIGHT)
		return MFA_OK;
	int err = lookup_common_decoy(store, common, diag);
	if (!is_decoy) { /* whom a damaged decoy does not concern */
		diag->text[0] = '\0';
		return MFA_OK;
	}
	if (err == MFA_OK)
		err = remember_end(request, now, common, diag);
	if (err == MFA_OK && is_known)
		evaluation->detail = find_problem(request->zone, common, now);
	return err;
}

static bool is_unenrolled(const struct mfa_auth_request *request)
{
	struct mfa_store *store = request->site->store;
	struct mfa_diag diag = { .text = "" };
	struct mfa_record *record = mfa_store_workspace(store);
	bool is_decoy = false;
	return lookup_record(request, record, &is_decoy, &diag) == MFA_OK && is_decoy &&
	       lookup_common_decoy(store, record, &diag) == MFA_OK &&
	       find_problem(request->zone, record, request->login.now) == NULL;
}

/* Whether the grace has not ended, and the user is known. */
static bool may_have_grace(const struct mfa_auth_request *request)
{
	return request->login.now < request->zone->grace_until &&
	       request->known_user == MFA_MATCH_YES;
}

bool grace_goes_on(const struct mfa_auth_request *request)
{
	return may_have_grace(request) && is_unenrolled(request);
}

void grace_note_refusal(const struct mfa_auth_request *request,
			struct mfa_auth_result *result)
{
	if (result->reason == MFA_REASON_NOT_ENROLLED && may_have_grace(request) &&
	    !mfa_login_has_own_name(&request->login))
		(void)mfa_fail(&result->diag, MFA_OK,
			       "grace_until is for names as the name service has them, "
			       "each with a user id of its own");
}

bool grace_covers(const struct mfa_auth_request *request)
{
	struct mfa_diag diag = { .text = "" };
	if (!may_have_grace(request))
		return false;
	MFA_CLEANUP(locked_work_end)
	struct locked_work work = locked_work_begin(request);
	bool is_covered =
		locked_work_open(&work, &diag) == MFA_OK && grace_goes_on(request);
	locked_work_end(&work); /* the name service may be slow */
	return is_covered && mfa_login_has_own_name(&request->login);
}

void grace_tell(const struct mfa_auth_request *request)
{
	char text[256];
	char last[MFA_TIME_SIZE];
	mfa_text_format_time(request->zone->grace_until - DAY, last);
	(void)snprintf(
		text, sizeof text,
		mfa_text(request->language,
			 "You have no authenticator yet. After %.*s you cannot log in "
			 "without one. Ask your system administrator."),
		DATE_LEN, last);
	request->dialog->tell(request->dialog->context, MFA_TELL_INFO, text);
}
