/* SPDX-License-Identifier: BSD-2-Clause */
/* Records that exist but cannot be used: the reason, and its text for trail and syslog.
 */
#pragma once

#include "mfa/auth.h"

/* The status for the account that logs in. */
enum mfa_record_status record_status_of(const struct mfa_record *record,
					const struct mfa_login *login);

/* Sets the record's user id where it has none: it was made before ids were stored, or
 * while the name service did not know the user. To be called for the first right code. */
void record_remember_uid(const struct mfa_login *login, struct mfa_record *record);

/* MFA_REASON_NONE for a usable record. */
enum mfa_reason record_status_reason(enum mfa_record_status status);

/* Why, and what an administrator can do; nothing for a usable record. user and uid are
 * the record's. */
void record_status_explain(enum mfa_record_status status, const char *user, uint32_t uid,
			   struct mfa_diag *ret_diag);
