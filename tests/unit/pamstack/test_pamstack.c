/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

/* A tree with folders of service files. */
static void make_tree(struct sandbox *box)
{
	static const char *const folders[] = { "etc", "etc/pam.d", "usr", "usr/lib",
					       "usr/lib/pam.d" };
	for (size_t i = 0; i < MFA_COUNT(folders); i++)
		assert_int_equal(mkdir(path_in(box, folders[i]), 0755), 0);
}

static struct mfa_service read_in(struct sandbox *box, const char *name)
{
	struct mfa_service service = { 0 };
	struct mfa_diag diag = { .text = "" };
	const struct mfa_pam_rootfs tree = { box->root, NULL };
	assert_done(mfa_service_read(&tree, name, &diag, &service), &diag);
	return service;
}

/* The auth lines of a service file with this text, and "other" that denies. */
static struct mfa_service read_text_as_service(struct sandbox *box, const char *text)
{
	make_tree(box);
	write_text(path_in(box, "etc/pam.d/other"), "auth required pam_deny.so\n");
	write_text(path_in(box, "etc/pam.d/probe"), text);
	return read_in(box, "probe");
}

static const struct mfa_stack *auth_of(const struct mfa_service *service)
{
	return mfa_service_stack(service, MFA_FACILITY_AUTH);
}

static void reads_words_arguments_and_places(void **state)
{
	MFA_CLEANUP(mfa_service_done)
	struct mfa_service service = read_text_as_service(
		*state, "# comment\n\n-AUTH\tRequired pam_x.so a=1 [b c\\]d] # e\n"
			"account optional pam_y.so\n");
	const struct mfa_stack *stack = auth_of(&service);
	assert_int_equal(stack->count, 1);
	const struct mfa_stack_line *line = &stack->lines[0];
	assert_string_equal(line->file, "/etc/pam.d/probe");
	assert_int_equal(line->number, 3);
	assert_string_equal(line->control, "Required");
	assert_false(line->is_bracketed);
	assert_true(line->is_silent);
	assert_string_equal(mfa_stack_line_module(line), "pam_x.so");
	assert_int_equal(line->arg_count, 2);
	assert_string_equal(mfa_stack_line_value(line, "a="), "1");
	assert_true(mfa_stack_line_has(line, "b c]d"));
	assert_int_equal(line->actions[MFA_PAM_SUCCESS], MFA_DO_OK);
	assert_int_equal(line->actions[MFA_PAM_AUTH_ERR], MFA_DO_BAD);
	assert_int_equal(mfa_service_stack(&service, MFA_FACILITY_ACCOUNT)->count, 1);
}

static void reads_actions(void **state)
{
	MFA_CLEANUP(mfa_service_done)
	struct mfa_service service = read_text_as_service(
		*state,
		"auth [success=2 ignore=ignore default=die auth_err=reset] pam_x.so\n"
		"auth [success=oops] pam_y.so\nauth [sucess=ok] pam_z.so\n"
		"auth [success=ok] pam_w.so\n");
	const struct mfa_stack *stack = auth_of(&service);
	const int *actions = stack->lines[0].actions;
	assert_true(stack->lines[0].is_bracketed);
	assert_int_equal(actions[MFA_PAM_SUCCESS], 2);
	assert_int_equal(actions[MFA_PAM_IGNORE], MFA_DO_IGNORE);
	assert_int_equal(actions[MFA_PAM_AUTH_ERR], MFA_DO_RESET);
	assert_int_equal(actions[MFA_PAM_CONV_ERR], MFA_DO_DIE);
	for (int i = 0; i < MFA_PAM_CODES; i++) {
		assert_int_equal(stack->lines[1].actions[i], MFA_DO_BAD);
		assert_int_equal(stack->lines[2].actions[i], MFA_DO_BAD);
	}
	assert_int_equal(stack->lines[3].actions[MFA_PAM_SUCCESS], MFA_DO_OK);
	assert_int_equal(stack->lines[3].actions[MFA_PAM_IGNORE], MFA_DO_BAD);
}

