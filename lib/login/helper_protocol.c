#include "mfa/helper_protocol.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum {
	VERSION = 1,
	BEGIN_STRINGS = 5,
	FLAG_PASSWORD = 1,
	FLAG_EXPLAIN = 2,
	FLAG_JAPANESE = 4,
	FLAGS_ALL = FLAG_PASSWORD | FLAG_EXPLAIN | FLAG_JAPANESE,
	INTERRUPTIONS_MAX = 1000,
};

int mfa_wire_pack_begin(const struct mfa_wire_begin *begin,
			char ret_packet[static MFA_WIRE_SIZE], size_t *ret_len)
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
		if (size > MFA_WIRE_TEXT_MAX + 1)
			return MFA_ERR_INVALID;
		memcpy(ret_packet + at, strings[i], size);
		at += size;
	}
	*ret_len = at;
	return MFA_OK;
}

int mfa_wire_unpack_begin(struct mfa_span payload, struct mfa_wire_begin *ret_begin)
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
		if (end == NULL || end - payload.data - (ptrdiff_t)at > MFA_WIRE_TEXT_MAX)
			return MFA_ERR_INVALID;
		at = (size_t)(end - payload.data) + 1;
	}
	if (at != payload.len)
		return MFA_ERR_INVALID;
	*ret_begin = (struct mfa_wire_begin){
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

/* Letters of their own: the numbers of the enum may change. */
static const struct {
	enum mfa_verdict verdict;
	unsigned char letter;
} letters[] = {
	{ MFA_ALLOW, 'a' },	  { MFA_EXEMPT, 'x' },	  { MFA_DENY, 'd' },
	{ MFA_UNAVAILABLE, 'u' }, { MFA_NO_DIALOG, 'n' }, { MFA_GIVEN_UP, 'g' },
	{ MFA_NO_MEMORY, 'm' },
};

void mfa_wire_pack_verdict(const struct mfa_wire_verdict *verdict,
			   char ret_payload[static MFA_WIRE_VERDICT_SIZE])
{
	ret_payload[0] = 'd';
	for (size_t i = 0; i < MFA_COUNT(letters); i++)
		if (letters[i].verdict == verdict->verdict)
			ret_payload[0] = (char)letters[i].letter;
	ret_payload[1] = (char)(verdict->password_len & 0xff);
	ret_payload[2] = (char)(verdict->password_len >> 8 & 0xff);
}

int mfa_wire_unpack_verdict(struct mfa_span payload, struct mfa_wire_verdict *ret_verdict)
{
	if (payload.len != MFA_WIRE_VERDICT_SIZE)
		return MFA_ERR_INVALID;
	for (size_t i = 0; i < MFA_COUNT(letters); i++)
		if (letters[i].letter == payload.data[0]) {
			*ret_verdict = (struct mfa_wire_verdict){
				.verdict = letters[i].verdict,
				.password_len = (size_t)payload.data[1] |
						(size_t)payload.data[2] << 8,
			};
			return MFA_OK;
		}
	return MFA_ERR_INVALID;
}

static int wait_for(int fd, short events, int timeout_ms)
{
	struct pollfd one = { .fd = fd, .events = events };
	for (int i = 0; i < INTERRUPTIONS_MAX; i++) {
		int ready = poll(&one, 1, timeout_ms);
		if (ready > 0)
			return MFA_OK;
		if (ready == 0)
			return MFA_ERR_BUSY;
		if (errno != EINTR)
			return mfa_err_from_errno(errno);
	}
	return MFA_ERR_BUSY;
}

int mfa_wire_send(int fd, enum mfa_wire_type type, struct mfa_span payload,
		  int timeout_ms)
{
	unsigned char letter = (unsigned char)type;
	struct iovec parts[2] = { { .iov_base = &letter, .iov_len = 1 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	memcpy(&parts[1].iov_base, &payload.data, sizeof payload.data);
	parts[1].iov_len = payload.len;
	if (payload.len >= MFA_WIRE_SIZE)
		return MFA_ERR_INVALID;
	for (int i = 0; i < INTERRUPTIONS_MAX; i++) {
		ssize_t put = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (put >= 0)
			return (size_t)put == payload.len + 1 ? MFA_OK : MFA_ERR_IO;
		if (errno == EAGAIN) {
			int err = wait_for(fd, POLLOUT, timeout_ms);
			if (err != MFA_OK)
				return err;
		} else if (errno != EINTR) {
			return mfa_err_from_errno(errno);
		}
	}
	return MFA_ERR_BUSY;
}

int mfa_wire_receive(int fd, struct mfa_secret *buffer, int timeout_ms,
		     enum mfa_wire_type *ret_type, struct mfa_span *ret_payload)
{
	ssize_t got = -1;
	for (int i = 0; got < 0 && i < INTERRUPTIONS_MAX; i++) {
		int err = wait_for(fd, POLLIN, timeout_ms);
		if (err != MFA_OK)
			return err;
		got = recv(fd, buffer->data, buffer->len, MSG_DONTWAIT | MSG_TRUNC);
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return mfa_err_from_errno(errno);
	}
	if (got == 0)
		return MFA_ERR_ABORT;
	if (got < 0)
		return MFA_ERR_BUSY;
	if ((size_t)got > buffer->len)
		return MFA_ERR_INVALID;
	*ret_type = (enum mfa_wire_type)buffer->data[0];
	*ret_payload = (struct mfa_span){ buffer->data + 1, (size_t)got - 1 };
	return MFA_OK;
}
