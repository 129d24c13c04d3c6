/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/store/record_codec.c: the bytes of a record. */
#include "mfa/record.h"

#include <string.h>

#include <sodium.h>

#include "support.h"

enum {
	HEAD = 280,
	HEAD_FIRST = 128, /* of version 1 */
	TOKEN = 512,
	AT_BEHIND_PASSWORD = 12,
	AT_UNLOGGED = 48,
	AT_UID = 52,
	AT_FLAGS = 56,
	HAS_UID = 1,
	ALL_FLAGS = 7,
};

/* Two records and their bytes, in locked memory as the product keeps them. */
struct codec {
	struct mfa_record *in;
	struct mfa_record *out;
	unsigned char bytes[MFA_RECORD_SIZE];
	size_t len;
};

static int codec_setup(void **state)
{
	static struct codec codec;
	codec = (struct codec){ .in = mfa_record_new(), .out = mfa_record_new() };
	*state = &codec;
	return codec.in == NULL || codec.out == NULL;
}

static int codec_teardown(void **state)
{
	struct codec *codec = *state;
	mfa_record_free(&codec->in);
	mfa_record_free(&codec->out);
	return 0;
}

static void fill(struct mfa_record *record, size_t tokens)
{
	record->created = 0x1122334455667788;
	record->last_success = 0x2233445566778899;
	record->last_failure = 0x33445566778899aa;
	record->locked_until = MFA_LOCKED_FOREVER;
	record->failures = 0xfedcba98U;
	record->round = 0x89abcdefU;
	record->behind_password = 0x13579bdfU;
	record->unlogged = 0x789abcdeU;
	for (unsigned i = 0; i < MFA_SOURCES_MAX; i++)
		record->sources[i] = (struct mfa_source){
			.id = 0xa1a2a3a4a5a6a7a8U + i,
			.time = i % 2 == 0 ? INT64_MAX - i : -1 - (int64_t)i,
			.round = (uint8_t)(250 + i),
			.locks = (uint8_t)(255 - i),
		};
	record->has_uid = true;
	record->uid = 0x6789abcdU;
	record->is_retired = true;
	record->is_moving = true;
	for (size_t i = 0; i < tokens; i++) {
		struct mfa_token token = {
			.kind = (enum mfa_kind)(1 + i % (MFA_KIND_COUNT - 1)),
			.state = i % 2 == 0 ? MFA_STATE_ACTIVE : MFA_STATE_SUSPENDED,
			.created = -5 - (int64_t)i,
			.last_used = INT64_MAX - (int64_t)i,
			.label = "庁舎 3 階の鍵",
			.created_by = "root",
		};
		if (i == 1) { /* the longest, and the shortest */
			memset(token.label, 'l', MFA_LABEL_SIZE - 1);
			memset(token.created_by, 'c', MFA_ACTOR_SIZE - 1);
		} else if (i == 2) {
			token.label[0] = token.created_by[0] = '\0';
		}
		for (size_t j = 0; j < sizeof token.data; j++)
			token.data[j] = (unsigned char)(j ^ i);
		struct mfa_token *added = NULL;
		assert_int_equal(mfa_record_add(record, &token, &added), MFA_OK);
	}
}

static void encode(struct codec *codec, size_t tokens)
{
	fill(codec->in, tokens);
	assert_int_equal(mfa_record_encode(codec->in, codec->bytes, &codec->len), MFA_OK);
}

static int decode(struct codec *codec, size_t len)
{
	return mfa_record_decode(codec->bytes, len, codec->out);
}

