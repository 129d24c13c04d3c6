/* SPDX-License-Identifier: BSD-2-Clause */
/* Who cannot log in from elsewhere any more, after too many wrong codes. Only on this
 * host: the records are sealed with its key. */
#include "check/parts.h"

#include "mfa/lockout.h"
#include "records/records.h"

/* Of records that cannot be read the part about people tells. */
static int find_locked(struct app *app, struct check_names *locked,
		       struct check_names *commands, struct mfa_diag *diag)
{
	struct mfa_record *record = mfa_store_workspace(app->site.store);
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	int err = records_list(app->site.store, diag, &names);
	if (err != MFA_OK)
		return err;
	for (size_t i = 0; i < names.count; i++)
		if (app_read_record(app, names.items[i], diag, record) == MFA_OK &&
		    mfa_lockout_is_at_ceiling(record)) {
			check_names_add(locked, names.items[i]);
			check_commands_add(commands, "unlock", names.items[i], "");
		}
	return MFA_OK;
}

void check_locks(struct check *check)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(check_names_done) struct check_names locked = { .count = 0 };
	MFA_CLEANUP(check_names_done) struct check_names commands = { .count = 0 };
	if (!check->is_live || check->config == NULL ||
	    app_open_site(check->app, &diag) != MFA_OK)
		return; /* the part about people tells why */
	int err = find_locked(check->app, &locked, &commands, &diag);
	mfa_site_close(&check->app->site);
	if (err == MFA_ERR_NOMEM)
		check->findings.err = err;
	if (locked.count > 0)
		check_add(check, CHECK_WARNING, "locked", CHECK_NOWHERE,
			  TR(check->app,
			     MFA_N_("%d wrong codes in a row, so codes are "
				    "accepted only at this machine: %zu (%s). See "
				    "in the audit trail where they came from; then "
				    "run: %s")),
			  MFA_LOCKOUT_CEILING, locked.count, locked.text, commands.text);
}
