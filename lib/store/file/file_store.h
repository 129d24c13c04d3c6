/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to the file store: the store, and the open file of a record. */
#pragma once

#include "slots.h"
#include "store/backend.h"

/* The store's secrets, in one locked block. */
struct vault {
	unsigned char keys[2][MFA_SUBKEY_SIZE]; /* the current, and the next of a rekey */
	unsigned char store_key[MFA_KEY_SIZE];
	unsigned char decoy_key[MFA_DECOY_KEY_SIZE];
	unsigned char scratch[SLOT_SCRATCH_SIZE];
	struct mfa_record workspace;
};

/* One record file, opened and locked, with its sealed bytes. */
struct file_record {
	int fd;
	char *path;		  /* for messages */
	const unsigned char *key; /* the key that the stored record is sealed under */
	struct slot_plan next;
	bool has_invalid_stamp; /* in the stored bytes */
	bool is_readonly;	/* it is not open for writing */
	unsigned char *bytes;	/* SLOT_FILE_SIZE bytes, the caller's */
};

/* The record that was read last, still open, and not locked. No secret. */
struct seen_record {
	char user[MFA_USER_SIZE]; /* "": none */
	struct file_record file;
	uint32_t generation;
	unsigned char bytes[SLOT_FILE_SIZE];
};

struct file_store {
	struct mfa_store base;
	int users_fd;
	char *users_path;
	struct vault *vault;
	unsigned newest; /* index of the newest key: 1 during a rekey */
	bool is_kept;	 /* see mfa_store_keep */
	struct seen_record seen;
};

/* "folder/name"; the caller frees it. MFA_ERR_NOMEM. */
int file_store_join(const char *folder, const char *name, struct mfa_diag *diag,
		    char **ret_path) MFA_MUST_CHECK;

/* The keys from the newest (age 0) to the oldest. */
const unsigned char *file_store_key(const struct file_store *self, unsigned age);

/* Opens and locks a user's record (LOCK_SH, LOCK_EX) and loads its bytes. The caller
 * closes file, also after a failure. */
int file_record_load(struct file_store *self, const char *user, int operation,
		     struct file_record *file, struct mfa_diag *diag) MFA_MUST_CHECK;
void file_record_close(struct file_record *file);

/* Unseals the record with the key that fits, and keeps that key in file, as a login
 * writes under it again: only a rekey moves a record to the next key, when everybody
 * knows that one. Leaves the encoded record in the vault's scratch. */
int file_record_open(struct file_store *self, const char *user, struct file_record *file,
		     struct slot_content *ret_content) MFA_MUST_CHECK;

/* Loads the stored record for writing. MFA_ERR_CONFLICT: it has not the generation of
 * record. */
int file_record_begin(struct file_store *self, const struct mfa_record *record,
		      struct file_record *file, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Reads a record under a shared lock, and, in a store that is kept, keeps its file as the
 * one that was seen. */
int seen_record_read(struct file_store *self, const char *user, struct mfa_diag *diag,
		     struct mfa_record *ret_record) MFA_MUST_CHECK;

/* As file_record_begin, of the record that was seen, which is seen no more. What is
 * stored is compared with what was read, and not unsealed again. MFA_ERR_NOTFOUND: it is
 * not that record, or has changed; MFA_ERR_BUSY. */
int seen_record_begin(struct file_store *self, const struct mfa_record *record,
		      struct file_record *ret_file, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Closes it; it may be none. */
void seen_record_forget(struct file_store *self);

/* How a slot is written. */
enum extent {
	SLOT_USED,    /* the sectors that are needed */
	SLOT_WHOLE,   /* the unused sectors too */
	SLOT_UNSYNCED /* as SLOT_USED, without fdatasync */
};

/* Writes record into the next slot, durably unless it is SLOT_UNSYNCED. */
int file_record_write(struct file_store *self, struct file_record *file,
		      enum extent extent, struct mfa_record *record,
		      struct mfa_diag *diag) MFA_MUST_CHECK;

/* Writes both slots, one after the other, so that nothing older is left. */
int file_record_write_both(struct file_store *self, struct file_record *file,
			   struct mfa_record *record, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Explains a slot's error in diag; returns err. */
int file_record_explain(int err, const char *path, struct mfa_diag *diag);
