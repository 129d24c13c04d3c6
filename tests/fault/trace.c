/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leaks.h"
#include "report.h"
#include "table.h"

enum {
	MARK_BEGIN = 0x6d666100, /* prctl options that no kernel knows */
	MARK_END,
	LIMIT_SECONDS = 20
};

bool fault_is_short(const struct fault *fault)
{
	return fault->how == HALF || fault->how == ONE;
}

static void mark_begin(void *context MFA_UNUSED)
{
	(void)prctl(MARK_BEGIN, 0, 0, 0, 0);
}

static void mark_end(void *context MFA_UNUSED)
{
	(void)prctl(MARK_END, 0, 0, 0, 0);
}

static pid_t start_login(struct fault_fixture *fixture, const struct entry_point *entry)
{
	static const struct hooks hooks = { mark_begin, mark_end, NULL };
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid != 0)
		return pid;
	(void)alarm(LIMIT_SECONDS);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0)
		_exit(1);
	fault_fixture_login(fixture, entry, &hooks);
	fixture->outcome->has_leaked_memory = leaks_are_there();
	_exit(0);
}

static void read_memory(pid_t pid, unsigned long address, void *buffer, size_t size)
{
	struct iovec local = { buffer, size };
	struct iovec remote = { (void *)address, size };
	memset(buffer, 0, size);
	/* a string may end right before a page that is not there */
	while (local.iov_len > 0 && process_vm_readv(pid, &local, 1, &remote, 1, 0) < 0) {
		local.iov_len /= 2;
		remote.iov_len = local.iov_len;
	}
}

static void read_path(pid_t pid, unsigned long address, char *target)
{
	read_memory(pid, address, target, TARGET_SIZE - 1);
	target[TARGET_SIZE - 1] = '\0';
}

static void read_fd(pid_t pid, unsigned long fd, char *target)
{
	char link[64];
	char text[TARGET_SIZE];
	(void)snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)pid, (int)fd);
	ssize_t len = readlink(link, text, sizeof text - 1);
	text[len > 0 ? len : 0] = '\0';
	bool is_socket = strncmp(text, "socket:", 7) == 0;
	(void)snprintf(target, TARGET_SIZE, "%s", is_socket ? "a socket" : text);
}

static void describe_map(pid_t pid, const struct user_regs_struct *regs, char *target)
{
	if ((int)regs->r8 >= 0)
		read_fd(pid, regs->r8, target);
	else
		(void)snprintf(target, TARGET_SIZE, "%s",
			       regs->rdx == PROT_NONE ? "guarded memory" : "memory");
}

static void read_address(pid_t pid, unsigned long address, char *target)
{
	struct sockaddr_un name;
	read_memory(pid, address, &name, sizeof name);
	if (name.sun_family == AF_UNIX)
		(void)snprintf(target, TARGET_SIZE, "%.*s",
			       (int)(sizeof name.sun_path - 1), name.sun_path);
}

/* newfstatat is what stat, lstat and fstat call: their flags tell them apart; and a lock
 * is given back by the call that takes it. */
static const char *name_of(const struct user_regs_struct *regs)
{
	if (regs->orig_rax == SYS_newfstatat && (regs->r10 & AT_EMPTY_PATH) != 0)
		return "fstat";
	if (regs->orig_rax == SYS_newfstatat && (regs->r10 & AT_SYMLINK_NOFOLLOW) != 0)
		return "lstat";
	if (regs->orig_rax == SYS_flock && (regs->rsi & LOCK_UN) != 0)
		return "unlock";
	return call_kind((long)regs->orig_rax)->name;
}

static struct call read_call(pid_t pid, const struct user_regs_struct *regs)
{
	struct call call = { .number = (long)regs->orig_rax, .name = name_of(regs) };
	switch (call_kind(call.number)->target) {
	case TARGET_PATH:
		read_path(pid, regs->rdi, call.target);
		break;
	case TARGET_AT:
		read_path(pid, regs->rsi, call.target);
		if (call.target[0] == '\0')
			read_fd(pid, regs->rdi, call.target);
		break;
	case TARGET_FD:
		read_fd(pid, regs->rdi, call.target);
		break;
	case TARGET_ADDRESS:
		read_address(pid, regs->rsi, call.target);
		break;
	case TARGET_MAP:
		describe_map(pid, regs, call.target);
		break;
	case TARGET_NONE:
		break;
	}
	return call;
}

