/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/authd_protocol.h"

#include <string.h>

#include "mfa/bytes.h"

/* Strings are NUL-terminated, one after the other. */
enum {
	BEGIN_STRINGS = 13,
	AT_FLAGS = 2,
	BEGIN_HEAD = 3,
	FLAG_PASSWORD = 1,
	FLAG_EXPLAIN = 2,
	FLAG_DEBUG = 4,
	BEGIN_FLAGS = FLAG_PASSWORD | FLAG_EXPLAIN | FLAG_DEBUG,
	FLAG_CUT = 1,
	FLAG_AGAIN = 2,
	REPLY_FLAGS = FLAG_CUT | FLAG_AGAIN,
	FLAG_MARKED = 1,
	FLAG_UID = 2,
	VERDICT_FLAGS = FLAG_MARKED | FLAG_UID,
	VERDICT_HEAD = 8,
};

static int put_string(const char *text, unsigned char *payload, size_t *inout_at)
{
	size_t size = strlen(text) + 1;
	if (size > MFA_AUTHD_TEXT_MAX + 1)
		return MFA_ERR_INVALID;
	memcpy(payload + *inout_at, text, size);
	*inout_at += size;
	return MFA_OK;
}

static int take_string(struct mfa_span payload, const char **ret_text, size_t *inout_at)
{
	const unsigned char *start = payload.data + *inout_at;
	const unsigned char *end = memchr(start, '\0', payload.len - *inout_at);
	if (end == NULL || end - start > MFA_AUTHD_TEXT_MAX)
		return MFA_ERR_INVALID;
	*ret_text = (const char *)start;
	*inout_at += (size_t)(end - start) + 1;
	return MFA_OK;
}

int mfa_authd_pack_begin(const struct mfa_authd_begin *begin,
			 unsigned char ret_payload[static MFA_PACKET_SIZE],
			 size_t *ret_len)
{
	const char *const strings[BEGIN_STRINGS] = {
		begin->user,	   begin->service, begin->tty,	     begin->rhost,
		begin->display,	   begin->peer,	   begin->config,    begin->zone,
		begin->locale,	   begin->charset, begin->passed_as, begin->passed,
		begin->passed_uid,
	};
	size_t at = BEGIN_HEAD;
	ret_payload[0] = MFA_AUTHD_VERSION;
	ret_payload[1] = (unsigned char)begin->phase;
	ret_payload[AT_FLAGS] =
		(unsigned char)((begin->wants_password ? FLAG_PASSWORD : 0) |
				(begin->may_explain ? FLAG_EXPLAIN : 0) |
				(begin->is_debug ? FLAG_DEBUG : 0));
	for (size_t i = 0; i < BEGIN_STRINGS; i++)
		if (put_string(strings[i], ret_payload, &at) != MFA_OK)
			return MFA_ERR_INVALID;
	*ret_len = at;
	return MFA_OK;
}

static bool is_phase(unsigned char phase)
{
	return phase == MFA_AUTHD_AUTH || phase == MFA_AUTHD_ACCOUNT;
}

int mfa_authd_unpack_begin(struct mfa_span payload, struct mfa_authd_begin *ret_begin)
{
	const char *strings[BEGIN_STRINGS];
	size_t at = BEGIN_HEAD;
	if (payload.len < 1)
		return MFA_ERR_INVALID;
	if (payload.data[0] != MFA_AUTHD_VERSION)
		return MFA_ERR_UNSUPPORTED;
	if (payload.len < BEGIN_HEAD || !is_phase(payload.data[1]))
		return MFA_ERR_INVALID;
	unsigned flags = payload.data[AT_FLAGS];
	for (size_t i = 0; i < BEGIN_STRINGS; i++)
		if (take_string(payload, &strings[i], &at) != MFA_OK)
			return MFA_ERR_INVALID;
	if (at != payload.len || (flags & ~(unsigned)BEGIN_FLAGS) != 0)
		return MFA_ERR_INVALID;
	*ret_begin = (struct mfa_authd_begin){
		.phase = (enum mfa_authd_phase)payload.data[1],
		.user = strings[0],
		.service = strings[1],
		.tty = strings[2],
		.rhost = strings[3],
		.display = strings[4],
		.peer = strings[5],
		.config = strings[6],
		.zone = strings[7],
		.locale = strings[8],
		.charset = strings[9],
		.passed_as = strings[10],
		.passed = strings[11],
		.passed_uid = strings[12],
		.wants_password = (flags & FLAG_PASSWORD) != 0,
		.may_explain = (flags & FLAG_EXPLAIN) != 0,
		.is_debug = (flags & FLAG_DEBUG) != 0,
	};
	return MFA_OK;
}

