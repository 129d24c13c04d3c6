/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_mfa.so under resource limits that a hostile caller of su chooses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mfa/lockout.h"
#include "stack.h"

enum {
	FILE_SIZE = 16384,
	SECTOR = 512,
	EDGE = 8,
};

static void prepare_locked(struct stack *stack)
{
	/* no lock, so that each guess is one */
	stack_configure(stack, "", "max_failures = 100");
	stack_write(stack, "test", "auth:");
	stack->is_from_everywhere = true;
}

static int limit_to(int resource, rlim_t soft, rlim_t hard)
{
	const struct rlimit limit = { soft, hard };
	return setrlimit((__rlimit_resource_t)resource, &limit);
}

/* The failures that are counted now; the record, and the trail, must be whole. */
static uint32_t count_failures(struct stack *stack)
{
	struct mfa_record *record = stored_record(stack->host.host.store, "root");
	uint32_t failures = record->failures;
	mfa_record_free(&record);
	return failures;
}

static uint64_t count_lines(struct stack *stack)
{
	uint64_t count = 0;
	struct mfa_diag diag = { .text = "" };
	int err = mfa_audit_verify(stack->host.host.audit, &diag, &count);
	if (err != MFA_ERR_NOTFOUND) /* before the first line */
		assert_done(err, &diag);
	return count;
}

static void unlock(struct stack *stack)
{
	struct mfa_record *record = stored_record(stack->host.host.store, "root");
	mfa_lockout_clear(record);
	assert_int_equal(mfa_store_swap(stack->host.host.store, record, NULL), MFA_OK);
	mfa_record_free(&record);
}

/* The soft limit is the program's own to raise: nothing comes of it. */
static void any_limit_on_file_sizes_leaves_all_whole(void **state)
{
	struct stack *stack = *state;
	struct rlimit now;
	prepare_locked(stack);
	char code[16];
	(void)snprintf(code, sizeof code, "%s", wrong_code_now().text);
	for (rlim_t size = 0; size <= FILE_SIZE; size++) {
		if (size % 90 == 0)
			unlock(stack);
		assert_int_equal(limit_to(RLIMIT_FSIZE, size, RLIM_INFINITY), 0);
		int result = stack_authenticate(stack, "root", code);
		assert_int_equal(getrlimit(RLIMIT_FSIZE, &now), 0);
		assert_int_equal(limit_to(RLIMIT_FSIZE, RLIM_INFINITY, RLIM_INFINITY), 0);
		assert_int_equal(result, PAM_AUTH_ERR);
		assert_int_equal(now.rlim_cur, size);
		assert_int_equal(count_failures(stack), size % 90 + 1);
	}
	assert_int_equal(count_lines(stack), FILE_SIZE + 1);
}

struct limited {
	struct stack *stack;
	int resource;
	rlim_t limit;
};

