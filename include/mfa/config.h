/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa.conf and mfa.conf.d: strict reading into plain values. See mfa.conf(5). */
#pragma once

#include "mfa/kind.h"
#include "mfa/language.h"
#include "mfa/snapshot.h"
#include "mfa/strings.h"

#define MFA_CONFIG_PATH "/etc/pam_mfa/mfa.conf"

/* One [zone NAME]. An empty condition list matches everything. */
struct mfa_zone {
	char *name;
	char *title; /* what people see; the name when not set */
	bool is_off; /* mfa = off: this zone lets logins pass without a code */

	struct mfa_strings services; /* conditions: glob patterns */
	struct mfa_strings users;    /* glob patterns */
	struct mfa_strings groups;   /* names */
	struct mfa_strings rhosts;   /* addresses, prefixes, or the word "local" */
	struct mfa_strings ttys;     /* glob patterns */

	struct mfa_strings gate;    /* services whose account phase demands auth */
	uint32_t factors;	    /* bit 1 << enum mfa_kind for each allowed kind */
	enum mfa_kind first_factor; /* of those the first that the file names */
	char *prompt; /* what questions call a code; "": in the person's language */
	int64_t max_failures;	 /* wrong codes in a row that lock code entry */
	int64_t lock_time;	 /* seconds; 0: until an administrator unlocks */
	int64_t totp_window;	 /* time steps accepted before and after */
	int64_t totp_drift;	 /* steps by which a token's clock may drift */
	int64_t hotp_look_ahead; /* counters accepted beyond the next one */
	int64_t grace_until; /* seconds since 1970: the end of the roll-out; 0: none */
	char *grace_reason;  /* why; "" when not set */
	int64_t yubikey_timeout;   /* seconds to wait for a YubiKey */
	bool has_yubikey_at_once;  /* is asked before the first question */
	bool has_yubikey_anywhere; /* also for su in somebody else's session */
	enum mfa_language_choice language;
};

enum {
	MFA_CONFIG_HASH_SIZE = 16
};

struct mfa_config {
	char *path;		     /* the main file */
	struct mfa_strings drop_ins; /* and the others, by their paths */
	/* Of all that the files set, whatever their comments and blanks: two processes of
	 * the same hash go by the same rules. */
	unsigned char hash[MFA_CONFIG_HASH_SIZE];
	char *default_zone; /* [host] zone: decides when no zone's conditions match */
	char *contact;	    /* whom people ask; "" when not set */
	char *issuer;	    /* name shown by authenticator applications */
	char *store;	    /* source of records, as file:/var/lib/pam_mfa */
	char *key;	    /* source of the store key, as file:/etc/pam_mfa/store.key */
	char *audit;	    /* path of the audit trail */
	bool is_audit_required; /* refuse logins whose line cannot be written */
	enum mfa_language_choice language;
	struct mfa_strings password_modules; /* that check passwords, for check */
	struct mfa_zone *zones;		     /* in the order of the files */
	size_t zone_count;
};

/* Reads path (NULL: MFA_CONFIG_PATH) and then PATH.d/<name>.conf in the order of their
 * names; a later file overrides single keys. An unknown section or key, a key given
 * twice in a file, a bad value, an unsafe owner or mode: an error with file and line.
 * The caller owns the result (mfa_config_free). MFA_ERR_CONFIG, MFA_ERR_NOTFOUND,
 * MFA_ERR_UNSAFE, MFA_ERR_NOMEM. */
int mfa_config_load(const char *path, struct mfa_diag *diag,
		    struct mfa_config **ret_config) MFA_MUST_CHECK;

/* Adds the files that it was read from, and the folder of drop-ins. */
void mfa_config_add_files(const struct mfa_config *config, struct mfa_snapshot *snapshot);

/* Frees it; NULL is allowed. mfa_config_cleanup is for MFA_CLEANUP. */
void mfa_config_free(struct mfa_config *config);
void mfa_config_cleanup(struct mfa_config **config);

/* The zone of that name, or NULL. Borrowed from config. */
const struct mfa_zone *mfa_config_zone(const struct mfa_config *config, const char *name);
