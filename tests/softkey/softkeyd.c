/* SPDX-License-Identifier: BSD-2-Clause */
/* Holds software keys for the programs of a throwaway root. Goes into the background once
 * others can connect. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "keyring.h"
#include "wire.h"

enum {
	CLIENTS = 64,
};

struct client {
	uintptr_t who; /* 0: this place is free */
	uid_t user;
	struct port *port; /* that it has opened */
};

struct server {
	struct keyring keyring;
	struct client client[CLIENTS];
	struct pollfd fd[CLIENTS + 1]; /* the clients', and the socket's */
	uintptr_t last;
};

static uint64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void list(const struct keyring *keyring, struct wire_message *message)
{
	message->len = 0;
	for (unsigned i = 0; i < keyring->keys; i++) {
		struct wire_device device = { .number = i };
		uint8_t bytes[PORT_DESCRIPTORS_SIZE];
		if (!keyring->key[i].plugged)
			continue;
		(void)port_descriptors(&keyring->key[i], bytes);
		memcpy(device.descriptor, bytes, sizeof device.descriptor);
		memcpy(message->data + message->len, &device, sizeof device);
		message->len += (uint32_t)sizeof device;
	}
}

// As a device node without a udev rule for it: only root opens it.
static int open_key(struct keyring *keyring, struct client *client, int number)
{
	if (number < 0 || (unsigned)number >= keyring->keys)
		return -ENODEV;
	int err = client->user == 0 ? port_open(&keyring->key[number]) : -EACCES;
	if (!err)
		client->port = &keyring->key[number];
	return err;
}

static int command(struct keyring *keyring, const struct client *client,
		   struct wire_message *message)
{
	char line[WIRE_DATA_SIZE];
	if (client->user != 0)
		return -EACCES;
	if (message->len >= sizeof line)
		return -EINVAL;
	memcpy(line, message->data, message->len);
	line[message->len] = '\0';
	_Static_assert((int)RACK_TEXT_SIZE <= (int)WIRE_DATA_SIZE,
		       "what is said fits a message");
	int err = keyring_obey(keyring, now(), line, (char *)message->data);
	message->len = (uint32_t)strlen((char *)message->data);
	return err;
}

static int control(struct client *client, struct wire_message *message)
{
	uint8_t *data = message->data + PORT_SETUP_SIZE;
	if (message->len < PORT_SETUP_SIZE)
		return -EINVAL;
	unsigned len = message->data[6] | (unsigned)message->data[7] << 8;
	if (len > WIRE_DATA_SIZE - PORT_SETUP_SIZE)
		return -EINVAL;
	int result = port_control(client->port, client->who, now(), message->data, data);
	message->len = result > 0 ? (uint32_t)result : 0;
	memmove(message->data, data, message->len);
	return result;
}

static int use_key(struct client *client, struct wire_message *message)
{
	struct port *port = client->port;
	enum port_driver driver = PORT_FREE;
	unsigned interface = (unsigned)message->argument;
	if (!port)
		return -ENODEV;
	if (message->code == WIRE_CONTROL)
		return control(client, message);
	message->len = 0;
	switch (message->code) {
	case WIRE_DRIVER: {
		int err = port_driver(port, interface, &driver);
		return err ? err : (int)driver;
	}
	case WIRE_DETACH:
		return port_detach(port, interface);
	case WIRE_ATTACH:
		return port_attach(port, interface);
	case WIRE_CLAIM:
		return port_claim(port, interface, client->who);
	case WIRE_RELEASE:
		return port_release(port, interface, client->who);
	case WIRE_CONFIGURE:
		return port_configure(port, message->argument);
	default:
		return -EINVAL;
	}
}

static void answer(struct keyring *keyring, struct client *client,
		   struct wire_message *message)
{
	switch (message->code) {
	case WIRE_LIST:
		list(keyring, message);
		message->code = 0;
		break;
	case WIRE_OPEN:
		message->code = open_key(keyring, client, message->argument);
		message->len = 0;
		break;
	case WIRE_COMMAND:
		message->code = command(keyring, client, message);
		break;
	default:
		message->code = use_key(client, message);
		if (message->code < 0)
			message->len = 0;
	}
}

static void welcome(struct server *server)
{
	struct ucred peer;
	socklen_t len = sizeof peer;
	int fd = accept4(server->fd[CLIENTS].fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	for (int i = 0; i < CLIENTS; i++) {
		if (server->client[i].who)
			continue;
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
			break;
		server->client[i] =
			(struct client){ .who = ++server->last, .user = peer.uid };
		server->fd[i] = (struct pollfd){ .fd = fd, .events = POLLIN };
		return;
	}
	close(fd);
}

static void serve(struct server *server, int i)
{
	struct wire_message message;
	struct client *client = &server->client[i];
	int err = wire_receive(server->fd[i].fd, &message);
	if (!err) {
		answer(&server->keyring, client, &message);
		err = wire_send(server->fd[i].fd, &message);
	}
	if (!err)
		return;
	if (client->port)
		port_close(client->port, client->who);
	client->who = 0;
	close(server->fd[i].fd);
	server->fd[i].fd = -1;
}

static int listen_here(void)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX,
					     .sun_path = WIRE_SOCKET };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || (mkdir(WIRE_FOLDER, 0755) != 0 && errno != EEXIST))
		return -1;
	(void)unlink(WIRE_SOCKET);
	if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
	    chmod(WIRE_SOCKET, 0666) != 0 || listen(fd, CLIENTS) != 0)
		return -1;
	return fd;
}

int main(void)
{
	if (access(WIRE_MARKER, F_OK) != 0) {
		fprintf(stderr, "softkeyd: only in a throwaway root: tests/root/enter\n");
		return 4;
	}
	struct server *server = calloc(1, sizeof *server);
	int fd = server ? listen_here() : -1;
	if (fd < 0 || daemon(0, 0) != 0) {
		perror("softkeyd");
		return 1;
	}
	for (int i = 0; i < CLIENTS; i++)
		server->fd[i].fd = -1;
	server->fd[CLIENTS] = (struct pollfd){ .fd = fd, .events = POLLIN };
	for (;;) {
		if (poll(server->fd, CLIENTS + 1, -1) < 0)
			continue;
		for (int i = 0; i < CLIENTS; i++)
			if (server->fd[i].fd >= 0 && server->fd[i].revents)
				serve(server, i);
		if (server->fd[CLIENTS].revents)
			welcome(server);
	}
}
