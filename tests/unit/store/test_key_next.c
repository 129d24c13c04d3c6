/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/store/keys/file.c, behind mfa/key.h: the key that a rekey brings, and who holds
 * which. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/key.h"
#include "mfa/seal.h"
#include "support.h"

/* A source with a key of 01 02 .. in a sandbox. */
struct source {
	struct sandbox box;
	struct mfa_secret key;
	char name[64];
};

static int source_setup(void **state)
{
	static struct source source;
	source = (struct source){ .key = test_key(1) };
	sandbox_open(&source.box);
	(void)snprintf(source.name, sizeof source.name, "file:%s/key", source.box.root);
	write_bytes(path_in(&source.box, "key"), source.key.data, source.key.len);
	*state = &source;
	return 0;
}

static int source_teardown(void **state)
{
	struct source *source = *state;
	mfa_secret_done(&source->key);
	sandbox_close(&source->box);
	return 0;
}

static int load_next(struct source *source, struct mfa_secret *ret_key)
{
	return mfa_key_load_next(source->name, NULL, ret_key);
}

static void mostly_there_is_no_next_key(void **state)
{
	struct mfa_secret next = { 0 };
	struct mfa_diag diag = { .text = "" };
	struct source *source = *state;
	assert_int_equal(mfa_key_load_next(source->name, &diag, &next), MFA_ERR_NOTFOUND);
	assert_null(next.data);
	assert_string_equal(diag.text, ""); /* nothing to complain of */
}

