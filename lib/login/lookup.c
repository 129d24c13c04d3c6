/* SPDX-License-Identifier: BSD-2-Clause */
#include "lookup.h"

int lookup_record(const struct mfa_auth_request *request, struct mfa_record *record,
		  bool *ret_is_decoy, struct mfa_diag *diag)
{
	struct mfa_store *store = request->site->store;
	const char *user = request->login.user;
	int err = user[0] == '\0' ? MFA_ERR_NOTFOUND
				  : mfa_store_read(store, user, diag, record);
	*ret_is_decoy = err == MFA_ERR_NOTFOUND;
	if (err != MFA_ERR_NOTFOUND)
		return err;
	/* a missing record is no problem to report, and its name must not be logged */
	diag->text[0] = '\0';
	err = mfa_store_read(store, MFA_DECOY_USER, diag, record);
	if (err == MFA_ERR_NOTFOUND)
		return mfa_fail(diag, MFA_ERR_NOTFOUND,
				"the store has no decoy record; run: mfa-enroll init");
	return err;
}