static void a_backslash_joins_lines_over_comments(void **state)
{
	MFA_CLEANUP(mfa_service_done)
	struct mfa_service service = read_text_as_service(
		*state,
		"auth \\\n# between\n\n required \\ \npam_x.so a\n"
		"auth required pam_y.so # not joined \\\nauth required pam_z.so\n");
	const struct mfa_stack *stack = auth_of(&service);
	assert_int_equal(stack->count, 3);
	assert_int_equal(stack->lines[0].number, 1);
	assert_string_equal(stack->lines[0].module, "pam_x.so");
	assert_int_equal(stack->lines[1].number, 6);
	assert_int_equal(stack->lines[2].number, 7);
}

/* libpam goes on reading in the middle of a line that is longer than its buffer. */
static void the_rest_of_a_long_line_is_a_line(void **state)
{
	char text[1200];
	(void)snprintf(text, sizeof text, "auth required pam_x.so %01000d%s", 0,
		       "auth sufficient pam_permit.so\n");
	assert_int_equal(strcspn(text, "\n"), 23 + 1000 + 29);
	MFA_CLEANUP(mfa_service_done)
	struct mfa_service service = read_text_as_service(*state, text);
	const struct mfa_stack *stack = auth_of(&service);
	assert_int_equal(stack->count, 2);
	assert_string_equal(stack->lines[1].module, "pam_permit.so");
}

static void a_line_that_makes_no_sense_fails(void **state)
{
	MFA_CLEANUP(mfa_service_done)
	struct mfa_service service = read_text_as_service(
		*state, "auht sufficient pam_x.so\nauth\nauth required\n"
			"auth include gone\n");
	const struct mfa_stack *stack = auth_of(&service);
	assert_int_equal(stack->count, 4);
	for (size_t i = 0; i < stack->count; i++)
		assert_int_equal(stack->lines[i].kind, MFA_LINE_BAD);
	assert_int_equal(stack->lines[0].actions[MFA_PAM_PERM_DENIED], MFA_DO_IGNORE);
	assert_int_equal(stack->lines[3].actions[MFA_PAM_PERM_DENIED], MFA_DO_BAD);
}

static void includes_and_substacks(void **state)
{
	struct sandbox *box = *state;
	make_tree(box);
	write_text(path_in(box, "etc/pam.d/probe"),
		   "auth include inner\n@include inner\nauth substack inner\n");
	write_text(path_in(box, "etc/pam.d/inner"),
		   "auth required pam_x.so\naccount required pam_y.so\n");
	MFA_CLEANUP(mfa_service_done) struct mfa_service service = read_in(box, "probe");
	const struct mfa_stack *stack = auth_of(&service);
	assert_int_equal(stack->count, 4);
	assert_int_equal(stack->lines[2].kind, MFA_LINE_SUBSTACK);
	assert_int_equal(stack->lines[2].level, 0);
	assert_int_equal(stack->lines[3].level, 1);
	assert_string_equal(stack->lines[3].file, "/etc/pam.d/inner");
	assert_int_equal(mfa_service_stack(&service, MFA_FACILITY_ACCOUNT)->count, 1);
}

static void etc_is_read_before_usr_and_alone_for_includes(void **state)
{
	struct sandbox *box = *state;
	make_tree(box);
	write_text(path_in(box, "usr/lib/pam.d/probe"), "auth include inner\n");
	write_text(path_in(box, "usr/lib/pam.d/inner"), "auth required pam_x.so\n");
	MFA_CLEANUP(mfa_service_done) struct mfa_service usr = read_in(box, "probe");
	assert_string_equal(auth_of(&usr)->lines[0].file, "/usr/lib/pam.d/probe");
	assert_int_equal(auth_of(&usr)->lines[0].kind, MFA_LINE_BAD);
	write_text(path_in(box, "etc/pam.d/probe"), "auth required pam_y.so\n");
	MFA_CLEANUP(mfa_service_done) struct mfa_service etc = read_in(box, "PROBE");
	assert_string_equal(auth_of(&etc)->lines[0].module, "pam_y.so");
}

