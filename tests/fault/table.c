/* SPDX-License-Identifier: BSD-2-Clause */
#include "table.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/syscall.h>

/* What was typed is the user's name, and no zone without MFA is for it. */
#define NAME_SERVICE "the name service: its failing lets nobody in, and keeps nobody out"

#define READ_ONLY "a record is opened for reading, and anew for the swap"
#define WATCH	  "files are looked at, where the kernel does not tell of changes"

#define SESSION "a session that cannot be looked up is remote: no YubiKey, but a code"

#define OPEN_ERRORS                                                       \
	{                                                                 \
		EMFILE, ENFILE, ENOMEM, EIO, EACCES, EINTR, EROFS, ENOSPC \
	}
#define STAT_ERRORS                 \
	{                           \
		EIO, ENOMEM, EACCES \
	}
#define READ_ERRORS                \
	{                          \
		EIO, EINTR, ENOMEM \
	}
#define WRITE_ERRORS                                             \
	{                                                        \
		ENOSPC, EIO, EROFS, EDQUOT, EFBIG, EINTR, ENOMEM \
	}
#define SYNC_ERRORS                        \
	{                                  \
		EIO, ENOSPC, EROFS, EDQUOT \
	}
#define MEMORY_ERRORS          \
	{                      \
		ENOMEM, EAGAIN \
	}

