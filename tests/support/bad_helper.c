/* SPDX-License-Identifier: BSD-2-Clause */
/* In the place of mfa-verify: fails as the real one does not. The service that it is told
 * names the failure. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mfa/helper_protocol.h"

static void say(char type, const void *payload, size_t len)
{
	char packet[2 * MFA_PACKET_SIZE] = { type };
	memcpy(packet + 1, payload, len);
	if (send(0, packet, len + 1, 0) < 0)
		_exit(9);
}

/* The service is the second string behind version and flags. */
static const char *read_service(char packet[static MFA_PACKET_SIZE])
{
	ssize_t got = recv(0, packet, MFA_PACKET_SIZE - 1, 0);
	if (got < 8)
		_exit(8);
	packet[got] = '\0';
	return packet + 3 + strlen(packet + 3) + 1;
}

/* Asks, and tells what came: "TYPE LENGTH FIRST-BYTE". Its verdict comes with a password
 * of two bytes in front of the code. */
static void mirror(char verdict)
{
	char packet[2 * MFA_PACKET_SIZE] = "";
	char text[64];
	say('A', "?", 1);
	ssize_t got = recv(0, packet, sizeof packet, 0);
	if (got < 1)
		_exit(7);
	int len = snprintf(text, sizeof text, "%c %zd %d", packet[0], got - 1,
			   got > 1 ? packet[1] : 0);
	say('E', text, (size_t)len);
	say('V', (const char[]){ verdict, 2, 0 }, 3);
}

static void misbehave(const char *service)
{
	static const char huge[MFA_PACKET_SIZE] = "a";
	char packet[MFA_PACKET_SIZE];
	if (strcmp(service, "unknown-type") == 0)
		say('?', "a\0\0", 3);
	else if (strcmp(service, "module-type") == 0)
		say('R', "a\0\0", 3);
	else if (strcmp(service, "long") == 0)
		say('V', huge, sizeof huge);
	else if (strcmp(service, "short-verdict") == 0)
		say('V', "a", 1);
	else if (strcmp(service, "strange-verdict") == 0)
		say('V', "A\0\0", 3);
	else if (strcmp(service, "empty") == 0)
		(void)send(0, "", 0, 0);
	else if (strcmp(service, "long-password") == 0) {
		say('A', "?", 1);
		(void)recv(0, packet, sizeof packet, 0);
		say('V', "a\377\0", 3);
	} else if (strcmp(service, "endless") == 0)
		for (int i = 0; i < 300; i++)
			say('I', "still here", 10);
	else if (strcmp(service, "dies-asked") == 0)
		say('A', "?", 1);
	else if (strcmp(service, "mirror") == 0)
		mirror('a');
	else if (strcmp(service, "refuses") == 0)
		mirror('d');
	else if (strcmp(service, "denies") == 0)
		say('V', "d\0\0", 3);
	else if (strcmp(service, "unavailable") == 0)
		say('V', "u\0\0", 3);
	else if (strcmp(service, "allows") == 0)
		say('V', "a\0\0", 3);
}

int main(void)
{
	char packet[MFA_PACKET_SIZE];
	misbehave(read_service(packet));
	return 0;
}
