/* SPDX-License-Identifier: BSD-2-Clause */
#include "records/output.h"

#include <string.h>
#include <time.h>

#include "mfa/language.h"

struct view output_view(const struct mfa_config *config)
{
	return (struct view){ .bounds = mfa_zone_bounds(config), .now = time(NULL) };
}

void output_format_time(int64_t seconds, char ret_text[static MFA_TIME_SIZE])
{
	if (seconds == 0)
		memcpy(ret_text, "-", 2);
	else
		mfa_text_format_time(seconds, ret_text);
}

const char *output_lock_word(const struct view *view, const struct mfa_record *record)
{
	int64_t until = 0;
	switch (mfa_lockout_account(&view->bounds, record, view->now)) {
	case MFA_LOCK_TIMED:
		return "timed";
	case MFA_LOCK_FOREVER:
		return "yes";
	case MFA_LOCK_NONE:
		break;
	}
	if (mfa_lockout_is_at_ceiling(record))
		return "remote";
	return mfa_lockout_sources(&view->bounds, record, view->now, &until) > 0
		       ? "source"
		       : "no";
}

const char *output_state_word(enum mfa_state state)
{
	switch (state) {
	case MFA_STATE_ACTIVE:
		return MFA_N_("active");
	case MFA_STATE_SUSPENDED:
		return MFA_N_("suspended");
	case MFA_STATE_NONE:
		break;
	}
	return MFA_N_("unknown");
}

const char *output_orphan_word(enum orphan orphan)
{
	switch (orphan) {
	case ORPHAN_MOVING:
		return "moving";
	case ORPHAN_RETIRED:
		return "retired";
	case ORPHAN_ABSENT:
		return "absent";
	case ORPHAN_UID:
		return "other-uid";
	case ORPHAN_NONE:
	case ORPHAN_UNSURE:
		break;
	}
	return NULL;
}

void output_json_owner(struct mfa_json *json, const struct mfa_record *record,
		       const struct ownership *ownership)
{
	const char *state = record->is_retired ? "retired" : "open";
	mfa_json_key(json, "uid");
	if (record->has_uid)
		mfa_json_number(json, record->uid);
	else
		mfa_json_null(json);
	mfa_json_field(json, "record", record->is_moving ? "moving" : state);
	mfa_json_field(json, "account", account_match_name(ownership->match));
}

void output_json_time(struct mfa_json *json, const char *key, int64_t seconds)
{
	char text[MFA_TIME_SIZE];
	mfa_text_format_time(seconds, text);
	mfa_json_field(json, key, seconds == 0 ? NULL : text);
}

bool output_read_clock(const struct view *view, const struct mfa_token *token,
		       struct mfa_clock *ret_clock)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(token->kind);
	return factor != NULL && factor->read_clock != NULL &&
	       factor->read_clock(token, &view->bounds, view->now, ret_clock) == MFA_OK;
}

static void put_clock(struct mfa_json *json, const struct view *view,
		      const struct mfa_token *token)
{
	struct mfa_clock clock = { 0 };
	mfa_json_key(json, "clock_ahead");
	if (output_read_clock(view, token, &clock))
		mfa_json_number(json, clock.ahead);
	else
		mfa_json_null(json);
	output_json_time(json, "refused_until", clock.refused_until);
}

void output_json_token(struct mfa_json *json, const struct view *view,
		       const struct mfa_token *token)
{
	char parameters[MFA_DESCRIPTION_SIZE] = "";
	const struct mfa_factor_ops *factor = mfa_factor_find(token->kind);
	if (factor != NULL)
		factor->describe(token, parameters);
	mfa_json_field(json, "token", token->id);
	mfa_json_field(json, "kind", mfa_kind_name(token->kind));
	mfa_json_field(json, "label", token->label);
	mfa_json_field(json, "state", mfa_state_name(token->state));
	output_json_time(json, "created", token->created);
	mfa_json_field(json, "created_by", token->created_by);
	output_json_time(json, "last_used", token->last_used);
	mfa_json_field(json, "parameters", parameters);
	put_clock(json, view, token);
}

static void put_until(struct mfa_json *json, const char *key, int64_t until)
{
	if (until == MFA_LOCKED_FOREVER)
		mfa_json_field(json, key, "unlock");
	else
		output_json_time(json, key, until);
}

void output_json_counters(struct mfa_json *json, const struct view *view,
			  const struct mfa_record *record)
{
	enum mfa_lock lock = mfa_lockout_account(&view->bounds, record, view->now);
	int64_t until = 0;
	unsigned sources = mfa_lockout_sources(&view->bounds, record, view->now, &until);
	mfa_json_count(json, "failures", record->failures);
	mfa_json_key(json, "locked");
	mfa_json_bool(json, lock != MFA_LOCK_NONE);
	bool is_of_wrong_clock =
		lock == MFA_LOCK_NONE && record->locked_until > view->now;
	put_until(json, "locked_until",
		  lock == MFA_LOCK_FOREVER ? MFA_LOCKED_FOREVER
		  : is_of_wrong_clock	   ? 0
					   : record->locked_until);
	mfa_json_key(json, "local_only");
	mfa_json_bool(json, lock == MFA_LOCK_NONE && mfa_lockout_is_at_ceiling(record));
	mfa_json_count(json, "sources_locked", sources);
	put_until(json, "sources_locked_until", until);
}
