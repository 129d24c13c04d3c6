#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static pid_t start_login(struct scene *scene, const struct way *way)
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
	scene_login(scene, way, &hooks);
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

static void read_path(pid_t pid, unsigned long address, char target[static TARGET_SIZE])
{
	read_memory(pid, address, target, TARGET_SIZE - 1);
	target[TARGET_SIZE - 1] = '\0';
}

static void read_fd(pid_t pid, unsigned long fd, char target[static TARGET_SIZE])
{
	char link[64];
	(void)snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)pid, (int)fd);
	ssize_t len = readlink(link, target, TARGET_SIZE - 1);
	target[len > 0 ? len : 0] = '\0';
	if (strncmp(target, "socket:", 7) == 0)
		(void)snprintf(target, TARGET_SIZE, "a socket");
}

static void describe_map(pid_t pid, const struct user_regs_struct *regs,
			 char target[static TARGET_SIZE])
{
	if ((int)regs->r8 >= 0)
		read_fd(pid, regs->r8, target);
	else
		(void)snprintf(target, TARGET_SIZE, "%s",
			       regs->rdx == PROT_NONE ? "guarded memory" : "memory");
}

static void read_address(pid_t pid, unsigned long address,
			 char target[static TARGET_SIZE])
{
	struct sockaddr_un name;
	read_memory(pid, address, &name, sizeof name);
	if (name.sun_family == AF_UNIX)
		(void)snprintf(target, TARGET_SIZE, "%.*s",
			       (int)(sizeof name.sun_path - 1), name.sun_path);
}

/* newfstatat is what stat, lstat and fstat call: their flags tell them apart. */
static const char *name_of(const struct user_regs_struct *regs)
{
	if (regs->orig_rax == SYS_newfstatat && (regs->r10 & AT_EMPTY_PATH) != 0)
		return "fstat";
	if (regs->orig_rax == SYS_newfstatat && (regs->r10 & AT_SYMLINK_NOFOLLOW) != 0)
		return "lstat";
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
	bool is_it = run->seen == run->at;
	if (is_it)
		run->hit = *call;
	else if (run->fault->is_lasting && run->seen > run->at)
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

void trace_login(struct run *run)
{
	int status = 0;
	pid_t pid = start_login(run->scene, run->way);
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   (long)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) != 0)
		die("ptrace");
	while (step(pid, 0)) {
		struct user_regs_struct regs;
		bool hit = false;
		if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) != 0)
			break;
		unsigned long long length = regs.rdx;
		bool is_mark = regs.orig_rax == SYS_prctl &&
			       (regs.rdi == MARK_BEGIN || regs.rdi == MARK_END);
		if (is_mark)
			run->is_inside = regs.rdi == MARK_BEGIN;
		else if (regs.orig_rax == SYS_socket && regs.rdi == AF_NETLINK)
			run->is_inside =
				false; /* libpam's own audit: the module is done */
		else if (run->is_inside)
			see_call(run, pid, &regs, &hit);
		if (!step(pid, 0))
			break;
		if (hit)
			spoil_exit(pid, run->fault, length);
	}
}
