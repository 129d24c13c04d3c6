/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's end of a connection to mfa-authd. Helpers fail the running test
 * themselves. */
#pragma once

#include "mfa/authd_protocol.h"
#include "steps_fixture.h"
#include "support.h"

struct module_end {
	int fd;
	int patience_ms; /* for a packet; 0: it must be there */
	unsigned char bytes[MFA_PACKET_SIZE];
	struct mfa_span payload; /* of the last packet; points into bytes */
};

void module_end_send(struct module_end *module, unsigned char letter, const void *bytes,
		     size_t len);
void module_end_begin(struct module_end *module, const struct steps_login *login);
void module_end_reply(struct module_end *module, const char *text);

/* The letter of the next packet; 0: there is none. */
unsigned char module_end_take(struct module_end *module);
/* The verdict, behind lines that are shown. */
enum mfa_verdict module_end_take_verdict(struct module_end *module);
