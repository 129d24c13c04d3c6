/* Long work: how far it is, and whether to stop. */
#pragma once

#include "mfa/base.h"

struct mfa_watch {
	/* After each piece; false stops the work between two of them. */
	bool (*step)(void *context, size_t done, size_t total);
	void *context;
};
