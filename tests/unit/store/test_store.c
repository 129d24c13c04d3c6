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
	const struct mfa_store_keys keys = { .current = &key };
	int err = mfa_store_prepare(source_of(box, source), &keys, mfa_factor_fill_decoy,
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

/* The common one first. */
static const char *decoy_path(void **state, size_t index)
{
	char name[64] = "store/users/.decoy";
	if (index > 0)
		(void)snprintf(name, sizeof name, "store/users/.decoy-%02zu", index - 1);
	return path_in(*state, name);
}

static void preparing_makes_folders_and_decoys(void **state)
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
	for (size_t i = 0; i <= MFA_DECOYS; i++) {
		assert_int_equal(stat(decoy_path(state, i), &status), 0);
		assert_int_equal(status.st_mode & 07777, 0600);
		assert_int_equal(status.st_size, 16384); /* as anybody's */
	}
}

static void preparing_again_changes_nothing(void **state)
{
	static unsigned char before[1 + MFA_DECOYS][16384];
	static unsigned char after[16384];
	bool is_made = false;
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	for (size_t i = 0; i <= MFA_DECOYS; i++)
		assert_int_equal(
			read_bytes(decoy_path(state, i), before[i], sizeof before[i]),
			sizeof before[i]);
	is_made = false;
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	assert_false(is_made);
	for (size_t i = 0; i <= MFA_DECOYS; i++) {
		assert_int_equal(read_bytes(decoy_path(state, i), after, sizeof after),
				 sizeof after);
		assert_memory_equal(before[i], after, sizeof after);
	}
}

static void a_missing_decoy_is_made_again(void **state)
{
	static const size_t missing[] = { 0, 1, 30, MFA_DECOYS };
	bool is_made = false;
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	for (size_t i = 0; i < MFA_COUNT(missing); i++) {
		assert_int_equal(unlink(decoy_path(state, missing[i])), 0);
		is_made = false;
		assert_int_equal(prepare(*state, &is_made), MFA_OK);
		assert_true(is_made);
		assert_int_equal(access(decoy_path(state, missing[i]), F_OK), 0);
	}
}

/* As a rekey leaves them that was stopped. */
static void decoys_under_both_keys_of_a_rekey_are_left_as_they_are(void **state)
{
	char source[512];
	bool is_made = false;
	struct mfa_secret key = test_key(1);
	struct mfa_secret next = test_key(2);
	const struct mfa_store_keys keys = { &key, &next };
	struct mfa_store *store = NULL;
	char names[2][MFA_DECOY_NAME_SIZE];
	mfa_decoy_name(7, names[0]);
	mfa_decoy_name(63, names[1]);
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	assert_int_equal(open_store(*state, 1, NULL, &store), MFA_OK);
	assert_int_equal(mfa_store_use_next(store, &next, NULL), MFA_OK);
	for (size_t i = 0; i < MFA_COUNT(names); i++)
		assert_int_equal(mfa_store_reseal(store, names[i], NULL, &is_made),
				 MFA_OK);
	mfa_store_close(&store);
	assert_int_equal(unlink(decoy_path(state, 1 + 8)), 0);
	is_made = false;
	assert_int_equal(prepare(*state, &is_made), MFA_ERR_INTEGRITY);
	/* made all the same, as others could be read */
	assert_int_equal(unlink(decoy_path(state, 1 + 8)), 0);
	assert_int_equal(mfa_store_prepare(source_of(*state, source), &keys,
					   mfa_factor_fill_decoy, NULL, &is_made),
			 MFA_OK);
	assert_true(is_made);
	assert_int_equal(access(decoy_path(state, 1 + 8), F_OK), 0);
	mfa_secret_done(&key);
	mfa_secret_done(&next);
}

static void each_decoy_has_a_token_of_its_own_that_can_be_asked(void **state)
{
	unsigned char before[MFA_TOKEN_DATA_SIZE] = { 0 };
	bool is_made = false;
	struct mfa_store *store = NULL;
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	assert_int_equal(open_store(*state, 1, NULL, &store), MFA_OK);
	for (size_t i = 0; i <= MFA_DECOYS; i++) {
		char name[MFA_DECOY_NAME_SIZE] = MFA_DECOY_USER;
		if (i > 0)
			mfa_decoy_name(i - 1, name);
		struct mfa_record *decoy = stored_record(store, name);
		const struct mfa_token *token = &decoy->tokens[0];
		assert_int_equal(decoy->token_count, 1);
		assert_non_null(mfa_factor_find(token->kind));
		assert_int_equal(token->state, MFA_STATE_ACTIVE);
		assert_memory_not_equal(token->data, before, sizeof before);
		memcpy(before, token->data, sizeof before);
		mfa_record_free(&decoy);
	}
	mfa_store_close(&store);
	assert_null(store);
}

static void a_store_with_another_key_cannot_be_prepared(void **state)
{
	char source[512];
	bool is_made = false;
	struct mfa_secret other = test_key(2);
	const struct mfa_store_keys keys = { .current = &other };
	assert_int_equal(prepare(*state, &is_made), MFA_OK);
	assert_int_equal(unlink(decoy_path(state, 1 + 8)), 0);
	assert_int_equal(mfa_store_prepare(source_of(*state, source), &keys,
					   mfa_factor_fill_decoy, NULL, &is_made),
			 MFA_ERR_INTEGRITY);
	/* nor is one made under that key */
	assert_int_equal(access(decoy_path(state, 1 + 8), F_OK), -1);
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
	const struct mfa_store_keys keys = { .current = &key };
	for (size_t i = 0; i < MFA_COUNT(bad); i++) {
		struct mfa_store *store = NULL;
		bool is_made = false;
		assert_int_equal(mfa_store_open(bad[i], &key, NULL, &store),
				 MFA_ERR_UNSUPPORTED);
		assert_int_equal(mfa_store_prepare(bad[i], &keys, mfa_factor_fill_decoy,
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
	return prepare(context, &is_made) == MFA_OK ? 0 : 1;
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
		in_sandbox(preparing_makes_folders_and_decoys),
		in_sandbox(preparing_again_changes_nothing),
		in_sandbox(a_missing_decoy_is_made_again),
		in_sandbox(decoys_under_both_keys_of_a_rekey_are_left_as_they_are),
		in_sandbox(each_decoy_has_a_token_of_its_own_that_can_be_asked),
		in_sandbox(a_store_with_another_key_cannot_be_prepared),
		in_sandbox(a_missing_store_is_not_found),
		in_sandbox(an_open_store_folder_is_unsafe),
		in_sandbox(an_unknown_kind_of_store_is_refused),
		in_sandbox(a_short_store_key_is_refused),
		in_sandbox(preparing_at_the_same_time_harms_nothing),
	};
	return group_main("store", tests);
}
