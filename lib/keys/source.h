/* What a source of the store key offers; one file a source. */
#pragma once

#include "mfa/secret.h"

struct key_source_ops {
	const char *scheme; /* what stands before the colon */
	int (*load)(const char *address, struct mfa_diag *diag,
		    struct mfa_secret *ret_key);
	int (*create)(const char *address, struct mfa_diag *diag);
};

extern const struct key_source_ops key_source_file;
