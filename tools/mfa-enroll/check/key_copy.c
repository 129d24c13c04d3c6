/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a copy of the store key was verified, of the key as it is now. Only on this
 * host. */
#include "check/parts.h"

#include <string.h>

#include "mfa/key_note.h"
#include "mfa/text.h"

static void add_missing(struct check *check)
{
	check_add(check, CHECK_WARNING, "key-copy-missing", CHECK_NOWHERE, "%s",
		  TR(check->app,
		     MFA_N_("no copy of the store key was verified. If the key is lost, "
			    "nobody gets in. Run: mfa-enroll key copy FILE, then: "
			    "mfa-enroll key verify-copy FILE")));
}

static void add_old(struct check *check, const struct mfa_key_note *note)
{
	char time[MFA_TIME_SIZE];
	mfa_text_format_time(note->time, time);
	check_add(check, CHECK_WARNING, "key-copy-old", CHECK_NOWHERE,
		  TR(check->app,
		     MFA_N_("the copy of the store key that %s verified at %s is of "
			    "another key: there was a rekey since. Run: mfa-enroll key "
			    "copy FILE, then: mfa-enroll key verify-copy FILE")),
		  note->actor, time);
}

void check_key_copy(struct check *check)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_key_note note = { .time = 0 };
	char id[MFA_KEY_ID_SIZE];
	if (!check->is_live || check->config == NULL ||
	    app_open_site(check->app, &diag) != MFA_OK)
		return; /* the part about people tells why */
	mfa_key_id(&check->app->site.key, id);
	mfa_site_close(&check->app->site);
	int err = mfa_key_note_read(check->config->key, &diag, &note);
	app_warn(check->app, &diag);
	if (err != MFA_OK)
		add_missing(check);
	else if (strcmp(note.id, id) != 0)
		add_old(check, &note);
}
