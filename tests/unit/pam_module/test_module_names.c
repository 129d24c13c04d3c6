/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_mfa.so: whose account a name is. The name service is this program's: it takes ROOT
 * and DAEMON for root and daemon, and knows "second", a further name of daemon's user id.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "stack.h"

static const struct alias {
	const char *typed;
	const char *name;
	uid_t uid;
} aliases[] = {
	{ "ROOT", "root", 0 },	   { "Root", "root", 0 }, { "DAEMON", "daemon", 1 },
	{ "second", "second", 1 }, { "root", "root", 0 }, { "daemon", "daemon", 1 },
};

/* The test's, and that of the service, which is its child. */
static struct {
	bool is_down;
	const char *name_of_all; /* pw_name, whatever is asked for; NULL: as above */
	unsigned by_name;
	unsigned by_id;
} * service;

static int answer(const char *name, uid_t uid, struct passwd *entry, char *buffer,
		  size_t size, struct passwd **ret_found)
{
	if (size < strlen(name) + 1)
		return ERANGE;
	memcpy(buffer, name, strlen(name) + 1);
	*entry = (struct passwd){ .pw_name = buffer, .pw_uid = uid, .pw_gid = uid };
	*ret_found = entry;
	return 0;
}

/* These come before libc's for the module as well. */
MFA_PUBLIC int getpwnam_r(const char *name, struct passwd *entry, char *buffer,
			  size_t size, struct passwd **ret_found)
{
	service->by_name++;
	*ret_found = NULL;
	if (service->is_down)
		return EIO;
	if (service->name_of_all != NULL)
		return answer(service->name_of_all, 1, entry, buffer, size, ret_found);
	for (size_t i = 0; i < MFA_COUNT(aliases); i++)
		if (strcmp(aliases[i].typed, name) == 0)
			return answer(aliases[i].name, aliases[i].uid, entry, buffer,
				      size, ret_found);
	return 0;
}

MFA_PUBLIC int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size,
			  struct passwd **ret_found)
{
	service->by_id++;
	*ret_found = NULL;
	if (service->is_down)
		return EIO;
	return answer(uid == 0 ? "root" : "daemon", uid, entry, buffer, size, ret_found);
}

