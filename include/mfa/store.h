/* SPDX-License-Identifier: BSD-2-Clause */
/* Where records are kept. Nothing above this knows about files. */
#pragma once

#include "mfa/decoy.h"
#include "mfa/record.h"
#include "mfa/scheme.h"
#include "mfa/secret.h"
#include "mfa/snapshot.h"

/* The schemes of all kinds of store, for mfa_scheme_find. */
const struct mfa_scheme *mfa_store_scheme(size_t index);

struct mfa_store;

/* Opens the store at a source ("file:/var/lib/pam_mfa"). Derives its key from store_key,
 * which may be freed afterwards. The caller closes it (mfa_store_close).
 * MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE, MFA_ERR_UNSUPPORTED, MFA_ERR_NOMEM. */
int mfa_store_open(const char *source, const struct mfa_secret *store_key,
		   struct mfa_diag *diag, struct mfa_store **ret_store) MFA_MUST_CHECK;
void mfa_store_close(struct mfa_store **store);

/* The same in two steps, so that the key can be loaded into the store's own locked memory
 * (mlock is expensive): opens a store without a key, with ret_room for it (MFA_KEY_SIZE
 * bytes, valid until mfa_store_close); then derives its keys from it. */
int mfa_store_begin(const char *source, struct mfa_diag *diag,
		    struct mfa_store **ret_store, struct mfa_secret *ret_room)
	MFA_MUST_CHECK;
int mfa_store_use_key(struct mfa_store *store, const struct mfa_secret *store_key,
		      struct mfa_diag *diag) MFA_MUST_CHECK;

/* Wipes what records have left in the store's memory, and lets go of the disk, so that it
 * can be unmounted; the keys are kept. Nobody may use the store until it is woken. */
void mfa_store_rest(struct mfa_store *store);
/* MFA_ERR_NOTFOUND, ...: close it, and open it anew. */
int mfa_store_wake(struct mfa_store *store) MFA_MUST_CHECK;

/* Whether this process may write where the store is. ret_place: that place, for messages,
 * valid until mfa_store_close; set on failure, too. MFA_ERR_READONLY, ... */
int mfa_store_check_writable(struct mfa_store *store, struct mfa_diag *diag,
			     const char **ret_place) MFA_MUST_CHECK;

/* For who opens the store anew when its place is not what it was, which is added to the
 * snapshot: from now on the record that was read last stays open until mfa_store_rest,
 * for the swap that follows. */
void mfa_store_keep(struct mfa_store *store, struct mfa_snapshot *snapshot);

/* A record in the store's locked memory, for one use at a time: mlock is expensive, and a
 * login needs one record. Wiped by mfa_store_close. */
struct mfa_record *mfa_store_workspace(struct mfa_store *store);

/* The name of the decoy for a user's name, as mfa_decoy_choose. */
void mfa_store_choose_decoy(const struct mfa_store *store, const char *user,
			    char ret_name[static MFA_DECOY_NAME_SIZE]);

/* The keys of a store; the caller holds them (see mfa/key.h). */
struct mfa_store_keys {
	const struct mfa_secret *current;
	const struct mfa_secret *next; /* while a rekey is unfinished; else NULL */
};

/* Makes a token for a decoy's record. */
typedef int (*mfa_store_decoy)(struct mfa_token *token);

/* Makes what is missing of the store: folders, and the decoys' records. Changes nothing
 * that exists, and can be killed anywhere and run again. ret_made: something was made.
 * MFA_ERR_INTEGRITY: a decoy that exists is damaged, or of another key; the
 * missing ones are made all the same, unless no decoy can be read. */
int mfa_store_prepare(const char *source, const struct mfa_store_keys *keys,
		      mfa_store_decoy fill, struct mfa_diag *diag, bool *ret_made)
	MFA_MUST_CHECK;

/* Adds the next key of a rekey: records are read under either key, and written under the
 * one that they were read under; only mfa_store_reseal moves them to the next.
 * MFA_ERR_INVALID. */
int mfa_store_use_next(struct mfa_store *store, const struct mfa_secret *next_key,
		       struct mfa_diag *diag) MFA_MUST_CHECK;

/* Seals a user's record under the newest key, which everybody must know by then, and
 * leaves nothing of it under an older one. ret_changed: it was not so before.
 * MFA_ERR_NOTFOUND. */
int mfa_store_reseal(struct mfa_store *store, const char *user, struct mfa_diag *diag,
		     bool *ret_changed) MFA_MUST_CHECK;

/* Reads a user's record; wipes ret_record on failure. MFA_ERR_NOTFOUND: the user has
 * none; MFA_ERR_INTEGRITY: it is damaged, altered, or another user's. */
int mfa_store_read(struct mfa_store *store, const char *user, struct mfa_diag *diag,
		   struct mfa_record *ret_record) MFA_MUST_CHECK;

/* Compare and swap: writes the record durably if the stored one still has the generation
 * of this one, and sets the new generation. MFA_ERR_CONFLICT: it has not, so read again;
 * MFA_ERR_NOSPACE, MFA_ERR_READONLY, ... */
int mfa_store_swap(struct mfa_store *store, struct mfa_record *record,
		   struct mfa_diag *diag) MFA_MUST_CHECK;

/* As mfa_store_swap without fdatasync: until the next change, a loss of power may bring
 * back the state before. For what may be reported twice. */
int mfa_store_swap_unsynced(struct mfa_store *store, struct mfa_record *record,
			    struct mfa_diag *diag) MFA_MUST_CHECK;

/* As mfa_store_swap, and overwrites what older generations have left on the disk: for
 * removing a secret. */
int mfa_store_scrub(struct mfa_store *store, struct mfa_record *record,
		    struct mfa_diag *diag) MFA_MUST_CHECK;

/* Stores a new user's record and sets its generation. MFA_ERR_EXISTS; MFA_ERR_INVALID
 * for a name that cannot have a record. */
int mfa_store_create(struct mfa_store *store, struct mfa_record *record,
		     struct mfa_diag *diag) MFA_MUST_CHECK;

/* Removes and overwrites a record if it still has this generation. MFA_ERR_CONFLICT. */
int mfa_store_remove(struct mfa_store *store, const struct mfa_record *record,
		     struct mfa_diag *diag) MFA_MUST_CHECK;

/* Calls visit for the name of each user who has a record, in no order, until it returns
 * an error. */
typedef int (*mfa_store_visit)(void *context, const char *user);
int mfa_store_list(struct mfa_store *store, mfa_store_visit visit, void *context,
		   struct mfa_diag *diag) MFA_MUST_CHECK;