static void every_field_comes_back(void **state)
{
	struct codec *codec = *state;
	encode(codec, MFA_TOKENS_MAX);
	assert_int_equal(codec->len, HEAD + MFA_TOKENS_MAX * TOKEN);
	assert_int_equal(decode(codec, codec->len), MFA_OK);
	const struct mfa_record *in = codec->in;
	const struct mfa_record *out = codec->out;
	assert_int_equal(out->created, in->created);
	assert_int_equal(out->last_success, in->last_success);
	assert_int_equal(out->last_failure, in->last_failure);
	assert_int_equal(out->locked_until, in->locked_until);
	assert_int_equal(out->failures, in->failures);
	assert_int_equal(out->round, in->round);
	assert_int_equal(out->unlogged, in->unlogged);
	assert_int_equal(out->behind_password, in->behind_password);
	for (size_t i = 0; i < MFA_SOURCES_MAX; i++) {
		assert_true(out->sources[i].id == in->sources[i].id);
		assert_true(out->sources[i].time == in->sources[i].time);
		assert_int_equal(out->sources[i].round, in->sources[i].round);
		assert_int_equal(out->sources[i].locks, in->sources[i].locks);
	}
	assert_int_equal(out->uid, in->uid);
	assert_true(out->has_uid && out->is_retired && out->is_moving);
	assert_int_equal(out->token_count, MFA_TOKENS_MAX);
	for (size_t i = 0; i < MFA_TOKENS_MAX; i++) {
		const struct mfa_token *a = &in->tokens[i];
		const struct mfa_token *b = &out->tokens[i];
		assert_string_equal(b->id, a->id);
		assert_int_equal(b->kind, a->kind);
		assert_int_equal(b->state, a->state);
		assert_int_equal(b->created, a->created);
		assert_int_equal(b->last_used, a->last_used);
		assert_string_equal(b->label, a->label);
		assert_string_equal(b->created_by, a->created_by);
		assert_memory_equal(b->data, a->data, sizeof a->data);
	}
}

static void an_empty_record_comes_back(void **state)
{
	struct codec *codec = *state;
	encode(codec, 0);
	assert_int_equal(codec->len, HEAD);
	codec->out->token_count = 7;
	assert_int_equal(decode(codec, codec->len), MFA_OK);
	assert_int_equal(codec->out->token_count, 0);
}

static void user_and_generation_are_left_alone(void **state)
{
	struct codec *codec = *state;
	encode(codec, 1);
	codec->out->generation = 42;
	memcpy(codec->out->user, "taro", 5);
	assert_int_equal(decode(codec, codec->len), MFA_OK);
	assert_int_equal(codec->out->generation, 42);
	assert_string_equal(codec->out->user, "taro");
}

static void the_same_record_has_the_same_bytes(void **state)
{
	struct codec *codec = *state;
	unsigned char again[MFA_RECORD_SIZE];
	size_t len = 0;
	encode(codec, 3);
	memset(again, 0xff, sizeof again);
	assert_int_equal(mfa_record_encode(codec->in, again, &len), MFA_OK);
	assert_int_equal(len, codec->len);
	assert_memory_equal(again, codec->bytes, MFA_RECORD_SIZE);
}

static void every_other_length_is_refused(void **state)
{
	struct codec *codec = *state;
	encode(codec, 2);
	for (size_t len = 0; len <= MFA_RECORD_SIZE; len++)
		assert_int_equal(decode(codec, len),
				 len == codec->len ? MFA_OK : MFA_ERR_INTEGRITY);
}

static void a_newer_version_is_not_supported(void **state)
{
	struct codec *codec = *state;
	encode(codec, 1);
	for (unsigned version = 0; version < 0x10000; version++) {
		int want = version == 2	  ? MFA_OK
			   : version == 1 ? MFA_ERR_INTEGRITY /* it is shorter */
					  : MFA_ERR_UNSUPPORTED;
		codec->bytes[0] = (unsigned char)version;
		codec->bytes[1] = (unsigned char)(version >> 8);
		assert_int_equal(decode(codec, codec->len), want);
	}
}

/* As the first release wrote it. */
static void encode_first(struct codec *codec, size_t tokens)
{
	encode(codec, tokens);
	codec->bytes[0] = 1;
	memset(codec->bytes + AT_BEHIND_PASSWORD, 0, 4);
	memset(codec->bytes + AT_UNLOGGED, 0, HEAD_FIRST - AT_UNLOGGED);
	memmove(codec->bytes + HEAD_FIRST, codec->bytes + HEAD, tokens * TOKEN);
	codec->len = HEAD_FIRST + tokens * TOKEN;
}

