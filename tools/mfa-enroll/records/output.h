/* SPDX-License-Identifier: BSD-2-Clause */
/* Records for people and programs to read. Never a secret. */
#pragma once

#include "mfa/factor.h"
#include "mfa/json.h"
#include "mfa/lockout.h"
#include "mfa/text.h"
#include "records/accounts.h"

/* From where records are looked at: the time, and what holds in one zone or another. */
struct view {
	struct mfa_zone bounds;
	int64_t now;
};

struct view output_view(const struct mfa_config *config);

/* A time for a person: "-" when there is none. */
void output_format_time(int64_t seconds, char ret_text[static MFA_TIME_SIZE]);

/* For a table: "yes" or "timed", when the account is locked; "remote", when all but this
 * machine's terminals are; "source", when some sources are; "no". */
const char *output_lock_word(const struct view *view, const struct mfa_record *record);

/* A state for a person, in English, to be translated. */
const char *output_state_word(enum mfa_state state);

/* How the clock of a token and this host's agree; false: it tells no time. */
bool output_read_clock(const struct view *view, const struct mfa_token *token,
		       struct mfa_clock *ret_clock);

/* The fields token, kind, label, state, created, created_by, last_used, parameters,
 * clock_ahead, refused_until. */
void output_json_token(struct mfa_json *json, const struct view *view,
		       const struct mfa_token *token);

/* The fields failures, locked, locked_until (null, a time, or "unlock"), local_only,
 * sources_locked, sources_locked_until. */
void output_json_counters(struct mfa_json *json, const struct view *view,
			  const struct mfa_record *record);

/* The fields uid (null where it is not known), record ("open", "retired", "moving") and
 * account ("present", "absent", "other-uid", "unknown"). */
void output_json_owner(struct mfa_json *json, const struct mfa_record *record,
		       const struct ownership *ownership);

/* One word for a table of why the record does not open; NULL: it does. */
const char *output_orphan_word(enum orphan orphan);

/* A field with a time, null when there is none. */
void output_json_time(struct mfa_json *json, const char *key, int64_t seconds);
