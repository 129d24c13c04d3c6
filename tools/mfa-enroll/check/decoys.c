/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether user names without a record have their decoys. Only on this host: they are
 * sealed with its key. */
#include "check/parts.h"

/* Of the decoys, the common one included. */
struct tally {
	size_t missing;
	size_t bad;		/* that cannot be read */
	struct mfa_diag reason; /* of the first of these */
};

static void look_at_decoy(struct app *app, const char *name, struct tally *tally)
{
	struct mfa_diag diag = { .text = "" };
	int err = app_read_record(app, name, &diag, mfa_store_workspace(app->site.store));
	if (err == MFA_ERR_NOTFOUND)
		tally->missing++;
	else if (err != MFA_OK && tally->bad++ == 0)
		tally->reason = diag;
}

static void look_at_decoys(struct app *app, struct tally *tally)
{
	look_at_decoy(app, MFA_DECOY_USER, tally);
	for (size_t i = 0; i < MFA_DECOYS; i++) {
		char name[MFA_DECOY_NAME_SIZE];
		mfa_decoy_name(i, name);
		look_at_decoy(app, name, tally);
	}
}

void check_decoys(struct check *check)
{
	struct mfa_diag diag = { .text = "" };
	struct tally tally = { .missing = 0 };
	if (!check->is_live || check->config == NULL ||
	    app_open_site(check->app, &diag) != MFA_OK)
		return; /* the part about people tells why */
	look_at_decoys(check->app, &tally);
	mfa_site_close(&check->app->site);
	if (tally.missing > 0)
		check_add(check, CHECK_WARNING, "decoys-missing", CHECK_NOWHERE,
			  TR(check->app,
			     MFA_N_("decoy records that are missing: %zu of %d. User "
				    "names without a record share what is left, and "
				    "wait for each other. Run: mfa-enroll init")),
			  tally.missing, 1 + MFA_DECOYS);
	if (tally.bad > 0)
		check_add(check, CHECK_WARNING, "decoys-damaged", CHECK_NOWHERE,
			  TR(check->app,
			     MFA_N_("decoy records that cannot be read: %zu. Logins by "
				    "user names without a record fail there instead of "
				    "being refused. The first one: %s")),
			  tally.bad, tally.reason.text);
}
