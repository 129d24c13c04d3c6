/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/base.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const char *mfa_strerror(int err)
{
	switch ((enum mfa_err)err) {
	case MFA_OK:
		return "success";
	case MFA_ERR_NOMEM:
		return "out of memory";
	case MFA_ERR_INVALID:
		return "invalid value";
	case MFA_ERR_NOTFOUND:
		return "not found";
	case MFA_ERR_EXISTS:
		return "already there";
	case MFA_ERR_IO:
		return "input/output error";
	case MFA_ERR_NOSPACE:
		return "no space left";
	case MFA_ERR_READONLY:
		return "read-only file system";
	case MFA_ERR_UNSAFE:
		return "unsafe owner, mode or file type";
	case MFA_ERR_INTEGRITY:
		return "integrity check failed";
	case MFA_ERR_CONFLICT:
		return "changed by somebody else";
	case MFA_ERR_BUSY:
		return "busy";
	case MFA_ERR_CONFIG:
		return "configuration error";
	case MFA_ERR_FULL:
		return "record is full";
	case MFA_ERR_CONV:
		return "conversation failed";
	case MFA_ERR_ABORT:
		return "given up";
	case MFA_ERR_UNSUPPORTED:
		return "not supported";
	case MFA_ERR_CRYPTO:
		return "cryptographic library failed";
	case MFA_ERR_LIMIT:
		return "a resource limit of the calling process (ulimit) is too low";
	}
	return "unknown error";
}

int mfa_err_from_errno(int errnum)
{
	switch (errnum) {
	case ENOMEM:
		return MFA_ERR_NOMEM;
	case ENOENT:
	case ENOTDIR:
		return MFA_ERR_NOTFOUND;
	case EEXIST:
		return MFA_ERR_EXISTS;
	case ENOSPC:
	case EDQUOT:
		return MFA_ERR_NOSPACE;
	case EFBIG:
		return MFA_ERR_LIMIT;
	case EROFS:
		return MFA_ERR_READONLY;
	case ELOOP:
		return MFA_ERR_UNSAFE;
	case EAGAIN:
		return MFA_ERR_BUSY;
	default:
		return MFA_ERR_IO;
	}
}

int mfa_fail(struct mfa_diag *diag, int err, const char *format, ...)
{
	if (diag != NULL) {
		va_list args;
		va_start(args, format);
		(void)vsnprintf(diag->text, sizeof diag->text, format, args);
		va_end(args);
	}
	return err;
}

void mfa_warn(struct mfa_diag *diag, enum mfa_warning what, const char *format, ...)
{
	if (diag == NULL || diag->warning[0] != '\0')
		return;
	va_list args;
	va_start(args, format);
	(void)vsnprintf(diag->warning, sizeof diag->warning, format, args);
	va_end(args);
	diag->warned = what;
}

void mfa_warn_of(struct mfa_diag *diag, const struct mfa_diag *other)
{
	if (other->warned != MFA_WARNING_NONE)
		mfa_warn(diag, other->warned, "%s", other->warning);
}

/* Not strerror: logs stay English whatever the locale. NULL: there is no such error. */
static const char *describe_error(int errnum)
{
#if __GLIBC_PREREQ(2, 32)
	return strerrordesc_np(errnum);
#else
	return errnum >= 0 && errnum < _sys_nerr ? _sys_errlist[errnum] : NULL;
#endif
}

int mfa_fail_errno(struct mfa_diag *diag, int errnum, const char *format, ...)
{
	if (diag != NULL) {
		va_list args;
		va_start(args, format);
		int length = vsnprintf(diag->text, sizeof diag->text, format, args);
		va_end(args);
		if (length >= 0 && (size_t)length < sizeof diag->text) {
			const char *reason = describe_error(errnum);
			(void)snprintf(diag->text + length,
				       sizeof diag->text - (size_t)length, ": %s",
				       reason != NULL ? reason : "unknown error");
		}
	}
	return mfa_err_from_errno(errnum);
}

int64_t mfa_monotonic_ms(void)
{
	enum {
		SECOND_MS = 1000,
		MS_NS = 1000000,
	};
	struct timespec now = { 0 };
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND_MS + now.tv_nsec / MS_NS;
}

void mfa_free_string(char **string)
{
	free(*string);
	*string = NULL;
}

void mfa_close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}