static const struct call_kind kinds[] = {
	{ -1, "another call", TARGET_NONE, { EIO, ENOMEM, EPERM }, IS_FILE },
	{ SYS_open, "open", TARGET_PATH, OPEN_ERRORS, IS_FILE },
	{ SYS_openat, "openat", TARGET_AT, OPEN_ERRORS, IS_FILE },
	{ SYS_stat, "stat", TARGET_PATH, STAT_ERRORS, IS_FILE },
	{ SYS_lstat, "lstat", TARGET_PATH, STAT_ERRORS, IS_FILE },
	{ SYS_fstat, "fstat", TARGET_FD, STAT_ERRORS, IS_FILE },
	{ SYS_newfstatat, "fstatat", TARGET_AT, STAT_ERRORS, IS_FILE },
	{ SYS_access, "access", TARGET_PATH, STAT_ERRORS, IS_FILE },
	{ SYS_readlink, "readlink", TARGET_PATH, STAT_ERRORS, IS_FILE },
	{ SYS_read, "read", TARGET_FD, READ_ERRORS, IS_TRANSFER | IS_FILE },
	{ SYS_pread64, "pread", TARGET_FD, READ_ERRORS, IS_TRANSFER | IS_FILE },
	{ SYS_write, "write", TARGET_FD, WRITE_ERRORS, IS_TRANSFER | IS_FILE },
	{ SYS_pwrite64, "pwrite", TARGET_FD, WRITE_ERRORS, IS_TRANSFER | IS_FILE },
	{ SYS_fsync, "fsync", TARGET_FD, SYNC_ERRORS, IS_FILE },
	{ SYS_fdatasync, "fdatasync", TARGET_FD, SYNC_ERRORS, IS_FILE },
	{ SYS_ftruncate, "ftruncate", TARGET_FD, { EIO, EROFS, EINTR }, IS_FILE },
	{ SYS_flock, "flock", TARGET_FD, { EINTR, EAGAIN, ENOLCK }, IS_FILE },
	{ SYS_lseek, "lseek", TARGET_FD, { EIO }, 0 },
	{ SYS_fcntl, "fcntl", TARGET_FD, { EIO, ENOMEM }, 0 },
	{ SYS_ioctl, "ioctl", TARGET_FD, { EIO }, 0 },
	{ SYS_statfs, "statfs", TARGET_PATH, { EIO, ENOMEM, EACCES }, 0 },
	{ SYS_inotify_init1, "inotify", TARGET_NONE, { EMFILE, ENFILE, ENOMEM }, 0 },
	{ SYS_inotify_add_watch, "inotify", TARGET_NONE, { ENOSPC, ENOMEM, EACCES }, 0 },
	{ SYS_getdents64, "getdents", TARGET_FD, { EIO, ENOMEM }, 0 },
	{ SYS_close, "close", TARGET_FD, { EIO, EINTR, ENOSPC }, IS_RELEASE },
	{ SYS_mmap, "mmap", TARGET_MAP, MEMORY_ERRORS, IS_MEMORY },
	{ SYS_mremap, "mremap", TARGET_NONE, { ENOMEM }, IS_MEMORY },
	{ SYS_mprotect, "mprotect", TARGET_NONE, { ENOMEM }, IS_MEMORY },
	{ SYS_madvise, "madvise", TARGET_NONE, MEMORY_ERRORS, IS_MEMORY },
	{ SYS_mlock, "mlock", TARGET_NONE, { ENOMEM, EAGAIN, EPERM }, IS_MEMORY },
	{ SYS_munmap, "munmap", TARGET_NONE, { ENOMEM }, IS_RELEASE },
	/* it gives no error: see the faults of memory */
	{ SYS_brk, "brk", TARGET_NONE, { 0 }, 0 },
	{ SYS_socket, "socket", TARGET_NONE, { EMFILE, ENFILE, ENOMEM, EACCES }, 0 },
	{ SYS_connect,
	  "connect",
	  TARGET_ADDRESS,
	  { ECONNREFUSED, EAGAIN, EINTR, ENOENT },
	  0 },
	{ SYS_getsockopt, "getsockopt", TARGET_NONE, { ENOTSOCK, ENOMEM, EPERM }, 0 },
	{ SYS_setsockopt, "setsockopt", TARGET_NONE, { ENOTSOCK, ENOMEM }, 0 },
	{ SYS_pidfd_open, "pidfd_open", TARGET_NONE, { EMFILE, ESRCH, ENOMEM }, 0 },
	{ SYS_socketpair, "socketpair", TARGET_NONE, { EMFILE, ENFILE, ENOMEM }, 0 },
	{ SYS_clone, "clone", TARGET_NONE, { EAGAIN, ENOMEM }, 0 },
	{ SYS_wait4, "wait4", TARGET_NONE, { EINTR, ECHILD }, 0 },
	{ SYS_poll, "poll", TARGET_NONE, { EINTR, ENOMEM }, 0 },
	{ SYS_sendmsg, "sendmsg", TARGET_FD, { EPIPE, ENOBUFS, EAGAIN, EINTR }, 0 },
	{ SYS_sendto, "sendto", TARGET_FD, { ECONNREFUSED, ENOBUFS, EAGAIN, EINTR }, 0 },
	{ SYS_recvfrom, "recvfrom", TARGET_FD, { ECONNRESET, EINTR, ENOMEM }, 0 },
	{ SYS_recvmsg, "recvmsg", TARGET_FD, { ECONNRESET, EINTR, ENOMEM }, 0 },
	{ SYS_mkdir, "mkdir", TARGET_PATH, { EACCES, EROFS, ENOSPC }, 0 },
	{ SYS_getrandom, "getrandom", TARGET_NONE, { EINTR, EAGAIN }, 0 },
	{ SYS_clock_nanosleep, "nanosleep", TARGET_NONE, { EINTR }, 0 },
	{ SYS_futex, "futex", TARGET_NONE, { EINTR, EAGAIN }, 0 },
	{ SYS_rt_sigprocmask, "sigprocmask", TARGET_NONE, { 0 }, 0 },
	{ SYS_rt_sigtimedwait, "sigtimedwait", TARGET_NONE, { EINTR, EAGAIN }, 0 },
	{ SYS_getresuid, "getresuid", TARGET_NONE, { 0 }, 0 },
	{ SYS_setresuid, "setresuid", TARGET_NONE, { EAGAIN, EPERM }, 0 },
	{ SYS_prlimit64, "prlimit", TARGET_NONE, { EPERM }, 0 },
	{ SYS_sched_getscheduler, "priority", TARGET_NONE, { EPERM }, 0 },
	{ SYS_sched_setscheduler, "priority", TARGET_NONE, { EPERM }, 0 },
	{ SYS_sched_getaffinity, "priority", TARGET_NONE, { EPERM }, 0 },
	{ SYS_sched_setaffinity, "priority", TARGET_NONE, { EPERM }, 0 },
	{ SYS_getpriority, "priority", TARGET_NONE, { EPERM }, 0 },
	{ SYS_setpriority, "priority", TARGET_NONE, { EPERM }, 0 },
	{ SYS_ioprio_get, "priority", TARGET_NONE, { EPERM }, 0 },
	{ SYS_ioprio_set, "priority", TARGET_NONE, { EPERM }, 0 },
	{ SYS_prctl, "priority", TARGET_NONE, { EPERM }, 0 },
	{ SYS_getuid, "getuid", TARGET_NONE, { 0 }, 0 },
	{ SYS_getpid, "getpid", TARGET_NONE, { 0 }, 0 },
	{ SYS_geteuid, "geteuid", TARGET_NONE, { 0 }, 0 },
	{ SYS_uname, "uname", TARGET_NONE, { 0 }, 0 },
};

