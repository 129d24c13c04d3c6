/* SPDX-License-Identifier: BSD-2-Clause */
/* Every allocation and every system call of each operation fails in turn: the operation
 * tells, holds on to nothing, and what is stored is the old or the new. What a whole
 * login makes of faults is what tests/fault looks at. */
#include "faults.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "operations.h"

enum {
	FAULTS_MAX = 1000, /* of one call in one operation */
	/* the calls that fail each; of those after them, which do to one decoy what was
	 * done to another, one in so many */
	FAULTS_EACH = 60,
	STRIDE = 97,
};

static unsigned count_descriptors(void)
{
	unsigned count = 0;
	DIR *folder = opendir("/proc/self/fd");
	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	(void)closedir(folder);
	return count;
}

static void prepare(struct test_host *host, const struct operation *operation)
{
	host_open_old(host); /* is faster */
	enroll(host->host.store, "taro", &hotp_spec, 1);
	if (operation->prepare != NULL)
		operation->prepare(host);
}

/* What the next login finds: taro's record as it was or as the operation left it, the
 * decoy's, and a whole trail. */
static void assert_whole(struct test_host *host, const struct operation *operation)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_record *record = stored_record(host->host.store, MFA_DECOY_USER);
	uint64_t lines = 0;
	int err = mfa_store_read(host->host.store, "taro", &diag, record);
	if (err == MFA_OK)
		assert_in_range(record->failures, 0, 1);
	else if (!operation->takes_record || err != MFA_ERR_NOTFOUND)
		assert_done(err, &diag);
	mfa_record_free(&record);
	err = mfa_audit_verify(host->host.audit, &diag, &lines);
	if (err != MFA_ERR_NOTFOUND)
		assert_done(err, &diag);
}

/* The same operation with nothing in its way, by who opens everything anew. */
static void assert_repeatable(struct test_host *host, const struct operation *operation)
{
	struct mfa_diag diag = { .text = "" };
	mfa_site_close(&host->host);
	assert_done(mfa_site_open(&host->host, &diag), &diag);
	assert_whole(host, operation);
	int err = operation->work(host, &diag);
	if (err != operation->when_done)
		assert_done(err, &diag);
}

/* Whether the operation came so far that the fault hit it. */
static bool disturb(const struct operation *operation, const char *call, unsigned nth,
		    int errnum)
{
	struct test_host host;
	struct mfa_diag diag = { .text = "" };
	unsigned descriptors = count_descriptors();
	prepare(&host, operation);
	fault_begin(call, nth, errnum);
	int err = operation->work(&host, &diag);
	bool was_hit = fault_end();
	/* lstat only saves looking more closely */
	bool is_got_over = err == MFA_OK && strcmp(call, "lstat") == 0;
	if (!was_hit)
		assert_done(err, &diag);
	else if (!is_got_over &&
		 (err != mfa_err_from_errno(errnum) || diag.text[0] == '\0'))
		fail_msg("%s: %s %u: %s: %s", operation->name, call, nth,
			 mfa_strerror(err), diag.text);
	assert_repeatable(&host, operation);
	host_close(&host);
	assert_int_equal(count_descriptors(), descriptors);
	return was_hit;
}

static unsigned next_fault(unsigned nth)
{
	return nth + (nth < FAULTS_EACH ? 1 : STRIDE);
}

/* How many faults there were. */
static unsigned disturb_all(const char *call, int errnum)
{
	unsigned count = 0;
	for (size_t i = 0; i < operation_count; i++)
		for (unsigned nth = 1; disturb(&operations[i], call, nth, errnum);
		     nth = next_fault(nth)) {
			assert_in_range(nth, 1, FAULTS_MAX);
			count++;
		}
	return count;
}

static void an_operation_without_memory_tells_and_can_be_repeated(void **state MFA_UNUSED)
{
	assert_true(disturb_all(ANY_MEMORY, ENOMEM) >= operation_count - 1);
}

static void an_operation_that_the_disk_fails_tells_and_can_be_repeated(
	void **state MFA_UNUSED)
{
	static const char *const calls[] = {
		"fchmod",    "fdatasync", "fdopendir", "flock",	    "fstat",
		"fsync",     "linkat",	  "lstat",     "mkdir",	    "open",
		"openat",    "pread",	  "pwrite",    "readdir",   "rename",
		"renameat2", "scandirat", "unlinkat",  "ftruncate",
	};
	for (size_t i = 0; i < MFA_COUNT(calls); i++)
		if (disturb_all(calls[i], EIO) == 0)
			fail_msg("no operation calls %s", calls[i]);
}

static void a_full_disk_is_told_as_such(void **state MFA_UNUSED)
{
	static const char *const calls[] = { "linkat", "mkdir", "openat", "pwrite" };
	for (size_t i = 0; i < MFA_COUNT(calls); i++)
		assert_true(disturb_all(calls[i], ENOSPC) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_operation_without_memory_tells_and_can_be_repeated),
		cmocka_unit_test(
			an_operation_that_the_disk_fails_tells_and_can_be_repeated),
		cmocka_unit_test(a_full_disk_is_told_as_such),
	};
	return group_main("faults", tests);
}