static void other_stands_in_for_each_facility(void **state)
{
	struct sandbox *box = *state;
	make_tree(box);
	write_text(path_in(box, "etc/pam.d/other"), "auth required pam_deny.so\n");
	write_text(path_in(box, "etc/pam.d/probe"), "account required pam_x.so\n");
	MFA_CLEANUP(mfa_service_done) struct mfa_service service = read_in(box, "probe");
	assert_true(service.has_file);
	assert_string_equal(auth_of(&service)->lines[0].module, "pam_deny.so");
	MFA_CLEANUP(mfa_service_done) struct mfa_service none = read_in(box, "nothing");
	assert_false(none.has_file);
	assert_int_equal(auth_of(&none)->count, 1);
}

static void pam_conf_is_read_without_folders_alone(void **state)
{
	struct sandbox *box = *state;
	assert_int_equal(mkdir(path_in(box, "etc"), 0755), 0);
	write_text(path_in(box, "etc/pam.conf"),
		   "login auth required pam_x.so\nPROBE auth required pam_y.so\n"
		   "other auth required pam_z.so\n");
	MFA_CLEANUP(mfa_service_done) struct mfa_service service = read_in(box, "probe");
	assert_int_equal(auth_of(&service)->count, 1);
	assert_string_equal(auth_of(&service)->lines[0].module, "pam_y.so");
	assert_int_equal(service.other[MFA_FACILITY_AUTH].count, 1);
	assert_int_equal(mkdir(path_in(box, "etc/pam.d"), 0755), 0);
	struct mfa_diag diag = { .text = "" };
	const struct mfa_pam_rootfs tree = { box->root, NULL };
	struct mfa_service unread;
	assert_int_equal(mfa_service_read(&tree, "probe", &diag, &unread),
			 MFA_ERR_NOTFOUND);
}

static void what_libpam_refuses_or_dies_of_is_told(void **state)
{
	static const struct {
		const char *text;
		bool is_refused;
		bool is_undefined_behaviour;
	} cases[] = {
		{ "@include gone\n", true, false },
		{ "auth required pam_x.so \\", true, false },
		{ "@include\n", false, true },
		{ "auth include\n", false, true },
		{ "auth required ?.so\n", false, true },
		{ "auth include nested\n", false, true },
		{ "auth required pam_x.so \\\n# y\nauth required pam_y.so\n", false,
		  true },
		{ "auth required pam_x.so \\\n\nauth required pam_y.so\n", false, true },
		{ "auth [default=2147483648] pam_x.so\n", false, true },
		{ "auth optional pam_x.so\n", false, false },
	};
	struct sandbox *box = *state;
	make_tree(box);
	write_text(path_in(box, "etc/pam.d/nested"), "@include gone\n");
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		write_text(path_in(box, "etc/pam.d/probe"), cases[i].text);
		MFA_CLEANUP(mfa_service_done)
		struct mfa_service service = read_in(box, "probe");
		assert_int_equal(service.is_refused, cases[i].is_refused);
		assert_int_equal(service.is_undefined_behaviour,
				 cases[i].is_undefined_behaviour);
		assert_int_equal(service.refusal.text[0] != '\0',
				 cases[i].is_refused || cases[i].is_undefined_behaviour);
		if (service.refusal.text[0] != '\0')
			assert_non_null(strstr(service.refusal.text, "/etc/pam.d/"));
	}
}

static void files_that_include_themselves_are_an_error(void **state)
{
	struct sandbox *box = *state;
	make_tree(box);
	write_text(path_in(box, "etc/pam.d/probe"), "auth include other\n");
	write_text(path_in(box, "etc/pam.d/other"), "auth substack probe\n");
	struct mfa_diag diag = { .text = "" };
	struct mfa_service service;
	const struct mfa_pam_rootfs tree = { box->root, NULL };
	assert_int_equal(mfa_service_read(&tree, "probe", &diag, &service), MFA_ERR_FULL);
	assert_string_equal(diag.text, "/etc/pam.d/other:1: includes itself");
}