/* Before the call: keeps it from happening, or shortens it. */
static void spoil_entry(pid_t pid, struct user_regs_struct *regs,
			const struct fault *fault)
{
	if (fault->how == FAIL)
		regs->orig_rax = (unsigned long long)-1;
	else if (fault->how == HALF)
		regs->rdx = regs->rdx > 1 ? regs->rdx / 2 : regs->rdx;
	else if (fault->how == ONE)
		regs->rdx = regs->rdx > 0 ? 1 : 0;
	if (ptrace(PTRACE_SETREGS, pid, NULL, regs) != 0)
		die("ptrace");
}

/* After it: the result, and the argument that was changed. */
static void spoil_exit(pid_t pid, const struct fault *fault, unsigned long long length)
{
	struct user_regs_struct regs;
	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
		die("ptrace");
	if (fault_is_short(fault))
		regs.rdx = length;
	else
		regs.rax = (unsigned long long)-fault->errnum;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) != 0)
		die("ptrace");
}

static bool is_hit(struct run *run, const struct call *call)
{
	/* a key that is waited for moves what follows by a call or two */
	bool is_it = run->hits == 0 && run->seen >= run->at &&
		     call->number == run->wanted->number &&
		     strcmp(call->name, run->wanted->name) == 0;
	if (is_it)
		run->hit = *call;
	else if (run->fault->is_lasting && run->hits > 0)
		is_it = call->number == run->hit.number &&
			strcmp(call->name, run->hit.name) == 0 &&
			strcmp(call->target, run->hit.target) == 0;
	run->hits += is_it;
	return is_it;
}

/* Continues to the next stop; false when the process is gone. */
static bool step(pid_t pid, int signal)
{
	int status = 0;
	if (ptrace(PTRACE_SYSCALL, pid, NULL, (long)signal) != 0 ||
	    waitpid(pid, &status, 0) != pid)
		return false;
	if (!WIFSTOPPED(status))
		return false;
	if (WSTOPSIG(status) != (SIGTRAP | 0x80))
		return step(pid, WSTOPSIG(status));
	return true;
}

static void see_call(struct run *run, pid_t pid, struct user_regs_struct *regs,
		     bool *ret_is_hit)
{
	struct call call = read_call(pid, regs);
	if (run->record != NULL && run->record->count < CALLS_MAX)
		run->record->calls[run->record->count++] = call;
	*ret_is_hit = run->record == NULL && is_hit(run, &call);
	run->seen++;
	if (*ret_is_hit)
		spoil_entry(pid, regs, run->fault);
}

void trace_find_sanitizer(unsigned long ret_range[static 2])
{
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "re");
	if (maps == NULL)
		die("/proc/self/maps");
	while (fgets(line, sizeof line, maps) != NULL) {
		char *rest = NULL;
		unsigned long from = strtoul(line, &rest, 16);
		if (strstr(line, "/libasan.so") == NULL || *rest != '-')
			continue;
		if (ret_range[0] == 0)
			ret_range[0] = from;
		ret_range[1] = strtoul(rest + 1, NULL, 16);
	}
	(void)fclose(maps);
}

/* The module's part of the login ends with the second mark, or where libpam sends its own
 * message to the kernel. */
static bool is_over(const struct user_regs_struct *regs)
{
	return (regs->orig_rax == SYS_prctl && regs->rdi == MARK_END) ||
	       (regs->orig_rax == SYS_socket && regs->rdi == AF_NETLINK);
}

static bool is_counted(const struct run *run, const struct user_regs_struct *regs)
{
	return run->is_inside &&
	       (regs->rip < run->skipped[0] || regs->rip >= run->skipped[1]);
}

/* Looks at one call, from its entry to its exit. */
static bool trace_call(struct run *run, pid_t pid, struct user_regs_struct *regs)
{
	bool hit = false;
	unsigned long long length = regs->rdx;
	if (regs->orig_rax == SYS_prctl && regs->rdi == MARK_BEGIN)
		run->is_inside = true;
	else if (is_counted(run, regs))
		see_call(run, pid, regs, &hit);
	if (!step(pid, 0))
		return false;
	if (hit)
		spoil_exit(pid, run->fault, length);
	return true;
}

void trace_login(struct run *run)
{
	struct user_regs_struct regs;
	int status = 0;
	pid_t pid = start_login(run->fixture, run->entry);
	run->is_inside = false;
	run->seen = 0;
	run->hits = 0;
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   (long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) != 0)
		die("ptrace");
	while (step(pid, 0)) {
		if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
			return;
		if (run->is_inside && is_over(&regs)) {
			/* the rest runs by itself: it looks for leaks */
			if (ptrace(PTRACE_DETACH, pid, NULL, NULL) != 0 ||
			    waitpid(pid, &status, 0) != pid)
				die("ptrace");
			return;
		}
		if (!trace_call(run, pid, &regs))
			return;
	}
}
