/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/base/fs.c: making, reading, writing and locking files. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "support.h"

static int create(const char *path, const char *text, struct mfa_diag *diag)
{
	struct mfa_fs_content content = { text, strlen(text), 0640 };
	return mfa_fs_create(path, &content, diag);
}

static void a_created_file_is_whole_and_has_its_mode(void **state)
{
	char text[16] = "";
	struct stat status;
	const char *path = path_in(*state, "made");
	mode_t before = umask(0777);
	int err = create(path, "text", NULL);
	(void)umask(before);
	assert_int_equal(err, MFA_OK);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	assert_int_equal(read_bytes(path, text, sizeof text), 4);
	assert_string_equal(text, "text");
}

static void what_stands_there_is_not_overwritten(void **state)
{
	char text[16] = "";
	const char *path = path_in(*state, "made");
	struct mfa_diag diag = { .text = "" };
	write_text(path, "old");
	assert_int_equal(create(path, "new", &diag), MFA_ERR_EXISTS);
	assert_non_null(strstr(diag.text, path));
	assert_int_equal(read_bytes(path, text, sizeof text), 3);
	assert_string_equal(text, "old");
}

static void files_are_made_in_protected_folders_only(void **state)
{
	const char *folder = path_in(*state, "folder");
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(chmod(folder, 0770), 0);
	assert_int_equal(create(path_in(*state, "folder/made"), "x", NULL),
			 MFA_ERR_UNSAFE);
	assert_int_equal(access(path_in(*state, "folder/made"), F_OK), -1);
	assert_int_equal(create(path_in(*state, "none/made"), "x", NULL),
			 MFA_ERR_NOTFOUND);
	assert_int_equal(create("made", "x", NULL), MFA_ERR_INVALID);
}

static void reads_to_the_end_and_from_an_offset(void **state)
{
	char buffer[16];
	size_t len = 0;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	write_text(path_in(*state, "file"), "0123456789");
	assert_int_equal(
		mfa_fs_open(path_in(*state, "file"), O_RDWR, &mfa_fs_private, NULL, &fd),
		MFA_OK);
	assert_int_equal(mfa_fs_read(fd, buffer, sizeof buffer, 0, &len), MFA_OK);
	assert_int_equal(len, 10);
	assert_int_equal(mfa_fs_read(fd, buffer, 3, 4, &len), MFA_OK);
	assert_int_equal(len, 3);
	assert_memory_equal(buffer, "456", 3);
	assert_int_equal(mfa_fs_read(fd, buffer, 3, 10, &len), MFA_OK);
	assert_int_equal(len, 0);
	assert_int_equal(mfa_fs_write(fd, "ab", 2, 4), MFA_OK);
	assert_int_equal(mfa_fs_read(fd, buffer, 4, 3, &len), MFA_OK);
	assert_memory_equal(buffer, "3ab6", 4);
}

static void assert_read_as(const char *path, const char *text)
{
	char buffer[8] = "";
	size_t len = 0;
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(mfa_fs_read_text(fd, buffer, sizeof buffer, &len), MFA_OK);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(buffer, text, len);
}

static void a_text_is_read_with_its_end(void **state)
{
	static const char *const texts[] = { "", "abc", "abc\n", "a\nbc", "abcdefg\n" };
	for (size_t i = 0; i < MFA_COUNT(texts); i++) {
		write_text(path_in(*state, "file"), texts[i]);
		assert_read_as(path_in(*state, "file"), texts[i]);
	}
	write_text(path_in(*state, "file"), "longer than there is room\n");
	assert_read_as(path_in(*state, "file"), "longer t");
	size_t len = 0;
	char byte = 0;
	assert_int_equal(mfa_fs_read_text(-1, &byte, 1, &len), MFA_ERR_IO);
}

