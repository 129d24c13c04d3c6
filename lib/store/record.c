/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/record.h"

#include <string.h>

#include <sodium.h>

#include "mfa/secret.h"

enum mfa_record_status mfa_record_status(const struct mfa_record *record, bool has_uid,
					 uint32_t uid)
{
	if (record->is_moving)
		return MFA_RECORD_MOVING;
	if (record->is_retired)
		return MFA_RECORD_RETIRED;
	if (record->has_uid && has_uid && record->uid != uid)
		return MFA_RECORD_OF_OTHER_UID;
	return MFA_RECORD_USABLE;
}

struct mfa_record *mfa_record_new(void)
{
	return mfa_locked_new(sizeof(struct mfa_record));
}

void mfa_record_free(struct mfa_record **record)
{
	mfa_locked_free(*record);
	*record = NULL;
}

struct mfa_token *mfa_token_new(void)
{
	return mfa_locked_new(sizeof(struct mfa_token));
}

void mfa_token_free(struct mfa_token **token)
{
	mfa_locked_free(*token);
	*token = NULL;
}

struct mfa_token *mfa_record_find(struct mfa_record *record, const char *id)
{
	for (size_t i = 0; i < record->token_count; i++)
		if (strcmp(record->tokens[i].id, id) == 0)
			return &record->tokens[i];
	return NULL;
}

static void make_token_id(char id[static MFA_TOKEN_ID_SIZE])
{
	/* without the look-alikes 0 o, 1 l i */
	static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";
	for (size_t i = 0; i < MFA_TOKEN_ID_SIZE - 1; i++)
		id[i] = alphabet[randombytes_uniform(sizeof alphabet - 1)];
	id[MFA_TOKEN_ID_SIZE - 1] = '\0';
}

int mfa_record_add(struct mfa_record *record, const struct mfa_token *token,
		   struct mfa_token **ret_token)
{
	if (record->token_count >= MFA_TOKENS_MAX)
		return MFA_ERR_FULL;
	char id[MFA_TOKEN_ID_SIZE];
	do
		make_token_id(id);
	while (mfa_record_find(record, id) != NULL);
	struct mfa_token *copy = &record->tokens[record->token_count++];
	*copy = *token;
	memcpy(copy->id, id, sizeof id);
	*ret_token = copy;
	return MFA_OK;
}

void mfa_record_remove(struct mfa_record *record, struct mfa_token *token)
{
	size_t index = (size_t)(token - record->tokens);
	size_t behind = record->token_count - index - 1;
	memmove(token, token + 1, behind * sizeof *token);
	record->token_count--;
	mfa_wipe(&record->tokens[record->token_count], sizeof *token);
}
