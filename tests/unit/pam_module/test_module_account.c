/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_mfa.so: the gate in pam_sm_acct_mgmt, and the phases it has no part in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stack.h"

/* With pam_permit behind it, PAM_IGNORE is a success and a refusal is not. */
static const char GATED[] = "auth:\naccount:\naccount required pam_permit.so";

static void start(struct stack *stack, const char *service, const char *user)
{
	stack_write(stack, service, GATED);
	stack_start(stack, service, user);
}

static int authenticate(struct stack *stack, const char *answer)
{
	stack->talk.answer = answer;
	return pam_authenticate(stack->handle, 0);
}

static int account(struct stack *stack)
{
	return pam_acct_mgmt(stack->handle, 0);
}

static void a_gated_service_needs_a_passed_auth(void **state)
{
	static const char *const gated[] = { "sshd", "lightdm" };
	struct stack *stack = *state;
	for (size_t i = 0; i < MFA_COUNT(gated); i++) {
		start(stack, gated[i], "root");
		assert_int_equal(account(stack), PAM_PERM_DENIED);
		assert_int_equal(stack->talk.asked + stack->talk.told, 0);
		char *line = last_audit_line(stack);
		assert_non_null(strstr(line, "\"event\":\"account\""));
		assert_non_null(strstr(line, "\"user\":\"root\""));
		assert_non_null(strstr(line, "\"reason\":\"auth-not-passed\""));
		assert_null(strstr(line, "\"detail\""));
		free(line);
	}
}

static void a_passed_auth_opens_the_gate(void **state)
{
	struct stack *stack = *state;
	start(stack, "sshd", "root");
	assert_int_equal(authenticate(stack, code_now().text), PAM_SUCCESS);
	assert_int_equal(account(stack), PAM_SUCCESS);
	assert_int_equal(account(stack), PAM_SUCCESS);
}

static void the_gate_alone_lets_nobody_in(void **state)
{
	struct stack *stack = *state;
	stack_write(stack, "sshd", "auth:\naccount:");
	stack_start(stack, "sshd", "root");
	assert_int_equal(authenticate(stack, code_now().text), PAM_SUCCESS);
	assert_int_equal(account(stack), PAM_PERM_DENIED); /* PAM_IGNORE, and no more */
}

static void a_failed_auth_leaves_the_gate_shut(void **state)
{
	struct stack *stack = *state;
	start(stack, "sshd", "root");
	assert_int_equal(authenticate(stack, "000000"), PAM_AUTH_ERR);
	assert_int_equal(account(stack), PAM_PERM_DENIED);
}

static void a_failed_auth_shuts_a_gate_that_was_open(void **state)
{
	struct stack *stack = *state;
	struct code code = code_now();
	start(stack, "sshd", "root");
	assert_int_equal(authenticate(stack, code.text), PAM_SUCCESS);
	assert_int_equal(account(stack), PAM_SUCCESS);
	assert_int_equal(authenticate(stack, code.text), PAM_AUTH_ERR); /* used */
	assert_int_equal(account(stack), PAM_PERM_DENIED);
}

static void one_users_auth_does_not_open_the_gate_for_another(void **state)
{
	struct stack *stack = *state;
	start(stack, "sshd", "root");
	assert_int_equal(authenticate(stack, code_now().text), PAM_SUCCESS);
	assert_int_equal(pam_set_item(stack->handle, PAM_USER, "daemon"), PAM_SUCCESS);
	assert_int_equal(account(stack), PAM_PERM_DENIED);
	assert_int_equal(pam_set_item(stack->handle, PAM_USER, "root"), PAM_SUCCESS);
	assert_int_equal(account(stack), PAM_SUCCESS);
}

static void one_logins_auth_does_not_open_the_gate_of_the_next(void **state)
{
	struct stack *stack = *state;
	start(stack, "sshd", "root");
	assert_int_equal(authenticate(stack, code_now().text), PAM_SUCCESS);
	start(stack, "sshd", "root");
	assert_int_equal(account(stack), PAM_PERM_DENIED);
}

static void the_environment_opens_no_gate(void **state)
{
	struct stack *stack = *state;
	start(stack, "sshd", "root");
	assert_int_equal(pam_putenv(stack->handle, "pam_mfa_passed=root"), PAM_SUCCESS);
	assert_int_equal(setenv("pam_mfa_passed", "root", 1), 0);
	assert_int_equal(account(stack), PAM_PERM_DENIED);
	assert_int_equal(unsetenv("pam_mfa_passed"), 0);
}

static void other_services_have_no_gate(void **state)
{
	static const char *const open[] = { "sudo", "cron", "su", "runuser", "ssh" };
	struct stack *stack = *state;
	for (size_t i = 0; i < MFA_COUNT(open); i++) {
		start(stack, open[i], "root");
		assert_int_equal(account(stack), PAM_SUCCESS);
	}
	stack_write(stack, "sudo", "account:");
	stack_start(stack, "sudo", "root");
	assert_int_equal(account(stack), PAM_PERM_DENIED); /* PAM_IGNORE, and no more */
}

