/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/key.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/seal.h"
#include "support.h"

static const char *source_of(const char *path, char source[static 512])
{
	(void)snprintf(source, 512, "file:%s", path);
	return source;
}

static int load(const char *path, struct mfa_diag *diag, struct mfa_secret *ret_key)
{
	char source[512];
	return mfa_key_load(source_of(path, source), diag, ret_key);
}

static int create(const char *path, struct mfa_diag *diag)
{
	char source[512];
	return mfa_key_create(source_of(path, source), diag);
}

static void write_key(const char *path, size_t len)
{
	unsigned char bytes[2 * MFA_KEY_SIZE];
	for (unsigned i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i + 1);
	write_bytes(path, bytes, len);
}

static void assert_refused(const char *path, int wanted, const char *words)
{
	struct mfa_secret key = { 0 };
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(load(path, &diag, &key), wanted);
	assert_null(key.data);
	if (strstr(diag.text, words) == NULL || strstr(diag.text, path) == NULL)
		fail_msg("\"%s\" does not tell \"%s\"", diag.text, words);
}

static void loads_its_bytes(void **state)
{
	struct mfa_secret key = { 0 };
	const char *path = path_in(*state, "store.key");
	write_key(path, MFA_KEY_SIZE);
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(load(path, NULL, &key), MFA_OK);
	assert_int_equal(key.len, MFA_KEY_SIZE);
	for (unsigned i = 0; i < MFA_KEY_SIZE; i++)
		assert_int_equal(key.data[i], i + 1);
	mfa_secret_done(&key);
}

static void another_size_is_refused(void **state)
{
	static const size_t sizes[] = { 0, 1, MFA_KEY_SIZE - 1, MFA_KEY_SIZE + 1, 32 };
	const char *path = path_in(*state, "store.key");
	for (size_t i = 0; i < MFA_COUNT(sizes); i++) {
		write_key(path, sizes[i]);
		assert_refused(path, MFA_ERR_INVALID, "must hold 64 bytes");
	}
}

static void a_key_that_others_can_write_is_refused(void **state)
{
	static const mode_t modes[] = { 0660, 0602, 0666, 0620, 0422 };
	const char *path = path_in(*state, "store.key");
	write_key(path, MFA_KEY_SIZE);
	for (size_t i = 0; i < MFA_COUNT(modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_refused(path, MFA_ERR_UNSAFE, "mode is");
	}
	assert_int_equal(chmod(path, 0600), 0);
	give_away(path);
	assert_refused(path, MFA_ERR_UNSAFE, "owned by uid ");
}

static void links_for_a_key_are_refused(void **state)
{
	write_key(path_in(*state, "real"), MFA_KEY_SIZE);
	assert_int_equal(symlink("real", path_in(*state, "soft")), 0);
	assert_refused(path_in(*state, "soft"), MFA_ERR_UNSAFE, "symbolic link");
	assert_int_equal(link(path_in(*state, "real"), path_in(*state, "hard")), 0);
	assert_refused(path_in(*state, "hard"), MFA_ERR_UNSAFE, "hard links");
}

static void a_missing_key_is_not_found(void **state)
{
	assert_refused(path_in(*state, "none"), MFA_ERR_NOTFOUND, "cannot open");
	struct mfa_secret key = { 0 };
	assert_int_equal(load(path_in(*state, "none/key"), NULL, &key), MFA_ERR_NOTFOUND);
}

static void an_unknown_source_is_refused(void **state MFA_UNUSED)
{
	static const char *const bad[] = { "",	     "file",	 "/etc/key",
					   "tpm2:x", "files:/x", "FILE:/x" };
	for (size_t i = 0; i < MFA_COUNT(bad); i++) {
		struct mfa_secret key = { 0 };
		struct mfa_diag diag = { .text = "" };
		assert_int_equal(mfa_key_load(bad[i], &diag, &key), MFA_ERR_UNSUPPORTED);
		assert_int_equal(mfa_key_create(bad[i], &diag), MFA_ERR_UNSUPPORTED);
	}
}

static void a_new_key_is_roots_alone_and_can_be_loaded(void **state)
{
	struct mfa_secret key = { 0 };
	struct stat status;
	const char *path = path_in(*state, "store.key");
	mode_t before = umask(0777);
	int err = create(path, NULL);
	(void)umask(before);
	assert_int_equal(err, MFA_OK);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0400);
	assert_int_equal(status.st_size, MFA_KEY_SIZE);
	assert_int_equal(load(path, NULL, &key), MFA_OK);
	mfa_secret_done(&key);
}

