/* Every system call of a login fails in turn, with each error that it may plausibly give
 * and with short reads and writes: the calls are counted between two marks, then one
 * login for each fault runs under ptrace, which skips the call or changes its result. */
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

#include <security/pam_appl.h>

#include "scene.h"
#include "table.h"

enum {
	MARK_BEGIN = 0x6d666100, /* prctl options that no kernel knows */
	MARK_END,
	CALLS_MAX = 1024,
	TARGET_SIZE = 128,
	LIMIT_SECONDS = 20
};

enum how {
	FAIL,  /* the call is skipped and gives -errnum */
	AFTER, /* it is done, and gives -errnum all the same: close, munmap */
	HALF,  /* a read or write of half the length */
	ONE    /* of one byte */
};

struct fault {
	enum how how;
	int errnum;
	bool is_lasting; /* all further calls of this number and target fail too */
};

struct call {
	long number;
	const char *name;
	char target[TARGET_SIZE]; /* the path, or what the descriptor is */
};

/* The calls of an undisturbed login. */
struct trace {
	struct call calls[CALLS_MAX];
	size_t count;
};

/* One login under ptrace. */
struct run {
	struct scene *scene;
	const struct way *way;
	struct trace *record; /* not NULL: only look */
	size_t at;	      /* else: the call that fails */
	const struct fault *fault;
	struct call hit;
	bool is_inside; /* between the marks */
	size_t seen;
	unsigned hits;
};

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

static bool is_short(const struct fault *fault)
{
	return fault->how == HALF || fault->how == ONE;
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
	if (is_short(fault))
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

static void trace_login(struct run *run)
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

static enum effect effect_of(const struct fault *fault, const struct call *call)
{
	if (is_short(fault))
		return GOES_ON;
	return call_effect(call->number, call->name, call->target, fault->errnum);
}

/* Whether the stack may answer so when a call should have this effect. */
static bool is_allowed(enum effect effect, const struct way *way, int code)
{
	/* who skipped auth is refused in any case */
	bool is_expected = code == way->expected;
	if (way->skips_auth && is_expected)
		return true;
	switch (effect) {
	case REFUSES:
		return code == PAM_AUTHINFO_UNAVAIL;
	case REFUSES_FOR_MEMORY:
		return code == PAM_BUF_ERR;
	case REFUSES_SOMEHOW:
		return code == PAM_AUTHINFO_UNAVAIL || code == PAM_BUF_ERR;
	case GOES_ON:
		return is_expected;
	case MAY_GO_ON:
		return is_expected || code == PAM_AUTHINFO_UNAVAIL;
	}
	return false;
}

static const char *how_name(const struct fault *fault)
{
	if (fault->how == HALF)
		return "half of it";
	return fault->how == ONE ? "one byte" : strerrorname_np(fault->errnum);
}

struct tally {
	unsigned faults;
	unsigned harmless;
	unsigned failed;
};

static void try_fault(struct run *run, const struct call *call, struct report *report,
		      struct tally *tally)
{
	struct scene *scene = run->scene;
	scene_reset(scene, run->way);
	run->is_inside = false;
	run->seen = 0;
	run->hits = 0;
	trace_login(run);
	int code = scene->outcome->code;
	enum effect effect = effect_of(run->fault, call);
	const char *problem = scene_check(scene, run->way);
	if (problem == NULL && run->hits == 0)
		problem = "the call did not come";
	if (problem == NULL && !is_allowed(effect, run->way, code))
		problem = "the wrong answer";
	tally->faults++;
	tally->harmless += effect == GOES_ON || effect == MAY_GO_ON;
	if (problem == NULL)
		return;
	tally->failed++;
	char name[256];
	(void)snprintf(name, sizeof name, "calls %s: %s %s: %s%s", run->way->name,
		       call->name, call->target, how_name(run->fault),
		       run->fault->is_lasting ? " from here on" : "");
	report_fail(report, name, "%s (%s)", problem, code_name(code));
}

static void try_error(struct run *run, const struct call *call, struct fault *fault,
		      struct report *report, struct tally *tally)
{
	run->fault = fault;
	try_fault(run, call, report, tally);
}

static void try_call(struct run *run, const struct call *call, bool wants_all,
		     struct report *report, struct tally *tally)
{
	static const int everything[] = { ENOSPC, EIO, EROFS, EMFILE, ENOMEM, EINTR, 0 };
	const struct call_kind *kind = call_kind(call->number);
	const int *errors = kind->errors;
	struct fault fault = { .how = (kind->traits & IS_RELEASE) != 0 ? AFTER : FAIL };
	if (wants_all && (kind->traits & IS_FILE) != 0)
		errors = everything;
	for (; *errors != 0; errors++) {
		fault.errnum = *errors;
		fault.is_lasting = false;
		try_error(run, call, &fault, report, tally);
		fault.is_lasting = true;
		if (wants_all && !call_is_retried(*errors))
			try_error(run, call, &fault, report, tally);
		/* the short form: one error is enough where none matters */
		if (!wants_all && effect_of(&fault, call) >= GOES_ON)
			break;
	}
	fault = (struct fault){ .how = ONE };
	if ((kind->traits & IS_TRANSFER) == 0)
		return;
	try_error(run, call, &fault, report, tally);
	fault.how = HALF;
	if (wants_all)
		try_error(run, call, &fault, report, tally);
}

/* One line for each kind of call of each way. */
static void try_way(struct scene *scene, const struct way *way, bool wants_all,
		    struct report *report)
{
	static struct trace trace;
	struct tally tallies[KINDS_MAX] = { { 0 } };
	struct run look = { .scene = scene, .way = way, .record = &trace };
	trace.count = 0;
	scene_reset(scene, way);
	trace_login(&look);
	int code = scene->outcome->code;
	const char *problem = scene_check(scene, way);
	if (problem != NULL || code != way->expected) {
		report_fail(report, way->name, "undisturbed: %s (%s)",
			    problem != NULL ? problem : "another code", code_name(code));
		return;
	}
	for (size_t i = 0; i < trace.count; i++) {
		struct run run = { .scene = scene, .way = way, .at = i };
		const struct call *call = &trace.calls[i];
		try_call(&run, call, wants_all, report,
			 &tallies[call_kind_index(call->number)]);
	}
	for (size_t i = 0; i < KINDS_MAX; i++)
		if (tallies[i].faults > 0 && tallies[i].failed == 0) {
			char name[64];
			(void)snprintf(name, sizeof name, "calls %s %s", way->name,
				       call_kind_name(i));
			report_ok(report, name, "%u faults, %u of them harmless",
				  tallies[i].faults, tallies[i].harmless);
		}
}

static void list_calls(struct scene *scene, const struct way *way)
{
	static struct trace trace;
	struct run look = { .scene = scene, .way = way, .record = &trace };
	trace.count = 0;
	scene_reset(scene, way);
	trace_login(&look);
	for (size_t i = 0; i < trace.count; i++)
		(void)printf("%s %zu %s %s\n", way->name, i, trace.calls[i].name,
			     trace.calls[i].target);
}

int main(int argc, char **argv)
{
	struct scene scene;
	struct report report = { 0 };
	struct options options = options_parse(argc, argv);
	scene_open(&scene, options.module);
	for (size_t i = 0; i < way_count; i++)
		if (!options_want(&options, &ways[i]))
			continue;
		else if (options.wants_list)
			list_calls(&scene, &ways[i]);
		else
			try_way(&scene, &ways[i], options.wants_all, &report);
	scene_close(&scene);
	return options.wants_list ? 0 : report_finish(&report, options.tally);
}
