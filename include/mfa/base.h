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
	MFA_ERR_BUSY = -11,	   /* a lock was not got before its deadline */
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

/* The enum mfa_err that says best what a positive errno says. */
int mfa_err_from_errno(int errnum);

/* What an administrator has to know though nothing has failed. */
enum mfa_warning {
	MFA_WARNING_NONE = 0,
	MFA_WARNING_MENDED,  /* a file of ours had another mode */
	MFA_WARNING_UNNOTED, /* of the keys in the ports: whose turn it is */
	MFA_WARNING_COUNT
};

/* Where a failing function says what, where and what to do: one line of English. */
struct mfa_diag {
	char text[512];
	char warning[256];	 /* the same where nothing has failed; "": none */
	enum mfa_warning warned; /* what the warning is of */
};

/* Writes the line (diag may be NULL) and returns err, so that it ends a function. */
int mfa_fail(struct mfa_diag *diag, int err, const char *format, ...) MFA_PRINTF(3, 4);

/* What stands behind an English noun of that number. */
#define MFA_PLURAL(count) ((count) == 1 ? "" : "s")

/* Writes the warning (diag may be NULL); the first of several stays. */
void mfa_warn(struct mfa_diag *diag, enum mfa_warning what, const char *format, ...)
	MFA_PRINTF(3, 4);

/* Hands on the warning of another one, where there is one. */
void mfa_warn_of(struct mfa_diag *diag, const struct mfa_diag *other);

/* As mfa_fail, for a failed system call: appends strerror(errnum) and returns its
 * enum mfa_err. */
int mfa_fail_errno(struct mfa_diag *diag, int errnum, const char *format, ...)
	MFA_PRINTF(3, 4);

/* Prepares the libraries below; call it before anything else, as often as you like.
 * Returns MFA_ERR_CRYPTO when the random source or a library cannot be used. */
int mfa_init(void) MFA_MUST_CHECK;

/* CLOCK_MONOTONIC in milliseconds, for deadlines. */
int64_t mfa_monotonic_ms(void);

/* Cleanup functions for plain locals. */
void mfa_free_string(char **string);
void mfa_close_fd(int *fd);
