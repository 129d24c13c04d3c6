/* SPDX-License-Identifier: BSD-2-Clause */
#include "yubikey/serial_index.h"

#include "cli/interrupt.h"
#include "cli/progress.h"
#include "mfa/yubikey_driver.h"
#include "mfa/yubikey_otp.h"

struct search {
	struct app *app;
	struct mfa_record *record;
	serial_index_visit visit;
	void *context;
	struct progress bar;
	size_t done;
	size_t total;
	enum exit_code problem; /* of a record that could not be read, or EXIT_DONE */
};

static int count_user(void *context, const char *user MFA_UNUSED)
{
	struct search *search = context;
	search->total++;
	return MFA_OK;
}

static void look_at_token(struct search *search, const struct mfa_token *token)
{
	struct mfa_yubikey key;
	struct mfa_yubikey_otp otp;
	struct serial_entry entry = { .user = search->record->user, .token = token };
	if (mfa_yubikey_load(token, &key) == MFA_OK) {
		entry.serial = key.serial;
		entry.slot = key.slot;
	} else if (mfa_yubikey_otp_load(token, &otp) == MFA_OK) {
		entry.serial = otp.serial;
		entry.slot = otp.slot;
		entry.public_id = otp.public_id;
	} else {
		return;
	}
	search->visit(search->context, &entry);
}

static int look_at_user(void *context, const char *user)
{
	struct search *search = context;
	struct mfa_diag diag = { .text = "" };
	int err = app_read_record(search->app, user, &diag, search->record);
	if (interrupt_has_come())
		return MFA_ERR_ABORT;
	if (search->done < search->total)
		progress_draw(&search->bar, ++search->done, search->total);
	if (err == MFA_ERR_NOTFOUND) /* removed meanwhile */
		return MFA_OK;
	if (err != MFA_OK) { /* the others are looked at all the same */
		search->problem = app_fail(err, &diag);
		return MFA_OK;
	}
	for (size_t i = 0; i < search->record->token_count; i++)
		look_at_token(search, &search->record->tokens[i]);
	return MFA_OK;
}

enum exit_code serial_index_search(struct app *app, serial_index_visit visit,
				   void *context)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	if (record == NULL)
		return app_fail(MFA_ERR_NOMEM, &diag);
	struct search search = {
		.app = app,
		.record = record,
		.visit = visit,
		.context = context,
		.bar = progress_begin(),
		.problem = EXIT_DONE,
	};
	int err = mfa_store_list(app->site.store, count_user, &search, &diag);
	if (err == MFA_OK)
		err = mfa_store_list(app->site.store, look_at_user, &search, &diag);
	progress_end(&search.bar);
	if (interrupt_has_come())
		return app_cancel(app);
	return err == MFA_OK ? search.problem : app_fail(err, &diag);
}
