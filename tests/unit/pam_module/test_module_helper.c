/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_mfa.so in a program that is not root: what becomes of the helper's verdicts. The
 * helper is bad_helper.c in the place of mfa-verify, in a mount namespace of the test's.
 */
#include <fcntl.h>
#include <libgen.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stack.h"

static const char *helper_path;

/* As daemon, whose id is 1. */
static int authenticate(void *context, unsigned index MFA_UNUSED)
{
	struct stack *stack = context;
	return setresuid(1, 1, 1) == 0 ? pam_authenticate(stack->handle, 0) : 255;
}

static void assert_answer(void **state, const char *service, const char *lines,
			  int wanted)
{
	struct stack *stack = *state;
	stack->talk.answer = "pw123456";
	stack_write(stack, service, lines);
	stack_start(stack, service, "daemon");
	(void)pam_setcred(stack->handle, 0); /* loads the modules, as root */
	if (count_processes(1, wanted, authenticate, stack) != 1)
		fail_msg("%s: not \"%s\"", service, pam_strerror(stack->handle, wanted));
}

static void the_helpers_verdict_is_the_answer(void **state)
{
	char line[600];
	(void)snprintf(line, sizeof line, "auth required %s", module_path);
	assert_answer(state, "allows", line, PAM_SUCCESS);
	assert_answer(state, "denies", line, PAM_AUTH_ERR);
	assert_answer(state, "unavailable", line, PAM_AUTHINFO_UNAVAIL);
	assert_answer(state, "dies", line, PAM_AUTHINFO_UNAVAIL);
}

/* pam_exec hands the password to a program, here one that compares it. */
static void the_password_goes_on_to_the_next_module(void **state)
{
	static const char script[] = "#!/bin/sh\n"
				     "word=$(tr -d '\\0')\n"
				     "test \"$word\" = pw\n";
	char lines[1200];
	struct sandbox *box = &((struct stack *)*state)->host.box;
	write_text(path_in(box, "script"), script);
	assert_int_equal(chmod(path_in(box, "script"), 0755), 0);
	assert_int_equal(chmod(box->root, 0755), 0);
	(void)snprintf(lines, sizeof lines,
		       "auth required %s forward_pass\n"
		       "auth required pam_exec.so expose_authtok quiet %s",
		       module_path, path_in(box, "script"));
	assert_answer(state, "mirror", lines, PAM_SUCCESS);
	(void)snprintf(lines, sizeof lines,
		       "auth sufficient %s forward_pass\n"
		       "auth required pam_exec.so expose_authtok quiet %s",
		       module_path, path_in(box, "script"));
	assert_answer(state, "refuses", lines, PAM_SUCCESS); /* pam_exec's */
}

/* Another configuration is none that mfa-verify would read. */
static void a_program_that_is_not_root_has_the_hosts_configuration_alone(void **state)
{
	struct stack *stack = *state;
	stack_write(stack, "test", "auth:");
	stack->talk.answer = "123456";
	stack_start(stack, "test", "daemon");
	(void)pam_setcred(stack->handle, 0); /* loads the module, as root */
	assert_int_equal(count_processes(1, PAM_AUTHINFO_UNAVAIL, authenticate, stack),
			 1);
}

static void copy_helper(const char *from)
{
	struct stat status = { 0 };
	MFA_CLEANUP(mfa_close_fd) int in = open(from, O_RDONLY | O_CLOEXEC);
	MFA_CLEANUP(mfa_close_fd)
	int out = open(MFA_VERIFY_PATH, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	assert_true(in >= 0 && out >= 0 && fstat(in, &status) == 0);
	assert_int_equal(sendfile(out, in, NULL, (size_t)status.st_size), status.st_size);
	assert_int_equal(fchmod(out, 04755), 0);
}

/* The nearest folder above the helper that is there is covered by one in memory. */
static int put_helper(void **state MFA_UNUSED)
{
	char path[] = MFA_VERIFY_PATH;
	char missing[sizeof path] = "";
	char *folder = dirname(path);
	MFA_CLEANUP(mfa_close_fd) int helper = open(helper_path, O_RDONLY | O_CLOEXEC);
	char source[32];
	(void)snprintf(source, sizeof source, "/proc/self/fd/%d", helper);
	while (access(folder, F_OK) != 0) {
		(void)snprintf(missing, sizeof missing, "%s", folder);
		folder = dirname(folder);
	}
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", folder, "tmpfs", 0, "mode=755") != 0 ||
	    (missing[0] != '\0' && mkdir(missing, 0755) != 0))
		return -1;
	copy_helper(source);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		in_stack(the_helpers_verdict_is_the_answer),
		in_stack(the_password_goes_on_to_the_next_module),
		in_stack(a_program_that_is_not_root_has_the_hosts_configuration_alone),
	};
	if (!is_root())
		return EXIT_SKIPPED;
	if (argc < 3 || !can_run_tests())
		return EXIT_FAILURE;
	module_path = argv[1];
	helper_path = argv[2];
	return cmocka_run_group_tests_name("module_helper", tests, put_helper, NULL) ? 1
										     : 0;
}
