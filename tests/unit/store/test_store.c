/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/store.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/factor.h"
#include "support.h"

static const char *source_of(struct sandbox *box, char source[static 512])
{
	(void)snprintf(source, 512, "file:%s", path_in(box, "store"));
	return source;
}

static int prepare(struct sandbox *box, bool *ret_made)
{
	char source[512];
	struct mfa_secret key = test_key(1);
	int err = mfa_store_prepare(source_of(box, source), &key, mfa_factor_fill_decoy,
				    NULL, ret_made);
	mfa_secret_done(&key);
	return err;
}

static int open_store(struct sandbox *box, unsigned char first, struct mfa_diag *diag,
		      struct mfa_store **ret_store)
{
	char source[512];
	struct mfa_secret key = test_key(first);
	int err = mfa_store_open(source_of(box, source), &key, diag, ret_store);
	mfa_secret_done(&key);
	return err;
}

static void preparing_makes_folders_and_a_decoy(void **state)
{
	struct stat status;
	bool is_made = false;
	mode_t before = umask(0);
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	(void)umask(before);
	assert_true(is_made);
	assert_int_equal(stat(path_in(*state, "store"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_int_equal(stat(path_in(*state, "store/users"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_int_equal(stat(path_in(*state, "store/users/.decoy"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void preparing_again_changes_nothing(void **state)
{
	static unsigned char before[20000];
	static unsigned char after[20000];
	bool is_made = false;
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	size_t len =
		read_bytes(path_in(*state, "store/users/.decoy"), before, sizeof before);
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	assert_false(is_made);
	assert_int_equal(
		read_bytes(path_in(*state, "store/users/.decoy"), after, sizeof after),
		len);
	assert_memory_equal(before, after, len);
}

static void a_missing_decoy_is_made_again(void **state)
{
	bool is_made = false;
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	assert_int_equal(unlink(path_in(*state, "store/users/.decoy")), 0);
	is_made = false;
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	assert_true(is_made);
	assert_int_equal(access(path_in(*state, "store/users/.decoy"), F_OK), 0);
}

static void the_decoy_has_a_token_that_can_be_asked(void **state)
{
	bool is_made = false;
	struct mfa_store *store = NULL;
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	assert_int_equal(open_store(*state, 1, NULL, &store), MFA_OK);
	struct mfa_record *decoy = stored_record(store, MFA_DECOY_USER);
	assert_int_equal(decoy->token_count, 1);
	assert_non_null(mfa_factor_find(decoy->tokens[0].kind));
	assert_int_equal(decoy->tokens[0].state, MFA_STATE_ACTIVE);
	mfa_record_free(&decoy);
	mfa_store_close(&store);
	assert_null(store);
}

static void a_store_with_another_key_cannot_be_prepared(void **state)
{
	char source[512];
	bool is_made = false;
	struct mfa_secret other = test_key(2);
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	assert_int_equal(mfa_store_prepare(source_of(*state, source), &other,
					   mfa_factor_fill_decoy, NULL, &is_made),
			 MFA_ERR_INTEGRITY);
	mfa_secret_done(&other);
}

static void a_missing_store_is_not_found(void **state)
{
	struct mfa_store *store = NULL;
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(open_store(*state, 1, &diag, &store), MFA_ERR_NOTFOUND);
	assert_null(store);
	if (strstr(diag.text, path_in(*state, "store")) == NULL)
		fail_msg("\"%s\" names no store", diag.text);
}

static void an_open_store_folder_is_unsafe(void **state)
{
	static const mode_t modes[] = { 0770, 0707, 0720, 0777, 01777 };
	bool is_made = false;
	struct mfa_store *store = NULL;
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	const char *users = path_in(*state, "store/users");
	for (size_t i = 0; i < MFA_COUNT(modes); i++) {
		assert_int_equal(chmod(users, modes[i]), 0);
		assert_int_equal(open_store(*state, 1, NULL, &store), MFA_ERR_UNSAFE);
	}
	assert_int_equal(chmod(users, 0700), 0);
	give_away(users);
	assert_int_equal(open_store(*state, 1, NULL, &store), MFA_ERR_UNSAFE);
	take_back(users);
	assert_int_equal(chmod(path_in(*state, "store"), 0770), 0);
	assert_int_equal(open_store(*state, 1, NULL, &store), MFA_ERR_UNSAFE);
	assert_null(store);
}

static void an_unknown_kind_of_store_is_refused(void **state MFA_UNUSED)
{
	static const char *const bad[] = { "", "file", "/var/lib/pam_mfa", "sql:x" };
	struct mfa_secret key = test_key(1);
	for (size_t i = 0; i < MFA_COUNT(bad); i++) {
		struct mfa_store *store = NULL;
		bool is_made = false;
		assert_int_equal(mfa_store_open(bad[i], &key, NULL, &store),
				 MFA_ERR_UNSUPPORTED);
		assert_int_equal(mfa_store_prepare(bad[i], &key, mfa_factor_fill_decoy,
						   NULL, &is_made),
				 MFA_ERR_UNSUPPORTED);
	}
	mfa_secret_done(&key);
}

static void a_short_store_key_is_refused(void **state)
{
	char source[512];
	bool is_made = false;
	struct mfa_secret key = { 0 };
	struct mfa_store *store = NULL;
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	assert_int_equal(mfa_secret_alloc(31, &key), MFA_OK);
	assert_int_equal(mfa_store_open(source_of(*state, source), &key, NULL, &store),
			 MFA_ERR_INVALID);
	assert_null(store);
	mfa_secret_done(&key);
}

static int prepare_in_process(void *context, unsigned index MFA_UNUSED)
{
	bool is_made = false;
	int err = prepare(context, &is_made);
	return err == MFA_OK || err == MFA_ERR_EXISTS ? 0 : 1;
}

static void preparing_at_the_same_time_harms_nothing(void **state)
{
	struct mfa_store *store = NULL;
	assert_int_equal(count_processes(8, 0, prepare_in_process, *state), 8);
	assert_int_equal(open_store(*state, 1, NULL, &store), MFA_OK);
	struct mfa_record *decoy = stored_record(store, MFA_DECOY_USER);
	mfa_record_free(&decoy);
	mfa_store_close(&store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(preparing_makes_folders_and_a_decoy),
		in_sandbox(preparing_again_changes_nothing),
		in_sandbox(a_missing_decoy_is_made_again),
		in_sandbox(the_decoy_has_a_token_that_can_be_asked),
		in_sandbox(a_store_with_another_key_cannot_be_prepared),
		in_sandbox(a_missing_store_is_not_found),
		in_sandbox(an_open_store_folder_is_unsafe),
		in_sandbox(an_unknown_kind_of_store_is_refused),
		in_sandbox(a_short_store_key_is_refused),
		in_sandbox(preparing_at_the_same_time_harms_nothing),
	};
	return group_main("store", tests);
}
