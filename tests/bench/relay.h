/* SPDX-License-Identifier: BSD-2-Clause */
/* A service that does nothing: the messages and the wake-ups of a login through program,
 * parent and worker, one locked read of a record, one write with fdatasync. What is left
 * of a login's time is what it does. */
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include "mfa/base.h"

struct relay {
	struct sockaddr_un address;
	socklen_t size;
};

/* Starts it; it ends with this process. file: where its record is. is_direct: without a
 * parent, the worker accepts itself. */
struct relay relay_start(const char *file, bool is_direct);

/* One login. Microseconds. */
double relay_sample(const struct relay *relay);
