#include "closure.h"

#define WHAT_TO_DO "The same person: mfa-enroll adopt %s; another: mfa-enroll prune %s"

enum mfa_closure closure_of(const struct mfa_record *record,
			    const struct mfa_login *login)
{
	return mfa_record_closure(record, login->has_uid, login->uid);
}

void closure_remember_uid(const struct mfa_login *login, struct mfa_record *record)
{
	if (record->has_uid || !login->has_uid)
		return;
	record->has_uid = true;
	record->uid = login->uid;
}

enum mfa_reason closure_reason(enum mfa_closure closure)
{
	switch (closure) {
	case MFA_CLOSURE_NONE:
		return MFA_REASON_NONE;
	case MFA_CLOSURE_UID:
		return MFA_REASON_UID_CHANGED;
	case MFA_CLOSURE_MOVING:
	case MFA_CLOSURE_RETIRED:
		break;
	}
	return MFA_REASON_RETIRED;
}

void closure_explain(enum mfa_closure closure, const char *user, uint32_t uid,
		     struct mfa_diag *ret_diag)
{
	switch (closure) {
	case MFA_CLOSURE_NONE:
		break;
	case MFA_CLOSURE_UID:
		(void)mfa_fail(ret_diag, MFA_OK,
			       "the record is of user id %u, and the account has "
			       "another. " WHAT_TO_DO,
			       (unsigned)uid, user, user);
		break;
	case MFA_CLOSURE_RETIRED:
		(void)mfa_fail(ret_diag, MFA_OK,
			       "the record is retired: its account was deleted, or an "
			       "administrator closed it. " WHAT_TO_DO,
			       user, user);
		break;
	case MFA_CLOSURE_MOVING:
		(void)mfa_fail(ret_diag, MFA_OK,
			       "a change of the user's name is not finished: run again "
			       "mfa-enroll rename OLD %s",
			       user);
		break;
	}
}
