/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/rootfs.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "support.h"

static void reads_files_of_this_host_and_of_a_tree(void **state)
{
	struct sandbox *box = *state;
	MFA_CLEANUP(mfa_free_string) char *here = NULL;
	MFA_CLEANUP(mfa_free_string) char *there = NULL;
	size_t len = 0;
	write_text(path_in(box, "file"), "text\n");
	assert_int_equal(mfa_rootfs_read("", path_in(box, "file"), &here, &len), MFA_OK);
	assert_string_equal(here, "text\n");
	assert_int_equal(mfa_rootfs_read(box->root, "/file", &there, &len), MFA_OK);
	assert_int_equal(len, 5);
	assert_string_equal(there, "text\n");
}

static void a_link_cannot_leave_the_tree(void **state)
{
	struct sandbox *box = *state;
	char *text = NULL;
	size_t len = 0;
	assert_int_equal(symlink("/etc/passwd", path_in(box, "absolute")), 0);
	assert_int_equal(symlink("../../../etc/passwd", path_in(box, "relative")), 0);
	assert_int_equal(mfa_rootfs_read(box->root, "/absolute", &text, &len),
			 MFA_ERR_NOTFOUND);
	assert_int_equal(mfa_rootfs_read(box->root, "/relative", &text, &len),
			 MFA_ERR_NOTFOUND);
	assert_int_equal(mfa_rootfs_read(box->root, "/../etc/passwd", &text, &len),
			 MFA_ERR_NOTFOUND);
	assert_true(mfa_rootfs_exists("", "/etc/passwd"));
}

static void a_link_to_nothing_has_a_name(void **state)
{
	struct sandbox *box = *state;
	assert_int_equal(symlink("/dev/null", path_in(box, "masked")), 0);
	assert_false(mfa_rootfs_exists(box->root, "/masked"));
	assert_true(mfa_rootfs_has_name(box->root, "/masked"));
	assert_true(mfa_rootfs_has_name("", path_in(box, "masked")));
	assert_false(mfa_rootfs_has_name(box->root, "/missing"));
	assert_false(mfa_rootfs_has_name(box->root, "/missing/masked"));
	assert_false(mfa_rootfs_has_name(box->root, "masked"));
}

static void links_inside_the_tree_are_followed(void **state)
{
	struct sandbox *box = *state;
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	size_t len = 0;
	assert_int_equal(mkdir(path_in(box, "a"), 0700), 0);
	assert_int_equal(mkdir(path_in(box, "b"), 0700), 0);
	write_text(path_in(box, "b/file"), "found");
	assert_int_equal(symlink("../b", path_in(box, "a/up")), 0);
	assert_int_equal(symlink("/a/up/../b/./file", path_in(box, "far")), 0);
	assert_int_equal(symlink("loop", path_in(box, "loop")), 0);
	assert_int_equal(mfa_rootfs_read(box->root, "/a/up/file", &text, &len), MFA_OK);
	assert_string_equal(text, "found");
	mfa_free_string(&text);
	assert_int_equal(mfa_rootfs_read(box->root, "/far", &text, &len), MFA_OK);
	assert_string_equal(text, "found");
	mfa_free_string(&text);
	assert_int_equal(mfa_rootfs_read(box->root, "/loop", &text, &len),
			 MFA_ERR_UNSAFE);
}

static void a_folder_is_an_empty_file_and_a_pipe_is_none(void **state)
{
	struct sandbox *box = *state;
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	size_t len = 1;
	assert_int_equal(mkdir(path_in(box, "folder"), 0700), 0);
	assert_int_equal(mkfifo(path_in(box, "pipe"), 0600), 0);
	assert_int_equal(mfa_rootfs_read(box->root, "/folder", &text, &len), MFA_OK);
	assert_int_equal(len, 0);
	mfa_free_string(&text);
	assert_int_equal(mfa_rootfs_read(box->root, "/pipe", &text, &len),
			 MFA_ERR_UNSAFE);
	assert_true(mfa_rootfs_is_folder(box->root, "/folder"));
	assert_false(mfa_rootfs_is_folder(box->root, "/pipe"));
}

static void a_file_that_is_too_large_is_not_read(void **state)
{
	struct sandbox *box = *state;
	char *text = NULL;
	size_t len = 0;
	write_text(path_in(box, "file"), "");
	assert_int_equal(truncate(path_in(box, "file"), (4 << 20) + 1), 0);
	assert_int_equal(mfa_rootfs_read(box->root, "/file", &text, &len), MFA_ERR_FULL);
}

static void lists_names_in_order_without_hidden_ones(void **state)
{
	struct sandbox *box = *state;
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	write_text(path_in(box, "b"), "");
	write_text(path_in(box, "a"), "");
	write_text(path_in(box, ".hidden"), "");
	assert_int_equal(mfa_rootfs_list(box->root, "/", &names), MFA_OK);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.items[0], "a");
	assert_int_equal(mfa_rootfs_list(box->root, "/none", &names), MFA_ERR_NOTFOUND);
	assert_int_equal(mfa_rootfs_list(box->root, "/a", &names), MFA_ERR_NOTFOUND);
}

/* As a kernel answers that does not know the call. */
static int forget_openat2(void **state MFA_UNUSED)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { MFA_COUNT(filter), filter };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		return -1;
	return syscall(SYS_openat2, -1, "", NULL, 0) < 0 && errno == ENOSYS ? 0 : -1;
}

int main(int argc, char **argv)
{
	bool is_old = argc > 1 && strcmp(argv[1], "without-openat2") == 0;
	const struct CMUnitTest tests[] = {
		in_sandbox(reads_files_of_this_host_and_of_a_tree),
		in_sandbox(a_link_cannot_leave_the_tree),
		in_sandbox(a_link_to_nothing_has_a_name),
		in_sandbox(links_inside_the_tree_are_followed),
		in_sandbox(a_folder_is_an_empty_file_and_a_pipe_is_none),
		in_sandbox(a_file_that_is_too_large_is_not_read),
		in_sandbox(lists_names_in_order_without_hidden_ones),
	};
	if (!can_run_tests())
		return EXIT_FAILURE;
	return cmocka_run_group_tests_name("tree", tests, is_old ? forget_openat2 : NULL,
					   NULL)
		       ? 1
		       : 0;
}
