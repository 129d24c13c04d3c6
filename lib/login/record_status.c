/* SPDX-License-Identifier: BSD-2-Clause */
#include "record_status.h"

#define WHAT_TO_DO "The same person: mfa-enroll adopt %s; another: mfa-enroll prune %s"

enum mfa_record_status record_status_of(const struct mfa_record *record,
					const struct mfa_login *login)
{
	return mfa_record_status(record, login->has_uid, login->uid);
}

void record_remember_uid(const struct mfa_login *login, struct mfa_record *record)
{
	if (record->has_uid || !login->has_uid)
		return;
	record->has_uid = true;
	record->uid = login->uid;
}

enum mfa_reason record_status_reason(enum mfa_record_status status)
{
	switch (status) {
	case MFA_RECORD_USABLE:
		return MFA_REASON_NONE;
	case MFA_RECORD_OF_OTHER_UID:
		return MFA_REASON_UID_CHANGED;
	case MFA_RECORD_MOVING:
	case MFA_RECORD_RETIRED:
		break;
	}
	return MFA_REASON_RETIRED;
}

void record_status_explain(enum mfa_record_status status, const char *user, uint32_t uid,
			   struct mfa_diag *ret_diag)
{
	switch (status) {
	case MFA_RECORD_USABLE:
		break;
	case MFA_RECORD_OF_OTHER_UID:
		(void)mfa_fail(ret_diag, MFA_OK,
			       "the record is of user id %u, and the account has "
			       "another. " WHAT_TO_DO,
			       (unsigned)uid, user, user);
		break;
	case MFA_RECORD_RETIRED:
		(void)mfa_fail(ret_diag, MFA_OK,
			       "the record is retired: its account was deleted, or an "
			       "administrator closed it. " WHAT_TO_DO,
			       user, user);
		break;
	case MFA_RECORD_MOVING:
		(void)mfa_fail(ret_diag, MFA_OK,
			       "a change of the user's name is not finished: run again "
			       "mfa-enroll rename OLD %s",
			       user);
		break;
	}
}