static int setup(void **state)
{
	if (service == NULL)
		service = mmap(NULL, sizeof *service, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(service != MAP_FAILED);
	memset(service, 0, sizeof *service);
	return stack_setup(state);
}

#define named(test) cmocka_unit_test_setup_teardown(test, setup, stack_teardown)

static const char GRACE[] = "grace_until = 2099-12-31\ngrace_reason = roll-out";

static void assert_line(struct stack *stack, const char *words)
{
	char *line = last_audit_line(stack);
	if (strstr(line, words) == NULL)
		fail_msg("%s does not tell %s", line, words);
	free(line);
}

/* pam_permit follows the module: PAM_IGNORE leads to PAM_SUCCESS, a refusal does
 * not. */
static void assert_exempt(struct stack *stack, const char *user, const char *words)
{
	char lines[128];
	(void)snprintf(lines, sizeof lines, "auth:%s\nauth required pam_permit.so",
		       words);
	stack_write(stack, "test", lines);
	assert_int_equal(stack_authenticate(stack, user, "000000"), PAM_SUCCESS);
	assert_int_equal(stack->talk.asked, 0);
}

static void assert_asked(struct stack *stack, const char *user, const char *words)
{
	char lines[128];
	(void)snprintf(lines, sizeof lines, "auth:%s\nauth required pam_permit.so",
		       words);
	stack_write(stack, "test", lines);
	assert_int_equal(stack_authenticate(stack, user, "000000"), PAM_AUTH_ERR);
	assert_int_equal(stack->talk.asked, 1);
}

static void another_spelling_is_the_same_person(void **state)
{
	struct stack *stack = *state;
	struct code code = code_now();
	assert_int_equal(stack_login(stack, "ROOT", code.text), PAM_SUCCESS);
	assert_line(stack, "\"user\":\"root\",\"typed\":\"ROOT\",");
	assert_int_equal(stack_login(stack, "root", code.text), PAM_AUTH_ERR); /* used */
	char *line = last_audit_line(stack);
	assert_null(strstr(line, "typed"));
	free(line);
	assert_int_equal(stack_login(stack, "Root", code.text), PAM_AUTH_ERR);
	assert_line(stack, "\"reason\":\"code-used\"");
}

static void failures_of_all_spellings_lock_one_person(void **state)
{
	static const char *const names[] = { "root", "ROOT", "Root" };
	struct stack *stack = *state;
	struct code wrong = wrong_code_now();
	stack_configure(stack, "", "max_failures = 3");
	for (size_t i = 0; i < MFA_COUNT(names); i++)
		assert_int_equal(stack_login(stack, names[i], wrong.text), PAM_AUTH_ERR);
	assert_int_equal(stack_login(stack, "root", code_now().text), PAM_AUTH_ERR);
	assert_line(stack, "\"reason\":\"locked\"");
}

static void the_roll_out_is_for_names_as_they_are(void **state)
{
	struct stack *stack = *state;
	stack_configure(stack, "", GRACE);
	assert_exempt(stack, "daemon", "");
	assert_line(stack, "\"user\":\"daemon\",\"result\":\"exempt\"");
	assert_asked(stack, "root", "");
	assert_asked(stack, "ROOT", "");
	assert_line(stack, "\"user\":\"root\",\"typed\":\"ROOT\"");
	assert_asked(stack, "DAEMON", "");
	assert_line(stack, "\"user\":\"daemon\",\"typed\":\"DAEMON\"");
	assert_line(stack, "\"detail\":\"grace_until is for names as");
	assert_asked(stack, "second", "");
	assert_line(stack, "\"detail\":\"grace_until is for names as");
	service->is_down = true;
	assert_asked(stack, "daemon", "");
}

static void a_zone_without_mfa_is_for_names_as_they_are(void **state)
{
	struct stack *stack = *state;
	stack_configure(stack, "",
			"users = root\n[zone open]\nusers = d* D* second\nmfa = off");
	assert_exempt(stack, "daemon", "");
	assert_exempt(stack, "daemon", " zone=open");
	assert_asked(stack, "DAEMON", "");
	assert_line(stack, "\"zone\":\"main\"");
	assert_asked(stack, "DAEMON", " zone=open");
	assert_asked(stack, "second", "");
	assert_asked(stack, "second", " zone=open");
	service->is_down = true;
	assert_asked(stack, "daemon", "");
	assert_asked(stack, "daemon", " zone=open");
}

static void patterns_of_users_are_for_the_name_services_name(void **state)
{
	struct stack *stack = *state;
	stack_configure(stack, "",
			"users = nobody\n[zone strict]\nusers = root\n"
			"[zone rest]\nservices = *\nmfa = off");
	assert_asked(stack, "ROOT", "");
	assert_line(stack, "\"zone\":\"strict\"");
	assert_exempt(stack, "daemon", "");
}

static const char GATED[] = "auth:\naccount:\naccount required pam_permit.so";

static void start_gated(struct stack *stack, const char *user, const char *answer)
{
	stack_write(stack, "sshd", GATED);
	stack_start(stack, "sshd", user);
	stack->talk.answer = answer;
}

static void set_user(pam_handle_t *handle, const char *user)
{
	assert_int_equal(pam_set_item(handle, PAM_USER, user), PAM_SUCCESS);
}

static void the_gate_knows_a_person_by_any_spelling(void **state)
{
	struct stack *stack = *state;
	start_gated(stack, "ROOT", code_now().text);
	assert_int_equal(pam_acct_mgmt(stack->handle, 0), PAM_PERM_DENIED);
	assert_line(stack, "\"user\":\"root\",\"typed\":\"ROOT\"");
	assert_int_equal(pam_authenticate(stack->handle, 0), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(stack->handle, 0), PAM_SUCCESS);
	set_user(stack->handle, "root"); /* as pam_winbind and others do */
	assert_int_equal(pam_acct_mgmt(stack->handle, 0), PAM_SUCCESS);
	set_user(stack->handle, "DAEMON");
	assert_int_equal(pam_acct_mgmt(stack->handle, 0), PAM_PERM_DENIED);
	set_user(stack->handle, "nobody-has-this-name");
	assert_int_equal(pam_acct_mgmt(stack->handle, 0), PAM_PERM_DENIED);
	assert_line(stack, "\"user\":\"UNKNOWN\"");
}

static void the_gate_is_not_opened_by_a_second_name(void **state)
{
	struct stack *stack = *state;
	enroll(stack->host.host.store, "daemon", &totp_spec, 1);
	start_gated(stack, "daemon", code_now().text);
	assert_int_equal(pam_authenticate(stack->handle, 0), PAM_SUCCESS);
	set_user(stack->handle, "second");
	assert_int_equal(pam_acct_mgmt(stack->handle, 0), PAM_PERM_DENIED);
}

static void type_own_name(pam_handle_t *handle)
{
	set_user(handle, "root");
}

static void type_otherwise(pam_handle_t *handle)
{
	set_user(handle, "ROOT");
}

static void lead_elsewhere(pam_handle_t *handle MFA_UNUSED)
{
	service->name_of_all = "daemon";
}

static void break_down(pam_handle_t *handle MFA_UNUSED)
{
	service->is_down = true;
}

static void who_it_is_is_looked_at_again_when_the_answer_is_there(void **state)
{
	static const struct {
		const char *user;
		void (*meanwhile)(pam_handle_t *handle);
		int wanted;
	} cases[] = {
		{ "ROOT", type_own_name, PAM_SUCCESS },
		{ "root", type_otherwise, PAM_SUCCESS },
		{ "ROOT", lead_elsewhere, PAM_AUTH_ERR },
		{ "ROOT", break_down, PAM_AUTH_ERR },
		{ "root", break_down, PAM_SUCCESS },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		struct stack *stack = *state;
		stack_configure(stack, "", "");
		memset(service, 0, sizeof *service);
		stack->talk.meanwhile = cases[i].meanwhile;
		assert_int_equal(stack_login(stack, cases[i].user, code_now().text),
				 cases[i].wanted);
		if (cases[i].wanted != PAM_SUCCESS)
			assert_line(stack, "\"reason\":\"user-changed\"");
	}
}

static void a_name_service_that_fails_leaves_the_code(void **state)
{
	struct stack *stack = *state;
	service->is_down = true;
	assert_int_equal(stack_login(stack, "root", code_now().text), PAM_SUCCESS);
	assert_int_equal(stack_login(stack, "ROOT", code_now().text), PAM_AUTH_ERR);
}

static void a_strange_name_of_the_name_service_lets_nobody_in(void **state)
{
	static char longer[MFA_USER_SIZE + 1];
	struct stack *stack = *state;
	memset(longer, 'a', sizeof longer - 1);
	const char *const names[] = { "", "a\nb", "\xff\xfe", longer };
	stack_configure(stack, "", "users = root\n[zone open]\nservices = *\nmfa = off");
	for (size_t i = 0; i < MFA_COUNT(names); i++) {
		service->name_of_all = names[i];
		assert_asked(stack, "root", "");
		assert_line(stack, "\"typed\":\"root\"");
	}
}

static void a_name_that_nobody_has_is_not_written_down(void **state)
{
	struct stack *stack = *state;
	assert_int_equal(stack_login(stack, "p4ssword", "000000"), PAM_AUTH_ERR);
	char *line = last_audit_line(stack);
	assert_non_null(strstr(line, "\"user\":\"UNKNOWN\""));
	assert_null(strstr(line, "p4ssword"));
	free(line);
}

static void assert_questions(unsigned by_name, unsigned by_id)
{
	assert_int_equal(service->by_name, by_name);
	assert_int_equal(service->by_id, by_id);
	service->by_name = service->by_id = 0;
}

static void the_name_service_is_asked_no_more_than_needed(void **state)
{
	struct stack *stack = *state;
	start_gated(stack, "root", code_now().text);
	assert_int_equal(pam_authenticate(stack->handle, 0), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(stack->handle, 0), PAM_SUCCESS);
	assert_questions(1, 0);
	start_gated(stack, "root", "");
	assert_int_equal(pam_acct_mgmt(stack->handle, 0), PAM_PERM_DENIED);
	assert_questions(1, 0);
	stack_write(stack, "cron", GATED);
	stack_start(stack, "cron", "root");
	assert_int_equal(pam_acct_mgmt(stack->handle, 0), PAM_SUCCESS);
	assert_questions(0, 0);
	stack_configure(stack, "", GRACE);
	assert_asked(stack, "root", "");
	assert_questions(1, 0);
	assert_exempt(stack, "daemon", "");
	assert_questions(1, 1);
	stack_configure(stack, "",
			"groups = sys\n[zone b]\ngroups = adm root\n[zone c]\nmfa = off\n"
			"groups = daemon");
	assert_exempt(stack, "daemon", "");
	assert_questions(1, 1);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		named(another_spelling_is_the_same_person),
		named(failures_of_all_spellings_lock_one_person),
		named(the_roll_out_is_for_names_as_they_are),
		named(a_zone_without_mfa_is_for_names_as_they_are),
		named(patterns_of_users_are_for_the_name_services_name),
		named(the_gate_knows_a_person_by_any_spelling),
		named(the_gate_is_not_opened_by_a_second_name),
		named(who_it_is_is_looked_at_again_when_the_answer_is_there),
		named(a_name_service_that_fails_leaves_the_code),
		named(a_strange_name_of_the_name_service_lets_nobody_in),
		named(a_name_that_nobody_has_is_not_written_down),
		named(the_name_service_is_asked_no_more_than_needed),
	};
	module_path = argc > 1 ? argv[1] : "pam_mfa.so";
	return group_main("module_names", tests);
}
