/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/fs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static int open_file(const char *path, const struct mfa_fs_rule *rule,
		     struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	return mfa_fs_open(path, O_RDONLY, rule, diag, &fd);
}

static int open_folder(const char *path, const struct mfa_fs_rule *rule)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	return mfa_fs_open_dir(path, rule, NULL, &fd);
}

static void opens_a_file_of_roots(void **state)
{
	const char *path = path_in(*state, "file");
	int fd = -1;
	write_text(path, "x");
	assert_int_equal(mfa_fs_open(path, O_RDONLY, &mfa_fs_private, NULL, &fd), MFA_OK);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	mfa_close_fd(&fd);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(open_file(path, &mfa_fs_protected, NULL), MFA_OK);
}

static void refuses_modes_that_others_can_use(void **state)
{
	static const struct {
		mode_t mode;
		int as_protected;
		int as_private;
	} cases[] = {
		{ 0600, MFA_OK, MFA_OK },
		{ 0400, MFA_OK, MFA_OK },
		{ 0640, MFA_OK, MFA_ERR_UNSAFE },
		{ 0604, MFA_OK, MFA_ERR_UNSAFE },
		{ 0644, MFA_OK, MFA_ERR_UNSAFE },
		{ 0610, MFA_OK, MFA_ERR_UNSAFE },
		{ 0601, MFA_OK, MFA_ERR_UNSAFE },
		{ 0620, MFA_ERR_UNSAFE, MFA_ERR_UNSAFE },
		{ 0602, MFA_ERR_UNSAFE, MFA_ERR_UNSAFE },
		{ 01602, MFA_ERR_UNSAFE, MFA_ERR_UNSAFE },
	};
	const char *path = path_in(*state, "file");
	write_text(path, "x");
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		assert_int_equal(chmod(path, cases[i].mode), 0);
		assert_int_equal(open_file(path, &mfa_fs_protected, NULL),
				 cases[i].as_protected);
		assert_int_equal(open_file(path, &mfa_fs_private, NULL),
				 cases[i].as_private);
	}
}

static void refuses_another_owner(void **state)
{
	struct mfa_diag diag = { .text = "" };
	const char *path = path_in(*state, "file");
	write_text(path, "x");
	give_away(path);
	assert_int_equal(open_file(path, &mfa_fs_protected, &diag), MFA_ERR_UNSAFE);
	assert_non_null(strstr(diag.text, path));
	assert_non_null(strstr(diag.text, "owned by uid "));
}

static void a_refused_mode_names_its_remedy(void **state)
{
	struct mfa_diag diag = { .text = "" };
	const char *path = path_in(*state, "file");
	write_text(path, "x");
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(open_file(path, &mfa_fs_protected, &diag), MFA_ERR_UNSAFE);
	assert_non_null(strstr(diag.text, "chmod 0644"));
	assert_int_equal(open_file(path, &mfa_fs_private, &diag), MFA_ERR_UNSAFE);
	assert_non_null(strstr(diag.text, "chmod 0600"));
}

static void refuses_a_symbolic_link(void **state)
{
	write_text(path_in(*state, "file"), "x");
	assert_int_equal(symlink("file", path_in(*state, "link")), 0);
	assert_int_equal(symlink("nowhere", path_in(*state, "dangling")), 0);
	assert_int_equal(open_file(path_in(*state, "link"), &mfa_fs_protected, NULL),
			 MFA_ERR_UNSAFE);
	assert_int_equal(open_file(path_in(*state, "dangling"), &mfa_fs_protected, NULL),
			 MFA_ERR_UNSAFE);
	int fd = -1;
	assert_int_equal(mfa_fs_open(path_in(*state, "dangling"), O_RDWR | O_CREAT,
				     &mfa_fs_private, NULL, &fd),
			 MFA_ERR_UNSAFE);
	assert_int_equal(access(path_in(*state, "nowhere"), F_OK), -1);
}

static void refuses_a_link_on_the_way(void **state)
{
	assert_int_equal(mkdir(path_in(*state, "real"), 0700), 0);
	write_text(path_in(*state, "real/file"), "x");
	assert_int_equal(symlink("real", path_in(*state, "way")), 0);
	assert_int_equal(open_file(path_in(*state, "real/file"), &mfa_fs_private, NULL),
			 MFA_OK);
	assert_int_equal(open_file(path_in(*state, "way/file"), &mfa_fs_private, NULL),
			 MFA_ERR_UNSAFE);
	assert_int_equal(open_folder(path_in(*state, "way"), &mfa_fs_private),
			 MFA_ERR_UNSAFE);
}

