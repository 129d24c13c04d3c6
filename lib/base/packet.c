/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/packet.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum {
	INTERRUPTIONS_MAX = 1000
};

static int wait_for_events(int fd, short events, int timeout_ms)
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

int mfa_packet_send(int fd, unsigned char letter, struct mfa_span payload, int timeout_ms)
{
	struct iovec parts[2] = { { .iov_base = &letter, .iov_len = 1 } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	memcpy(&parts[1].iov_base, &payload.data, sizeof payload.data);
	parts[1].iov_len = payload.len;
	if (payload.len >= MFA_PACKET_SIZE)
		return MFA_ERR_INVALID;
	for (int i = 0; i < INTERRUPTIONS_MAX; i++) {
		ssize_t put = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (put >= 0)
			return (size_t)put == payload.len + 1 ? MFA_OK : MFA_ERR_IO;
		if (errno == EAGAIN) {
			int err = wait_for_events(fd, POLLOUT, timeout_ms);
			if (err != MFA_OK)
				return err;
		} else if (errno != EINTR) {
			return mfa_err_from_errno(errno);
		}
	}
	return MFA_ERR_BUSY;
}

/* The packet is only looked at; the kernel says that it had to leave something out. */
bool mfa_packet_has_descriptors(int fd)
{
	unsigned char byte = 0;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	return recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT) >= 0 &&
	       (message.msg_flags & MSG_CTRUNC) != 0;
}

int mfa_packet_receive(int fd, struct mfa_secret *buffer, int timeout_ms,
		       unsigned char *ret_letter, struct mfa_span *ret_payload)
{
	ssize_t got = -1;
	for (int i = 0; got < 0 && i < INTERRUPTIONS_MAX; i++) {
		/* what is waited for is hardly ever there already, and the other way
		 * round */
		bool is_waited_for = timeout_ms != 0 || i > 0;
		int err =
			is_waited_for ? wait_for_events(fd, POLLIN, timeout_ms) : MFA_OK;
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
	*ret_letter = buffer->data[0];
	*ret_payload = (struct mfa_span){ buffer->data + 1, (size_t)got - 1 };
	return MFA_OK;
}
