/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/base/fs.c: what the system does seldom. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "faults.h"
#include "mfa/fs.h"
#include "support.h"

static int create(const char *path, struct mfa_diag *diag)
{
	struct mfa_fs_content content = { "text", 4, 0600 };
	return mfa_fs_create(path, &content, diag);
}

static void an_interrupted_read_goes_on(void **state)
{
	char text[8] = "";
	size_t len = 0;
	write_text(path_in(*state, "file"), "text");
	MFA_CLEANUP(mfa_close_fd)
	int fd = open(path_in(*state, "file"), O_RDONLY | O_CLOEXEC);
	fault_begin("pread", 1, EINTR);
	int err = mfa_fs_read(fd, text, sizeof text, 0, &len);
	assert_true(fault_end());
	assert_int_equal(err, MFA_OK);
	assert_int_equal(len, 4);
	assert_string_equal(text, "text");
}

static void an_interrupted_write_goes_on(void **state)
{
	char text[8] = "";
	const char *path = path_in(*state, "file");
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	fault_begin("pwrite", 1, EINTR);
	int err = mfa_fs_write(fd, "text", 4, 0);
	assert_true(fault_end());
	assert_int_equal(err, MFA_OK);
	assert_int_equal(read_bytes(path, text, sizeof text), 4);
	assert_string_equal(text, "text");
}

static void a_write_that_gets_nowhere_is_an_error(void **state)
{
	MFA_CLEANUP(mfa_close_fd)
	int fd = open(path_in(*state, "file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	fault_begin("pwrite", 1, 0);
	int err = mfa_fs_write(fd, "text", 4, 0);
	assert_true(fault_end());
	assert_int_equal(err, MFA_ERR_IO);
}

static void a_file_system_without_nameless_files_is_named(void **state)
{
	struct mfa_diag diag = { .text = "" };
	fault_begin("openat", 1, EOPNOTSUPP);
	int err = create(path_in(*state, "file"), &diag);
	assert_true(fault_end());
	assert_int_equal(err, MFA_ERR_UNSUPPORTED);
	assert_non_null(strstr(diag.text, "O_TMPFILE"));
}

static void what_was_not_synced_gets_no_name(void **state)
{
	const char *path = path_in(*state, "file");
	fault_begin("fsync", 1, EIO);
	int err = create(path, NULL);
	assert_true(fault_end());
	assert_int_equal(err, MFA_ERR_IO);
	assert_int_equal(access(path, F_OK), -1);
}

static void a_new_name_that_is_not_synced_is_an_error(void **state)
{
	const char *from = path_in(*state, "from");
	write_text(from, "text");
	fault_begin("fsync", 1, EIO);
	int err = mfa_fs_replace(from, path_in(*state, "to"), NULL);
	assert_true(fault_end());
	assert_int_equal(err, MFA_ERR_IO);
}

/* As a signal does while another's lock is waited for. */
static void an_interrupted_wait_for_a_lock_goes_on(void **state)
{
	const char *path = path_in(*state, "file");
	write_text(path, "x");
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_RDWR | O_CLOEXEC);
	fault_begin("flock", 1, EINTR);
	int err = mfa_fs_lock(fd, LOCK_EX);
	assert_true(fault_end());
	assert_int_equal(err, MFA_OK);
	MFA_CLEANUP(mfa_close_fd) int other = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(an_interrupted_read_goes_on),
		in_sandbox(an_interrupted_write_goes_on),
		in_sandbox(a_write_that_gets_nowhere_is_an_error),
		in_sandbox(a_file_system_without_nameless_files_is_named),
		in_sandbox(what_was_not_synced_gets_no_name),
		in_sandbox(a_new_name_that_is_not_synced_is_an_error),
		in_sandbox(an_interrupted_wait_for_a_lock_goes_on),
	};
	return group_main("fs_faults", tests);
}
