/* A record that is there and does not open: for its line in the trail and in syslog. */
#pragma once

#include "mfa/auth.h"

/* Whether it opens for the account that logs in. */
enum mfa_closure closure_of(const struct mfa_record *record,
			    const struct mfa_login *login);

/* A record from before user ids were remembered learns it from the first code that is right;
 * so does one of a user whom the name service did not know then. */
void closure_remember_uid(const struct mfa_login *login, struct mfa_record *record);

/* MFA_REASON_NONE where it opens. */
enum mfa_reason closure_reason(enum mfa_closure closure);

/* Why, and what an administrator can do; nothing where it opens. user, uid: the record's. */
void closure_explain(enum mfa_closure closure, const char *user, uint32_t uid,
		     struct mfa_diag *ret_diag);
