/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_mfa.so: pam_sm_authenticate and pam_sm_setcred. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/lockout.h"
#include "stack.h"

/* Both factors' worth: a module answers PAM_IGNORE when the stack is refused with it
 * alone, and passes with pam_permit behind it. */
static void assert_ignored(struct stack *stack, const char *words, const char *user)
{
	char lines[256];
	(void)snprintf(lines, sizeof lines, "auth:%s", words);
	stack_write(stack, "test", lines);
	assert_int_equal(stack_authenticate(stack, user, ""), PAM_PERM_DENIED);
	(void)snprintf(lines, sizeof lines, "auth:%s\nauth required pam_permit.so",
		       words);
	stack_write(stack, "test", lines);
	assert_int_equal(stack_authenticate(stack, user, ""), PAM_SUCCESS);
	assert_int_equal(stack->talk.asked, 0);
}

static void the_right_code_is_success(void **state)
{
	struct stack *stack = *state;
	struct code code = code_now();
	assert_int_equal(stack_login(stack, "root", code.text), PAM_SUCCESS);
	assert_int_equal(stack->talk.asked, 1);
	assert_int_equal(stack->talk.told, 0);
	assert_string_equal(stack->talk.prompt, "One-time code: ");
	assert_int_equal(stack_login(stack, "root", code.text), PAM_AUTH_ERR);
}

static void refusals_are_all_alike(void **state)
{
	struct stack *stack = *state;
	struct code wrong = wrong_code_now();
	char longest[3000];
	memset(longest, '1', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	const struct {
		const char *user;
		const char *answer;
	} cases[] = {
		{ "root", wrong.text }, { "root", "" },
		{ "root", "12345" },	{ "root", longest },
		{ "root", "\xff\xfe" }, { "root", "\b\n\r\177INCORRECT" },
		{ "daemon", "123456" }, { "nobody-has-this-name", "123456" },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		assert_int_equal(stack_login(stack, cases[i].user, cases[i].answer),
				 PAM_AUTH_ERR);
		assert_int_equal(stack->talk.asked, 1);
		assert_int_equal(stack->talk.told, 0);
		assert_string_equal(stack->talk.prompt, "One-time code: ");
	}
}

static void suspended_and_locked_are_refused_alike(void **state)
{
	struct stack *stack = *state;
	struct mfa_store *store = stack->host.host.store;
	struct mfa_record *record = stored_record(store, "root");
	record->tokens[0].state = MFA_STATE_SUSPENDED;
	assert_int_equal(mfa_store_swap(store, record, NULL), MFA_OK);
	assert_int_equal(stack_login(stack, "root", code_now().text), PAM_AUTH_ERR);
	mfa_record_free(&record);
	record = stored_record(store, "root");
	record->tokens[0].state = MFA_STATE_ACTIVE;
	record->locked_until = MFA_LOCKED_FOREVER;
	assert_int_equal(mfa_store_swap(store, record, NULL), MFA_OK);
	mfa_record_free(&record);
	assert_int_equal(stack_login(stack, "root", code_now().text), PAM_AUTH_ERR);
	assert_int_equal(stack->talk.told, 0);
	record = stored_record(store, "root");
	mfa_lockout_clear(record);
	assert_int_equal(mfa_store_swap(store, record, NULL), MFA_OK);
	mfa_record_free(&record);
	assert_int_equal(stack_login(stack, "root", code_now().text), PAM_SUCCESS);
}

static void odd_user_names_are_refused_and_leave_nothing(void **state)
{
	static char long_name[257];
	static char longer_name[6000];
	struct stack *stack = *state;
	memset(long_name, 'a', 256);
	memset(longer_name, '/', sizeof longer_name - 1);
	const char *const names[] = { "",      "/",	 "..",	     "../root",	 "root/",
				      ".root", ".decoy", "\xff\xfe", "a\nb",	 "root ",
				      "-",     "太郎",	 long_name,  longer_name };
	for (size_t i = 0; i < MFA_COUNT(names); i++) {
		assert_int_equal(stack_login(stack, names[i], code_now().text),
				 PAM_AUTH_ERR);
		assert_string_equal(stack->talk.prompt, "One-time code: ");
		char *line = last_audit_line(stack);
		assert_non_null(strstr(line, "\"user\":\"UNKNOWN\""));
		free(line);
	}
	assert_int_equal(stack_login(stack, "root", code_now().text), PAM_SUCCESS);
}

static void a_missing_user_name_is_asked_for(void **state)
{
	struct stack *stack = *state;
	stack->talk.name = "root";
	assert_int_equal(stack_login(stack, NULL, code_now().text), PAM_SUCCESS);
	stack->talk.name = "nobody-has-this-name";
	assert_int_equal(stack_login(stack, NULL, "123456"), PAM_AUTH_ERR);
	stack->talk.name = "";
	assert_int_equal(stack_login(stack, NULL, "123456"), PAM_AUTH_ERR);
	stack->talk.name = NULL;
	int code = stack_login(stack, NULL, "123456");
	assert_true(code == PAM_CONV_ERR || code == PAM_ABORT);
	assert_int_equal(stack->talk.asked, 0);
}

static void who_gives_no_name_gets_no_further(void **state)
{
	static const struct {
		int code;
		int wanted; /* libpam turns them into these */
	} cases[] = {
		{ PAM_CONV_ERR, PAM_CONV_ERR },
		{ PAM_ABORT, PAM_CONV_ERR },
		{ PAM_BUF_ERR, PAM_BUF_ERR },
	};
	struct stack *stack = *state;
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		stack->talk.code = cases[i].code;
		assert_int_equal(stack_login(stack, NULL, "123456"), cases[i].wanted);
		assert_int_equal(stack->talk.asked, 0);
	}
}

