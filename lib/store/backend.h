/* SPDX-License-Identifier: BSD-2-Clause */
/* The operations of a kind of store; mfa/store.h says what each promises. */
#pragma once

#include "mfa/seal.h"
#include "mfa/store.h"

struct store_backend {
	struct mfa_scheme scheme;
	int (*open)(const char *address, struct mfa_diag *diag,
		    struct mfa_store **ret_store);
	int (*use_key)(struct mfa_store *store, const struct mfa_secret *store_key,
		       struct mfa_diag *diag);
	void (*close)(struct mfa_store *store);
	void (*rest)(struct mfa_store *store);
	int (*wake)(struct mfa_store *store);
	int (*check_writable)(struct mfa_store *store, struct mfa_diag *diag,
			      const char **ret_place);
	void (*keep)(struct mfa_store *store, struct mfa_snapshot *snapshot);
	int (*use_next)(struct mfa_store *store, const struct mfa_secret *next_key,
			struct mfa_diag *diag);
	int (*reseal)(struct mfa_store *store, const char *user, struct mfa_diag *diag,
		      bool *ret_changed);
	int (*prepare)(const char *address, struct mfa_diag *diag, bool *ret_made);
	int (*read)(struct mfa_store *store, const char *user, struct mfa_diag *diag,
		    struct mfa_record *ret_record);
	int (*swap)(struct mfa_store *store, struct mfa_record *record,
		    struct mfa_diag *diag);
	int (*swap_unsynced)(struct mfa_store *store, struct mfa_record *record,
			     struct mfa_diag *diag);
	int (*scrub)(struct mfa_store *store, struct mfa_record *record,
		     struct mfa_diag *diag);
	int (*create)(struct mfa_store *store, struct mfa_record *record,
		      struct mfa_diag *diag);
	int (*remove)(struct mfa_store *store, const struct mfa_record *record,
		      struct mfa_diag *diag);
	int (*list)(struct mfa_store *store, mfa_store_visit visit, void *context,
		    struct mfa_diag *diag);
};

/* The first member of every store. */
struct mfa_store {
	const struct store_backend *backend;
	/* in the backend's locked memory */
	struct mfa_record *workspace;
	unsigned char *key_room;  /* MFA_KEY_SIZE */
	unsigned char *decoy_key; /* MFA_DECOY_KEY_SIZE */
};

extern const struct store_backend store_backend_file;
