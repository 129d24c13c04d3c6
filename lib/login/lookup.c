/* SPDX-License-Identifier: BSD-2-Clause */
#include "lookup.h"

static int read_decoy(struct mfa_store *store, const char *name,
		      struct mfa_record *record, struct mfa_diag *diag)
{
	int err = mfa_store_read(store, name, diag, record);
	if (err != MFA_ERR_NOTFOUND)
		return err;
	err = lookup_common_decoy(store, record, diag);
	/* nor is a missing decoy */
	if (err == MFA_OK)
		diag->text[0] = '\0';
	return err;
}

int lookup_common_decoy(struct mfa_store *store, struct mfa_record *record,
			struct mfa_diag *diag)
{
	int err = mfa_store_read(store, MFA_DECOY_USER, diag, record);
	if (err == MFA_ERR_NOTFOUND)
		return mfa_fail(diag, MFA_ERR_NOTFOUND,
				"the store has no decoy record; run: mfa-enroll init");
	return err;
}

int lookup_record(const struct mfa_auth_request *request, struct mfa_record *record,
		  bool *ret_is_decoy, struct mfa_diag *diag)
{
	struct mfa_store *store = request->site->store;
	const char *user = request->login.user;
	char decoy[MFA_DECOY_NAME_SIZE];
	/* also for users who have a record: the same work */
	mfa_store_choose_decoy(store, user, decoy);
	int err = mfa_decoy_is_name(user) ? MFA_ERR_NOTFOUND
					  : mfa_store_read(store, user, diag, record);
	*ret_is_decoy = err == MFA_ERR_NOTFOUND;
	if (err != MFA_ERR_NOTFOUND)
		return err;
	/* a missing record is no problem to report, and its name must not be logged */
	diag->text[0] = '\0';
	return read_decoy(store, decoy, record, diag);
}