static void an_answer_to_what_asks_nothing_is_dropped(void **state)
{
	struct stack *stack = *state;
	stack->talk.answers_lines = true;
	stack_write(stack, "test", "auth: explain");
	assert_int_equal(stack_authenticate(stack, "root", wrong_code_now().text),
			 PAM_AUTH_ERR);
	assert_int_equal(stack->talk.told, 1);
	assert_int_equal(stack_authenticate(stack, "root", code_now().text), PAM_SUCCESS);
}

static void a_conversation_that_fails_has_its_own_code(void **state)
{
	static const struct {
		int code;
		bool gives_nothing;
		int wanted;
	} cases[] = {
		{ PAM_CONV_ERR, false, PAM_CONV_ERR },
		{ PAM_CONV_AGAIN, false, PAM_CONV_ERR },
		{ PAM_SYSTEM_ERR, false, PAM_CONV_ERR },
		{ PAM_SUCCESS, true, PAM_CONV_ERR },
		{ PAM_ABORT, false, PAM_ABORT },
		{ PAM_BUF_ERR, false, PAM_BUF_ERR },
	};
	struct stack *stack = *state;
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		stack->talk.code = cases[i].code;
		stack->talk.gives_nothing = cases[i].gives_nothing;
		assert_int_equal(stack_login(stack, "root", code_now().text),
				 cases[i].wanted);
	}
	stack->talk.code = PAM_SUCCESS;
	stack->talk.gives_nothing = false;
	assert_int_equal(stack_login(stack, "root", NULL), PAM_ABORT);
	struct mfa_record *record = stored_record(stack->host.host.store, "root");
	assert_int_equal(record->failures, 0);
	mfa_record_free(&record);
	assert_int_equal(stack_login(stack, "root", code_now().text), PAM_SUCCESS);
}

static void no_conversation_at_all_is_a_failed_one(void **state)
{
	struct stack *stack = *state;
	const struct pam_conv none = { NULL, NULL };
	stack_write(stack, "test", "auth:");
	stack_start(stack, "test", "root");
	assert_int_equal(pam_set_item(stack->handle, PAM_CONV, &none), PAM_SUCCESS);
	assert_int_equal(pam_authenticate(stack->handle, 0), PAM_CONV_ERR);
}

static void what_cannot_be_used_is_unavailable(void **state)
{
	struct stack *stack = *state;
	struct sandbox *box = &stack->host.box;
	struct code code = code_now();
	static const char *const files[] = { "mfa.conf", "store.key", "store" };
	for (size_t i = 0; i < MFA_COUNT(files); i++) {
		assert_int_equal(rename(path_in(box, files[i]), path_in(box, "gone")), 0);
		assert_int_equal(stack_login(stack, "root", code.text),
				 PAM_AUTHINFO_UNAVAIL);
		assert_int_equal(stack_login(stack, "daemon", code.text),
				 PAM_AUTHINFO_UNAVAIL);
		assert_int_equal(rename(path_in(box, "gone"), path_in(box, files[i])), 0);
	}
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(chmod(path_in(box, files[i]), 0666), 0);
		assert_int_equal(stack_login(stack, "root", code.text),
				 PAM_AUTHINFO_UNAVAIL);
		assert_int_equal(chmod(path_in(box, files[i]), 0600), 0);
	}
	assert_int_equal(stack_login(stack, "root", code.text), PAM_SUCCESS);
}