_Static_assert(MFA_COUNT(kinds) <= KINDS_MAX, "KINDS_MAX");

size_t call_kind_index(long number)
{
	for (size_t i = 1; i < MFA_COUNT(kinds); i++)
		if (kinds[i].number == number)
			return i;
	return 0;
}

const struct call_kind *call_kind(long number)
{
	return &kinds[call_kind_index(number)];
}

const char *call_kind_name(size_t index)
{
	return index < MFA_COUNT(kinds) ? kinds[index].name : "";
}

bool call_is_retried(int errnum)
{
	return errnum == EINTR || errnum == EAGAIN;
}

struct exception {
	const char *name;   /* of the call; "*": any */
	const char *target; /* a glob */
	int errnum;	    /* 0: any */
	enum effect effect;
	const char *reason;
};

/* In the module, which another connection, or another question, gets over most. */
static const struct exception harmless_in_module[] = {
	{ "*", "*", EINTR, GOES_ON, "it is done again" },
	{ "close", "*", 0, GOES_ON, "nothing was written to it" },
	{ "socket", "*", EMFILE, MAY_GO_ON, "the limit is raised" },
	{ "getsockopt", "*", 0, MAY_GO_ON,
	  "nobody is known at the input's other end; or root is not known to listen" },
	{ "setsockopt", "*", 0, GOES_ON, "a full queue is waited for without an end" },
	{ "connect", "*", ECONNREFUSED, GOES_ON, "a service that restarts is back soon" },
	{ "connect", "*", ENOENT, GOES_ON, "a service that restarts is back soon" },
	{ "recvfrom", "*", EAGAIN, GOES_ON, "it is waited for" },
	{ "sendmsg", "*", EAGAIN, GOES_ON, "it is sent when there is room" },
	{ "sendmsg", "*", 0, ASKS_AGAIN, "the connection is made anew" },
	{ "recvfrom", "*", 0, ASKS_AGAIN, "the connection is made anew" },
	{ "poll", "*", 0, ASKS_AGAIN, "the connection is made anew" },
	{ "*", "/usr/lib/locale/*", 0, GOES_ON, "what is shown is English then" },
	{ "*", "/usr/share/locale/*", 0, GOES_ON, "what is shown is English then" },
	{ "*", "/etc/locale.alias", 0, GOES_ON, "what is shown is English then" },
};

