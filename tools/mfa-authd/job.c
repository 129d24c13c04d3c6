/* SPDX-License-Identifier: BSD-2-Clause */
#include "job.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum {
	DESCRIPTORS = 2,
	HAS_CONNECTION = 1,
	HAS_DEVICE = 2,
};

/* Room for the descriptors in a message. */
union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
};

/* A packet: which descriptors come with it, and the job. */
struct packet {
	unsigned char which;
	struct job job;
};

static void attach(struct msghdr *message, union control *control, const int *fds,
		   size_t count)
{
	if (count == 0)
		return;
	message->msg_control = control;
	message->msg_controllen = CMSG_SPACE(count * sizeof *fds);
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(count * sizeof *fds);
	memcpy(CMSG_DATA(header), fds, count * sizeof *fds);
}

int job_send(int socket, const struct job *job, int connection, int device)
{
	struct packet packet;
	union control control = { .room = "" };
	struct iovec part = { &packet, sizeof packet };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	int fds[DESCRIPTORS];
	size_t count = 0;
	memset(&packet, 0, sizeof packet); /* what lay there before stays here */
	memcpy(&packet.job, job, sizeof packet.job);
	if (connection >= 0) {
		packet.which |= HAS_CONNECTION;
		fds[count++] = connection;
	}
	if (device >= 0) {
		packet.which |= HAS_DEVICE;
		fds[count++] = device;
	}
	attach(&message, &control, fds, count);
	ssize_t sent = -1;
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)sizeof packet ? MFA_OK : MFA_ERR_IO;
}

static size_t detach(struct msghdr *message, int ret_fds[static DESCRIPTORS])
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	if (header == NULL || header->cmsg_level != SOL_SOCKET ||
	    header->cmsg_type != SCM_RIGHTS)
		return 0;
	size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof *ret_fds;
	if (count > DESCRIPTORS)
		count = DESCRIPTORS;
	memcpy(ret_fds, CMSG_DATA(header), count * sizeof *ret_fds);
	return count;
}

int job_receive(int socket, struct job *ret_job, int *ret_connection, int *ret_device)
{
	struct packet packet;
	union control control = { .room = "" };
	struct iovec part = { &packet, sizeof packet };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control,
	};
	int fds[DESCRIPTORS] = { -1, -1 };
	ssize_t got = -1;
	do
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	size_t count = got > 0 ? detach(&message, fds) : 0;
	size_t at = 0;
	*ret_connection = *ret_device = -1;
	if (got != (ssize_t)sizeof packet) {
		for (; at < count; at++)
			mfa_close_fd(&fds[at]);
		return MFA_ERR_ABORT;
	}
	if ((packet.which & HAS_CONNECTION) != 0 && at < count)
		*ret_connection = fds[at++];
	if ((packet.which & HAS_DEVICE) != 0 && at < count)
		*ret_device = fds[at++];
	*ret_job = packet.job;
	return MFA_OK;
}
