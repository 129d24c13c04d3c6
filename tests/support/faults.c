/* SPDX-License-Identifier: BSD-2-Clause */
#include "faults.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mfa/base.h"

static struct {
	const char *call; /* NULL: nothing fails */
	unsigned left;	  /* calls until the one that fails; 0: it has */
	int errnum;
} fault;

void fault_begin(const char *call, unsigned nth, int errnum)
{
	fault.call = call;
	fault.left = nth;
	fault.errnum = errnum;
}

bool fault_end(void)
{
	bool was_hit = fault.call != NULL && fault.left == 0;
	fault.call = NULL;
	return was_hit;
}

static bool fails(const char *call)
{
	if (fault.call == NULL || fault.left == 0 || strcmp(call, fault.call) != 0)
		return false;
	if (--fault.left > 0)
		return false;
	errno = fault.errnum;
	return true;
}

static int result(void)
{
	return fault.errnum == 0 ? 0 : -1;
}

/* The product's call of NAME comes to __wrap_NAME; __real_NAME is the C library's. The
 * names are those that the linker sees: with 64 behind them where a file's size matters.
 */
#define WRAP(name, call, failure, type, parameters, ...) \
	type __real_##name parameters;                   \
	type __wrap_##name parameters;                   \
	type __wrap_##name parameters                    \
	{                                                \
		if (fails(call))                         \
			return failure;                  \
		return __real_##name(__VA_ARGS__);       \
	}

WRAP(malloc, ANY_MEMORY, NULL, void *, (size_t size), size)
WRAP(calloc, ANY_MEMORY, NULL, void *, (size_t count, size_t size), count, size)
WRAP(realloc, ANY_MEMORY, NULL, void *, (void *block, size_t size), block, size)
WRAP(reallocarray, ANY_MEMORY, NULL, void *, (void *block, size_t count, size_t size),
     block, count, size)
WRAP(strdup, ANY_MEMORY, NULL, char *, (const char *text), text)
WRAP(strndup, ANY_MEMORY, NULL, char *, (const char *text, size_t most), text, most)
WRAP(mmap64, ANY_MEMORY, MAP_FAILED, void *,
     (void *at, size_t len, int protection, int flags, int fd, off_t offset), at, len,
     protection, flags, fd, offset)
WRAP(mprotect, ANY_MEMORY, -1, int, (void *at, size_t len, int protection), at, len,
     protection)
WRAP(flock, "flock", result(), int, (int fd, int operation), fd, operation)
WRAP(fstat64, "fstat", result(), int, (int fd, struct stat *status), fd, status)
WRAP(lstat64, "lstat", result(), int, (const char *path, struct stat *status), path,
     status)
WRAP(fchmod, "fchmod", result(), int, (int fd, mode_t mode), fd, mode)
WRAP(fsync, "fsync", result(), int, (int fd), fd)
WRAP(fdatasync, "fdatasync", result(), int, (int fd), fd)
WRAP(ftruncate64, "ftruncate", result(), int, (int fd, off_t len), fd, len)
WRAP(linkat, "linkat", result(), int,
     (int from, const char *path, int to, const char *name, int flags), from, path, to,
     name, flags)
WRAP(rename, "rename", result(), int, (const char *from, const char *to), from, to)
WRAP(renameat2, "renameat2", result(), int,
     (int from, const char *path, int to, const char *name, unsigned flags), from, path,
     to, name, flags)
WRAP(unlinkat, "unlinkat", result(), int, (int dir_fd, const char *name, int flags),
     dir_fd, name, flags)
WRAP(mkdir, "mkdir", result(), int, (const char *path, mode_t mode), path, mode)
WRAP(pread64, "pread", result(), ssize_t,
     (int fd, void *buffer, size_t len, off_t offset), fd, buffer, len, offset)
WRAP(pwrite64, "pwrite", result(), ssize_t,
     (int fd, const void *buffer, size_t len, off_t offset), fd, buffer, len, offset)
WRAP(nanosleep, "nanosleep", result(), int,
     (const struct timespec *time, struct timespec *rest), time, rest)
WRAP(fdopendir, "fdopendir", NULL, DIR *, (int fd), fd)
WRAP(readdir64, "readdir", NULL, struct dirent *, (DIR * folder), folder)
WRAP(oath_init, "oath_init", result(), int, (void), )
WRAP(oath_totp_generate2, "oath_totp_generate2", result(), int,
     (const char *secret, size_t len, time_t now, unsigned step, time_t start,
      unsigned digits, int flags, char *code),
     secret, len, now, step, start, digits, flags, code)
WRAP(scandirat64, "scandirat", result(), int,
     (int dir_fd, const char *path, struct dirent ***names,
      int (*filter)(const struct dirent *),
      int (*compare)(const struct dirent **, const struct dirent **)),
     dir_fd, path, names, filter, compare)

/* Those that take a mode, or more, behind their named parameters. */
static mode_t mode_of(int flags, va_list args)
{
	bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
	return makes ? va_arg(args, mode_t) : 0;
}

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	mode_t mode = mode_of(flags, args);
	va_end(args);
	return fails("open") ? result() : __real_open64(path, flags, mode);
}

int __real_openat64(int dir_fd, const char *path, int flags, ...);
int __wrap_openat64(int dir_fd, const char *path, int flags, ...);
int __wrap_openat64(int dir_fd, const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	mode_t mode = mode_of(flags, args);
	va_end(args);
	return fails("openat") ? result() : __real_openat64(dir_fd, path, flags, mode);
}

/* On failure the C library leaves nothing in *ret_text that one may look at. */
static int format(char **ret_text, const char *text, va_list args)
{
	if (!fails(ANY_MEMORY))
		return vasprintf(ret_text, text, args);
	*ret_text = (char *)(uintptr_t)1;
	return -1;
}

int __wrap_asprintf(char **ret_text, const char *text, ...) MFA_PRINTF(2, 3);
int __wrap_asprintf(char **ret_text, const char *text, ...)
{
	va_list args;
	va_start(args, text);
	int len = format(ret_text, text, args);
	va_end(args);
	return len;
}

/* What asprintf becomes with FORTIFY_SOURCE. */
int __wrap___asprintf_chk(char **ret_text, int flag, const char *text, ...)
	MFA_PRINTF(3, 4);
int __wrap___asprintf_chk(char **ret_text, int flag MFA_UNUSED, const char *text, ...)
{
	va_list args;
	va_start(args, text);
	int len = format(ret_text, text, args);
	va_end(args);
	return len;
}
