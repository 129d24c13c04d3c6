/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/helper_protocol.h"

#include <string.h>

enum {
	VERSION = 1,
	BEGIN_STRINGS = 5,
	FLAG_PASSWORD = 1,
	FLAG_EXPLAIN = 2,
	FLAG_JAPANESE = 4,
	FLAGS_ALL = FLAG_PASSWORD | FLAG_EXPLAIN | FLAG_JAPANESE,
};

int mfa_helper_pack_begin(const struct mfa_helper_begin *begin,
			  char ret_packet[static MFA_PACKET_SIZE], size_t *ret_len)
{
	const char *const strings[BEGIN_STRINGS] = { begin->user, begin->service,
						     begin->zone, begin->tty,
						     begin->rhost };
	unsigned flags = (begin->wants_password ? FLAG_PASSWORD : 0U) |
			 (begin->may_explain ? FLAG_EXPLAIN : 0U) |
			 (begin->is_japanese ? FLAG_JAPANESE : 0U);
	size_t at = 0;
	ret_packet[at++] = VERSION;
	ret_packet[at++] = (char)flags;
	for (size_t i = 0; i < BEGIN_STRINGS; i++) {
		size_t size = strlen(strings[i]) + 1;
		if (size > MFA_HELPER_TEXT_MAX + 1)
			return MFA_ERR_INVALID;
		memcpy(ret_packet + at, strings[i], size);
		at += size;
	}
	*ret_len = at;
	return MFA_OK;
}

int mfa_helper_unpack_begin(struct mfa_span payload, struct mfa_helper_begin *ret_begin)
{
	const char *strings[BEGIN_STRINGS];
	size_t at = 2;
	if (payload.len < at || payload.data[0] != VERSION ||
	    (payload.data[1] & ~(unsigned)FLAGS_ALL) != 0)
		return MFA_ERR_INVALID;
	for (size_t i = 0; i < BEGIN_STRINGS; i++) {
		const unsigned char *end =
			memchr(payload.data + at, '\0', payload.len - at);
		strings[i] = (const char *)payload.data + at;
		if (end == NULL ||
		    end - payload.data - (ptrdiff_t)at > MFA_HELPER_TEXT_MAX)
			return MFA_ERR_INVALID;
		at = (size_t)(end - payload.data) + 1;
	}
	if (at != payload.len)
		return MFA_ERR_INVALID;
	*ret_begin = (struct mfa_helper_begin){
		.user = strings[0],
		.service = strings[1],
		.zone = strings[2],
		.tty = strings[3],
		.rhost = strings[4],
		.wants_password = (payload.data[1] & FLAG_PASSWORD) != 0,
		.may_explain = (payload.data[1] & FLAG_EXPLAIN) != 0,
		.is_japanese = (payload.data[1] & FLAG_JAPANESE) != 0,
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

void mfa_helper_pack_verdict(const struct mfa_helper_verdict *verdict,
			     char ret_payload[static MFA_HELPER_VERDICT_SIZE])
{
	ret_payload[0] = 'd';
	for (size_t i = 0; i < MFA_COUNT(letters); i++)
		if (letters[i].verdict == verdict->verdict)
			ret_payload[0] = (char)letters[i].letter;
	ret_payload[1] = (char)(verdict->password_len & 0xff);
	ret_payload[2] = (char)(verdict->password_len >> 8 & 0xff);
}

int mfa_helper_unpack_verdict(struct mfa_span payload,
			      struct mfa_helper_verdict *ret_verdict)
{
	if (payload.len != MFA_HELPER_VERDICT_SIZE)
		return MFA_ERR_INVALID;
	for (size_t i = 0; i < MFA_COUNT(letters); i++)
		if (letters[i].letter == payload.data[0]) {
			*ret_verdict = (struct mfa_helper_verdict){
				.verdict = letters[i].verdict,
				.password_len = (size_t)payload.data[1] |
						(size_t)payload.data[2] << 8,
			};
			return MFA_OK;
		}
	return MFA_ERR_INVALID;
}
