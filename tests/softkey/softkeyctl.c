/* SPDX-License-Identifier: BSD-2-Clause */
/* Handles the keys of softkeyd, as a person's hand and finger do. */
#include <stdio.h>
#include <string.h>

#include "wire.h"

static const char USAGE[] =
	"usage: softkeyctl new [serial=N] [firmware=X.Y.Z] [serial-hidden] [info-serial]\n"
	"                  [product=HHHH] [slot1=S] [slot2=S]\n"
	"       softkeyctl plug|unplug KEY\n"
	"       softkeyctl touch KEY on|off\n"
	"       softkeyctl type KEY SLOT\n"
	"       softkeyctl fault KEY [touch-after=N] [touch-ms=N] [answer-after=N]\n"
	"                  [unplug-after=N] [bad-crc] [mute] [denied] [unauthorised]\n"
	"                  [reclaim-ms=N] [lies=N] [damaged-status=N] [damaged-serial=N]\n"
	"                  [error-after=N] [error=ERRNO] [claims=N]\n"
	"                  [start-ms=N] [held-ms=N] [lag-ms=N] [ignored] [signal=N:PID:NUMBER]\n"
	"       softkeyctl show|reset\n"
	"\n"
	"new plugs in a new key and prints its number. S is hmac:SECRET[:touch][:whole],\n"
	"hotp:SECRET[:8], otp:PUBLIC:PRIVATE:AES or static, in hexadecimal digits, and each may\n"
	"go on with :access:CODE and :protects. fault replaces all faults of a key; N may be never\n"
	"where polls or milliseconds are counted. type prints what the slot types, without Enter.\n"
	"reset takes all keys away.\n";

int main(int argc, char *argv[])
{
	struct wire_message message = { .code = WIRE_COMMAND };
	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		fputs(USAGE, argc < 2 ? stderr : stdout);
		return argc < 2 ? 2 : 0;
	}
	for (int i = 1; i < argc; i++) {
		size_t len = strlen(argv[i]);
		if (len + 1 >= WIRE_DATA_SIZE - message.len) {
			fputs("softkeyctl: too long a line\n", stderr);
			return 2;
		}
		memcpy(message.data + message.len, argv[i], len);
		message.data[message.len + len] = ' ';
		message.len += (uint32_t)len + 1;
	}
	int fd = wire_connect();
	int err = fd < 0 ? fd : wire_ask(fd, &message);
	if (err) {
		fprintf(stderr, "softkeyctl: %s: %s\n", argv[1], strerror(-err));
		return 1;
	}
	fwrite(message.data, 1, message.len, stdout);
	return 0;
}