static void the_first_version_is_read_and_knows_no_sources(void **state)
{
	static const struct mfa_source none[MFA_SOURCES_MAX];
	struct codec *codec = *state;
	fill(codec->out, 0); /* what is not in the bytes is set all the same */
	encode_first(codec, MFA_TOKENS_MAX);
	assert_int_equal(decode(codec, codec->len), MFA_OK);
	const struct mfa_record *out = codec->out;
	assert_int_equal(out->unlogged, 0);
	assert_int_equal(out->failures, codec->in->failures);
	assert_int_equal(out->behind_password,
			 codec->in->failures); /* as it was counted */
	assert_int_equal(out->round, codec->in->round);
	assert_memory_equal(out->sources, none, sizeof none);
	assert_int_equal(out->token_count, MFA_TOKENS_MAX);
	assert_memory_equal(out->tokens[14].data, codec->in->tokens[14].data,
			    MFA_TOKEN_DATA_SIZE);
}

static void the_first_version_has_no_later_fields(void **state)
{
	struct codec *codec = *state;
	encode_first(codec, 2);
	for (size_t at = AT_BEHIND_PASSWORD; at < HEAD_FIRST; at++) {
		bool is_field = at >= 16 && at < AT_UNLOGGED;
		codec->bytes[at] ^= 1;
		assert_int_equal(decode(codec, codec->len),
				 is_field ? MFA_OK : MFA_ERR_INTEGRITY);
		codec->bytes[at] ^= 1;
	}
	for (size_t len = 0; len <= MFA_RECORD_SIZE; len++)
		assert_int_equal(decode(codec, len),
				 len == codec->len ? MFA_OK : MFA_ERR_INTEGRITY);
}

static void what_closes_a_record_has_one_form_alone(void **state)
{
	struct codec *codec = *state;
	encode(codec, 1);
	for (unsigned flags = 0; flags < 256; flags++) {
		codec->bytes[AT_FLAGS] = (unsigned char)flags;
		bool is_known = flags <= ALL_FLAGS && (flags & HAS_UID) != 0;
		assert_int_equal(decode(codec, codec->len),
				 is_known ? MFA_OK : MFA_ERR_INTEGRITY);
	}
	memset(codec->bytes + AT_UID, 0, 5);
	assert_int_equal(decode(codec, codec->len), MFA_OK);
	assert_false(codec->out->has_uid || codec->out->is_retired ||
		     codec->out->is_moving);
	codec->bytes[AT_FLAGS] = HAS_UID; /* root */
	assert_int_equal(decode(codec, codec->len), MFA_OK);
	assert_true(codec->out->has_uid && codec->out->uid == 0);
}

static void too_many_tokens_are_refused(void **state)
{
	struct codec *codec = *state;
	encode(codec, MFA_TOKENS_MAX);
	codec->bytes[2] = MFA_TOKENS_MAX + 1;
	assert_int_equal(decode(codec, codec->len), MFA_ERR_INTEGRITY);
	codec->bytes[2] = 0xff;
	codec->bytes[3] = 0xff;
	assert_int_equal(decode(codec, codec->len), MFA_ERR_INTEGRITY);
	codec->in->token_count = MFA_TOKENS_MAX + 1;
	size_t len = 99;
	assert_int_equal(mfa_record_encode(codec->in, codec->bytes, &len),
			 MFA_ERR_INVALID);
	assert_int_equal(len, 99);
}