static void two_new_keys_differ(void **state)
{
	struct mfa_secret a = { 0 };
	struct mfa_secret b = { 0 };
	assert_int_equal(create(path_in(*state, "a"), NULL), MFA_OK);
	assert_int_equal(create(path_in(*state, "b"), NULL), MFA_OK);
	assert_int_equal(load(path_in(*state, "a"), NULL, &a), MFA_OK);
	assert_int_equal(load(path_in(*state, "b"), NULL, &b), MFA_OK);
	assert_memory_not_equal(a.data, b.data, MFA_KEY_SIZE);
	mfa_secret_done(&a);
	mfa_secret_done(&b);
}

static void a_key_is_never_overwritten(void **state)
{
	char bytes[64];
	struct mfa_diag diag = { .text = "" };
	const char *path = path_in(*state, "store.key");
	write_key(path, 5); /* whatever is there */
	assert_int_equal(create(path, &diag), MFA_ERR_EXISTS);
	assert_non_null(strstr(diag.text, path));
	assert_int_equal(read_bytes(path, bytes, sizeof bytes), 5);
	assert_int_equal(symlink("nowhere", path_in(*state, "link")), 0);
	assert_int_equal(create(path_in(*state, "link"), NULL), MFA_ERR_EXISTS);
	assert_int_equal(access(path_in(*state, "nowhere"), F_OK), -1);
}

static void a_key_is_made_in_safe_folders_only(void **state)
{
	assert_int_equal(create(path_in(*state, "none/key"), NULL), MFA_ERR_NOTFOUND);
	assert_int_equal(mkdir(path_in(*state, "open"), 0700), 0);
	assert_int_equal(chmod(path_in(*state, "open"), 0777), 0);
	assert_int_equal(create(path_in(*state, "open/key"), NULL), MFA_ERR_UNSAFE);
	assert_int_equal(access(path_in(*state, "open/key"), F_OK), -1);
}

static int create_in_process(void *context, unsigned index MFA_UNUSED)
{
	return create(context, NULL) == MFA_OK ? 0 : 1;
}

static void of_many_makers_one_makes_it(void **state)
{
	char path[128];
	(void)snprintf(path, sizeof path, "%s", path_in(*state, "store.key"));
	assert_int_equal(count_processes(8, 0, create_in_process, path), 1);
	struct mfa_secret key = { 0 };
	assert_int_equal(load(path, NULL, &key), MFA_OK);
	mfa_secret_done(&key);
}

/* A source without an absolute path comes from no configuration, but must not crash. */
static void a_relative_path_is_refused(void **state MFA_UNUSED)
{
	struct mfa_secret key = { 0 };
	assert_int_equal(mfa_key_load("file:key", NULL, &key), MFA_ERR_INVALID);
	assert_int_equal(mfa_key_load("file:", NULL, &key), MFA_ERR_INVALID);
	assert_int_equal(mfa_key_create("file:key", NULL), MFA_ERR_INVALID);
	assert_int_equal(mfa_key_create("file:", NULL), MFA_ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(loads_its_bytes),
		in_sandbox(another_size_is_refused),
		in_sandbox(a_key_that_others_can_write_is_refused),
		in_sandbox(links_for_a_key_are_refused),
		in_sandbox(a_missing_key_is_not_found),
		in_sandbox(an_unknown_source_is_refused),
		in_sandbox(a_new_key_is_roots_alone_and_can_be_loaded),
		in_sandbox(two_new_keys_differ),
		in_sandbox(a_key_is_never_overwritten),
		in_sandbox(a_key_is_made_in_safe_folders_only),
		in_sandbox(of_many_makers_one_makes_it),
		in_sandbox(a_relative_path_is_refused),
	};
	return group_main("key", tests);
}
