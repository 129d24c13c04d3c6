/* SPDX-License-Identifier: BSD-2-Clause */
/* The operations of a source of the store key; see mfa/key.h. */
#pragma once

#include "mfa/scheme.h"
#include "mfa/secret.h"
#include "mfa/snapshot.h"

struct key_source_ops {
	struct mfa_scheme scheme;
	int (*load)(const char *address, struct mfa_diag *diag, unsigned char *ret_key,
		    int *ret_hold);
	int (*load_next)(const char *address, struct mfa_diag *diag,
			 struct mfa_secret *ret_key);
	int (*create)(const char *address, struct mfa_diag *diag);
	int (*put)(const char *address, const struct mfa_secret *key, bool replaces,
		   struct mfa_diag *diag);
	int (*name_note)(const char *address, struct mfa_diag *diag, char **ret_path);
	int (*check_durable)(const char *address, struct mfa_diag *diag);
	int (*create_next)(const char *address, const struct mfa_secret *key,
			   struct mfa_diag *diag);
	int (*hold)(const char *address, int hold, bool is_alone, struct mfa_diag *diag);
	void (*add_files)(const char *address, struct mfa_snapshot *snapshot);
	int (*make_current)(const char *address, struct mfa_diag *diag);
};

extern const struct key_source_ops key_source_file;
