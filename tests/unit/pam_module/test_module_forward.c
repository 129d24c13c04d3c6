/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_mfa.so: passwords from and for the other modules of a stack. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stack.h"

/* pam_exec hands PAM_AUTHTOK to a program, here one that writes it into a file. */
static void write_forwarding(struct stack *stack, const char *words)
{
	char lines[512];
	(void)snprintf(lines, sizeof lines,
		       "auth:%s\n"
		       "auth required pam_exec.so expose_authtok quiet /usr/bin/tee %s",
		       words, path_in(&stack->host.box, "authtok"));
	stack_write(stack, "test", lines);
}

static void assert_forwarded(struct stack *stack, const char *password)
{
	char text[256] = "";
	(void)read_bytes(path_in(&stack->host.box, "authtok"), text, sizeof text - 1);
	assert_string_equal(text, password);
	assert_int_equal(stack->talk.asked, 1);
}

static void forward_pass_hands_the_password_on(void **state)
{
	struct stack *stack = *state;
	char answer[64];
	write_forwarding(stack, " forward_pass");
	(void)snprintf(answer, sizeof answer, "pass 12%s", code_now().text);
	assert_int_equal(stack_authenticate(stack, "root", answer), PAM_SUCCESS);
	assert_string_equal(stack->talk.prompt, "Password, then code: ");
	assert_forwarded(stack, "pass 12");
}

static void forward_pass_hands_the_password_on_after_a_refusal_too(void **state)
{
	struct stack *stack = *state;
	static const char *const users[] = { "root", "daemon", "nobody-has-this-name" };
	write_forwarding(stack, " forward_pass");
	for (size_t i = 0; i < MFA_COUNT(users); i++) {
		(void)unlink(path_in(&stack->host.box, "authtok"));
		assert_int_equal(stack_authenticate(stack, users[i], "password000000"),
				 PAM_AUTH_ERR);
		assert_forwarded(stack, "password");
	}
}

static void the_password_given_again_is_not_counted(void **state)
{
	struct stack *stack = *state;
	/* pam_exec asks for the password and keeps it as PAM_AUTHTOK */
	stack_write(stack, "test",
		    "auth required pam_exec.so expose_authtok quiet /usr/bin/tee "
		    "/dev/null\nauth:");
	assert_int_equal(stack_authenticate(stack, "root", "hunter2"), PAM_AUTH_ERR);
	assert_int_equal(stack->talk.asked, 2);
	struct mfa_record *record = stored_record(stack->host.host.store, "root");
	assert_int_equal(record->failures, 0);
	mfa_record_free(&record);
	char *line = last_audit_line(stack);
	assert_non_null(strstr(line, "\"reason\":\"not-a-code\""));
	assert_null(strstr(line, "hunter2"));
	free(line);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		in_stack(forward_pass_hands_the_password_on),
		in_stack(forward_pass_hands_the_password_on_after_a_refusal_too),
		in_stack(the_password_given_again_is_not_counted),
	};
	module_path = argc > 1 ? argv[1] : "pam_mfa.so";
	return group_main("module_forward", tests);
}
