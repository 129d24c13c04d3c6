/* SPDX-License-Identifier: BSD-2-Clause */
#include "state.h"

#include <string.h>

struct collection {
	struct pam_fixture *fixture;
	struct mfa_diag *diag;
	struct state *state;
};

static int collect(void *context, const char *user)
{
	struct collection *collection = context;
	struct state *state = collection->state;
	if (state->count == STATE_USERS_MAX)
		return mfa_fail(collection->diag, MFA_ERR_FULL, "%s: too many users",
				user);
	struct mfa_record *record = mfa_record_new();
	if (record == NULL)
		return MFA_ERR_NOMEM;
	state->records[state->count++] = record;
	return mfa_store_read(collection->fixture->host.store, user, collection->diag,
			      record);
}

static bool is_unused(const struct mfa_record *decoy)
{
	return decoy->last_failure == 0 && decoy->failures == 0 && decoy->unlogged == 0;
}

static int collect_decoy(struct collection *collection, size_t index)
{
	char name[MFA_DECOY_NAME_SIZE];
	struct state *state = collection->state;
	mfa_decoy_name(index, name);
	int err = collect(collection, name);
	if (err == MFA_ERR_NOTFOUND ||
	    (err == MFA_OK && is_unused(state->records[state->count - 1])))
		mfa_record_free(&state->records[--state->count]);
	return err == MFA_ERR_NOTFOUND ? MFA_OK : err;
}

bool state_take(struct pam_fixture *fixture, struct mfa_diag *diag,
		struct state *ret_state)
{
	struct collection collection = { fixture, diag, ret_state };
	*ret_state = (struct state){ .count = 0 };
	int err = collect(&collection, MFA_DECOY_USER);
	for (size_t i = 0; err == MFA_OK && i < MFA_DECOYS; i++)
		err = collect_decoy(&collection, i);
	if (err == MFA_OK)
		err = mfa_store_list(fixture->host.store, collect, &collection, diag);
	if (err != MFA_OK)
		state_done(ret_state);
	return err == MFA_OK;
}

void state_done(struct state *state)
{
	for (size_t i = 0; i < state->count; i++)
		mfa_record_free(&state->records[i]);
	state->count = 0;
}

static void loosen_time(int64_t *time)
{
	*time = *time != 0;
}

static void loosen(struct mfa_record *record)
{
	record->generation = 0;
	record->unlogged =
		0; /* a refusal that has no line yet is in the record as well */
	loosen_time(&record->created);
	loosen_time(&record->last_success);
	loosen_time(&record->last_failure);
	for (size_t i = 0; i < record->token_count; i++) {
		struct mfa_token *token = &record->tokens[i];
		loosen_time(&token->created);
		loosen_time(&token->last_used);
		if (strcmp(token->label, STATE_NEW_LABEL) == 0)
			memset(token->id, 0, sizeof token->id);
	}
}

bool state_is_same_record(const struct mfa_record *a, const struct mfa_record *b,
			  bool is_loose)
{
	struct mfa_record one = *a;
	struct mfa_record two = *b;
	if (is_loose) {
		loosen(&one);
		loosen(&two);
	}
	unsigned char bytes_one[MFA_RECORD_SIZE];
	unsigned char bytes_two[MFA_RECORD_SIZE];
	size_t len_one = 0;
	size_t len_two = 0;
	return strcmp(one.user, two.user) == 0 && one.generation == two.generation &&
	       mfa_record_encode(&one, bytes_one, &len_one) == MFA_OK &&
	       mfa_record_encode(&two, bytes_two, &len_two) == MFA_OK &&
	       len_one == len_two && memcmp(bytes_one, bytes_two, len_one) == 0;
}

struct mfa_record *state_find(const struct state *state, const char *user)
{
	for (size_t i = 0; i < state->count; i++)
		if (strcmp(state->records[i]->user, user) == 0)
			return state->records[i];
	return NULL;
}

bool state_is_same(const struct state *a, const struct state *b, bool is_loose)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct mfa_record *other = state_find(b, a->records[i]->user);
		if (other == NULL ||
		    !state_is_same_record(a->records[i], other, is_loose))
			return false;
	}
	return true;
}
