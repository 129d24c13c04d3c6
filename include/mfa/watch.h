/* SPDX-License-Identifier: BSD-2-Clause */
/* The progress of long work, and a way to stop it. */
#pragma once

#include "mfa/base.h"

struct mfa_watch {
	/* Called after each piece; false stops the work. */
	bool (*step)(void *context, size_t done, size_t total);
	void *context;
};
