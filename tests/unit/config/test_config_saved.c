/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration that is written while it is read. Linked with --wrap=pread64. */
#include "mfa/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static const char whole[] = "[zone a]\nmax_failures = 3\n[zone b]\n";

/* What an editor does to the file before and after the first read. */
static struct {
	const char *path;
	void (*before)(const char *path);
	void (*after)(const char *path);
} editor;

ssize_t __real_pread64(int fd, void *buffer, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *buffer, size_t size, off_t offset);

ssize_t __wrap_pread64(int fd, void *buffer, size_t size, off_t offset)
{
	if (editor.before != NULL)
		editor.before(editor.path);
	editor.before = NULL;
	ssize_t got = __real_pread64(fd, buffer, size, offset);
	if (editor.after != NULL)
		editor.after(editor.path);
	editor.after = NULL;
	return got;
}

static void cut_off(const char *path)
{
	assert_int_equal(truncate(path, (off_t)strlen("[zone a]\n")), 0);
}

static void add_line(const char *path)
{
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(write(fd, "# c\n", 4), 4);
}

static void write_over(const char *path)
{
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, "[zone c]", 8), 8);
}

static void write_file(struct sandbox *box)
{
	static const struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	editor.path = path_in(box, "mfa.conf");
	write_text(editor.path, whole);
	/* two writes within a tick of the kernel have one time */
	assert_int_equal(utimensat(AT_FDCWD, editor.path, old, 0), 0);
}

static void assert_changed(struct sandbox *box, void (*before)(const char *path),
			   void (*after)(const char *path))
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_config *config = NULL;
	write_file(box);
	editor.before = before;
	editor.after = after;
	assert_int_equal(mfa_config_load(editor.path, &diag, &config), MFA_ERR_CONFIG);
	assert_null(config);
	if (strstr(diag.text, "mfa.conf: was written while it was read") == NULL)
		fail_msg("\"%s\"", diag.text);
}

static void a_file_that_is_written_meanwhile_is_refused(void **state)
{
	assert_changed(*state, cut_off, NULL);
	assert_changed(*state, NULL, cut_off);
	assert_changed(*state, add_line, NULL);
	assert_changed(*state, NULL, add_line);
	assert_changed(*state, write_over, NULL);
	assert_changed(*state, NULL, write_over);
}

static void replace(const char *path)
{
	char fresh[256];
	(void)snprintf(fresh, sizeof fresh, "%s.new", path);
	write_text(fresh, "[zone c]\n");
	assert_int_equal(rename(fresh, path), 0);
}

static void a_file_that_is_replaced_by_mv_is_read(void **state)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_config_cleanup) struct mfa_config *config = NULL;
	write_text(path_in(*state, "mfa.conf"), "[zone a]\n");
	editor.path = path_in(*state, "mfa.conf");
	editor.after = replace;
	int err = mfa_config_load(editor.path, &diag, &config);
	assert_done(err, &diag);
	assert_string_equal(config->zones[0].name, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(a_file_that_is_written_meanwhile_is_refused),
		in_sandbox(a_file_that_is_replaced_by_mv_is_read),
	};
	return group_main("config_saved", tests);
}
