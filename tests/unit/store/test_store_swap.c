/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/store/file/file.c: changing and removing a record, compared with what is stored. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "login.h"
#include "store/file/slots.h"

static void a_swap_writes_in_place(void **state)
{
	struct stat before;
	struct stat after;
	enroll(store_of(state), "taro", &totp_spec, 1);
	assert_int_equal(stat(record_path(state, "taro"), &before), 0);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	for (uint32_t i = 1; i < 20; i++) {
		uint32_t generation = record->generation;
		record->failures = i;
		assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
		assert_true(record->generation > generation);
		struct mfa_record *stored = stored_record(store_of(state), "taro");
		assert_int_equal(stored->failures, i);
		assert_int_equal(stored->generation, record->generation);
		mfa_record_free(&stored);
	}
	mfa_record_free(&record);
	assert_int_equal(stat(record_path(state, "taro"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_size, after.st_size);
	assert_int_equal(before.st_blocks, after.st_blocks);
}

/* As in a process that serves one login after the other: the record that was read last is
 * open still when it is swapped. */
static void keep_store(void **state)
{
	struct mfa_snapshot place = { .count = 0 };
	mfa_store_keep(store_of(state), &place);
	assert_true(place.count > 0);
	mfa_snapshot_done(&place);
}

static void a_swap_in_a_store_that_is_kept_writes_in_place(void **state)
{
	keep_store(state);
	a_swap_writes_in_place(state);
}

static void a_swap_that_comes_second_loses(void **state)
{
	struct mfa_diag diag = { .text = "" };
	enroll(store_of(state), "taro", &totp_spec, 1);
	struct mfa_record *first = stored_record(store_of(state), "taro");
	struct mfa_record *second = stored_record(store_of(state), "taro");
	uint32_t generation = second->generation;
	first->failures = 1;
	second->failures = 2;
	assert_int_equal(mfa_store_swap(store_of(state), first, NULL), MFA_OK);
	assert_int_equal(mfa_store_swap(store_of(state), second, &diag),
			 MFA_ERR_CONFLICT);
	assert_int_equal(mfa_store_scrub(store_of(state), second, NULL),
			 MFA_ERR_CONFLICT);
	assert_int_equal(mfa_store_remove(store_of(state), second, NULL),
			 MFA_ERR_CONFLICT);
	assert_int_equal(second->generation, generation);
	mfa_record_free(&second);
	second = stored_record(store_of(state), "taro");
	assert_int_equal(second->failures, 1);
	mfa_record_free(&first);
	mfa_record_free(&second);
}

static void what_another_process_wrote_meanwhile_is_noticed(void **state)
{
	struct mfa_diag diag = { .text = "" };
	keep_store(state);
	enroll(store_of(state), "taro", &totp_spec, 1);
	MFA_CLEANUP(mfa_close_fd)
	int fd = open(record_path(state, "taro"), O_RDWR | O_CLOEXEC);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	static const char junk[] = "junk";
	for (off_t at = 0; at < SLOT_FILE_SIZE; at += SLOT_SIZE)
		assert_int_equal(pwrite(fd, junk, sizeof junk, at + 64), sizeof junk);
	assert_int_equal(mfa_store_swap(store_of(state), record, &diag),
			 MFA_ERR_INTEGRITY);
	mfa_record_free(&record);
}

static void a_record_that_was_read_is_not_locked(void **state)
{
	keep_store(state);
	enroll(store_of(state), "taro", &totp_spec, 1);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	MFA_CLEANUP(mfa_close_fd)
	int fd = open(record_path(state, "taro"), O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	mfa_record_free(&record);
}

/* Of two that were read, the first is not open any more. */
static void a_swap_of_a_record_that_was_not_read_last_works(void **state)
{
	keep_store(state);
	enroll(store_of(state), "taro", &totp_spec, 1);
	enroll(store_of(state), "hanako", &totp_spec, 1);
	struct mfa_record *taro = stored_record(store_of(state), "taro");
	struct mfa_record *hanako = stored_record(store_of(state), "hanako");
	taro->failures = 1;
	hanako->failures = 2;
	assert_int_equal(mfa_store_swap(store_of(state), taro, NULL), MFA_OK);
	assert_int_equal(mfa_store_swap(store_of(state), hanako, NULL), MFA_OK);
	mfa_record_free(&taro);
	taro = stored_record(store_of(state), "taro");
	assert_int_equal(taro->failures, 1);
	mfa_record_free(&taro);
	mfa_record_free(&hanako);
}

static void a_record_that_cannot_be_written_is_read(void **state)
{
	char path[256];
	const unsigned long flags =
		MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV;
	struct mfa_diag diag = { .text = "" };
	keep_store(state);
	enroll(store_of(state), "taro", &totp_spec, 1);
	(void)snprintf(path, sizeof path, "%s", record_path(state, "taro"));
	assert_int_equal(mount(path, path, "none", MS_BIND, NULL), 0);
	assert_int_equal(mount("none", path, "none", flags, NULL), 0);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	assert_int_equal(mfa_store_swap(store_of(state), record, &diag),
			 MFA_ERR_READONLY);
	mfa_record_free(&record);
	assert_int_equal(umount(path), 0);
}

static void a_swap_of_a_removed_record_loses(void **state)
{
	enroll(store_of(state), "taro", &totp_spec, 1);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	assert_int_equal(mfa_store_remove(store_of(state), record, NULL), MFA_OK);
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_ERR_CONFLICT);
	assert_int_equal(read_user(state, "taro"), MFA_ERR_NOTFOUND);
	mfa_record_free(&record);
}

static void a_swap_does_not_hit_a_removed_records_successor(void **state)
{
	enroll(store_of(state), "taro", &totp_spec, 1);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	struct mfa_record *other = stored_record(store_of(state), "taro");
	assert_int_equal(mfa_store_remove(store_of(state), other, NULL), MFA_OK);
	enroll(store_of(state), "taro", &hotp_spec, 1);
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_ERR_CONFLICT);
	assert_int_equal(mfa_store_remove(store_of(state), record, NULL),
			 MFA_ERR_CONFLICT);
	mfa_record_free(&record);
	mfa_record_free(&other);
	record = stored_record(store_of(state), "taro");
	assert_int_equal(record->tokens[0].kind, MFA_KIND_HOTP);
	mfa_record_free(&record);
}

/* A user who was removed and enrolled again meanwhile must not get the old tokens back.
 */
static void a_swap_into_another_record_of_the_user_loses(void **state)
{
	struct token_spec fresh = totp_spec;
	fresh.secret = "a secret of another token";
	for (unsigned i = 0; i < 8; i++) {
		enroll(store_of(state), "taro", &totp_spec, 1);
		struct mfa_record *old = stored_record(store_of(state), "taro");
		assert_int_equal(mfa_store_remove(store_of(state), old, NULL), MFA_OK);
		enroll(store_of(state), "taro", &fresh, 1);
		assert_int_equal(mfa_store_swap(store_of(state), old, NULL),
				 MFA_ERR_CONFLICT);
		assert_int_equal(mfa_store_scrub(store_of(state), old, NULL),
				 MFA_ERR_CONFLICT);
		assert_int_equal(mfa_store_remove(store_of(state), old, NULL),
				 MFA_ERR_CONFLICT);
		mfa_record_free(&old);
		struct mfa_record *now = stored_record(store_of(state), "taro");
		struct mfa_oath oath = read_token(&now->tokens[0]);
		assert_memory_equal(oath.secret, fresh.secret, oath.secret_len);
		assert_int_equal(mfa_store_remove(store_of(state), now, NULL), MFA_OK);
		mfa_record_free(&now);
	}
}

static void a_removed_record_is_overwritten(void **state)
{
	unsigned char bytes[SLOT_FILE_SIZE];
	enroll(store_of(state), "taro", &totp_spec, 1);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	int fd = open(record_path(state, "taro"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(mfa_store_remove(store_of(state), record, NULL), MFA_OK);
	assert_int_equal(read(fd, bytes, sizeof bytes), sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		assert_int_equal(bytes[i], 0);
	assert_int_equal(access(record_path(state, "taro"), F_OK), -1);
	assert_int_equal(close(fd), 0);
	mfa_record_free(&record);
	enroll(store_of(state), "taro", &totp_spec, 1);
	assert_int_equal(read_user(state, "taro"), MFA_OK);
}

static void scrubbing_leaves_no_older_sector(void **state)
{
	const struct token_spec specs[] = { totp_spec, hotp_spec, totp_spec };
	unsigned char before[SLOT_FILE_SIZE];
	unsigned char after[SLOT_FILE_SIZE];
	static const unsigned char zero[SLOT_SECTOR];
	enroll(store_of(state), "taro", specs, 3);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	(void)read_bytes(record_path(state, "taro"), before, sizeof before);
	mfa_record_remove(record, &record->tokens[0]);
	mfa_record_remove(record, &record->tokens[0]);
	assert_int_equal(mfa_store_scrub(store_of(state), record, NULL), MFA_OK);
	(void)read_bytes(record_path(state, "taro"), after, sizeof after);
	for (size_t at = 0; at < sizeof before; at += SLOT_SECTOR)
		if (memcmp(before + at, zero, SLOT_SECTOR) != 0)
			assert_memory_not_equal(before + at, after + at, SLOT_SECTOR);
	uint32_t generation = record->generation;
	mfa_record_free(&record);
	record = stored_record(store_of(state), "taro");
	assert_int_equal(record->token_count, 1);
	assert_int_equal(record->generation, generation);
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), MFA_OK);
	mfa_record_free(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_host(a_swap_writes_in_place),
		on_host(what_another_process_wrote_meanwhile_is_noticed),
		on_host(a_record_that_was_read_is_not_locked),
		on_host(a_swap_of_a_record_that_was_not_read_last_works),
		on_host(a_record_that_cannot_be_written_is_read),
		on_host(a_swap_in_a_store_that_is_kept_writes_in_place),
		on_host(a_swap_that_comes_second_loses),
		on_host(a_swap_of_a_removed_record_loses),
		on_host(a_swap_does_not_hit_a_removed_records_successor),
		on_host(a_swap_into_another_record_of_the_user_loses),
		on_host(a_removed_record_is_overwritten),
		on_host(scrubbing_leaves_no_older_sector),
	};
	return group_main("store_swap", tests);
}
