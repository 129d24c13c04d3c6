/* SPDX-License-Identifier: BSD-2-Clause */
#include "trace.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/ptrace.h>

#include "pam_fixture.h"

enum {
	PAGE = 4096,
	LOOK_NS = 100000, /* how often a process that may rest is looked at */
	REST = 200,	  /* looks without a system call: it rests */
};

void trace_me(void)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 || raise(SIGSTOP) != 0)
		_exit(126);
}

void trace_begin(struct trace *trace, void (*run)(void *context), void *context)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		run(context);
		_exit(126);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC) != 0)
		pam_fixture_die("a program cannot be traced");
	*trace = (struct trace){ .pid = pid };
}

void trace_attach(struct trace *trace, pid_t pid, bool (*is_over)(void *context),
		  void *context)
{
	int status = 0;
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) !=
		    0 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0 ||
	    waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		pam_fixture_die("a process cannot be traced");
	*trace = (struct trace){ .pid = pid, .is_over = is_over, .context = context };
}

/* Waits for the next stop; false: the process rests. */
static bool wait_for_stop(struct trace *trace)
{
	static const struct timespec pause = { 0, LOOK_NS };
	unsigned looks = 0;
	if (trace->is_over == NULL)
		return waitpid(trace->pid, &trace->status, __WALL) == trace->pid;
	while (looks < REST) {
		pid_t stopped = waitpid(trace->pid, &trace->status, __WALL | WNOHANG);
		if (stopped == trace->pid)
			return true;
		if (stopped < 0)
			return false;
		looks = trace->is_over(trace->context) ? looks + 1 : 0;
		(void)nanosleep(&pause, NULL);
	}
	return false;
}

static void look(struct trace *trace)
{
	struct ptrace_syscall_info info;
	if (ptrace((enum __ptrace_request)PTRACE_GET_SYSCALL_INFO, trace->pid,
		   sizeof info, &info) <= 0)
		pam_fixture_die("no knowledge of a system call");
	trace->is_exit = info.op == PTRACE_SYSCALL_INFO_EXIT;
	if (trace->is_exit) {
		trace->result = info.exit.rval;
		return;
	}
	trace->call = info.entry.nr;
	for (size_t i = 0; i < MFA_COUNT(trace->arguments); i++)
		trace->arguments[i] = info.entry.args[i];
}

bool trace_next(struct trace *trace)
{
	int signal_number = 0;
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, trace->pid, NULL, signal_number) != 0)
			pam_fixture_die("a traced program is lost");
		if (!wait_for_stop(trace)) {
			if (trace->is_over == NULL)
				pam_fixture_die("a traced program is lost");
			return false;
		}
		if (!WIFSTOPPED(trace->status))
			return false;
		signal_number = WSTOPSIG(trace->status);
		if (signal_number == (SIGTRAP | 0x80)) {
			look(trace);
			return true;
		}
		if (signal_number == SIGTRAP) /* an event of ptrace's own */
			signal_number = 0;
	}
}

bool trace_until(struct trace *trace, uint64_t call)
{
	do
		if (!trace_next(trace))
			return false;
	while (trace->is_exit || trace->call != call);
	return true;
}

void trace_kill(struct trace *trace)
{
	if (kill(trace->pid, SIGKILL) != 0 ||
	    waitpid(trace->pid, &trace->status, __WALL) != trace->pid ||
	    !WIFSIGNALED(trace->status))
		pam_fixture_die("a program cannot be killed");
}

void trace_read(const struct trace *trace, uint64_t address, void *buffer, size_t size)
{
	struct iovec local = { buffer, size };
	struct iovec remote = { NULL, size };
	memcpy(&remote.iov_base, &address, sizeof remote.iov_base);
	if (process_vm_readv(trace->pid, &local, 1, &remote, 1, 0) != (ssize_t)size)
		pam_fixture_die("a program's memory cannot be read");
}

void trace_read_text(const struct trace *trace, uint64_t address, char *text, size_t size)
{
	size_t len = PAGE - address % PAGE;
	if (len > size - 1)
		len = size - 1;
	memset(text, 0, size);
	trace_read(trace, address, text, len);
	if (strlen(text) == len && len < size - 1) /* it goes on on the next page */
		trace_read(trace, address + len, text + len, size - 1 - len);
}
