/* SPDX-License-Identifier: BSD-2-Clause */
/* What the stand-in for libusb and softkeyctl say to softkeyd: one message there, one
 * back, each a packet of a unix socket. An open device is a connection, so a program that
 * dies gives back what it had claimed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* In the throwaway root alone: softkeyd refuses to start elsewhere. */
#define WIRE_FOLDER "/run/softkey"
#define WIRE_SOCKET WIRE_FOLDER "/socket"
#define WIRE_MARKER "/run/throwaway-root"

enum wire_op {
	WIRE_LIST, /* answers with a struct wire_device for each key that is plugged in */
	WIRE_OPEN, /* argument: number of a key; the others are about it */
	WIRE_DRIVER, /* argument: interface, as in the next four; answers enum port_driver
		      */
	WIRE_DETACH,
	WIRE_ATTACH,
	WIRE_CLAIM,
	WIRE_RELEASE,
	WIRE_CONFIGURE, /* argument: configuration */
	WIRE_CONTROL,	/* data: setup and what goes out; answers with what comes in */
	WIRE_COMMAND,	/* data: a line of softkeyctl's; answers with text */
};

enum {
	WIRE_DATA_SIZE = 2048,
	WIRE_SECONDS = 10, /* without an answer, and softkeyd counts as gone */
};

struct wire_device {
	uint32_t number;
	uint8_t descriptor[18];
	uint8_t unused[2];
};

struct wire_message {
	int32_t code; /* op; in an answer what it gave, or a negative errno */
	int32_t argument;
	uint32_t len; /* of data */
	uint8_t data[WIRE_DATA_SIZE];
};

/* A connection to softkeyd, or a negative errno. */
int wire_connect(void);
int wire_send(int fd, const struct wire_message *message);
/* 0, or a negative errno: -ENODEV at the end of the connection. */
int wire_receive(int fd, struct wire_message *ret_message);
/* Sends the message and replaces it by the answer; gives the answer's code. */
int wire_ask(int fd, struct wire_message *message);
/* Has softkeyd obey a line of softkeyctl's; ret_text is what it says. 0, or a negative
 * errno. */
int wire_command(const char *line, char ret_text[static WIRE_DATA_SIZE]);
