/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/base/plugin.c, with the built plug-in and with files that are none. */
#include "mfa/plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys.h"

static const char *plugin_in(struct sandbox *box)
{
	return path_in(box, "yubikey.so");
}

static void assert_refused(struct sandbox *box, int err, const char *words)
{
	struct mfa_diag diag = { .text = "" };
	const void *ops = &diag;
	assert_int_equal(mfa_plugin_open(box->root, "yubikey", &diag, &ops), err);
	assert_ptr_equal(ops, &diag);
	if (strstr(diag.text, words) == NULL)
		fail_msg("%s does not tell %s", diag.text, words);
}

static void the_driver_opens(void **state)
{
	struct sandbox *box = *state;
	struct mfa_diag diag = { .text = "" };
	const struct mfa_yubikey_driver *driver = NULL;
	const struct mfa_yubikey_driver *again = NULL;
	install_plugin(box->root);
	assert_done(mfa_yubikey_driver_open(box->root, &diag, &driver), &diag);
	assert_non_null(driver->respond);
	assert_non_null(driver->list);
	assert_non_null(driver->program);
	assert_non_null(driver->hmac);
	assert_done(mfa_yubikey_driver_open(box->root, &diag, &again), &diag);
	assert_ptr_equal(driver, again);
}

static void a_missing_file_or_folder_is_told(void **state)
{
	struct sandbox *box = *state;
	struct mfa_diag diag = { .text = "" };
	const void *ops = NULL;
	assert_refused(box, MFA_ERR_NOTFOUND, "plug-in yubikey is not installed: ");
	assert_refused(box, MFA_ERR_NOTFOUND, plugin_in(box));
	assert_int_equal(mfa_plugin_open(path_in(box, "none"), "yubikey", &diag, &ops),
			 MFA_ERR_NOTFOUND);
	assert_non_null(strstr(diag.text, "plug-in yubikey is not installed: "));
}

static void what_others_could_have_written_is_not_opened(void **state)
{
	struct sandbox *box = *state;
	install_plugin(box->root);
	assert_int_equal(chmod(plugin_in(box), 0620), 0);
	assert_refused(box, MFA_ERR_UNSAFE, "yubikey.so");
	assert_int_equal(chmod(plugin_in(box), 0602), 0);
	assert_refused(box, MFA_ERR_UNSAFE, "yubikey.so");
	assert_int_equal(chmod(plugin_in(box), 0644), 0);
	give_away(plugin_in(box));
	assert_refused(box, MFA_ERR_UNSAFE, "yubikey.so");
	take_back(plugin_in(box));
	assert_int_equal(link(plugin_in(box), path_in(box, "second")), 0);
	assert_refused(box, MFA_ERR_UNSAFE, "yubikey.so");
	assert_int_equal(rename(path_in(box, "second"), path_in(box, "real")), 0);
	assert_int_equal(unlink(plugin_in(box)), 0);
	assert_int_equal(symlink("real", plugin_in(box)), 0);
	assert_refused(box, MFA_ERR_UNSAFE, "yubikey.so");
}

static void a_folder_that_others_can_write_is_not_looked_into(void **state)
{
	struct sandbox *box = *state;
	char root[64];
	install_plugin(box->root);
	(void)snprintf(root, sizeof root, "%s", box->root);
	assert_int_equal(chmod(root, 0777), 0);
	assert_refused(box, MFA_ERR_UNSAFE, root);
	assert_int_equal(chmod(root, 0770), 0);
	assert_refused(box, MFA_ERR_UNSAFE, root);
	assert_int_equal(chmod(root, 0755), 0);
	give_away(root);
	assert_refused(box, MFA_ERR_UNSAFE, root);
	take_back(root);
	struct mfa_diag diag = { .text = "" };
	const void *ops = NULL;
	assert_done(mfa_plugin_open(root, "yubikey", &diag, &ops), &diag);
}

static void what_is_no_regular_file_is_not_opened(void **state)
{
	struct sandbox *box = *state;
	assert_int_equal(mkdir(plugin_in(box), 0755), 0);
	assert_refused(box, MFA_ERR_UNSAFE, "yubikey.so");
	assert_int_equal(rmdir(plugin_in(box)), 0);
	assert_int_equal(mkfifo(plugin_in(box), 0600), 0);
	assert_refused(box, MFA_ERR_UNSAFE, "yubikey.so");
}

