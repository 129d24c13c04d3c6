/* Records for people and programs to read. Never a secret. */
#pragma once

#include "mfa/json.h"
#include "mfa/record.h"
#include "mfa/text.h"

/* A time for a person: "-" when there is none. */
void describe_time(int64_t seconds, char ret_text[static MFA_TIME_SIZE]);

/* "no", "yes", or "timed", for a table. */
const char *describe_lock(const struct mfa_record *record, int64_t now);

/* A state for a person, in English, to be translated. */
const char *describe_state(enum mfa_state state);

/* The fields token, kind, label, state, created, created_by, last_used, parameters. */
void describe_token(struct mfa_json *json, const struct mfa_token *token);

/* The fields failures and locked_until (null, a time, or "unlock"). */
void describe_counters(struct mfa_json *json, const struct mfa_record *record);

/* A field with a time, null when there is none. */
void describe_moment(struct mfa_json *json, const char *key, int64_t seconds);