static void more_slashes_hide_no_link(void **state)
{
	assert_int_equal(mkdir(path_in(*state, "real"), 0700), 0);
	assert_int_equal(mkdir(path_in(*state, "real/in"), 0700), 0);
	write_text(path_in(*state, "real/in/file"), "x");
	assert_int_equal(symlink("real", path_in(*state, "way")), 0);
	assert_int_equal(
		open_file(path_in(*state, "real//in///file"), &mfa_fs_private, NULL),
		MFA_OK);
	assert_int_equal(open_folder(path_in(*state, "real//in/"), &mfa_fs_private),
			 MFA_OK);
	assert_int_equal(
		open_file(path_in(*state, "way//in/file"), &mfa_fs_private, NULL),
		MFA_ERR_UNSAFE);
	assert_int_equal(open_folder(path_in(*state, "way/"), &mfa_fs_private),
			 MFA_ERR_UNSAFE);
	assert_int_equal(open_folder(path_in(*state, "way//"), &mfa_fs_private),
			 MFA_ERR_UNSAFE);
	assert_int_equal(open_folder(path_in(*state, "way//in"), &mfa_fs_private),
			 MFA_ERR_UNSAFE);
}

static void refuses_a_second_hard_link(void **state)
{
	const char *path = path_in(*state, "file");
	write_text(path, "x");
	assert_int_equal(link(path, path_in(*state, "other")), 0);
	assert_int_equal(open_file(path, &mfa_fs_private, NULL), MFA_ERR_UNSAFE);
	assert_int_equal(unlink(path_in(*state, "other")), 0);
	assert_int_equal(open_file(path, &mfa_fs_private, NULL), MFA_OK);
}

static void refuses_what_is_no_regular_file(void **state)
{
	assert_int_equal(mkfifo(path_in(*state, "fifo"), 0600), 0);
	assert_int_equal(mkdir(path_in(*state, "folder"), 0700), 0);
	assert_int_equal(open_file(path_in(*state, "fifo"), &mfa_fs_private, NULL),
			 MFA_ERR_UNSAFE);
	assert_int_equal(open_file(path_in(*state, "folder"), &mfa_fs_private, NULL),
			 MFA_ERR_UNSAFE);
	struct mfa_fs_rule anything = { .owner = 0, .forbidden = 0 };
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(open_file(path_in(*state, "fifo"), &anything, &diag),
			 MFA_ERR_UNSAFE);
	assert_non_null(strstr(diag.text, "not a regular file"));
}

static void refuses_a_way_that_others_can_change(void **state)
{
	const char *way = path_in(*state, "way");
	assert_int_equal(mkdir(way, 0755), 0);
	assert_int_equal(mkdir(path_in(*state, "way/in"), 0700), 0);
	write_text(path_in(*state, "way/in/file"), "x");
	const char *path = path_in(*state, "way/in/file");
	assert_int_equal(open_file(path, &mfa_fs_private, NULL), MFA_OK);
	assert_int_equal(chmod(way, 0775), 0);
	assert_int_equal(open_file(path, &mfa_fs_private, NULL), MFA_ERR_UNSAFE);
	assert_int_equal(chmod(way, 0757), 0);
	assert_int_equal(open_file(path, &mfa_fs_private, NULL), MFA_ERR_UNSAFE);
	assert_int_equal(chmod(way, 01777), 0); /* sticky, as /tmp */
	assert_int_equal(open_file(path, &mfa_fs_private, NULL), MFA_OK);
	assert_int_equal(chmod(way, 0755), 0);
	give_away(way);
	assert_int_equal(open_file(path, &mfa_fs_private, NULL), MFA_ERR_UNSAFE);
}

static void the_folder_of_a_file_must_be_protected(void **state)
{
	const char *folder = path_in(*state, "folder");
	assert_int_equal(mkdir(folder, 0700), 0);
	write_text(path_in(*state, "folder/file"), "x");
	const char *path = path_in(*state, "folder/file");
	assert_int_equal(chmod(folder, 0770), 0);
	assert_int_equal(open_file(path, &mfa_fs_private, NULL), MFA_ERR_UNSAFE);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(open_file(path, &mfa_fs_private, NULL), MFA_OK);
}