static void a_wrong_configuration_is_unavailable(void **state)
{
	struct stack *stack = *state;
	char *text = read_text(path_in(&stack->host.box, "mfa.conf"));
	char *worse = NULL;
	assert_true(asprintf(&worse, "%s\nno_such_key = 1\n", text) > 0);
	write_text(path_in(&stack->host.box, "mfa.conf"), worse);
	assert_int_equal(stack_login(stack, "root", code_now().text),
			 PAM_AUTHINFO_UNAVAIL);
	write_text(path_in(&stack->host.box, "mfa.conf"), text);
	assert_int_equal(stack_login(stack, "root", code_now().text), PAM_SUCCESS);
	free(worse);
	free(text);
}

static void an_outage_is_told_once_and_never_when_silent(void **state)
{
	struct stack *stack = *state;
	stack_configure(stack, "contact = 内線1234", "");
	assert_int_equal(unlink(path_in(&stack->host.box, "store.key")), 0);
	assert_int_equal(stack_login(stack, "root", "123456"), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(stack->talk.told, 1);
	assert_non_null(strstr(stack->talk.line, "out of order"));
	assert_non_null(strstr(stack->talk.line, "内線1234"));
	stack_start(stack, "test", "root");
	assert_int_equal(pam_authenticate(stack->handle, PAM_SILENT),
			 PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(stack->talk.told, 0);
}

static void unknown_arguments_are_unavailable(void **state)
{
	static const char *const bad[] = { " nullok",
					   " Explain",
					   " conf=relative",
					   " zone=",
					   " zone=no-such-zone",
					   " debug=1",
					   " forward_pas",
					   " conf=",
					   " conf=/no/such/file" };
	struct stack *stack = *state;
	for (size_t i = 0; i < MFA_COUNT(bad); i++) {
		char lines[128];
		(void)snprintf(lines, sizeof lines,
			       "auth:%s\nauth required pam_permit.so", bad[i]);
		stack_write(stack, "test", lines);
		assert_int_equal(stack_authenticate(stack, "root", code_now().text),
				 PAM_AUTHINFO_UNAVAIL);
	}
	stack_write(stack, "test", "auth: debug zone=main explain");
	assert_int_equal(stack_authenticate(stack, "root", code_now().text), PAM_SUCCESS);
}

static void a_refusal_is_explained_where_the_stack_says_so(void **state)
{
	struct stack *stack = *state;
	stack_write(stack, "test", "auth: explain");
	assert_int_equal(stack_authenticate(stack, "daemon", "123456"), PAM_AUTH_ERR);
	assert_int_equal(stack->talk.told, 1);
	assert_non_null(strstr(stack->talk.line, "no authenticator enrolled"));
	stack_start(stack, "test", "daemon");
	assert_int_equal(pam_authenticate(stack->handle, PAM_SILENT), PAM_AUTH_ERR);
	assert_int_equal(stack->talk.told, 0);
}

static void a_zone_that_is_off_is_ignored(void **state)
{
	struct stack *stack = *state;
	stack_configure(stack, "",
			"users = root\n[zone open]\nusers = daemon\nmfa = off");
	assert_ignored(stack, "", "daemon");
	assert_ignored(stack, " zone=open", "root");
	stack_write(stack, "test", "auth:\nauth required pam_permit.so");
	assert_int_equal(stack_authenticate(stack, "root", "000000"), PAM_AUTH_ERR);
	assert_int_equal(stack_authenticate(stack, "nobody-has-this-name", "000000"),
			 PAM_AUTH_ERR);
	stack_write(stack, "test", "auth: zone=main\nauth required pam_permit.so");
	assert_int_equal(stack_authenticate(stack, "daemon", "000000"), PAM_AUTH_ERR);
}

static void groups_are_looked_up(void **state)
{
	struct stack *stack = *state;
	stack_configure(stack, "",
			"groups = no-such-group\nusers = bin\n"
			"[zone open]\ngroups = daemon\nmfa = off");
	assert_ignored(stack, "", "daemon");
	/* root is not in it; of a stranger nobody can tell */
	assert_int_equal(stack_authenticate(stack, "root", "000000"), PAM_AUTH_ERR);
	assert_int_equal(stack_authenticate(stack, "nobody-has-this-name", "000000"),
			 PAM_AUTH_ERR);
}

static void change_user(pam_handle_t *handle)
{
	assert_int_equal(pam_set_item(handle, PAM_USER, "daemon"), PAM_SUCCESS);
}

static void a_user_that_changes_meanwhile_is_refused(void **state)
{
	struct stack *stack = *state;
	stack->talk.meanwhile = change_user;
	stack_write(stack, "test", "auth:\nauth required pam_permit.so");
	assert_int_equal(stack_authenticate(stack, "root", code_now().text),
			 PAM_AUTH_ERR);
	char *line = last_audit_line(stack);
	assert_non_null(strstr(line, "\"user\":\"root\""));
	assert_non_null(
		strstr(line, "\"result\":\"denied\",\"reason\":\"user-changed\""));
	free(line);
}

static void change_the_rest(pam_handle_t *handle)
{
	assert_int_equal(pam_set_item(handle, PAM_RHOST, "another.example.jp"),
			 PAM_SUCCESS);
	assert_int_equal(pam_set_item(handle, PAM_TTY, "another"), PAM_SUCCESS);
	assert_int_equal(pam_set_item(handle, PAM_SERVICE, "another"), PAM_SUCCESS);
}

static void what_else_changes_meanwhile_does_no_harm(void **state)
{
	struct stack *stack = *state;
	stack->talk.meanwhile = change_the_rest;
	stack_write(stack, "test", "auth:");
	struct code code = code_now();
	stack->talk.answer = code.text;
	stack_start(stack, "test", "root");
	assert_int_equal(pam_set_item(stack->handle, PAM_RHOST, "2001:db8::1"),
			 PAM_SUCCESS);
	assert_int_equal(pam_set_item(stack->handle, PAM_TTY, "pts/7"), PAM_SUCCESS);
	assert_int_equal(pam_authenticate(stack->handle, 0), PAM_SUCCESS);
	char *line = last_audit_line(stack);
	if (strstr(line, "\"service\":\"test\"") == NULL ||
	    strstr(line, "\"rhost\":\"2001:db8::1\"") == NULL ||
	    strstr(line, "\"tty\":\"pts/7\"") == NULL)
		fail_msg("%s", line);
	free(line);
}

static void setcred_is_ignored(void **state)
{
	struct stack *stack = *state;
	stack_write(stack, "test", "auth:");
	stack_start(stack, "test", "root");
	assert_int_equal(pam_setcred(stack->handle, PAM_ESTABLISH_CRED), PAM_PERM_DENIED);
	stack_write(stack, "test", "auth: nonsense\nauth required pam_permit.so");
	stack_start(stack, "test", "root");
	assert_int_equal(pam_setcred(stack->handle, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	assert_int_equal(pam_setcred(stack->handle, PAM_DELETE_CRED), PAM_SUCCESS);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		in_stack(the_right_code_is_success),
		in_stack(refusals_are_all_alike),
		in_stack(suspended_and_locked_are_refused_alike),
		in_stack(odd_user_names_are_refused_and_leave_nothing),
		in_stack(a_missing_user_name_is_asked_for),
		in_stack(who_gives_no_name_gets_no_further),
		in_stack(an_answer_to_what_asks_nothing_is_dropped),
		in_stack(a_conversation_that_fails_has_its_own_code),
		in_stack(no_conversation_at_all_is_a_failed_one),
		in_stack(what_cannot_be_used_is_unavailable),
		in_stack(a_wrong_configuration_is_unavailable),
		in_stack(an_outage_is_told_once_and_never_when_silent),
		in_stack(unknown_arguments_are_unavailable),
		in_stack(a_refusal_is_explained_where_the_stack_says_so),
		in_stack(a_zone_that_is_off_is_ignored),
		in_stack(groups_are_looked_up),
		in_stack(a_user_that_changes_meanwhile_is_refused),
		in_stack(what_else_changes_meanwhile_does_no_harm),
		in_stack(setcred_is_ignored),
	};
	module_path = argc > 1 ? argv[1] : "pam_mfa.so";
	return group_main("module_auth", tests);
}
