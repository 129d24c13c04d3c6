/* SPDX-License-Identifier: BSD-2-Clause */
/* How likely one guess is right: with each token, and with each code that the zone's
 * windows accept, there is one more that is. Only on this host: the records are sealed
 * with its key. */
#include "check/parts.h"

#include <stdio.h>
#include <time.h>

#include "mfa/factor.h"
#include "records/records.h"

enum {
	BILLION = 1000 * 1000 * 1000,
	LIKELY = BILLION / 20000, /* a guess in 20 000, in billionths */
};

struct guesses {
	struct check *check;
	int64_t now;
	struct check_names likely;
	uint64_t worst; /* in billionths */
};

/* In billionths; 0: nobody guesses codes of this token. */
static uint64_t rate_token(const struct mfa_token *token, const struct mfa_zone *zone,
			   int64_t now)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(token->kind);
	if (factor == NULL || factor->count_codes == NULL ||
	    token->state != MFA_STATE_ACTIVE ||
	    (zone->factors & (UINT32_C(1) << token->kind)) == 0)
		return 0;
	uint64_t rate = (uint64_t)BILLION * factor->count_codes(token, zone, now);
	for (size_t i = factor->code_len(token); i > 0; i--)
		rate /= 10;
	return rate;
}

static uint64_t rate_record(const struct mfa_record *record, const struct mfa_zone *zone,
			    int64_t now)
{
	uint64_t rate = 0;
	for (size_t i = 0; i < record->token_count; i++)
		rate += rate_token(&record->tokens[i], zone, now);
	return rate;
}

/* In the zone in which a guess is the likeliest. */
static void rate_person(struct guesses *guesses, const struct mfa_record *record)
{
	const struct mfa_config *config = guesses->check->config;
	uint64_t worst = 0;
	for (size_t i = 0; i < config->zone_count; i++) {
		const struct mfa_zone *zone = &config->zones[i];
		uint64_t rate =
			zone->is_off ? 0 : rate_record(record, zone, guesses->now);
		worst = rate > worst ? rate : worst;
	}
	if (worst > LIKELY)
		check_names_add(&guesses->likely, record->user);
	if (worst > guesses->worst)
		guesses->worst = worst;
}

/* Of records that cannot be read the part about people tells. */
static int rate_people(struct guesses *guesses, struct mfa_diag *diag)
{
	struct app *app = guesses->check->app;
	struct mfa_record *record = mfa_store_workspace(app->site.store);
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	int err = records_list(app->site.store, diag, &names);
	if (err != MFA_OK)
		return err;
	for (size_t i = 0; i < names.count; i++)
		if (app_read_record(app, names.items[i], diag, record) == MFA_OK)
			rate_person(guesses, record);
	return MFA_OK;
}

void check_guesses(struct check *check)
{
	struct mfa_diag diag = { .text = "" };
	struct guesses guesses = { .check = check, .now = time(NULL) };
	if (!check->is_live || check->config == NULL ||
	    app_open_site(check->app, &diag) != MFA_OK)
		return; /* the part about people tells why */
	int err = rate_people(&guesses, &diag);
	mfa_site_close(&check->app->site);
	if (err == MFA_ERR_NOMEM)
		check->findings.err = err;
	if (guesses.likely.count > 0)
		check_add(check, CHECK_WARNING, "guess-likely", CHECK_NOWHERE,
			  TR(check->app,
			     MFA_N_("a guess is right more often than once in 20000, at "
				    "worst once in %u: %zu (%s). Remove tokens that are "
				    "not used, or make totp_window or hotp_look_ahead "
				    "smaller")),
			  (unsigned)(BILLION / guesses.worst), guesses.likely.count,
			  guesses.likely.text);
}
