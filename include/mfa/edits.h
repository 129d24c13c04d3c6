/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes of several files that are undone together. What they were and what they become
 * is written down, durably, before the first one is changed: whoever finds that can put
 * all of them back, however far the changes had come. */
#pragma once

#include <sys/types.h>

#include "mfa/strings.h"

/* While changes are tried out, and after they were confirmed: see mfa_edits_save. */
#define MFA_EDITS_FOLDER "/var/lib/pam_mfa/switch"
#define MFA_EDITS_TRYING MFA_EDITS_FOLDER "/trying"

enum {
	MFA_EDITS_ID_SIZE = 17,	  /* 16 hexadecimal digits and a NUL */
	MFA_EDITS_BOOT_SIZE = 40, /* of /proc/sys/kernel/random/boot_id, with its NUL */
	MFA_EDITS_ACTOR_SIZE = 64,
};

/* A file at one moment. */
struct mfa_edit_side {
	bool is_absent;
	mode_t mode; /* permission bits */
	uid_t uid;
	gid_t gid;
	char *data; /* owned; has a NUL behind len bytes */
	size_t len;
};

struct mfa_edit {
	char *path; /* absolute; owned */
	struct mfa_edit_side before;
	struct mfa_edit_side after;
};

/* Zeroed: none. */
struct mfa_edits {
	struct mfa_edit *items;
	size_t count;
	char id[MFA_EDITS_ID_SIZE];
	char boot[MFA_EDITS_BOOT_SIZE]; /* the boot in which they were made */
	char actor[MFA_EDITS_ACTOR_SIZE];
	int64_t time;	     /* seconds since 1970, for people to read */
	int64_t deadline_ms; /* CLOCK_BOOTTIME of that boot: when they are undone */
	struct mfa_strings services; /* of PAM, that ask for a code by them */
};

/* Reads a file as it is; one that does not exist is a result. The caller ends ret_side
 * with mfa_edit_side_done. MFA_ERR_UNSAFE: a link, or no regular file; MFA_ERR_FULL: it
 * is too large; MFA_ERR_NOMEM, MFA_ERR_IO, ... */
int mfa_edit_look(const char *path, struct mfa_diag *diag, struct mfa_edit_side *ret_side)
	MFA_MUST_CHECK;
void mfa_edit_side_done(struct mfa_edit_side *side);

/* Whether both have the same bytes, or neither exists. */
bool mfa_edit_sides_match(const struct mfa_edit_side *one,
			  const struct mfa_edit_side *other);

/* Adds a change of the file as it is now to this text (NULL: it goes away). A new file is
 * root's, 0644; others keep owner and mode. A change that changes nothing is not added.
 * Errors as mfa_edit_look. */
int mfa_edits_add(struct mfa_edits *edits, const char *path, const char *text,
		  struct mfa_diag *diag) MFA_MUST_CHECK;

/* The change of that file, or NULL. */
const struct mfa_edit *mfa_edits_find(const struct mfa_edits *edits, const char *path);

/* Takes the change at that place out of them. */
void mfa_edits_drop(struct mfa_edits *edits, size_t at);

/* Adds changes that were made on top of these: together they lead from what was before
 * the first to what is behind the last, and the rest (id, actor, ...) is the newer ones'.
 * A file that somebody has changed in between goes back to what that person has made.
 * Takes over what newer owns. MFA_ERR_NOMEM: nothing is changed. */
int mfa_edits_merge(struct mfa_edits *edits, struct mfa_edits *newer) MFA_MUST_CHECK;

/* Frees them and leaves none. */
void mfa_edits_done(struct mfa_edits *edits);

/* As bytes, with a checksum. The caller frees ret_bytes. Decoding: MFA_ERR_INTEGRITY for
 * what is damaged or cut off; the caller ends ret_edits. */
int mfa_edits_encode(const struct mfa_edits *edits, unsigned char **ret_bytes,
		     size_t *ret_len) MFA_MUST_CHECK;
int mfa_edits_decode(const unsigned char *bytes, size_t len, struct mfa_edits *ret_edits)
	MFA_MUST_CHECK;

/* Writes them down at path, durably: 0600, all or nothing. MFA_ERR_EXISTS, ... */
int mfa_edits_save(const struct mfa_edits *edits, const char *path, struct mfa_diag *diag)
	MFA_MUST_CHECK;
/* MFA_ERR_NOTFOUND, MFA_ERR_INTEGRITY, ... */
int mfa_edits_load(const char *path, struct mfa_diag *diag, struct mfa_edits *ret_edits)
	MFA_MUST_CHECK;

/* Puts the new files, and second names of the old ones, beside the files: from here on
 * neither making nor undoing the changes needs space. Changes no file.
 * MFA_ERR_CONFLICT: one is not what it was; ... */
int mfa_edits_stage(const struct mfa_edits *edits, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Makes the changes, each one at once. Behind mfa_edits_stage. */
int mfa_edits_apply(const struct mfa_edits *edits, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Removes what mfa_edits_stage put beside the files. */
void mfa_edits_tidy(const struct mfa_edits *edits);
/* The same in a folder, where nobody knows of which files. */
void mfa_edits_tidy_folder(const char *folder);

/* Puts every file back that is as the changes have left it, with owner, mode and all. One
 * that somebody has changed since stays, is added to ret_kept, and what it was is left in
 * keep_folder by the name of the file. May be done again. The first error is returned
 * when all has been tried. The caller ends ret_kept. */
int mfa_edits_restore(const struct mfa_edits *edits, const char *keep_folder,
		      struct mfa_diag *diag, struct mfa_strings *ret_kept) MFA_MUST_CHECK;