static void a_private_folder_lets_nobody_look(void **state)
{
	const char *folder = path_in(*state, "folder");
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(open_folder(folder, &mfa_fs_private), MFA_OK);
	static const mode_t modes[] = { 0750, 0701, 0710, 0777, 01777 };
	for (size_t i = 0; i < MFA_COUNT(modes); i++) {
		assert_int_equal(chmod(folder, modes[i]), 0);
		assert_int_equal(open_folder(folder, &mfa_fs_private), MFA_ERR_UNSAFE);
	}
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(open_folder(folder, &mfa_fs_protected), MFA_OK);
	assert_int_equal(chmod(folder, 0775), 0);
	assert_int_equal(open_folder(folder, &mfa_fs_protected), MFA_ERR_UNSAFE);
}

static void tells_what_is_missing_or_no_folder(void **state)
{
	write_text(path_in(*state, "file"), "x");
	assert_int_equal(open_file(path_in(*state, "none"), &mfa_fs_private, NULL),
			 MFA_ERR_NOTFOUND);
	assert_int_equal(open_file(path_in(*state, "none/file"), &mfa_fs_private, NULL),
			 MFA_ERR_NOTFOUND);
	assert_int_equal(open_file(path_in(*state, "file/file"), &mfa_fs_private, NULL),
			 MFA_ERR_UNSAFE);
}

static void wants_absolute_paths(void **state MFA_UNUSED)
{
	static const char *const bad[] = { "", "file", "./file", "etc/", "/etc/" };
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		assert_int_equal(open_file(bad[i], &mfa_fs_private, NULL),
				 MFA_ERR_INVALID);
	assert_int_equal(open_folder("etc", &mfa_fs_protected), MFA_ERR_INVALID);
	assert_int_equal(open_folder("/", &mfa_fs_protected), MFA_OK);
}

static void too_long_a_path_is_refused(void **state MFA_UNUSED)
{
	char path[5000] = "/";
	memset(path + 1, 'a', sizeof path - 2);
	assert_int_equal(open_folder(path, &mfa_fs_private), MFA_ERR_INVALID);
	assert_int_equal(open_file(path, &mfa_fs_private, NULL), MFA_ERR_INVALID);
	path[4000] = '/';
	assert_int_equal(open_folder(path, &mfa_fs_private), MFA_ERR_INVALID);
}

static void a_new_file_is_roots_alone(void **state)
{
	const char *path = path_in(*state, "new");
	int fd = -1;
	struct stat status;
	mode_t before = umask(0);
	int err = mfa_fs_open(path, O_RDWR | O_CREAT, &mfa_fs_private, NULL, &fd);
	(void)umask(before);
	assert_int_equal(err, MFA_OK);
	assert_int_equal(fstat(fd, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	mfa_close_fd(&fd);
}

static void a_refusal_leaves_the_result_and_no_descriptor(void **state)
{
	int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(next >= 0);
	assert_int_equal(close(next), 0);
	write_text(path_in(*state, "file"), "x");
	assert_int_equal(chmod(path_in(*state, "file"), 0666), 0);
	int fd = -7;
	assert_int_equal(mfa_fs_open(path_in(*state, "file"), O_RDONLY, &mfa_fs_private,
				     NULL, &fd),
			 MFA_ERR_UNSAFE);
	assert_int_equal(fd, -7);
	int now = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(now, next);
	assert_int_equal(close(now), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(opens_a_file_of_roots),
		in_sandbox(refuses_modes_that_others_can_use),
		in_sandbox(refuses_another_owner),
		in_sandbox(a_refused_mode_names_its_remedy),
		in_sandbox(refuses_a_symbolic_link),
		in_sandbox(refuses_a_link_on_the_way),
		in_sandbox(more_slashes_hide_no_link),
		in_sandbox(refuses_a_second_hard_link),
		in_sandbox(refuses_what_is_no_regular_file),
		in_sandbox(refuses_a_way_that_others_can_change),
		in_sandbox(the_folder_of_a_file_must_be_protected),
		in_sandbox(a_private_folder_lets_nobody_look),
		in_sandbox(tells_what_is_missing_or_no_folder),
		in_sandbox(wants_absolute_paths),
		in_sandbox(too_long_a_path_is_refused),
		in_sandbox(a_new_file_is_roots_alone),
		in_sandbox(a_refusal_leaves_the_result_and_no_descriptor),
	};
	return group_main("fs", tests);
}
