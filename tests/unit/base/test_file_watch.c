/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file_watch.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static struct mfa_file_watch watch;

static int setup(void **state)
{
	if (sandbox_setup(state) != 0)
		return -1;
	write_text(path_in(*state, "file"), "text\n");
	assert_int_equal(mkdir(path_in(*state, "above"), 0700), 0);
	assert_int_equal(mkdir(path_in(*state, "above/place"), 0700), 0);
	write_text(path_in(*state, "above/place/content"), "text\n");
	file_watch_begin(&watch);
	file_watch_add(&watch, path_in(*state, "file"), false);
	file_watch_add(&watch, path_in(*state, "above"), true);
	file_watch_add(&watch, path_in(*state, "above/place"), true);
	file_watch_add(&watch, path_in(*state, "missing"), false);
	assert_true(watch.is_on);
	assert_true(file_watch_is_silent(&watch));
	return 0;
}

static int teardown(void **state)
{
	file_watch_end(&watch);
	return sandbox_teardown(state);
}

#define watched(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* It tells once. */
static void assert_told(void)
{
	assert_false(file_watch_is_silent(&watch));
	assert_true(!watch.is_on || file_watch_is_silent(&watch));
}

static void assert_not_told(void)
{
	assert_true(watch.is_on);
	assert_true(file_watch_is_silent(&watch));
}

static void what_is_written_is_told_of(void **state)
{
	write_text(path_in(*state, "file"), "TEXT\n");
	assert_told();
}

static void what_is_written_through_a_mapping_is_told_of(void **state)
{
	MFA_CLEANUP(mfa_close_fd) int fd = open(path_in(*state, "file"), O_RDWR);
	char *text = mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(text, MAP_FAILED);
	mfa_close_fd(&fd);
	text[0] = 'T';
	assert_int_equal(munmap(text, 4), 0);
	assert_told();
}

static void another_file_in_its_place_is_told_of(void **state)
{
	write_text(path_in(*state, "new"), "text\n");
	assert_int_equal(rename(path_in(*state, "new"), path_in(*state, "file")), 0);
	assert_told();
}

/* Its last name: the file itself is still there. */
static void a_name_of_an_open_file_that_goes_is_told_of(void **state)
{
	MFA_CLEANUP(mfa_close_fd) int fd = open(path_in(*state, "file"), O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(unlink(path_in(*state, "file")), 0);
	assert_told();
}

static void a_mode_is_told_of(void **state)
{
	assert_int_equal(chmod(path_in(*state, "above/place"), 0755), 0);
	assert_told();
}

static void a_folder_that_is_moved_is_told_of(void **state)
{
	assert_int_equal(rename(path_in(*state, "above"), path_in(*state, "gone")), 0);
	assert_told();
}

/* Its inode stays as long as somebody is in it, and says nothing. */
static void a_folder_that_goes_while_somebody_is_in_it_is_told_of(void **state)
{
	MFA_CLEANUP(mfa_close_fd)
	int held = open(path_in(*state, "above/place"), O_RDONLY | O_DIRECTORY);
	assert_true(held >= 0);
	assert_int_equal(unlink(path_in(*state, "above/place/content")), 0);
	assert_int_equal(rmdir(path_in(*state, "above/place")), 0);
	assert_int_equal(mkdir(path_in(*state, "above/place"), 0700), 0);
	assert_told();
}

static void what_comes_is_told_of(void **state)
{
	write_text(path_in(*state, "missing"), "");
	assert_told();
}

static void what_is_moved_there_is_told_of(void **state)
{
	write_text(path_in(*state, "above/place/missing"), "");
	assert_true(file_watch_is_silent(&watch));
	assert_int_equal(rename(path_in(*state, "above/place/missing"),
				path_in(*state, "missing")),
			 0);
	assert_told();
}

/* As each login does. */
static void what_is_written_in_a_place_is_nobodys_business(void **state)
{
	write_text(path_in(*state, "above/place/content"), "TEXT\n");
	write_text(path_in(*state, "above/place/more"), "");
	assert_not_told();
}

static void reading_is_nobodys_business(void **state)
{
	MFA_CLEANUP(mfa_close_fd) int fd = open(path_in(*state, "file"), O_RDONLY);
	char text[4];
	assert_true(read(fd, text, sizeof text) > 0);
	mfa_close_fd(&fd);
	assert_not_told();
}

static void what_is_mounted_over_is_told_of(void **state)
{
	assert_int_equal(mount("none", path_in(*state, "above"), "tmpfs", 0, NULL), 0);
	assert_told();
	assert_int_equal(umount(path_in(*state, "above")), 0);
	assert_told();
}

/* /proc is not of the kind of which all changes are told. */
static void a_file_system_that_tells_nothing_is_not_relied_upon(void **state MFA_UNUSED)
{
	file_watch_add(&watch, "/proc/self", true);
	assert_false(watch.is_on);
	assert_false(file_watch_is_silent(&watch));
	file_watch_add(&watch, "/etc", true);
	assert_false(watch.is_on);
}

static void what_has_no_folder_is_not_relied_upon(void **state)
{
	file_watch_add(&watch, path_in(*state, "nowhere/file"), false);
	assert_false(watch.is_on);
}

static void more_than_can_be_remembered_is_told_of(void **state)
{
	for (unsigned i = 0; i < 20000; i++)
		assert_int_equal(
			chmod(path_in(*state, "above"), i % 2 == 0 ? 0755 : 0700), 0);
	assert_false(file_watch_is_silent(&watch));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		watched(what_is_written_is_told_of),
		watched(what_is_written_through_a_mapping_is_told_of),
		watched(another_file_in_its_place_is_told_of),
		watched(a_name_of_an_open_file_that_goes_is_told_of),
		watched(a_mode_is_told_of),
		watched(a_folder_that_is_moved_is_told_of),
		watched(a_folder_that_goes_while_somebody_is_in_it_is_told_of),
		watched(what_comes_is_told_of),
		watched(what_is_moved_there_is_told_of),
		watched(what_is_written_in_a_place_is_nobodys_business),
		watched(reading_is_nobodys_business),
		watched(what_is_mounted_over_is_told_of),
		watched(a_file_system_that_tells_nothing_is_not_relied_upon),
		watched(what_has_no_folder_is_not_relied_upon),
		watched(more_than_can_be_remembered_is_told_of),
	};
	return group_main("file_watch", tests);
}