static void tells_what_the_system_refuses(void **state)
{
	char byte = 'x';
	size_t len = 99;
	const char *path = path_in(*state, "file");
	write_text(path, "x");
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(mfa_fs_write(fd, &byte, 1, 0), MFA_ERR_IO);
	assert_int_equal(mfa_fs_read(-1, &byte, 1, 0, &len), MFA_ERR_IO);
	assert_int_equal(len, 99);
	assert_int_equal(mfa_fs_lock(-1, LOCK_EX), MFA_ERR_IO);
}

static void what_a_limit_would_cut_off_is_not_begun(void **state)
{
	const char *path = path_in(*state, "file");
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct rlimit before;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	struct rlimit small = { .rlim_cur = 4, .rlim_max = before.rlim_max };
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int err = mfa_fs_write(fd, "0123456789", 10, 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(err, MFA_ERR_LIMIT);
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
}

struct lock_case {
	const char *path;
	int operation;
};

static int try_lock(void *context, unsigned index MFA_UNUSED)
{
	const struct lock_case *what = context;
	int fd = open(what->path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return 1;
	return flock(fd, what->operation | LOCK_NB) == 0 ? 0 : 2;
}

static void a_lock_keeps_others_out(void **state)
{
	const char *path = path_in(*state, "file");
	write_text(path, "x");
	struct lock_case shared = { path, LOCK_SH };
	struct lock_case exclusive = { path, LOCK_EX };
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(mfa_fs_lock(fd, LOCK_EX), MFA_OK);
	assert_int_equal(count_processes(1, 2, try_lock, &shared), 1);
	assert_int_equal(mfa_fs_lock(fd, LOCK_SH), MFA_OK);
	assert_int_equal(count_processes(1, 0, try_lock, &shared), 1);
	assert_int_equal(count_processes(1, 2, try_lock, &exclusive), 1);
	mfa_close_fd(&fd);
	assert_int_equal(count_processes(1, 0, try_lock, &exclusive), 1);
}

static void a_rule_with_a_lock_locks_what_is_opened(void **state)
{
	const char *path = path_in(*state, "file");
	write_text(path, "x");
	struct lock_case shared = { path, LOCK_SH };
	struct lock_case exclusive = { path, LOCK_EX };
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	assert_int_equal(mfa_fs_open(path, O_RDONLY, &mfa_fs_own_shared, NULL, &fd),
			 MFA_OK);
	assert_int_equal(count_processes(1, 0, try_lock, &shared), 1);
	assert_int_equal(count_processes(1, 2, try_lock, &exclusive), 1);
	mfa_close_fd(&fd);
	assert_int_equal(mfa_fs_open(path, O_RDWR, &mfa_fs_own_alone, NULL, &fd), MFA_OK);
	assert_int_equal(count_processes(1, 2, try_lock, &shared), 1);
}

/* The one test that waits: as long as the deadline of a lock, about five seconds. */
static void a_stuck_holder_does_not_stop_others_for_ever(void **state)
{
	const char *path = path_in(*state, "file");
	write_text(path, "x");
	MFA_CLEANUP(mfa_close_fd) int holder = open(path, O_RDWR | O_CLOEXEC);
	MFA_CLEANUP(mfa_close_fd) int waiter = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(mfa_fs_lock(holder, LOCK_EX), MFA_OK);
	assert_int_equal(mfa_fs_lock(waiter, LOCK_EX), MFA_ERR_BUSY);
	mfa_close_fd(&holder);
	assert_int_equal(mfa_fs_lock(waiter, LOCK_EX), MFA_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(a_created_file_is_whole_and_has_its_mode),
		in_sandbox(what_stands_there_is_not_overwritten),
		in_sandbox(files_are_made_in_protected_folders_only),
		in_sandbox(reads_to_the_end_and_from_an_offset),
		in_sandbox(a_text_is_read_with_its_end),
		in_sandbox(tells_what_the_system_refuses),
		in_sandbox(what_a_limit_would_cut_off_is_not_begun),
		in_sandbox(a_lock_keeps_others_out),
		in_sandbox(a_rule_with_a_lock_locks_what_is_opened),
		in_sandbox(a_stuck_holder_does_not_stop_others_for_ever),
	};
	return group_main("fs_io", tests);
}
