/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/store/file/file.c, behind mfa/store.h. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "login.h"
#include "store/file/slots.h"

static void assert_damaged(void **state, int wanted, const char *words)
{
	struct mfa_record *record = mfa_record_new();
	struct mfa_diag diag = { .text = "" };
	assert_non_null(record);
	memset(record, 'x', sizeof *record);
	assert_int_equal(mfa_store_read(store_of(state), "taro", &diag, record), wanted);
	if (strstr(diag.text, words) == NULL ||
	    strstr(diag.text, record_path(state, "taro")) == NULL)
		fail_msg("\"%s\" does not tell \"%s\"", diag.text, words);
	for (size_t i = 0; i < sizeof *record; i++)
		assert_int_equal(((const unsigned char *)record)[i], 0);
	(void)snprintf(record->user, sizeof record->user, "taro");
	record->generation = 2;
	assert_int_equal(mfa_store_swap(store_of(state), record, NULL), wanted);
	assert_int_equal(mfa_store_remove(store_of(state), record, NULL), wanted);
	mfa_record_free(&record);
}

static void a_created_record_can_be_read(void **state)
{
	struct stat status;
	mode_t before = umask(0);
	enroll(store_of(state), "taro", &totp_spec, 1);
	(void)umask(before);
	assert_int_equal(stat(record_path(state, "taro"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_size, SLOT_FILE_SIZE);
	assert_int_equal(status.st_nlink, 1);
	struct mfa_record *record = stored_record(store_of(state), "taro");
	assert_string_equal(record->user, "taro");
	assert_int_equal(record->token_count, 1);
	assert_true(record->generation > 0);
	mfa_record_free(&record);
}

static void a_second_record_of_a_user_is_refused(void **state)
{
	struct mfa_record *record = mfa_record_new();
	struct mfa_diag diag = { .text = "" };
	enroll(store_of(state), "taro", &totp_spec, 1);
	(void)snprintf(record->user, sizeof record->user, "taro");
	assert_int_equal(mfa_store_create(store_of(state), record, &diag),
			 MFA_ERR_EXISTS);
	assert_int_equal(record->generation, 0);
	assert_non_null(strstr(diag.text, record_path(state, "taro")));
	mfa_record_free(&record);
	record = stored_record(store_of(state), "taro");
	assert_int_equal(record->token_count, 1);
	mfa_record_free(&record);
}

static void a_user_without_a_record_is_not_found(void **state)
{
	char name[300];
	memset(name, 'a', sizeof name);
	name[299] = '\0';
	assert_int_equal(read_user(state, "jiro"), MFA_ERR_NOTFOUND);
	assert_int_equal(read_user(state, "../store.key"), MFA_ERR_NOTFOUND);
	assert_int_equal(read_user(state, ".decoy"), MFA_ERR_NOTFOUND);
	assert_int_equal(read_user(state, name), MFA_ERR_NOTFOUND);
}

static void odd_names_have_records_inside_the_folder(void **state)
{
	static const char *const names[] = { "..", ".",	   "a/../../b", "\xff\xfe",
					     " ",  "太郎", ".decoy",	"a\nb" };
	for (size_t i = 0; i < MFA_COUNT(names); i++) {
		enroll(store_of(state), names[i], &totp_spec, 1);
		struct mfa_record *record = stored_record(store_of(state), names[i]);
		assert_string_equal(record->user, names[i]);
		mfa_record_free(&record);
	}
}

static void too_long_a_name_has_no_record(void **state)
{
	struct mfa_record *record = mfa_record_new();
	memset(record->user, '/', 100); /* 300 characters as a file name */
	assert_int_equal(mfa_store_create(store_of(state), record, NULL),
			 MFA_ERR_INVALID);
	memset(record->user, 'a', MFA_USER_SIZE); /* no NUL */
	assert_int_equal(mfa_store_create(store_of(state), record, NULL),
			 MFA_ERR_INVALID);
	record->user[MFA_USER_SIZE - 1] = '\0';
	assert_int_equal(mfa_store_create(store_of(state), record, NULL), MFA_OK);
	assert_int_equal(read_user(state, record->user), MFA_OK);
	mfa_record_free(&record);
}

static void links_for_a_record_are_refused(void **state)
{
	enroll(store_of(state), "jiro", &totp_spec, 1);
	assert_int_equal(symlink("jiro", record_path(state, "taro")), 0);
	assert_damaged(state, MFA_ERR_UNSAFE, "symbolic link");
	assert_int_equal(unlink(record_path(state, "taro")), 0);
	assert_int_equal(link(record_path(state, "jiro"), record_path(state, "taro")), 0);
	assert_damaged(state, MFA_ERR_UNSAFE, "hard links");
	assert_int_equal(unlink(record_path(state, "taro")), 0);
	assert_int_equal(read_user(state, "jiro"), MFA_OK);
}

static void copy_file(const char *from, const char *to)
{
	unsigned char bytes[SLOT_FILE_SIZE];
	write_bytes(to, bytes, read_bytes(from, bytes, sizeof bytes));
}

static void a_copied_record_is_refused(void **state)
{
	enroll(store_of(state), "jiro", &totp_spec, 1);
	copy_file(record_path(state, "jiro"), record_path(state, "taro"));
	assert_damaged(state, MFA_ERR_INTEGRITY, "another user's");
	copy_file(record_path(state, ".decoy"), record_path(state, "taro"));
	assert_damaged(state, MFA_ERR_INTEGRITY, "another user's");
}

static void a_record_of_another_size_is_refused(void **state)
{
	static const off_t sizes[] = { 0, 1, 511, 512, SLOT_SIZE, SLOT_FILE_SIZE - 1 };
	enroll(store_of(state), "taro", &totp_spec, 1);
	for (size_t i = MFA_COUNT(sizes); i > 0; i--) {
		assert_int_equal(truncate(record_path(state, "taro"), sizes[i - 1]), 0);
		assert_damaged(state, MFA_ERR_INTEGRITY, "byte");
	}
}

static void a_record_that_others_can_write_is_refused(void **state)
{
	enroll(store_of(state), "taro", &totp_spec, 1);
	assert_int_equal(chmod(record_path(state, "taro"), 0640), 0);
	assert_int_equal(read_user(state, "taro"), MFA_OK);
	assert_int_equal(chmod(record_path(state, "taro"), 0660), 0);
	assert_damaged(state, MFA_ERR_UNSAFE, "chmod 0600");
}

static void another_store_key_opens_nothing(void **state)
{
	char source[512];
	struct test_host *host = *state;
	struct mfa_secret other = test_key(2);
	struct mfa_store *store = NULL;
	struct mfa_record *record = mfa_record_new();
	enroll(host->host.store, "taro", &totp_spec, 1);
	(void)snprintf(source, sizeof source, "file:%s", path_in(&host->box, "store"));
	assert_int_equal(mfa_store_open(source, &other, NULL, &store), MFA_OK);
	assert_int_equal(mfa_store_read(store, "taro", NULL, record), MFA_ERR_INTEGRITY);
	mfa_record_free(&record);
	mfa_store_close(&store);
	mfa_secret_done(&other);
}

static void a_failed_creation_leaves_no_file(void **state)
{
	struct rlimit before;
	struct mfa_record *record = mfa_record_new();
	(void)snprintf(record->user, sizeof record->user, "taro");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	struct rlimit small = { .rlim_cur = SLOT_SIZE, .rlim_max = before.rlim_max };
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int err = mfa_store_create(store_of(state), record, NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(err, MFA_ERR_LIMIT);
	assert_int_equal(record->generation, 0);
	assert_int_equal(read_user(state, "taro"), MFA_ERR_NOTFOUND);
	mfa_record_free(&record);
}

struct names {
	unsigned count;
	unsigned stop_at;
	bool has_taro;
	bool has_slash;
};

static int note_name(void *context, const char *user)
{
	struct names *names = context;
	names->count++;
	names->has_taro |= strcmp(user, "taro") == 0;
	names->has_slash |= strcmp(user, "a/b") == 0;
	return names->count == names->stop_at ? MFA_ERR_ABORT : MFA_OK;
}

static void a_list_names_users_and_nothing_else(void **state)
{
	struct names names = { 0 };
	assert_int_equal(mfa_store_list(store_of(state), note_name, &names, NULL),
			 MFA_OK);
	assert_int_equal(names.count, 0); /* the decoy is nobody */
	enroll(store_of(state), "taro", &totp_spec, 1);
	enroll(store_of(state), "a/b", &totp_spec, 1);
	write_text(record_path(state, ".hidden"), "");
	write_text(record_path(state, "not a name"), "");
	write_text(record_path(state, "%61"), "");
	assert_int_equal(mfa_store_list(store_of(state), note_name, &names, NULL),
			 MFA_OK);
	assert_int_equal(names.count, 2);
	assert_true(names.has_taro);
	assert_true(names.has_slash);
}

static void a_visitor_can_end_a_list(void **state)
{
	struct names names = { .stop_at = 1 };
	enroll(store_of(state), "taro", &totp_spec, 1);
	enroll(store_of(state), "jiro", &totp_spec, 1);
	assert_int_equal(mfa_store_list(store_of(state), note_name, &names, NULL),
			 MFA_ERR_ABORT);
	assert_int_equal(names.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_host(a_created_record_can_be_read),
		on_host(a_second_record_of_a_user_is_refused),
		on_host(a_user_without_a_record_is_not_found),
		on_host(odd_names_have_records_inside_the_folder),
		on_host(too_long_a_name_has_no_record),
		on_host(links_for_a_record_are_refused),
		on_host(a_copied_record_is_refused),
		on_host(a_record_of_another_size_is_refused),
		on_host(a_record_that_others_can_write_is_refused),
		on_host(another_store_key_opens_nothing),
		on_host(a_failed_creation_leaves_no_file),
		on_host(a_list_names_users_and_nothing_else),
		on_host(a_visitor_can_end_a_list),
	};
	return group_main("store_file", tests);
}