/* In the service. Of all failures only these let a login go on. */
static const struct exception harmless[] = {
	{ "poll", "*", EINTR, GOES_ON, "it is asked again" },
	{ "recvfrom", "*", EINTR, GOES_ON, "the message is taken again" },
	{ "recvmsg", "*", 0, GOES_ON, "whether descriptors came along is not known" },
	{ "sendmsg", "*", EINTR, GOES_ON, "the message is sent again" },
	{ "sendmsg", "*", EAGAIN, GOES_ON, "the message is sent when there is room" },
	{ "sendmsg", "*", 0, MAY_GO_ON, "the module hears nothing, and asks elsewhere" },
	{ "poll", "*", 0, BREAKS_OFF, "who has asked is gone, or nobody's" },
	{ "recvfrom", "*", 0, BREAKS_OFF, "a module that says nothing has gone" },
	{ "getsockopt", "*", 0, BREAKS_OFF,
	  "who asks, or whether it lives, is not known" },
	{ "pread", "*", EINTR, GOES_ON, "the library reads again" },
	{ "pwrite", "*", EINTR, GOES_ON, "the library writes again" },
	{ "flock", "*", EINTR, GOES_ON, "the library asks for the lock again" },
	{ "flock", "*", EAGAIN, GOES_ON, "somebody else has the lock: it is waited for" },
	{ "unlock", "*", 0, GOES_ON, "it is closed then, which gives the lock back" },
	{ "openat", "[!/]*", EROFS, MAY_GO_ON, READ_ONLY },
	{ "flock", "*/users/*", EROFS, MAY_GO_ON, READ_ONLY },
	{ "fstat", "*/users/*", EROFS, MAY_GO_ON, READ_ONLY },
	{ "*", "/proc/self/mountinfo", 0, GOES_ON, WATCH },
	{ "statfs", "*", 0, GOES_ON, WATCH },
	{ "inotify", "*", 0, GOES_ON, WATCH },
	{ "ioctl", "*pidfd*", 0, GOES_ON, "the ids are read in /proc" },
	{ "sigtimedwait", "*", 0, GOES_ON, "no signal had come" },
	{ "getrandom", "*", 0, GOES_ON, "libsodium asks again" },
	{ "prlimit", "*", 0, MAY_GO_ON,
	  "a limit stays as it is; one on file sizes is looked at before each write" },
	{ "priority", "*", 0, GOES_ON, "it stays as the caller has it" },
	{ "close", "*", 0, GOES_ON, "what was written is on the disk by then" },
	{ "munmap", "*", 0, GOES_ON, "the memory was wiped; nobody could do more" },
	{ "mlock", "*", 0, GOES_ON,
	  "the limit of locked memory is small for some: the block works without" },
	{ "socket", "*", 0, GOES_ON, "syslog, or a cache of the name service" },
	{ "pidfd_open", "*", 0, OFFERS_NO_KEY, "who may have ended is not known" },
	{ "connect", "*", 0, GOES_ON, "syslog, or a cache of the name service" },
	{ "sendto", "*", 0, GOES_ON, "syslog: the audit trail has the line as well" },
	{ "*", "/etc/nsswitch.conf", 0, GOES_ON, NAME_SERVICE },
	{ "*", "/etc/passwd", 0, GOES_ON, NAME_SERVICE },
	{ "*", "/etc/group", 0, GOES_ON, NAME_SERVICE },
	{ "fstatat", "/", 0, GOES_ON, NAME_SERVICE },
	{ "pread", "/proc/*", EINTR, GOES_ON, "it is read again" },
	{ "close", "/proc/*", 0, GOES_ON, "it was read" },
	/* calls.c tells the two reads of it apart */
	{ "*", "/proc/*/stat: start time", 0, OFFERS_NO_KEY,
	  "whether the process has connected itself is not known" },
	{ "*", "/proc/*/stat: terminal", 0, GOES_ON,
	  "a terminal proves nothing in a session" },
	{ "*", "/proc/*/cgroup", 0, OFFERS_NO_KEY, SESSION },
	{ "*", "/proc/*/sessionid", 0, OFFERS_NO_KEY, SESSION },
	{ "*", "/proc/*/status", 0, OFFERS_NO_KEY, SESSION },
	{ "pread", "/run/systemd/sessions/*", EINTR, GOES_ON, "it is read again" },
	{ "close", "/run/systemd/sessions/*", 0, GOES_ON, "it was read" },
	{ "*", "/run/systemd/sessions/*", 0, OFFERS_NO_KEY, SESSION },
	{ "access", "/run/systemd/seats", 0, MAY_GO_ON, "what is there proves it" },
	{ "*", "/usr/lib/locale/*", 0, GOES_ON, "the prompt is English then" },
	{ "*", "/usr/share/locale/*", 0, GOES_ON, "the prompt is English then" },
	{ "*", "/etc/locale.alias", 0, GOES_ON, "the prompt is English then" },
	{ "access", "/var/lib/pam_mfa/switch/trying", 0, GOES_ON,
	  "the line names no process: enable is not confirmed by this login" },
	{ "lstat", "*/mfa.conf.d", 0, MAY_GO_ON,
	  "the folder is looked for by opening it" },
	{ "lstat", "*/store.key.next", 0, GOES_ON,
	  "the file is looked for by opening it" },
};

static const struct exception *find_exception(const struct exception *list, size_t count,
					      const char *name, const char *target,
					      int errnum)
{
	for (size_t i = 0; i < count; i++)
		if (fnmatch(list[i].name, name, 0) == 0 &&
		    fnmatch(list[i].target, target, 0) == 0 &&
		    (list[i].errnum == 0 || list[i].errnum == errnum))
			return &list[i];
	return NULL;
}

enum effect call_effect(bool is_module, long number, const char *name, const char *target,
			int errnum)
{
	const struct exception *exception =
		is_module ? find_exception(harmless_in_module,
					   MFA_COUNT(harmless_in_module), name, target,
					   errnum)
			  : find_exception(harmless, MFA_COUNT(harmless), name, target,
					   errnum);
	if (exception != NULL)
		return exception->effect;
	if ((call_kind(number)->traits & IS_MEMORY) != 0)
		return REFUSES_FOR_MEMORY;
	return errnum == ENOMEM ? REFUSES_FOR_MEMORY : REFUSES;
}
