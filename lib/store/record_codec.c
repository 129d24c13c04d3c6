/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes of a record: docs/store-format.md. */
#include "mfa/record.h"

#include <string.h>

#include <sodium.h>

#include "mfa/bytes.h"
#include "mfa/secret.h"
#include "mfa/text.h"

enum {
	VERSION = 2,
	VERSION_FIRST = 1, /* the user's part has 128 bytes, without AT_UNLOGGED */
	/* the user's part */
	AT_VERSION = 0,
	AT_TOKEN_COUNT = 2,
	AT_FAILURES = 4,
	AT_ROUND = 8,
	AT_BEHIND_PASSWORD = 12,
	AT_CREATED = 16,
	AT_LAST_SUCCESS = 24,
	AT_LAST_FAILURE = 32,
	AT_LOCKED_UNTIL = 40,
	AT_UNLOGGED = 48,
	AT_UID = 52,
	AT_FLAGS = 56,
	AT_UNUSED = 57,
	AT_SOURCES = 64,
	/* in each source's part */
	AT_SOURCE_TIME = 8,
	AT_SOURCE_ROUND = 16,
	AT_SOURCE_LOCKS = 17,
	SOURCE_SIZE = 18,
	HEAD_SIZE = AT_SOURCES + MFA_SOURCES_MAX * SOURCE_SIZE,
	HEAD_SIZE_FIRST = 128,
	/* each token's part */
	AT_ID = 0,
	AT_KIND = 8,
	AT_STATE = 9,
	AT_TOKEN_CREATED = 16,
	AT_LAST_USED = 24,
	AT_TOKEN_UNUSED = 32,
	AT_LABEL = 64,
	AT_CREATED_BY = AT_LABEL + MFA_LABEL_SIZE,
	AT_DATA = 256,
	TOKEN_SIZE = AT_DATA + MFA_TOKEN_DATA_SIZE,
};

enum {
	FLAG_HAS_UID = 1,
	FLAG_RETIRED = 2,
	FLAG_MOVING = 4,
	FLAGS_ALL = FLAG_HAS_UID | FLAG_RETIRED | FLAG_MOVING,
};

_Static_assert(HEAD_SIZE + MFA_TOKENS_MAX * TOKEN_SIZE <= MFA_RECORD_SIZE,
	       "a full record must fit");

static void encode_sources(const struct mfa_record *record, unsigned char *bytes)
{
	for (size_t i = 0; i < MFA_SOURCES_MAX; i++, bytes += SOURCE_SIZE) {
		const struct mfa_source *source = &record->sources[i];
		mfa_put64(bytes, source->id);
		mfa_put64(bytes + AT_SOURCE_TIME, (uint64_t)source->time);
		bytes[AT_SOURCE_ROUND] = source->round;
		bytes[AT_SOURCE_LOCKS] = source->locks;
	}
}

static void encode_token(const struct mfa_token *token, unsigned char *bytes)
{
	memcpy(bytes + AT_ID, token->id, MFA_TOKEN_ID_SIZE - 1);
	bytes[AT_KIND] = (unsigned char)token->kind;
	bytes[AT_STATE] = (unsigned char)token->state;
	mfa_put64(bytes + AT_TOKEN_CREATED, (uint64_t)token->created);
	mfa_put64(bytes + AT_LAST_USED, (uint64_t)token->last_used);
	memcpy(bytes + AT_LABEL, token->label, strnlen(token->label, MFA_LABEL_SIZE - 1));
	memcpy(bytes + AT_CREATED_BY, token->created_by,
	       strnlen(token->created_by, MFA_ACTOR_SIZE - 1));
	memcpy(bytes + AT_DATA, token->data, MFA_TOKEN_DATA_SIZE);
}

static void encode_owner(const struct mfa_record *record, unsigned char *bytes)
{
	unsigned flags = (record->has_uid ? FLAG_HAS_UID : 0) |
			 (record->is_retired ? FLAG_RETIRED : 0) |
			 (record->is_moving ? FLAG_MOVING : 0);
	mfa_put32(bytes + AT_UID, record->has_uid ? record->uid : 0);
	bytes[AT_FLAGS] = (unsigned char)flags;
}