static void the_next_key_keeps_the_half_of_the_trail(void **state)
{
	struct source *source = *state;
	struct mfa_secret next = { 0 };
	struct stat status;
	assert_int_equal(mfa_key_create_next(source->name, &source->key, NULL), MFA_OK);
	assert_int_equal(stat(path_in(&source->box, "key.next"), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0400);
	assert_int_equal(load_next(source, &next), MFA_OK);
	assert_int_equal(next.len, MFA_KEY_SIZE);
	assert_memory_not_equal(next.data, source->key.data, MFA_SUBKEY_SIZE);
	assert_memory_equal(next.data + MFA_SUBKEY_SIZE,
			    source->key.data + MFA_SUBKEY_SIZE, MFA_SUBKEY_SIZE);
	mfa_secret_done(&next);
}

static void a_next_key_is_never_overwritten(void **state)
{
	struct source *source = *state;
	struct mfa_secret first = { 0 };
	struct mfa_secret second = { 0 };
	assert_int_equal(mfa_key_create_next(source->name, &source->key, NULL), MFA_OK);
	assert_int_equal(load_next(source, &first), MFA_OK);
	assert_int_equal(mfa_key_create_next(source->name, &source->key, NULL),
			 MFA_ERR_EXISTS);
	assert_int_equal(load_next(source, &second), MFA_OK);
	assert_memory_equal(first.data, second.data, MFA_KEY_SIZE);
	mfa_secret_done(&first);
	mfa_secret_done(&second);
}

static void an_unsafe_or_short_next_key_is_refused(void **state)
{
	struct source *source = *state;
	struct mfa_secret next = { 0 };
	const char *path = path_in(&source->box, "key.next");
	write_bytes(path, source->key.data, MFA_KEY_SIZE - 1);
	assert_int_equal(load_next(source, &next), MFA_ERR_INVALID);
	write_bytes(path, source->key.data, MFA_KEY_SIZE);
	assert_int_equal(chmod(path, 0660), 0);
	assert_int_equal(load_next(source, &next), MFA_ERR_UNSAFE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("key", path), 0);
	assert_int_equal(load_next(source, &next), MFA_ERR_UNSAFE);
	assert_null(next.data);
}

static void the_switch_makes_the_next_key_the_current_one(void **state)
{
	struct source *source = *state;
	struct mfa_secret next = { 0 };
	struct mfa_secret now = { 0 };
	assert_int_equal(mfa_key_create_next(source->name, &source->key, NULL), MFA_OK);
	assert_int_equal(load_next(source, &next), MFA_OK);
	assert_int_equal(mfa_key_switch(source->name, NULL), MFA_OK);
	assert_int_equal(mfa_key_load(source->name, NULL, &now), MFA_OK);
	assert_memory_equal(now.data, next.data, MFA_KEY_SIZE);
	mfa_secret_done(&next);
	mfa_secret_done(&now);
	assert_int_equal(load_next(source, &next), MFA_ERR_NOTFOUND);
	assert_int_equal(mfa_key_switch(source->name, NULL), MFA_ERR_NOTFOUND);
	assert_int_equal(mfa_key_load(source->name, NULL, &now), MFA_OK);
	mfa_secret_done(&now);
}

static void many_can_hold_a_key(void **state)
{
	struct source *source = *state;
	unsigned char key[MFA_KEY_SIZE];
	MFA_CLEANUP(mfa_close_fd) int first = -1;
	MFA_CLEANUP(mfa_close_fd) int second = -1;
	assert_int_equal(mfa_key_load_held(source->name, NULL, key, &first), MFA_OK);
	assert_int_equal(mfa_key_load_held(source->name, NULL, key, &second), MFA_OK);
	assert_memory_equal(key, source->key.data, MFA_KEY_SIZE);
	assert_true(first >= 0 && second >= 0 && first != second);
	mfa_close_fd(&second);
	assert_int_equal(mfa_key_hold(source->name, first, true, NULL), MFA_OK);
	assert_int_equal(mfa_key_hold(source->name, first, false, NULL), MFA_OK);
	assert_int_equal(mfa_key_load_held(source->name, NULL, key, &second), MFA_OK);
}

static int load_current(void *context, unsigned index MFA_UNUSED)
{
	struct source *source = context;
	unsigned char key[MFA_KEY_SIZE];
	unsigned char file[MFA_KEY_SIZE];
	int hold = -1;
	if (mfa_key_load_held(source->name, NULL, key, &hold) != MFA_OK)
		return 1;
	(void)read_bytes(path_in(&source->box, "key"), file, sizeof file);
	return memcmp(key, file, sizeof file) == 0 ? 0 : 2;
}

static void a_key_that_was_replaced_meanwhile_is_loaded_anew(void **state)
{
	struct source *source = *state;
	const char *path = path_in(&source->box, "key");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	pid_t loader = start_opening(path, load_current, source);
	assert_int_equal(mfa_key_create_next(source->name, &source->key, NULL), MFA_OK);
	assert_int_equal(mfa_key_switch(source->name, NULL), MFA_OK);
	assert_int_equal(flock(fd, LOCK_UN), 0); /* closing does not: it was inherited */
	assert_int_equal(close(fd), 0);
	assert_int_equal(end_of(loader), 0);
}

static int switch_or_load(void *context, unsigned index)
{
	struct source *source = context;
	unsigned char key[MFA_KEY_SIZE];
	for (int i = 0; i < 30; i++) {
		int hold = -1;
		if (index > 0 && load_current(context, index) != 0)
			return 1;
		if (index > 0)
			continue;
		if (mfa_key_load_held(source->name, NULL, key, &hold) != MFA_OK)
			return 2;
		const struct mfa_secret now = { key, sizeof key };
		if (mfa_key_create_next(source->name, &now, NULL) != MFA_OK ||
		    mfa_key_hold(source->name, hold, true, NULL) != MFA_OK ||
		    mfa_key_switch(source->name, NULL) != MFA_OK)
			return 3;
		mfa_close_fd(&hold);
	}
	return 0;
}

static void a_held_key_is_always_the_current_one(void **state)
{
	assert_int_equal(count_processes(4, 0, switch_or_load, *state), 4);
}

#define with_source(test) \
	cmocka_unit_test_setup_teardown(test, source_setup, source_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_source(mostly_there_is_no_next_key),
		with_source(the_next_key_keeps_the_half_of_the_trail),
		with_source(a_next_key_is_never_overwritten),
		with_source(an_unsafe_or_short_next_key_is_refused),
		with_source(the_switch_makes_the_next_key_the_current_one),
		with_source(many_can_hold_a_key),
		with_source(a_key_that_was_replaced_meanwhile_is_loaded_anew),
		with_source(a_held_key_is_always_the_current_one),
	};
	return group_main("key_next", tests);
}
