/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

int wire_connect(void)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX,
					     .sun_path = WIRE_SOCKET };
	const struct timeval patience = { .tv_sec = WIRE_SECONDS };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
		int err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int wire_send(int fd, const struct wire_message *message)
{
	size_t len = offsetof(struct wire_message, data) + message->len;
	ssize_t sent;
	do {
		sent = send(fd, message, len, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EPIPE || errno == ECONNRESET ? -ENODEV : -errno;
	return (size_t)sent == len ? 0 : -EIO;
}

int wire_receive(int fd, struct wire_message *ret_message)
{
	const size_t head = offsetof(struct wire_message, data);
	ssize_t got;
	do {
		got = recv(fd, ret_message, sizeof *ret_message, 0);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (got == 0)
		return -ENODEV;
	return (size_t)got >= head && (size_t)got - head == ret_message->len ? 0 : -EIO;
}

int wire_ask(int fd, struct wire_message *message)
{
	int err = wire_send(fd, message);
	if (!err)
		err = wire_receive(fd, message);
	return err ? err : message->code;
}

int wire_command(const char *line, char ret_text[static WIRE_DATA_SIZE])
{
	struct wire_message message = { .code = WIRE_COMMAND };
	size_t len = strlen(line);
	int fd = wire_connect();
	if (fd < 0)
		return fd;
	if (len < WIRE_DATA_SIZE) {
		message.len = (uint32_t)len;
		memcpy(message.data, line, len);
	}
	int err = wire_ask(fd, &message);
	close(fd);
	if (err || message.len >= WIRE_DATA_SIZE)
		return err ? err : -EIO;
	memcpy(ret_text, message.data, message.len);
	ret_text[message.len] = '\0';
	return 0;
}