static void the_gate_is_the_zones(void **state)
{
	struct stack *stack = *state;
	stack_configure(stack, "", "gate = s*");
	start(stack, "su", "root");
	assert_int_equal(account(stack), PAM_PERM_DENIED);
	start(stack, "lightdm", "root");
	assert_int_equal(account(stack), PAM_SUCCESS);
	stack_configure(stack, "", "gate =");
	start(stack, "sshd", "root");
	assert_int_equal(account(stack), PAM_SUCCESS);
}

static void a_zone_that_is_off_has_no_gate(void **state)
{
	struct stack *stack = *state;
	stack_configure(stack, "",
			"users = root\n[zone open]\nusers = daemon\nmfa = off");
	start(stack, "sshd", "daemon");
	assert_int_equal(account(stack), PAM_SUCCESS);
	start(stack, "sshd", "root");
	assert_int_equal(account(stack), PAM_PERM_DENIED);
}

static void an_exempt_auth_opens_no_gate_of_another_zone(void **state)
{
	struct stack *stack = *state;
	stack_configure(stack, "",
			"users = root\n[zone open]\nusers = daemon\nmfa = off");
	stack_write(stack, "sshd",
		    "auth: zone=open\nauth required pam_permit.so\n"
		    "account: zone=main\naccount required pam_permit.so");
	stack_start(stack, "sshd", "root");
	assert_int_equal(authenticate(stack, ""), PAM_SUCCESS);
	assert_int_equal(account(stack), PAM_PERM_DENIED);
}

static void a_gate_that_cannot_be_read_is_shut(void **state)
{
	struct stack *stack = *state;
	struct sandbox *box = &stack->host.box;
	start(stack, "sudo", "root");
	assert_int_equal(chmod(path_in(box, "mfa.conf"), 0666), 0);
	assert_int_equal(account(stack), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(unlink(path_in(box, "mfa.conf")), 0);
	assert_int_equal(account(stack), PAM_AUTHINFO_UNAVAIL);
}

static void an_unknown_argument_shuts_the_gate(void **state)
{
	struct stack *stack = *state;
	stack_write(stack, "sudo", "account: nonsense\naccount required pam_permit.so");
	stack_start(stack, "sudo", "root");
	assert_int_equal(account(stack), PAM_AUTHINFO_UNAVAIL);
}

static void the_gate_refuses_without_store_and_trail_too(void **state)
{
	struct stack *stack = *state;
	struct sandbox *box = &stack->host.box;
	assert_int_equal(rename(path_in(box, "store"), path_in(box, "gone")), 0);
	start(stack, "sshd", "root");
	assert_int_equal(account(stack), PAM_PERM_DENIED);
	assert_int_equal(unlink(path_in(box, "store.key")), 0);
	assert_int_equal(account(stack), PAM_PERM_DENIED);
}

static void sessions_are_ignored(void **state)
{
	struct stack *stack = *state;
	stack_write(stack, "test", "session: nonsense");
	stack_start(stack, "test", "root");
	assert_int_equal(pam_open_session(stack->handle, 0), PAM_PERM_DENIED);
	stack_write(stack, "test", "session: nonsense\nsession required pam_permit.so");
	stack_start(stack, "test", "root");
	assert_int_equal(pam_open_session(stack->handle, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(stack->handle, 0), PAM_SUCCESS);
	assert_int_equal(stack->talk.asked + stack->talk.told, 0);
}

static void password_changes_are_ignored(void **state)
{
	struct stack *stack = *state;
	stack_write(stack, "test", "password:\npassword required pam_permit.so");
	stack_start(stack, "test", "root");
	assert_int_equal(pam_chauthtok(stack->handle, 0), PAM_SUCCESS);
	stack_write(stack, "test", "password:");
	stack_start(stack, "test", "root");
	assert_int_not_equal(pam_chauthtok(stack->handle, 0), PAM_SUCCESS);
	assert_int_equal(stack->talk.asked + stack->talk.told, 0);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		in_stack(a_gated_service_needs_a_passed_auth),
		in_stack(a_passed_auth_opens_the_gate),
		in_stack(the_gate_alone_lets_nobody_in),
		in_stack(a_failed_auth_leaves_the_gate_shut),
		in_stack(a_failed_auth_shuts_a_gate_that_was_open),
		in_stack(one_users_auth_does_not_open_the_gate_for_another),
		in_stack(one_logins_auth_does_not_open_the_gate_of_the_next),
		in_stack(the_environment_opens_no_gate),
		in_stack(other_services_have_no_gate),
		in_stack(the_gate_is_the_zones),
		in_stack(a_zone_that_is_off_has_no_gate),
		in_stack(an_exempt_auth_opens_no_gate_of_another_zone),
		in_stack(a_gate_that_cannot_be_read_is_shut),
		in_stack(an_unknown_argument_shuts_the_gate),
		in_stack(the_gate_refuses_without_store_and_trail_too),
		in_stack(sessions_are_ignored),
		in_stack(password_changes_are_ignored),
	};
	module_path = argc > 1 ? argv[1] : "pam_mfa.so";
	return group_main("module_account", tests);
}