int mfa_record_encode(const struct mfa_record *record, unsigned char *ret_bytes,
		      size_t *ret_len)
{
	if (record->token_count > MFA_TOKENS_MAX)
		return MFA_ERR_INVALID;
	memset(ret_bytes, 0, MFA_RECORD_SIZE);
	mfa_put16(ret_bytes + AT_VERSION, VERSION);
	mfa_put16(ret_bytes + AT_TOKEN_COUNT, (uint16_t)record->token_count);
	mfa_put32(ret_bytes + AT_FAILURES, record->failures);
	mfa_put32(ret_bytes + AT_ROUND, record->round);
	mfa_put32(ret_bytes + AT_BEHIND_PASSWORD, record->behind_password);
	mfa_put64(ret_bytes + AT_CREATED, (uint64_t)record->created);
	mfa_put64(ret_bytes + AT_LAST_SUCCESS, (uint64_t)record->last_success);
	mfa_put64(ret_bytes + AT_LAST_FAILURE, (uint64_t)record->last_failure);
	mfa_put64(ret_bytes + AT_LOCKED_UNTIL, (uint64_t)record->locked_until);
	mfa_put32(ret_bytes + AT_UNLOGGED, record->unlogged);
	encode_owner(record, ret_bytes);
	encode_sources(record, ret_bytes + AT_SOURCES);
	for (size_t i = 0; i < record->token_count; i++)
		encode_token(&record->tokens[i], ret_bytes + HEAD_SIZE + i * TOKEN_SIZE);
	*ret_len = HEAD_SIZE + record->token_count * TOKEN_SIZE;
	return MFA_OK;
}

static bool is_token_id(const char *id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	return strlen(id) == MFA_TOKEN_ID_SIZE - 1 && strspn(id, allowed) == strlen(id);
}

/* Whether unused bytes are zero. */
static bool are_zero(const unsigned char *bytes, size_t from, size_t to)
{
	return sodium_is_zero(bytes + from, to - from) == 1;
}

/* A NUL-terminated text of at most size-1 bytes, empty or a label, followed by zeros. */
static bool decode_text(const unsigned char *bytes, size_t size, char *ret_text)
{
	const unsigned char *end = memchr(bytes, '\0', size);
	if (end == NULL || !are_zero(bytes, (size_t)(end - bytes), size))
		return false;
	memcpy(ret_text, bytes, size);
	return ret_text[0] == '\0' || mfa_text_is_label(ret_text, size);
}

static int decode_token(const unsigned char *bytes, struct mfa_token *token)
{
	memcpy(token->id, bytes + AT_ID, MFA_TOKEN_ID_SIZE - 1);
	token->id[MFA_TOKEN_ID_SIZE - 1] = '\0';
	unsigned kind = bytes[AT_KIND];
	unsigned state = bytes[AT_STATE];
	if (!is_token_id(token->id) || kind == MFA_KIND_NONE ||
	    state < MFA_STATE_ACTIVE || state > MFA_STATE_SUSPENDED ||
	    !are_zero(bytes, AT_STATE + 1, AT_TOKEN_CREATED) ||
	    !are_zero(bytes, AT_TOKEN_UNUSED, AT_LABEL) ||
	    !are_zero(bytes, AT_CREATED_BY + MFA_ACTOR_SIZE, AT_DATA))
		return MFA_ERR_INTEGRITY;
	if (kind >= MFA_KIND_COUNT)
		return MFA_ERR_UNSUPPORTED;
	token->kind = (enum mfa_kind)kind;
	token->state = (enum mfa_state)state;
	token->created = (int64_t)mfa_get64(bytes + AT_TOKEN_CREATED);
	token->last_used = (int64_t)mfa_get64(bytes + AT_LAST_USED);
	if (!decode_text(bytes + AT_LABEL, MFA_LABEL_SIZE, token->label) ||
	    !decode_text(bytes + AT_CREATED_BY, MFA_ACTOR_SIZE, token->created_by))
		return MFA_ERR_INTEGRITY;
	memcpy(token->data, bytes + AT_DATA, MFA_TOKEN_DATA_SIZE);
	return MFA_OK;
}