int mfa_authd_pack_reply(const struct mfa_authd_reply *reply,
			 unsigned char ret_payload[static MFA_PACKET_SIZE],
			 size_t *ret_len)
{
	size_t at = 1;
	ret_payload[0] = (unsigned char)((reply->is_cut ? FLAG_CUT : 0) |
					 (reply->is_again ? FLAG_AGAIN : 0));
	if (reply->text.len > MFA_AUTHD_REPLY_MAX ||
	    put_string(reply->user, ret_payload, &at) != MFA_OK)
		return MFA_ERR_INVALID;
	if (reply->text.len > 0)
		memcpy(ret_payload + at, reply->text.data, reply->text.len);
	*ret_len = at + reply->text.len;
	return MFA_OK;
}

int mfa_authd_unpack_reply(struct mfa_span payload, struct mfa_authd_reply *ret_reply)
{
	const char *user = NULL;
	size_t at = 1;
	if (payload.len < at || (payload.data[0] & ~(unsigned)REPLY_FLAGS) != 0 ||
	    take_string(payload, &user, &at) != MFA_OK)
		return MFA_ERR_INVALID;
	struct mfa_span text = { payload.data + at, payload.len - at };
	bool is_again = (payload.data[0] & FLAG_AGAIN) != 0;
	/* a line that is typed has no NUL byte */
	if (text.len > MFA_AUTHD_REPLY_MAX || (is_again && text.len > 0) ||
	    memchr(text.data, '\0', text.len) != NULL)
		return MFA_ERR_INVALID;
	*ret_reply = (struct mfa_authd_reply){
		.user = user,
		.text = text,
		.is_cut = (payload.data[0] & FLAG_CUT) != 0,
		.is_again = is_again,
	};
	return MFA_OK;
}

/* Letters, since the numbers of the enum may change. */
static const struct {
	enum mfa_verdict verdict;
	unsigned char letter;
} letters[] = {
	{ MFA_ALLOW, 'a' },	  { MFA_EXEMPT, 'x' },	  { MFA_DENY, 'd' },
	{ MFA_UNAVAILABLE, 'u' }, { MFA_NO_DIALOG, 'n' }, { MFA_GIVEN_UP, 'g' },
	{ MFA_NO_MEMORY, 'm' },
};

static unsigned char letter_of(enum mfa_verdict verdict)
{
	for (size_t i = 0; i < MFA_COUNT(letters); i++)
		if (letters[i].verdict == verdict)
			return letters[i].letter;
	return 'd';
}

static int verdict_of(unsigned char letter, enum mfa_verdict *ret_verdict)
{
	for (size_t i = 0; i < MFA_COUNT(letters); i++)
		if (letters[i].letter == letter) {
			*ret_verdict = letters[i].verdict;
			return MFA_OK;
		}
	return MFA_ERR_INVALID;
}

int mfa_authd_pack_verdict(const struct mfa_authd_verdict *verdict,
			   unsigned char ret_payload[static MFA_PACKET_SIZE],
			   size_t *ret_len)
{
	size_t at = VERDICT_HEAD;
	ret_payload[0] = letter_of(verdict->verdict);
	ret_payload[1] = (unsigned char)((verdict->is_marked ? FLAG_MARKED : 0) |
					 (verdict->has_uid ? FLAG_UID : 0));
	mfa_put16(ret_payload + 2, (uint16_t)verdict->code_len);
	mfa_put32(ret_payload + 4, verdict->uid);
	int err = put_string(verdict->name, ret_payload, &at);
	*ret_len = at;
	return err;
}

int mfa_authd_unpack_verdict(struct mfa_span payload,
			     struct mfa_authd_verdict *ret_verdict)
{
	struct mfa_authd_verdict verdict = { .verdict = MFA_DENY };
	size_t at = VERDICT_HEAD;
	if (payload.len < at || (payload.data[1] & ~(unsigned)VERDICT_FLAGS) != 0 ||
	    verdict_of(payload.data[0], &verdict.verdict) != MFA_OK ||
	    take_string(payload, &verdict.name, &at) != MFA_OK || at != payload.len)
		return MFA_ERR_INVALID;
	verdict.is_marked = (payload.data[1] & FLAG_MARKED) != 0;
	verdict.has_uid = (payload.data[1] & FLAG_UID) != 0;
	verdict.code_len = mfa_get16(payload.data + 2);
	verdict.uid = mfa_get32(payload.data + 4);
	*ret_verdict = verdict;
	return MFA_OK;
}
