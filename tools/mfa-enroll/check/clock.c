/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tokens' clocks tell of this host's. Only on this host: the records are sealed
 * with its key. */
#include "check/parts.h"

#include <stdio.h>
#include <string.h>

#include "records/output.h"
#include "records/records.h"

enum {
	CLEARLY_OFF = 60, /* seconds; a code typed late or early makes less */
	TOKENS_LEAST = 3, /* that prove anything of the host's clock */
};

/* What is known of all tokens that tell the time. */
struct clocks {
	struct view view;
	struct check *check;
	size_t used;
	struct check_names refused;
	int64_t latest;
	struct check_names far;
	size_t ahead; /* tokens that are clearly ahead of the host, and behind it */
	size_t behind;
	int64_t sum_ahead; /* seconds */
	int64_t sum_behind;
};

static void clocks_done(struct clocks *clocks)
{
	check_names_done(&clocks->refused);
	check_names_done(&clocks->far);
}

static void read_token_clock(struct clocks *clocks, const struct mfa_record *record,
			     const struct mfa_token *token)
{
	struct mfa_clock clock = { 0 };
	if (token->state != MFA_STATE_ACTIVE ||
	    !output_read_clock(&clocks->view, token, &clock) || !clock.is_used)
		return;
	clocks->used++;
	if (clock.refused_until != 0)
		check_names_add(&clocks->refused, record->user);
	if (clock.refused_until > clocks->latest)
		clocks->latest = clock.refused_until;
	if (clock.is_far)
		check_names_add(&clocks->far, record->user);
	if (clock.ahead > CLEARLY_OFF) {
		clocks->ahead++;
		clocks->sum_ahead += clock.ahead;
	} else if (clock.ahead < -CLEARLY_OFF) {
		clocks->behind++;
		clocks->sum_behind -= clock.ahead;
	}
}

/* Of records that cannot be read the part about people tells. */
static int read_clocks(struct clocks *clocks, struct mfa_diag *diag)
{
	struct mfa_store *store = clocks->check->app->site.store;
	struct mfa_record *record = mfa_store_workspace(store);
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	int err = records_list(store, diag, &names);
	if (err != MFA_OK)
		return err;
	for (size_t i = 0; i < names.count; i++) {
		if (app_read_record(clocks->check->app, names.items[i], diag, record) !=
		    MFA_OK)
			continue;
		for (size_t j = 0; j < record->token_count; j++)
			read_token_clock(clocks, record, &record->tokens[j]);
	}
	return MFA_OK;
}

static void add_host_finding(const struct clocks *clocks)
{
	struct check *check = clocks->check;
	if (clocks->used < TOKENS_LEAST)
		return;
	if (2 * clocks->ahead > clocks->used)
		check_add(
			check, CHECK_WARNING, "clock-off", CHECK_NOWHERE,
			TR(check->app,
			   MFA_N_("%zu of %zu tokens in use say that this host's clock is "
				  "behind, by about %d s: set it")),
			clocks->ahead, clocks->used,
			(int)(clocks->sum_ahead / (int64_t)clocks->ahead));
	if (2 * clocks->behind > clocks->used)
		check_add(
			check, CHECK_WARNING, "clock-off", CHECK_NOWHERE,
			TR(check->app,
			   MFA_N_("%zu of %zu tokens in use say that this host's clock is "
				  "ahead, by about %d s: set it")),
			clocks->behind, clocks->used,
			(int)(clocks->sum_behind / (int64_t)clocks->behind));
}

static void add_token_findings(const struct clocks *clocks)
{
	struct check *check = clocks->check;
	char latest[MFA_TIME_SIZE];
	mfa_text_format_time(clocks->latest, latest);
	if (clocks->refused.count > 0)
		check_add(
			check, CHECK_WARNING, "tokens-future", CHECK_NOWHERE,
			TR_N(check->app,
			     "refused until %s at the latest, as its last accepted code "
			     "is of a later time: %zu of %zu token in use (%s). The "
			     "clock is behind, or was ahead; where it is right: "
			     "mfa-enroll resync --future",
			     "refused until %s at the latest, as their last accepted "
			     "code is of a later time: %zu of %zu tokens in use (%s). "
			     "The clock is behind, or was ahead; where it is right: "
			     "mfa-enroll resync --future",
			     clocks->used),
			latest, clocks->refused.count, clocks->used,
			clocks->refused.text);
	if (clocks->far.count > 0)
		check_add(check, CHECK_NOTE, "tokens-drift", CHECK_NOWHERE,
			  TR(check->app,
			     MFA_N_("the token's clock and this host's are nearly as far "
				    "apart as totp_drift allows: %zu (%s)")),
			  clocks->far.count, clocks->far.text);
	add_host_finding(clocks);
}

void check_clock(struct check *check)
{
	struct mfa_diag diag = { .text = "" };
	if (!check->is_live || check->config == NULL ||
	    app_open_site(check->app, &diag) != MFA_OK)
		return; /* the part about people tells why */
	MFA_CLEANUP(clocks_done)
	struct clocks clocks = { .view = output_view(check->config), .check = check };
	int err = read_clocks(&clocks, &diag);
	mfa_site_close(&check->app->site);
	if (err == MFA_ERR_NOMEM)
		check->findings.err = err;
	add_token_findings(&clocks);
}