/* false: encode_owner would not write these bytes. */
static bool decode_owner(const unsigned char *bytes, struct mfa_record *record)
{
	unsigned flags = bytes[AT_FLAGS];
	record->has_uid = (flags & FLAG_HAS_UID) != 0;
	record->uid = mfa_get32(bytes + AT_UID);
	record->is_retired = (flags & FLAG_RETIRED) != 0;
	record->is_moving = (flags & FLAG_MOVING) != 0;
	return (flags & ~(unsigned)FLAGS_ALL) == 0 &&
	       (record->has_uid || record->uid == 0);
}

static void decode_sources(const unsigned char *bytes, struct mfa_record *ret_record)
{
	for (size_t i = 0; i < MFA_SOURCES_MAX; i++, bytes += SOURCE_SIZE)
		ret_record->sources[i] = (struct mfa_source){
			.id = mfa_get64(bytes),
			.time = (int64_t)mfa_get64(bytes + AT_SOURCE_TIME),
			.round = bytes[AT_SOURCE_ROUND],
			.locks = bytes[AT_SOURCE_LOCKS],
		};
}

/* Version 1 does not say which wrong codes came after a right password: all may have. */
static void decode_head(const unsigned char *bytes, unsigned version,
			struct mfa_record *ret_record)
{
	bool is_first = version == VERSION_FIRST;
	ret_record->failures = mfa_get32(bytes + AT_FAILURES);
	ret_record->round = mfa_get32(bytes + AT_ROUND);
	ret_record->behind_password =
		mfa_get32(bytes + (is_first ? AT_FAILURES : AT_BEHIND_PASSWORD));
	ret_record->created = (int64_t)mfa_get64(bytes + AT_CREATED);
	ret_record->last_success = (int64_t)mfa_get64(bytes + AT_LAST_SUCCESS);
	ret_record->last_failure = (int64_t)mfa_get64(bytes + AT_LAST_FAILURE);
	ret_record->locked_until = (int64_t)mfa_get64(bytes + AT_LOCKED_UNTIL);
	ret_record->unlogged = mfa_get32(bytes + AT_UNLOGGED);
	memset(ret_record->sources, 0, sizeof ret_record->sources);
	if (!is_first)
		decode_sources(bytes + AT_SOURCES, ret_record);
}

static bool is_valid_head(const unsigned char *bytes, unsigned version)
{
	if (version == VERSION_FIRST)
		return are_zero(bytes, AT_BEHIND_PASSWORD, AT_CREATED) &&
		       are_zero(bytes, AT_UNLOGGED, HEAD_SIZE_FIRST);
	return are_zero(bytes, AT_UNUSED, AT_SOURCES);
}

int mfa_record_decode(const unsigned char *bytes, size_t len,
		      struct mfa_record *ret_record)
{
	if (len < HEAD_SIZE_FIRST)
		return MFA_ERR_INTEGRITY;
	unsigned version = mfa_get16(bytes + AT_VERSION);
	if (version < VERSION_FIRST || version > VERSION)
		return MFA_ERR_UNSUPPORTED;
	size_t head = version == VERSION_FIRST ? HEAD_SIZE_FIRST : HEAD_SIZE;
	size_t count = mfa_get16(bytes + AT_TOKEN_COUNT);
	if (count > MFA_TOKENS_MAX || len != head + count * TOKEN_SIZE ||
	    !is_valid_head(bytes, version) || !decode_owner(bytes, ret_record))
		return MFA_ERR_INTEGRITY;
	for (size_t i = 0; i < count; i++) {
		struct mfa_token *token = &ret_record->tokens[i];
		int err = decode_token(bytes + head + i * TOKEN_SIZE, token);
		if (err != MFA_OK)
			return err;
	}
	ret_record->token_count = count;
	decode_head(bytes, version, ret_record);
	return MFA_OK;
}
