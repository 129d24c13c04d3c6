/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of a copy, and the note of one that was verified. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/key.h"
#include "mfa/key_note.h"
#include "mfa/seal.h"
#include "support.h"

static const unsigned char bytes[MFA_KEY_COPY_SIZE] = "the bytes of a copy";

static unsigned count_files(const char *folder)
{
	unsigned count = 0;
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (const struct dirent *entry = readdir(dir); entry != NULL;
	     entry = readdir(dir))
		count += entry->d_name[0] != '.';
	(void)closedir(dir);
	return count;
}

static int write_copy(const char *path, struct mfa_diag *diag)
{
	return mfa_key_copy_write(path, bytes, diag);
}

static void a_copy_is_written_whole_and_for_root_alone(void **state)
{
	unsigned char again[MFA_KEY_COPY_SIZE] = { 0 };
	struct mfa_diag diag = { .text = "" };
	struct stat status;
	size_t len = 0;
	const char *folder = path_in(*state, "");
	const char *path = path_in(*state, "copy");
	assert_done(write_copy(path, &diag), &diag);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(count_files(folder), 1);
	assert_done(mfa_key_copy_read(path, &diag, again, &len), &diag);
	assert_int_equal(len, sizeof again);
	assert_memory_equal(again, bytes, sizeof bytes);
}

static void what_is_there_is_not_overwritten(void **state)
{
	struct mfa_diag diag = { .text = "" };
	const char *path = path_in(*state, "copy");
	write_text(path, "taro's");
	assert_int_equal(write_copy(path, &diag), MFA_ERR_EXISTS);
	char *text = read_text(path);
	assert_string_equal(text, "taro's");
	free(text);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("elsewhere", path), 0);
	assert_int_equal(write_copy(path, &diag), MFA_ERR_EXISTS);
	assert_int_equal(count_files(path_in(*state, "")), 1);
}

static int write_same(void *context, unsigned index MFA_UNUSED)
{
	return -write_copy(context, NULL);
}

static void of_many_at_once_one_writes(void **state)
{
	char path[512];
	(void)snprintf(path, sizeof path, "%s", path_in(*state, "copy"));
	assert_int_equal(count_processes(8, MFA_OK, write_same, path), 1);
	assert_int_equal(count_files(path_in(*state, "")), 1);
}

static void a_file_that_cannot_be_written_leaves_nothing(void **state)
{
	struct mfa_diag diag = { .text = "" };
	const char *path = path_in(*state, "copy");
	struct rlimit before;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	const struct rlimit short_one = { 100, before.rlim_max };
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &short_one), 0);
	int err = write_copy(path, &diag);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(err, MFA_ERR_LIMIT);
	assert_int_equal(count_files(path_in(*state, "")), 0);
	assert_int_equal(write_copy(path_in(*state, "none/copy"), &diag),
			 MFA_ERR_NOTFOUND);
	assert_int_equal(write_copy(path_in(*state, ""), &diag), MFA_ERR_INVALID);
}

static void what_is_no_copy_is_not_read(void **state)
{
	unsigned char again[MFA_KEY_COPY_SIZE + 1] = { 0 };
	size_t len = 0;
	const char *path = path_in(*state, "copy");
	assert_int_equal(mfa_key_copy_read(path, NULL, again, &len), MFA_ERR_NOTFOUND);
	write_bytes(path, again, sizeof again);
	assert_int_equal(mfa_key_copy_read(path, NULL, again, &len), MFA_ERR_INVALID);
	assert_int_equal(mfa_key_copy_read(path_in(*state, ""), NULL, again, &len),
			 MFA_ERR_INVALID);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(mfa_key_copy_read(path, NULL, again, &len), MFA_ERR_INVALID);
	assert_int_equal(len, 0);
}

static const char *source_in(void **state, char source[static 512])
{
	(void)snprintf(source, 512, "file:%s", path_in(*state, "store.key"));
	return source;
}

static void a_note_is_replaced(void **state)
{
	char text[512];
	const char *source = source_in(state, text);
	struct mfa_diag diag = { .text = "" };
	struct mfa_key_note note = { .time = 0 };
	assert_int_equal(mfa_key_note_read(source, NULL, &note), MFA_ERR_NOTFOUND);
	const struct mfa_key_note notes[] = { { "0123-4567-89ab-cdef", NOW, "hanako" },
					      { "0000-0000-0000-0000", 1, "uid:0" } };
	for (size_t i = 0; i < MFA_COUNT(notes); i++) {
		assert_done(mfa_key_note_write(source, &notes[i], &diag), &diag);
		assert_done(mfa_key_note_read(source, &diag, &note), &diag);
		assert_string_equal(note.id, notes[i].id);
		assert_int_equal(note.time, notes[i].time);
		assert_string_equal(note.actor, notes[i].actor);
	}
}

static void half_a_note_is_none(void **state)
{
	char text[512];
	unsigned char whole[512];
	const char *source = source_in(state, text);
	struct mfa_key_note note = { "0123-4567-89ab-cdef", NOW, "hanako" };
	assert_int_equal(mfa_key_note_write(source, &note, NULL), MFA_OK);
	const char *path = path_in(*state, "store.key.verified");
	size_t size = read_bytes(path, whole, sizeof whole);
	for (size_t len = 0; len < size; len++) {
		write_bytes(path, whole, len);
		assert_int_equal(mfa_key_note_read(source, NULL, &note), MFA_ERR_INVALID);
	}
}

static void a_key_is_put_where_none_is(void **state)
{
	char text[512];
	const char *source = source_in(state, text);
	struct mfa_diag diag = { .text = "" };
	struct stat status;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = test_key(1);
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret other = test_key(5);
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret loaded = { 0 };
	assert_done(mfa_key_put(source, &key, false, &diag), &diag);
	assert_int_equal(mfa_key_put(source, &other, false, &diag), MFA_ERR_EXISTS);
	assert_done(mfa_key_load(source, &diag, &loaded), &diag);
	assert_memory_equal(loaded.data, key.data, MFA_KEY_SIZE);
	mfa_secret_done(&loaded);
	/* a killed run has left something */
	write_text(path_in(*state, "store.key.restored"), "half");
	assert_done(mfa_key_put(source, &other, true, &diag), &diag);
	assert_done(mfa_key_load(source, &diag, &loaded), &diag);
	assert_memory_equal(loaded.data, other.data, MFA_KEY_SIZE);
	assert_int_equal(stat(path_in(*state, "store.key"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0400);
	assert_int_equal(count_files(path_in(*state, "")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(a_copy_is_written_whole_and_for_root_alone),
		in_sandbox(what_is_there_is_not_overwritten),
		in_sandbox(of_many_at_once_one_writes),
		in_sandbox(a_file_that_cannot_be_written_leaves_nothing),
		in_sandbox(what_is_no_copy_is_not_read),
		in_sandbox(a_note_is_replaced),
		in_sandbox(half_a_note_is_none),
		in_sandbox(a_key_is_put_where_none_is),
	};
	return group_main("key_copy_file", tests);
}
