/* SPDX-License-Identifier: BSD-2-Clause */
/* What support.h says of processes and threads. */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct stack_work {
	void (*work)(void *context);
	void *context;
};

static void *run_stack_work(void *context)
{
	/* what ends the thread writes on its stack too: keep the work out of its way */
	volatile unsigned char gap[64 << 10];
	const struct stack_work *what = context;
	gap[0] = gap[sizeof gap - 1] = 0;
	what->work(what->context);
	gap[1] = gap[0];
	return NULL;
}

/* Reads it as a file: memory checkers rightly mind anybody who looks at a dead stack. */
static bool is_in(const void *memory, size_t size, const void *bytes, size_t len)
{
	unsigned char *copy = calloc(1, size);
	int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	assert_non_null(copy);
	assert_int_equal(pread(fd, copy, size, (off_t)(uintptr_t)memory), size);
	assert_int_equal(close(fd), 0);
	bool is_there = memmem(copy, size, bytes, len) != NULL;
	free(copy);
	return is_there;
}

bool leaves_on_stack(const void *bytes, size_t len, void (*work)(void *context),
		     void *context)
{
	enum {
		SIZE = 1 << 20
	};
	struct stack_work what = { work, context };
	pthread_attr_t attributes;
	pthread_t thread;
	void *stack = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(stack != MAP_FAILED);
	assert_int_equal(pthread_attr_init(&attributes), 0);
	assert_int_equal(pthread_attr_setstack(&attributes, stack, SIZE), 0);
	assert_int_equal(pthread_create(&thread, &attributes, run_stack_work, &what), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(pthread_attr_destroy(&attributes), 0);
	bool is_left = is_in(stack, SIZE, bytes, len);
	assert_int_equal(munmap(stack, SIZE), 0);
	return is_left;
}

pid_t start_process(int (*work)(void *context, unsigned index), void *context)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(work(context, 0));
	return pid;
}

static pid_t start_at_gate(const int gate[2], unsigned index,
			   int (*work)(void *context, unsigned index), void *context)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	char byte = 0;
	(void)close(gate[1]);
	while (read(gate[0], &byte, 1) < 0 && errno == EINTR)
		continue;
	_exit(work(context, index));
}

unsigned count_open(pid_t pid, const char *path)
{
	char folder[32];
	unsigned count = 0;
	(void)snprintf(folder, sizeof folder, "/proc/%d/fd", (int)pid);
	DIR *descriptors = opendir(folder);
	if (descriptors == NULL)
		return 0;
	for (struct dirent *entry; (entry = readdir(descriptors)) != NULL;) {
		char target[PATH_MAX];
		ssize_t len = readlinkat(dirfd(descriptors), entry->d_name, target,
					 sizeof target - 1);
		target[len > 0 ? len : 0] = '\0';
		count += strcmp(target, path) == 0;
	}
	(void)closedir(descriptors);
	return count;
}

pid_t start_opening(const char *path, int (*work)(void *context, unsigned index),
		    void *context)
{
	pid_t pid = start_process(work, context);
	int status = 0;
	unsigned inherited = count_open(getpid(), path);
	while (count_open(pid, path) <= inherited)
		assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	return pid;
}

int end_of(pid_t pid)
{
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

unsigned count_processes(unsigned count, int wanted,
			 int (*work)(void *context, unsigned index), void *context)
{
	pid_t pids[64];
	int gate[2];
	unsigned found = 0;
	assert_in_range(count, 1, MFA_COUNT(pids));
	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	for (unsigned i = 0; i < count; i++) {
		pids[i] = start_at_gate(gate, i, work, context);
		assert_true(pids[i] > 0);
	}
	(void)close(gate[0]);
	(void)close(gate[1]);
	for (unsigned i = 0; i < count; i++)
		found += end_of(pids[i]) == wanted;
	return found;
}

int in_child(int (*work)(void))
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(work());
	return end_of(child);
}

static int raise_limit(void)
{
	const struct rlimit low = { 0, 0 };
	const struct rlimit high = { 0, 1 };
	return setrlimit(RLIMIT_CORE, &low) == 0 && setrlimit(RLIMIT_CORE, &high) == 0;
}

bool may_raise_limits(void)
{
	return in_child(raise_limit) == 1;
}
