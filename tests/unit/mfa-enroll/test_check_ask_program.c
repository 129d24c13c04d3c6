/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/ask_program.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "support.h"

enum {
	TEXT_SIZE = 256
};

/* A script of root's below a folder of root's; not below /tmp, where others may write. */
static const char *write_program(struct sandbox *box, const char *script)
{
	const char *path = path_in(box, "program");
	write_text(path, script);
	assert_int_equal(chmod(path, 0755), 0);
	return path;
}

static bool ask_shell(const char *script, char text[static TEXT_SIZE])
{
	char *argv[] = { (char[]){ "/usr/bin/dash" }, (char[]){ "-c" }, strdup(script),
			 NULL };
	bool is_done = ask_program(argv, text, TEXT_SIZE);
	free(argv[2]);
	return is_done;
}

static void what_it_printed_is_taken(void **state MFA_UNUSED)
{
	char text[TEXT_SIZE];
	assert_true(ask_shell("echo one; echo two", text));
	assert_string_equal(text, "one\ntwo\n");
	assert_true(ask_shell(":", text));
	assert_string_equal(text, "");
}

static void it_has_neither_environment_nor_input_nor_errors(void **state MFA_UNUSED)
{
	char text[TEXT_SIZE];
	assert_int_equal(setenv("LD_DEBUG", "all", 1), 0);
	assert_true(ask_shell("echo \"$LD_DEBUG$HOME\"; cat; echo noise >&2", text));
	assert_string_equal(text, "\n");
	assert_int_equal(unsetenv("LD_DEBUG"), 0);
}

static void a_failure_is_one_whatever_was_printed(void **state MFA_UNUSED)
{
	char text[TEXT_SIZE];
	assert_false(ask_shell("echo all is well; exit 1", text));
	assert_false(ask_shell("echo all is well; kill -9 $$", text));
}

static void more_than_fits_is_not_taken(void **state MFA_UNUSED)
{
	char text[TEXT_SIZE];
	assert_false(ask_shell("while echo more; do :; done", text));
}

static void a_program_that_others_may_write_is_not_run(void **state)
{
	struct sandbox *box = *state;
	char text[TEXT_SIZE];
	const char *path = write_program(box, "#!/bin/sh\necho ran\n");
	char *argv[] = { strdup(path), NULL };
	assert_int_equal(chmod(path, 0775), 0);
	assert_false(ask_program_may_run(path));
	assert_false(ask_program(argv, text, sizeof text));
	assert_string_equal(text, "");
	free(argv[0]);
}

static void neither_is_one_that_is_not_there_or_no_program(void **state)
{
	struct sandbox *box = *state;
	const char *path = write_program(box, "#!/bin/sh\n");
	assert_int_equal(chmod(path, 0644), 0);
	assert_false(ask_program_may_run(path_in(box, "none")));
	assert_false(ask_program_may_run("/etc"));
	assert_false(ask_program_may_run(path));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_printed_is_taken),
		cmocka_unit_test(it_has_neither_environment_nor_input_nor_errors),
		cmocka_unit_test(a_failure_is_one_whatever_was_printed),
		cmocka_unit_test(more_than_fits_is_not_taken),
		in_sandbox(a_program_that_others_may_write_is_not_run),
		in_sandbox(neither_is_one_that_is_not_there_or_no_program),
	};
	return root_group_main("ask_program", tests);
}
