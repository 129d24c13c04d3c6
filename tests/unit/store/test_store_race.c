/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/store/file/file.c under many processes. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "login.h"

enum {
	PROCESSES = 8,
	ROUNDS = 100
};

/* Adds one to failures so often, each time by read and swap. */
static int add_up(void *context, unsigned index MFA_UNUSED)
{
	struct mfa_store *store = context;
	struct mfa_record *record = mfa_record_new();
	for (unsigned done = 0; done < ROUNDS;) {
		if (mfa_store_read(store, "taro", NULL, record) != MFA_OK)
			return 1;
		record->failures++;
		int err = mfa_store_swap(store, record, NULL);
		if (err != MFA_OK && err != MFA_ERR_CONFLICT)
			return 2;
		done += err == MFA_OK;
	}
	return 0;
}

static void many_processes_lose_no_change(void **state)
{
	enroll(store_of(state), "taro", &totp_spec, 1);
	assert_int_equal(count_processes(PROCESSES, 0, add_up, store_of(state)),
			 PROCESSES);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	assert_int_equal(record->failures, PROCESSES * ROUNDS);
	mfa_record_free(&record);
}

/* Creates, removes and reads one user; every answer must be a clean one. */
static int come_and_go(void *context, unsigned index)
{
	struct mfa_store *store = context;
	struct mfa_record *record = mfa_record_new();
	for (unsigned i = 0; i < ROUNDS; i++) {
		int err = mfa_store_read(store, "taro", NULL, record);
		if (err != MFA_OK && err != MFA_ERR_NOTFOUND)
			return 1;
		if (index % 2 == 0 && err == MFA_ERR_NOTFOUND) {
			(void)snprintf(record->user, sizeof record->user, "taro");
			err = mfa_store_create(store, record, NULL);
			if (err != MFA_OK && err != MFA_ERR_EXISTS)
				return 2;
		} else if (index % 2 == 1 && err == MFA_OK) {
			err = mfa_store_remove(store, record, NULL);
			if (err != MFA_OK && err != MFA_ERR_CONFLICT)
				return 3;
		}
	}
	return 0;
}

static void creating_and_removing_at_once_stays_clean(void **state)
{
	assert_int_equal(count_processes(PROCESSES, 0, come_and_go, store_of(state)),
			 PROCESSES);
}

static int read_failures(void *context, unsigned index MFA_UNUSED)
{
	struct mfa_record *record = mfa_record_new();
	int err = mfa_store_read(context, "taro", NULL, record);
	return err == MFA_OK ? (int)record->failures : 99;
}

/* Removed, overwritten and created again by another, as seen by one who waits. */
static void a_record_that_was_replaced_meanwhile_is_read_anew(void **state)
{
	static unsigned char bytes[20000];
	struct sandbox *box = &((struct test_host *)*state)->box;
	const char *path = path_in(box, "store/users/taro");
	enroll(store_of(state), "taro", &totp_spec, 1);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	record->failures = 7;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
	size_t len = read_bytes(path, bytes, sizeof bytes);
	write_bytes(path_in(box, "another"), bytes, len);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	pid_t reader = start_opening(path, read_failures, store_of(state));
	assert_int_equal(rename(path_in(box, "another"), path), 0);
	memset(bytes, 0, len);
	assert_int_equal(pwrite(fd, bytes, len, 0), len);
	assert_int_equal(flock(fd, LOCK_UN), 0); /* closing does not: it was inherited */
	assert_int_equal(close(fd), 0);
	assert_int_equal(end_of(reader), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_host(many_processes_lose_no_change),
		on_host(creating_and_removing_at_once_stays_clean),
		on_host(a_record_that_was_replaced_meanwhile_is_read_anew),
	};
	return group_main("store_race", tests);
}
