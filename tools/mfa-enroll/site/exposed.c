/* SPDX-License-Identifier: BSD-2-Clause */
#include "site/exposed.h"

#include <stdio.h>
#include <time.h>

#include "mfa/rekey.h"
#include "records/records.h"

enum {
	NAMES_MAX = 10 /* more are a matter for list */
};

struct count {
	size_t users;
	size_t tokens;
	size_t kinds[MFA_KIND_COUNT];
	int64_t newest;
	struct mfa_strings names; /* the first, with the numbers of their tokens */
};

static bool has_secret(const struct mfa_token *token)
{
	return token->kind != MFA_KIND_FIDO2;
}

bool exposed_is(const struct mfa_token *token, int64_t rekeyed)
{
	return rekeyed != 0 && has_secret(token) && token->created <= rekeyed;
}

static int count_record(const struct mfa_record *record, struct count *count)
{
	char text[MFA_USER_SIZE + 32];
	size_t tokens = 0;
	for (size_t i = 0; i < record->token_count; i++) {
		const struct mfa_token *token = &record->tokens[i];
		if (!has_secret(token))
			continue;
		tokens++;
		if (token->created > count->newest)
			count->newest = token->created;
		count->kinds[token->kind]++;
	}
	if (tokens == 0)
		return MFA_OK;
	count->tokens += tokens;
	if (count->users++ >= NAMES_MAX)
		return MFA_OK;
	(void)snprintf(text, sizeof text, "%s (%zu)", record->user, tokens);
	return mfa_strings_add(&count->names, text);
}

/* What cannot be read was damaged since: rekey has read it. */
static int count_records(struct app *app, struct mfa_diag *diag, struct count *count)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings users = { 0 };
	int err = records_list(app->site.store, diag, &users);
	struct mfa_record *record = mfa_store_workspace(app->site.store);
	for (size_t i = 0; err == MFA_OK && i < users.count; i++) {
		err = app_read_record(app, users.items[i], diag, record);
		if (err == MFA_OK)
			err = count_record(record, count);
		else if (err == MFA_ERR_NOTFOUND) /* removed meanwhile */
			err = MFA_OK;
	}
	mfa_wipe(record, sizeof *record);
	/* the clock is behind: by its time they would be taken for enrolled since */
	if (err == MFA_OK && count->newest > time(NULL))
		err = mfa_rekey_set_time(&app->site, count->newest, diag);
	return err;
}

static void print_kinds(const struct count *count)
{
	const char *comma = "";
	for (unsigned kind = 0; kind < MFA_KIND_COUNT; kind++) {
		if (count->kinds[kind] == 0)
			continue;
		(void)printf("%s%s %zu", comma, mfa_kind_name((enum mfa_kind)kind),
			     count->kinds[kind]);
		comma = ", ";
	}
	(void)fputc('\n', stdout);
}

static void print_names(const struct app *app, const struct count *count)
{
	for (size_t i = 0; i < count->names.count; i++)
		(void)printf("  %s\n", count->names.items[i]);
	if (count->users > count->names.count) {
		size_t more = count->users - count->names.count;
		(void)printf(
			TR_N(app, "  and %zu more user", "  and %zu more users", more),
			more);
		(void)fputc('\n', stdout);
	}
}

static void print_exposed(const struct app *app, const struct count *count)
{
	(void)printf(TR(app, MFA_N_("Has somebody seen the old key? With a copy of the "
				    "store, as in a backup, that person has the secrets "
				    "of all tokens, and keeps them (tokens: %zu, users: "
				    "%zu).")),
		     count->tokens, count->users);
	(void)printf("\n  ");
	print_kinds(count);
	(void)puts(TR(app, MFA_N_("Then enrol these users anew, and remove their old "
				  "tokens:")));
	print_names(app, count);
	(void)puts(TR(app, MFA_N_("For people who have left: mfa-enroll prune "
				  "removes records that belong to nobody.")));
	(void)puts(TR(app, MFA_N_("What is left to do: mfa-enroll list --before-rekey")));
}

enum exit_code exposed_print(struct app *app)
{
	struct mfa_diag diag = { .text = "" };
	struct count count = { .users = 0 };
	int err = app_open_site(app, &diag);
	if (err == MFA_OK)
		err = count_records(app, &diag, &count);
	if (err == MFA_OK && count.users > 0)
		print_exposed(app, &count);
	mfa_strings_done(&count.names);
	return err == MFA_OK ? EXIT_DONE : app_fail(err, &diag);
}