/* In a process of its own, as what is lowered stays low where root may not raise it. */
static int log_in(const struct limited *limited)
{
	int status = 0;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (limit_to(limited->resource, limited->limit, limited->limit) != 0)
			_exit(200);
		_exit(pam_authenticate(limited->stack->handle, 0));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/* The guess counts and has its line, or neither. */
static void check_size(struct stack *stack, const char *code, rlim_t size)
{
	const struct limited limited = { stack, RLIMIT_FSIZE, size };
	uint32_t failures = count_failures(stack);
	uint64_t lines = count_lines(stack);
	stack->talk.answer = code;
	stack_start(stack, "test", "root");
	int result = log_in(&limited);
	if (may_raise_limits() || result != PAM_AUTHINFO_UNAVAIL)
		assert_int_equal(result, PAM_AUTH_ERR);
	uint32_t more = result == PAM_AUTH_ERR;
	assert_int_equal(count_failures(stack), failures + more);
	/* one that is out of order has a line where there is room for it */
	assert_in_range(count_lines(stack), lines + more, lines + 1);
	if (count_failures(stack) > 90)
		unlock(stack);
}

static void a_hard_limit_at_the_edge_of_any_sector_leaves_all_whole(void **state)
{
	struct stack *stack = *state;
	char code[16];
	prepare_locked(stack);
	(void)snprintf(code, sizeof code, "%s", wrong_code_now().text);
	for (rlim_t edge = 0; edge <= FILE_SIZE; edge += SECTOR)
		for (rlim_t size = edge; size <= edge + 2 * EDGE; size += 3)
			if (size >= EDGE)
				check_size(stack, code, size - EDGE);
	stack_start(stack, "test", "root");
	assert_int_equal(stack_authenticate(stack, "root", code_now().text), PAM_SUCCESS);
}

/* Other limits, at values that leave much, little or nothing. */
static const struct {
	int resource;
	rlim_t limit;
} awkward[] = {
	{ RLIMIT_AS, 0 },	  { RLIMIT_AS, 1 << 20 },  { RLIMIT_AS, 24 << 20 },
	{ RLIMIT_AS, 48 << 20 },  { RLIMIT_DATA, 0 },	   { RLIMIT_DATA, 1 << 20 },
	{ RLIMIT_STACK, 4096 },	  { RLIMIT_STACK, 65536 }, { RLIMIT_MEMLOCK, 0 },
	{ RLIMIT_MEMLOCK, 4096 }, { RLIMIT_CPU, 0 },	   { RLIMIT_CPU, 1 },
	{ RLIMIT_SIGPENDING, 0 }, { RLIMIT_RTTIME, 1 },	   { RLIMIT_NPROC, 0 },
	{ RLIMIT_NOFILE, 0 },	  { RLIMIT_NOFILE, 3 },	   { RLIMIT_NOFILE, 4 },
	{ RLIMIT_NOFILE, 5 },	  { RLIMIT_NOFILE, 6 },	   { RLIMIT_NOFILE, 7 },
	{ RLIMIT_NOFILE, 8 },	  { RLIMIT_NOFILE, 9 },	   { RLIMIT_NOFILE, 10 },
	{ RLIMIT_NOFILE, 12 },
};

static void check_awkward(struct stack *stack, size_t i)
{
	const struct limited limited = { stack, awkward[i].resource, awkward[i].limit };
	uint32_t failures = count_failures(stack);
	uint64_t lines = count_lines(stack);
	stack_start(stack, "test", "root");
	int result = log_in(&limited);
	if (result == PAM_SUCCESS)
		fail_msg("limit %zu lets a wrong code in", i);
	uint32_t counted = count_failures(stack) - failures;
	struct mfa_record *record = stored_record(stack->host.host.store, "root");
	/* a guess without a line is remembered as such */
	assert_int_equal(count_lines(stack) - lines, counted - record->unlogged);
	record->unlogged = 0;
	assert_int_equal(mfa_store_swap(stack->host.host.store, record, NULL), MFA_OK);
	mfa_record_free(&record);
	if (may_raise_limits() && awkward[i].resource != RLIMIT_CPU)
		assert_int_equal(result, PAM_AUTH_ERR);
}

static void no_other_limit_lets_in_or_spoils_anything(void **state)
{
	struct stack *stack = *state;
	char code[16];
	prepare_locked(stack);
	(void)snprintf(code, sizeof code, "%s", wrong_code_now().text);
	stack->talk.answer = code;
	for (size_t i = 0; i < MFA_COUNT(awkward); i++)
		check_awkward(stack, i);
	assert_int_equal(stack_authenticate(stack, "root", code_now().text), PAM_SUCCESS);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		in_stack(any_limit_on_file_sizes_leaves_all_whole),
		in_stack(a_hard_limit_at_the_edge_of_any_sector_leaves_all_whole),
		in_stack(no_other_limit_lets_in_or_spoils_anything),
	};
	module_path = argc > 1 ? argv[1] : "pam_mfa.so";
	return group_main("module_limits", tests);
}