static void what_is_no_shared_object_is_refused(void **state)
{
	struct sandbox *box = *state;
	char text[1024];
	memset(text, 'x', sizeof text);
	write_bytes(plugin_in(box), text, sizeof text);
	assert_refused(box, MFA_ERR_UNSUPPORTED, "ELF");
	write_text(plugin_in(box), "");
	assert_refused(box, MFA_ERR_UNSUPPORTED, "too short");
}

static off_t size_of(const char *path)
{
	struct stat status;
	assert_int_equal(stat(path, &status), 0);
	return status.st_size;
}

/* In a process of its own, which would end by a signal. */
static int open_plugin(void *context, unsigned index MFA_UNUSED)
{
	struct sandbox *box = context;
	struct mfa_diag diag = { .text = "" };
	const void *ops = NULL;
	int err = mfa_plugin_open(box->root, "yubikey", &diag, &ops);
	if (err == MFA_OK)
		return 0;
	return err == MFA_ERR_UNSUPPORTED && strstr(diag.text, "cut short") != NULL ? 1
										    : 2;
}

static int open_apart(struct sandbox *box)
{
	return end_of(start_process(open_plugin, box));
}

/* As by a disk that was full. What is behind the last segment is not needed. */
static void one_that_is_cut_short_is_refused(void **state)
{
	struct sandbox *box = *state;
	unsigned whole = 0;
	unsigned cut = 0;
	install_plugin(box->root);
	off_t size = size_of(plugin_in(box));
	assert_int_equal(open_apart(box), 0);
	for (off_t len = size - 1; len >= 4096; len -= size / 64) {
		assert_int_equal(truncate(plugin_in(box), len), 0);
		switch (open_apart(box)) {
		case 0:
			whole++;
			break;
		case 1:
			cut++;
			break;
		default:
			fail_msg("at %lld of %lld", (long long)len, (long long)size);
		}
		if (cut > 0)
			assert_int_equal(open_apart(box), 1);
	}
	assert_in_range(cut, 2, whole + cut);
}

/* Compiles one that is whole but not ours. */
static void compile(struct sandbox *box, const char *source)
{
	const char *const path = plugin_in(box);
	const char *const text = path_in(box, "plugin.c");
	write_text(text, source);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)execlp("cc", "cc", "-shared", "-fPIC", "-o", path, text,
			     (char *)NULL);
		_exit(127);
	}
	assert_int_equal(end_of(pid), 0);
}

static void another_version_is_refused(void **state)
{
	struct sandbox *box = *state;
	compile(box, "struct { const char *version; const void *ops; } mfa_plugin = "
		     "{ \"0.0.1\", &mfa_plugin };");
	assert_refused(box, MFA_ERR_UNSUPPORTED, "install both anew");
}

static void one_that_exports_nothing_is_refused(void **state)
{
	struct sandbox *box = *state;
	compile(box, "int something_else;");
	assert_refused(box, MFA_ERR_UNSUPPORTED, "install both anew");
}

static void one_with_missing_libraries_is_refused_by_name(void **state)
{
	struct sandbox *box = *state;
	compile(box, "extern int not_to_be_found(void); int (*call)(void) = "
		     "not_to_be_found;");
	assert_refused(box, MFA_ERR_UNSUPPORTED, "not_to_be_found");
}

static void too_long_a_path_is_told(void **state MFA_UNUSED)
{
	char folder[8192];
	struct mfa_diag diag = { .text = "" };
	const void *ops = NULL;
	memset(folder, 'a', sizeof folder);
	folder[0] = '/';
	folder[sizeof folder - 1] = '\0';
	assert_int_equal(mfa_plugin_open(folder, "yubikey", &diag, &ops),
			 MFA_ERR_INVALID);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(the_driver_opens),
		in_sandbox(a_missing_file_or_folder_is_told),
		in_sandbox(what_others_could_have_written_is_not_opened),
		in_sandbox(a_folder_that_others_can_write_is_not_looked_into),
		in_sandbox(what_is_no_regular_file_is_not_opened),
		in_sandbox(what_is_no_shared_object_is_refused),
		in_sandbox(one_that_is_cut_short_is_refused),
		in_sandbox(another_version_is_refused),
		in_sandbox(one_that_exports_nothing_is_refused),
		in_sandbox(one_with_missing_libraries_is_refused_by_name),
		in_sandbox(too_long_a_path_is_told),
	};
	return keys_main("plugin", tests, argc, argv);
}
