/* SPDX-License-Identifier: BSD-2-Clause */
/* A record: all tokens of one user, and the counters that outlive a login.
 * docs/store-format.md describes the bytes. */
#pragma once

#include "mfa/base.h"
#include "mfa/kind.h"

enum {
	MFA_USER_SIZE = 256,	   /* longest user name, with its NUL */
	MFA_LABEL_SIZE = 64,	   /* longest label, with its NUL */
	MFA_ACTOR_SIZE = 64,	   /* longest actor, with its NUL */
	MFA_TOKEN_ID_SIZE = 9,	   /* eight characters and a NUL */
	MFA_TOKEN_DATA_SIZE = 256, /* what a factor keeps of one token */
	MFA_TOKENS_MAX = 15,
	MFA_SOURCES_MAX = 12,
	MFA_RECORD_SIZE = 7960, /* longest encoded record */
};

/* One authenticator of one user. Holds its secret: keep it in locked memory only. */
struct mfa_token {
	char id[MFA_TOKEN_ID_SIZE]; /* unique in the record: letters a-z and digits */
	enum mfa_kind kind;
	enum mfa_state state;
	int64_t created;			 /* seconds since 1970 */
	int64_t last_used;			 /* 0: never */
	char label[MFA_LABEL_SIZE];		 /* UTF-8, may be empty */
	char created_by[MFA_ACTOR_SIZE];	 /* the administrator who enrolled it */
	unsigned char data[MFA_TOKEN_DATA_SIZE]; /* its factor's own layout */
};

enum {
	MFA_LOCKED_FOREVER = -1
};

/* A source of wrong codes, and its lock: see mfa/lockout.h. Zeroed: none. */
struct mfa_source {
	uint64_t id;
	int64_t time;  /* the end of the lock; else the last wrong code */
	uint8_t round; /* wrong codes since the last lock; 0: locked; 255: ceiling */
	uint8_t locks; /* how many so far */
};

struct mfa_record {
	char user[MFA_USER_SIZE];
	uint32_t generation; /* the store's; 0: not stored yet */
	int64_t created;
	int64_t last_success; /* 0: never */
	int64_t last_failure; /* 0: never */
	int64_t locked_until; /* 0: not; MFA_LOCKED_FOREVER: until unlocked */
	/* wrong codes in a row; a right one or an unlock clears them */
	uint32_t failures;
	uint32_t behind_password; /* of these, after a right password */
	uint32_t round;		  /* of these, since the last lock of the account ended */
	uint32_t unlogged;	  /* refusals that may have no line in the audit trail */
	struct mfa_source sources[MFA_SOURCES_MAX];
	bool has_uid;	 /* uid is known */
	uint32_t uid;	 /* of the account that it was enrolled for */
	bool is_retired; /* its account was deleted, or an administrator closed it */
	bool is_moving;	 /* a copy by the new name; the old one may still exist */
	size_t token_count;
	struct mfa_token tokens[MFA_TOKENS_MAX];
};

/* Whether an account can log in with a record. */
enum mfa_record_status {
	MFA_RECORD_USABLE,
	MFA_RECORD_MOVING,	 /* is_moving */
	MFA_RECORD_RETIRED,	 /* is_retired */
	MFA_RECORD_OF_OTHER_UID, /* of another user id: perhaps another person's */
};

/* The status of the record for the account of its name, which has this user id. Without
 * has_uid the account's id is not known. The ids are compared only where both are
 * known. */
enum mfa_record_status mfa_record_status(const struct mfa_record *record, bool has_uid,
					 uint32_t uid);

/* An empty record in locked memory. NULL when there is no memory. */
struct mfa_record *mfa_record_new(void) MFA_MUST_CHECK;
/* Wipes and frees *record and sets it to NULL. */
void mfa_record_free(struct mfa_record **record);

/* The same for a single token. */
struct mfa_token *mfa_token_new(void) MFA_MUST_CHECK;
void mfa_token_free(struct mfa_token **token);

/* The encoded form of everything but user and generation, which the store's slot
 * carries. ret_bytes has MFA_RECORD_SIZE bytes. MFA_ERR_INVALID. */
int mfa_record_encode(const struct mfa_record *record, unsigned char *ret_bytes,
		      size_t *ret_len) MFA_MUST_CHECK;

/* Reads what mfa_record_encode wrote, strictly; user and generation stay as they are.
 * MFA_ERR_INTEGRITY, or MFA_ERR_UNSUPPORTED for a newer version. */
int mfa_record_decode(const unsigned char *bytes, size_t len,
		      struct mfa_record *ret_record) MFA_MUST_CHECK;

/* The token with the id, or NULL. */
struct mfa_token *mfa_record_find(struct mfa_record *record, const char *id);

/* Adds a token: copies it and gives the copy an id that no other token of the record
 * has. Returns the copy through ret_token. MFA_ERR_FULL. */
int mfa_record_add(struct mfa_record *record, const struct mfa_token *token,
		   struct mfa_token **ret_token) MFA_MUST_CHECK;

/* Removes a token and wipes it. */
void mfa_record_remove(struct mfa_record *record, struct mfa_token *token);
