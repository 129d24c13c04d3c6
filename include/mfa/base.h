/* SPDX-License-Identifier: BSD-2-Clause */
/* What every unit shares: errors, diagnostics, attributes and cleanup. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MFA_PUBLIC	 __attribute__((visibility("default")))
#define MFA_MUST_CHECK	 __attribute__((warn_unused_result))
#define MFA_NONNULL(...) __attribute__((nonnull(__VA_ARGS__)))
#define MFA_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define MFA_CLEANUP(fn)	 __attribute__((cleanup(fn)))
#define MFA_UNUSED	 __attribute__((unused))

/* Hands a pointer over: yields it and leaves NULL behind, so cleanup does nothing. */
#define MFA_TAKE(pointer)                               \
	__extension__({                                 \
		__typeof__(pointer) taken_ = (pointer); \
		(pointer) = NULL;                       \
		taken_;                                 \
	})

/* The same for a file descriptor, which leaves -1 behind. */
#define MFA_TAKE_FD(fd)            \
	__extension__({            \
		int taken_ = (fd); \
		(fd) = -1;         \
		taken_;            \
	})

#define MFA_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What went wrong in the machinery. Never a decision: see enum mfa_verdict. */
enum mfa_err {
	MFA_OK = 0,
	MFA_ERR_NOMEM = -1,	   /* out of memory */
	MFA_ERR_INVALID = -2,	   /* an argument or a datum is out of its range */
	MFA_ERR_NOTFOUND = -3,	   /* no such file, record, token */
	MFA_ERR_EXISTS = -4,	   /* it is there already */
	MFA_ERR_IO = -5,	   /* the system refused a read or write */
	MFA_ERR_NOSPACE = -6,	   /* the disk or the quota is full */
	MFA_ERR_READONLY = -7,	   /* the file system is read-only */
	MFA_ERR_UNSAFE = -8,	   /* wrong owner, mode, type or link count */
	MFA_ERR_INTEGRITY = -9,	   /* sealed data was altered or is damaged */
	MFA_ERR_CONFLICT = -10,	   /* compare-and-swap lost: read again */
	MFA_ERR_BUSY = -11,	   /* a lock or an answer did not come in time */
	MFA_ERR_CONFIG = -12,	   /* the configuration is wrong */
	MFA_ERR_FULL = -13,	   /* a record holds no more tokens */
	MFA_ERR_CONV = -14,	   /* the application's conversation failed */
	MFA_ERR_ABORT = -15,	   /* the person gave up */
	MFA_ERR_UNSUPPORTED = -16, /* a kind, format or source this build does not know */
	MFA_ERR_CRYPTO = -17,	   /* a cryptographic library refused */
	MFA_ERR_LIMIT = -18,	   /* a resource limit of the process forbids it */
};

/* One short English phrase for an enum mfa_err. Never NULL. */
const char *mfa_strerror(int err);

/* The enum mfa_err that fits a positive errno best. */
int mfa_err_from_errno(int errnum);

/* What an administrator should know though nothing has failed. */
enum mfa_warning {
	MFA_WARNING_NONE = 0,
	MFA_WARNING_MENDED,  /* the mode of one of our files was wrong, and is repaired */
	MFA_WARNING_UNNOTED, /* whose turn it is at the YubiKeys could not be written */
	MFA_WARNING_COUNT
};

/* Where a failing function writes what failed, where, and what to do: one English
 * line. */
struct mfa_diag {
	char text[512];
	char warning[256];	 /* something to know, though nothing failed; "": none */
	enum mfa_warning warned; /* the kind of warning */
};

/* Writes the line (diag may be NULL) and returns err: for "return mfa_fail(...)". */
int mfa_fail(struct mfa_diag *diag, int err, const char *format, ...) MFA_PRINTF(3, 4);

/* The ending of an English noun after that number. */
#define MFA_PLURAL(count) ((count) == 1 ? "" : "s")

/* Writes the warning (diag may be NULL) unless there is one already. */
void mfa_warn(struct mfa_diag *diag, enum mfa_warning what, const char *format, ...)
	MFA_PRINTF(3, 4);

/* Copies the warning of another diagnosis, if it has one. */
void mfa_warn_of(struct mfa_diag *diag, const struct mfa_diag *other);

/* As mfa_fail, for a failed system call: appends strerror(errnum) and returns its
 * enum mfa_err. */
int mfa_fail_errno(struct mfa_diag *diag, int errnum, const char *format, ...)
	MFA_PRINTF(3, 4);

/* Prepares libsodium and liboath; to be called first, more than once is fine.
 * MFA_ERR_CRYPTO: the random source or a library cannot be used. */
int mfa_init(void) MFA_MUST_CHECK;

/* CLOCK_MONOTONIC in milliseconds, for deadlines. */
int64_t mfa_monotonic_ms(void);

/* Cleanup functions for plain locals. */
void mfa_free_string(char **string);
void mfa_close_fd(int *fd);
