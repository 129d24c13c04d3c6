/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/snapshot.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_watch.h"
#include "support.h"

static struct mfa_snapshot snapshot;

/* As if what is in the sandbox had been there for long: no test waits for seconds. */
static void begin_late(void)
{
	mfa_snapshot_begin(&snapshot);
	snapshot.begun.tv_sec += 10;
}

static int setup(void **state)
{
	if (sandbox_setup(state) != 0)
		return -1;
	write_text(path_in(*state, "file"), "text\n");
	assert_int_equal(mkdir(path_in(*state, "folder"), 0700), 0);
	begin_late();
	mfa_snapshot_add(&snapshot, path_in(*state, "file"));
	mfa_snapshot_add(&snapshot, path_in(*state, "missing"));
	mfa_snapshot_add(&snapshot, path_in(*state, "folder"));
	assert_true(mfa_snapshot_is_current(&snapshot));
	assert_true(snapshot.watch.is_on);
	return 0;
}

/* Where the kernel does not tell of changes. */
static int setup_unwatched(void **state)
{
	if (setup(state) != 0)
		return -1;
	file_watch_end(&snapshot.watch);
	assert_true(mfa_snapshot_is_current(&snapshot));
	assert_false(snapshot.watch.is_on);
	return 0;
}

static int teardown(void **state)
{
	mfa_snapshot_done(&snapshot);
	return sandbox_teardown(state);
}

#define seen(test)                                                        \
	cmocka_unit_test_setup_teardown(test, setup, teardown),           \
	{                                                                 \
#test "_unwatched", test, setup_unwatched, teardown, NULL \
	}

static void what_is_as_it_was_is_current(void **state MFA_UNUSED)
{
	assert_true(mfa_snapshot_is_current(&snapshot));
	assert_true(mfa_snapshot_is_current(&snapshot));
}

/* The change is put back; what comes after it is seen all the same. */
static void a_change_behind_one_that_was_put_back_is_seen(void **state)
{
	const struct sandbox *box = *state;
	assert_int_equal(chmod(box->root, 0755), 0);
	assert_int_equal(chmod(box->root, 0700), 0);
	assert_true(mfa_snapshot_is_current(&snapshot));
	assert_int_equal(unlink(path_in(*state, "file")), 0);
	assert_false(mfa_snapshot_is_current(&snapshot));
}

static void a_snapshot_of_nothing_is_not(void **state MFA_UNUSED)
{
	struct mfa_snapshot nothing = { .count = 0 };
	assert_false(mfa_snapshot_is_current(&nothing));
}

static void text_written_in_place_is_seen(void **state)
{
	(void)usleep(20000); /* more than a tick of the kernel's clock */
	write_text(path_in(*state, "file"), "TEXT\n");
	assert_false(mfa_snapshot_is_current(&snapshot));
}

static void another_file_in_its_place_is_seen(void **state)
{
	write_text(path_in(*state, "new"), "text\n");
	assert_int_equal(rename(path_in(*state, "new"), path_in(*state, "file")), 0);
	assert_false(mfa_snapshot_is_current(&snapshot));
}

static void another_mode_is_seen(void **state)
{
	assert_int_equal(chmod(path_in(*state, "file"), 0644), 0);
	assert_false(mfa_snapshot_is_current(&snapshot));
}

static void a_file_that_is_gone_is_seen(void **state)
{
	assert_int_equal(unlink(path_in(*state, "file")), 0);
	assert_false(mfa_snapshot_is_current(&snapshot));
}

static void a_file_that_has_come_is_seen(void **state)
{
	write_text(path_in(*state, "missing"), "");
	assert_false(mfa_snapshot_is_current(&snapshot));
}

static void a_new_name_in_a_folder_is_seen(void **state)
{
	(void)usleep(20000);
	write_text(path_in(*state, "folder/x"), "");
	assert_false(mfa_snapshot_is_current(&snapshot));
}

static void the_mode_of_a_folder_above_is_seen(void **state)
{
	const struct sandbox *box = *state;
	assert_int_equal(chmod(box->root, 0777), 0);
	assert_false(mfa_snapshot_is_current(&snapshot));
}

static void other_files_in_a_folder_above_do_not_matter(void **state)
{
	write_text(path_in(*state, "another"), "");
	assert_true(mfa_snapshot_is_current(&snapshot));
}

static void of_a_folder_alone_its_files_do_not_matter(void **state)
{
	begin_late();
	mfa_snapshot_add_place(&snapshot, path_in(*state, "folder"));
	write_text(path_in(*state, "folder/x"), "");
	assert_true(mfa_snapshot_is_current(&snapshot));
	assert_int_equal(chmod(path_in(*state, "folder"), 0755), 0);
	assert_false(mfa_snapshot_is_current(&snapshot));
}

/* The stamp may be the same after another change. */
static void what_changed_just_now_is_not_relied_upon(void **state)
{
	mfa_snapshot_begin(&snapshot);
	mfa_snapshot_add(&snapshot, path_in(*state, "file"));
	assert_false(mfa_snapshot_is_current(&snapshot));
}

static void more_than_there_is_room_for_is_not_relied_upon(void **state)
{
	for (unsigned i = 0; i < MFA_SNAPSHOT_MAX; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "more%u", i);
		mfa_snapshot_add(&snapshot, path_in(*state, name));
	}
	assert_false(mfa_snapshot_is_current(&snapshot));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		seen(what_is_as_it_was_is_current),
		seen(a_change_behind_one_that_was_put_back_is_seen),
		seen(a_snapshot_of_nothing_is_not),
		seen(text_written_in_place_is_seen),
		seen(another_file_in_its_place_is_seen),
		seen(another_mode_is_seen),
		seen(a_file_that_is_gone_is_seen),
		seen(a_file_that_has_come_is_seen),
		seen(a_new_name_in_a_folder_is_seen),
		seen(the_mode_of_a_folder_above_is_seen),
		seen(other_files_in_a_folder_above_do_not_matter),
		seen(of_a_folder_alone_its_files_do_not_matter),
		seen(what_changed_just_now_is_not_relied_upon),
		seen(more_than_there_is_room_for_is_not_relied_upon),
	};
	return group_main("snapshot", tests);
}