static void substacks_go_sixteen_deep(void **state)
{
	struct sandbox *box = *state;
	char name[32];
	char text[64];
	make_tree(box);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof name, "etc/pam.d/probe%d", i);
		(void)snprintf(text, sizeof text, "auth substack probe%d\n", i + 1);
		write_text(path_in(box, name), text);
	}
	MFA_CLEANUP(mfa_service_done) struct mfa_service service = read_in(box, "probe0");
	const struct mfa_stack *stack = auth_of(&service);
	assert_int_equal(stack->count, MFA_STACK_LEVELS + 1);
	assert_int_equal(stack->lines[stack->count - 1].kind, MFA_LINE_BAD);
	assert_int_equal(stack->lines[stack->count - 1].level, MFA_STACK_LEVELS - 1);
}

static void links_stay_in_the_tree(void **state)
{
	struct sandbox *box = *state;
	make_tree(box);
	write_text(path_in(box, "etc/pam.d/real"), "auth required pam_x.so\n");
	assert_int_equal(symlink("/etc/pam.d/real", path_in(box, "etc/pam.d/probe")), 0);
	assert_int_equal(
		symlink("/../../../../etc/passwd", path_in(box, "etc/pam.d/out")), 0);
	MFA_CLEANUP(mfa_service_done) struct mfa_service service = read_in(box, "probe");
	assert_string_equal(auth_of(&service)->lines[0].module, "pam_x.so");
	struct mfa_service unread;
	const struct mfa_pam_rootfs tree = { box->root, NULL };
	assert_int_equal(mfa_service_read(&tree, "out", NULL, &unread), MFA_ERR_NOTFOUND);
}

static void lists_services_without_parts_and_left_overs(void **state)
{
	static const char *const files[] = {
		"etc/pam.d/sshd",	   "etc/pam.d/common-auth",
		"etc/pam.d/sshd.dpkg-old", "etc/pam.d/login~",
		"etc/pam.d/.hidden",	   "etc/pam.d/other",
		"usr/lib/pam.d/polkit-1",  "usr/lib/pam.d/sshd",
	};
	struct sandbox *box = *state;
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	const struct mfa_pam_rootfs tree = { box->root, NULL };
	make_tree(box);
	for (size_t i = 0; i < MFA_COUNT(files); i++)
		write_text(path_in(box, files[i]), "");
	assert_int_equal(mfa_service_list(&tree, NULL, &names), MFA_OK);
	assert_int_equal(names.count, 3);
	assert_string_equal(names.items[0], "other");
	assert_string_equal(names.items[1], "polkit-1");
	assert_string_equal(names.items[2], "sshd");
}

static void a_folder_of_its_own_is_read_alone(void **state)
{
	struct sandbox *box = *state;
	MFA_CLEANUP(mfa_service_done) struct mfa_service service = { 0 };
	char folder[64];
	(void)snprintf(folder, sizeof folder, "%s", box->root);
	const struct mfa_pam_rootfs tree = { "", folder };
	write_text(path_in(box, "probe"), "@include inner\n");
	write_text(path_in(box, "inner"), "auth required pam_x.so\n");
	assert_int_equal(mfa_service_read(&tree, "probe", NULL, &service), MFA_OK);
	assert_int_equal(auth_of(&service)->count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(reads_words_arguments_and_places),
		in_sandbox(reads_actions),
		in_sandbox(a_backslash_joins_lines_over_comments),
		in_sandbox(the_rest_of_a_long_line_is_a_line),
		in_sandbox(a_line_that_makes_no_sense_fails),
		in_sandbox(includes_and_substacks),
		in_sandbox(etc_is_read_before_usr_and_alone_for_includes),
		in_sandbox(other_stands_in_for_each_facility),
		in_sandbox(pam_conf_is_read_without_folders_alone),
		in_sandbox(what_libpam_refuses_or_dies_of_is_told),
		in_sandbox(files_that_include_themselves_are_an_error),
		in_sandbox(substacks_go_sixteen_deep),
		in_sandbox(links_stay_in_the_tree),
		in_sandbox(lists_services_without_parts_and_left_overs),
		in_sandbox(a_folder_of_its_own_is_read_alone),
	};
	return group_main("pamstack", tests);
}
