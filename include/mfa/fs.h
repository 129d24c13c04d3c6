/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that only root can have written: every folder of the path is checked, no link is
 * followed, and the file itself is checked by its descriptor. */
#pragma once

#include <dirent.h>
#include <sys/types.h>

#include "mfa/base.h"

/* What a file or a folder must be. */
struct mfa_fs_rule {
	uid_t owner;	     /* who must own it */
	mode_t forbidden;    /* permission bits that must not be set */
	int lock;	     /* of a file: LOCK_SH, LOCK_EX or 0 (see mfa_fs_lock) */
	mode_t mend;	     /* 0: a wrong mode is refused; else root's file gets this */
	bool mends_writable; /* even if others could write, as changes would be noticed */
};

/* Root's, and nobody else may write it. */
extern const struct mfa_fs_rule mfa_fs_protected;
/* Root's, and nobody else may read or write it. */
extern const struct mfa_fs_rule mfa_fs_private;
/* The same for what the product has made: a wrong mode is repaired, with a warning in the
 * diagnosis. A file, without a lock, with a shared one, with an exclusive one; a
 * folder. */
extern const struct mfa_fs_rule mfa_fs_own;
extern const struct mfa_fs_rule mfa_fs_own_shared;
extern const struct mfa_fs_rule mfa_fs_own_alone;
extern const struct mfa_fs_rule mfa_fs_own_folder;
/* Root's folder that everybody may go through to a name they know, and only root may
 * open: its lock is root's alone. Repaired as the others. */
extern const struct mfa_fs_rule mfa_fs_run_folder;

/* Opens the folder at an absolute path. Every folder above it must be root's and not
 * writable by others (a sticky one, as /tmp, may be); the last one must follow the rule.
 * The caller closes ret_fd. MFA_ERR_NOTFOUND, MFA_ERR_UNSAFE, MFA_ERR_IO, ... */
int mfa_fs_open_dir(const char *path, const struct mfa_fs_rule *rule,
		    struct mfa_diag *diag, int *ret_fd) MFA_MUST_CHECK;

/* Makes a folder (one level) with mode 0700 whatever the umask is; an existing one is
 * left as it is. */
int mfa_fs_make_dir(const char *path, struct mfa_diag *diag, bool *ret_made)
	MFA_MUST_CHECK;

/* Whether this process may write to the file or folder: its mode, and how what it is on
 * is mounted here. MFA_ERR_READONLY, ... */
int mfa_fs_check_writable(const char *path, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Cleanup function for an opendir(3) that may be NULL. */
void mfa_fs_close_dir(DIR **dir);

/* A file named `name` in an open folder; `path` is what messages call it. */
struct mfa_fs_entry {
	int dir_fd;
	const char *name;
	const char *path;
};

/* Opens a regular file with one link that follows the rule. flags are open(2)'s;
 * O_NOFOLLOW, O_CLOEXEC, O_NOCTTY and O_NONBLOCK are added, and O_CREAT makes it 0600.
 * A file that loses its name while this waits for its lock is opened again. The caller
 * closes ret_fd. MFA_ERR_BUSY when it cannot be locked in time, ... */
int mfa_fs_open_at(const struct mfa_fs_entry *entry, int flags,
		   const struct mfa_fs_rule *rule, struct mfa_diag *diag, int *ret_fd)
	MFA_MUST_CHECK;

/* mfa_fs_open_dir on the parent (which must be protected), then mfa_fs_open_at. */
int mfa_fs_open(const char *path, int flags, const struct mfa_fs_rule *rule,
		struct mfa_diag *diag, int *ret_fd) MFA_MUST_CHECK;

/* Locks a file anew that mfa_fs_open has opened under the same rule, and that has been
 * unlocked since. MFA_ERR_CONFLICT: it has lost its name, or follows the rule no more,
 * and is to be opened anew; MFA_ERR_BUSY, ... */
int mfa_fs_lock_again(int fd, const struct mfa_fs_rule *rule) MFA_MUST_CHECK;

/* Makes a file at an absolute path with these bytes, durably. It gets its name when it is
 * complete, so no crash leaves a part of it. The folder must be protected.
 * MFA_ERR_EXISTS; MFA_ERR_UNSUPPORTED on a file system without O_TMPFILE. */
struct mfa_fs_content {
	const void *data;
	size_t len;
	mode_t mode;
};
int mfa_fs_create(const char *path, const struct mfa_fs_content *content,
		  struct mfa_diag *diag) MFA_MUST_CHECK;

/* Fails if a file at path would be lost when the machine restarts: on tmpfs and ramfs.
 * The file need not exist, its folder must. MFA_ERR_UNSUPPORTED. */
int mfa_fs_check_durable(const char *path, struct mfa_diag *diag) MFA_MUST_CHECK;

/* Renames the file at path to target, which it replaces, durably. Both are in the same
 * protected folder. */
int mfa_fs_replace(const char *path, const char *target, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* mfa_fs_create in two steps, for a file that is written in pieces: opens a nameless file
 * in an open folder (path is what messages call it), and gives it its name. */
int mfa_fs_begin(int dir_fd, const char *path, mode_t mode, struct mfa_diag *diag,
		 int *ret_fd) MFA_MUST_CHECK;
int mfa_fs_finish(int fd, const struct mfa_fs_entry *entry, struct mfa_diag *diag)
	MFA_MUST_CHECK;

/* Reads up to size bytes at offset, until the end of the file. MFA_ERR_IO. */
int mfa_fs_read(int fd, void *buffer, size_t size, off_t offset, size_t *ret_len)
	MFA_MUST_CHECK;

/* As mfa_fs_read from the beginning, of a text that the kernel gives in one piece, as
 * those in /proc: behind a whole last line nothing more is asked for. */
int mfa_fs_read_text(int fd, char *buffer, size_t size, size_t *ret_len) MFA_MUST_CHECK;

/* Writes all of it at offset (pwrite; one call unless the system writes less). Writes
 * nothing if the process' limit on file sizes would cut it off: MFA_ERR_LIMIT.
 * MFA_ERR_IO, MFA_ERR_NOSPACE, MFA_ERR_READONLY. */
int mfa_fs_write(int fd, const void *buffer, size_t size, off_t offset) MFA_MUST_CHECK;

/* flock(2) with LOCK_SH or LOCK_EX; MFA_ERR_BUSY after some seconds, so that a stopped
 * process cannot stop others. Closing the descriptor unlocks. */
int mfa_fs_lock(int fd, int operation) MFA_MUST_CHECK;
