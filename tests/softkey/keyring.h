/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of softkeyd, and the lines by which softkeyctl handles them. */
#pragma once

#include "port.h"

enum {
	RACK_KEYS = 8,
	RACK_TEXT_SIZE = 2048,
};

struct keyring {
	struct port key[RACK_KEYS];
	unsigned keys;
};

/* Obeys a line and writes what it has to say, an error too; 0 or a negative errno. */
int keyring_obey(struct keyring *keyring, uint64_t now, char *line,
		 char ret_text[static RACK_TEXT_SIZE]);