static void tokens_out_of_range_are_refused(void **state)
{
	static const struct {
		size_t at;
		unsigned char value;
		int err;
	} cases[] = {
		{ 0, 'A', MFA_ERR_INTEGRITY },		    /* id */
		{ 7, '\0', MFA_ERR_INTEGRITY },		    /* id */
		{ 0, '/', MFA_ERR_INTEGRITY },		    /* id */
		{ 8, MFA_KIND_NONE, MFA_ERR_INTEGRITY },    /* kind */
		{ 8, MFA_KIND_COUNT, MFA_ERR_UNSUPPORTED }, /* a kind of the future */
		{ 9, MFA_STATE_NONE, MFA_ERR_INTEGRITY },   /* state */
		{ 9, 3, MFA_ERR_INTEGRITY },		    /* state */
		{ 64, '\n', MFA_ERR_INTEGRITY },	    /* label */
		{ 64, 0xff, MFA_ERR_INTEGRITY },	    /* label */
		{ 128, 0x1b, MFA_ERR_INTEGRITY },	    /* created_by */
	};
	struct codec *codec = *state;
	encode(codec, 1);
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		unsigned char *byte = &codec->bytes[HEAD + cases[i].at];
		unsigned char was = *byte;
		*byte = cases[i].value;
		assert_int_equal(decode(codec, codec->len), cases[i].err);
		*byte = was;
	}
	memset(codec->bytes + HEAD + 64, 'x', MFA_LABEL_SIZE); /* no NUL */
	assert_int_equal(decode(codec, codec->len), MFA_ERR_INTEGRITY);
}

/* Whatever the bytes are: an answer, and texts that end. */
static void random_bytes_never_crash(void **state)
{
	struct codec *codec = *state;
	for (int round = 0; round < 20000; round++) {
		size_t tokens = randombytes_uniform(MFA_TOKENS_MAX + 1);
		size_t len = HEAD + tokens * TOKEN;
		randombytes_buf(codec->bytes, sizeof codec->bytes);
		if (round % 2 == 0) { /* get past the head */
			memcpy(codec->bytes, (unsigned char[]){ 2, 0 }, 2);
			memset(codec->bytes + AT_UNLOGGED + 4, 0, 12);
			memcpy(codec->bytes + 2,
			       (unsigned char[]){ (unsigned char)tokens, 0 }, 2);
		}
		int err = decode(codec, len);
		assert_true(err == MFA_OK || err == MFA_ERR_INTEGRITY ||
			    err == MFA_ERR_UNSUPPORTED);
		assert_true(codec->out->token_count <= MFA_TOKENS_MAX);
	}
}

/* A valid record with a byte changed: what is accepted says all that the bytes say. */
static void altered_records_are_refused_or_sound(void **state)
{
	struct codec *codec = *state;
	unsigned char again[MFA_RECORD_SIZE];
	encode(codec, 2);
	for (size_t at = 0; at < codec->len; at++)
		for (unsigned flip = 1; flip < 256; flip = flip * 2 + 1) {
			size_t len = 0;
			codec->bytes[at] ^= (unsigned char)flip;
			if (decode(codec, codec->len) == MFA_OK) {
				assert_int_equal(
					mfa_record_encode(codec->out, again, &len),
					MFA_OK);
				assert_int_equal(len, codec->len);
				assert_memory_equal(again, codec->bytes, len);
			}
			codec->bytes[at] ^= (unsigned char)flip;
		}
}

#define with_codec(test) \
	cmocka_unit_test_setup_teardown(test, codec_setup, codec_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_codec(every_field_comes_back),
		with_codec(an_empty_record_comes_back),
		with_codec(user_and_generation_are_left_alone),
		with_codec(the_same_record_has_the_same_bytes),
		with_codec(every_other_length_is_refused),
		with_codec(a_newer_version_is_not_supported),
		with_codec(the_first_version_is_read_and_knows_no_sources),
		with_codec(the_first_version_has_no_later_fields),
		with_codec(what_closes_a_record_has_one_form_alone),
		with_codec(too_many_tokens_are_refused),
		with_codec(tokens_out_of_range_are_refused),
		with_codec(random_bytes_never_crash),
		with_codec(altered_records_are_refused_or_sound),
	};
	return group_main("record_codec", tests);
}
