/* SPDX-License-Identifier: BSD-2-Clause */
/* What this host needs for logins, opened together: configuration, store, audit trail. */
#pragma once

#include "mfa/audit.h"
#include "mfa/config.h"
#include "mfa/seal.h"
#include "mfa/store.h"

struct mfa_site {
	struct mfa_config *config;
	bool is_open;
	int key_hold; /* see mfa_key_load_held */
	struct mfa_secret
		key; /* the store key, MFA_KEY_SIZE bytes in the store's memory */
	struct mfa_secret next_key; /* during a rekey; else empty */
	struct mfa_store *store;    /* NULL until mfa_site_open */
	struct mfa_audit *audit;    /* NULL until mfa_site_open */
	/* Of a process that serves one login after the other: see mfa_site_refresh. */
	bool is_kept;
	bool is_resting; /* store and trail are open, and nobody may use them */
	struct mfa_snapshot config_files;
	struct mfa_snapshot part_files; /* of key, store and trail */
};

/* Reads the configuration (NULL: the default path). The caller ends ret_site with
 * mfa_site_done. */
int mfa_site_load(const char *config_path, struct mfa_diag *diag,
		  struct mfa_site *ret_site) MFA_MUST_CHECK;

/* As mfa_site_load, for a process that keeps what it has read: reads the configuration
 * again only if its files have changed. A zeroed site is allowed. From then on
 * mfa_site_close only puts store and trail to rest, and mfa_site_open takes them up again
 * if key, store and trail look as they did. */
int mfa_site_refresh(const char *config_path, struct mfa_diag *diag,
		     struct mfa_site *site) MFA_MUST_CHECK;

/* Loads the store key and opens store and audit trail, unless they are open. The key is
 * held from here on (see mfa/key.h): do not wait for a person meanwhile. MFA_ERR_CONFIG:
 * there is no configuration; others are of key, store and trail. */
int mfa_site_open(struct mfa_site *site, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Loads the next key of a rekey for store and trail. mfa_site_open has done so, if there
 * was one then. MFA_ERR_NOTFOUND: there is none. */
int mfa_site_use_next(struct mfa_site *site, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Whether this process may write to store and trail of an open site, as a login does; may
 * be false while they can be read. ret_place: which it may not. MFA_ERR_READONLY, ... */
int mfa_site_check_writable(const struct mfa_site *site, struct mfa_diag *diag,
			    const char **ret_place) MFA_MUST_CHECK;

/* Undoes mfa_site_open; the configuration stays. */
void mfa_site_close(struct mfa_site *site);

/* Closes it and frees the configuration; a zeroed one is allowed. */
void mfa_site_done(struct mfa_site *site);
