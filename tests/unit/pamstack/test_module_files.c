/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/inspect.h"
#include "support.h"

#define TUPLE "lib/x86_64-linux-gnu/security/"

static void make_folders(struct sandbox *box)
{
	static const char *const folders[] = { "lib", "lib/security",
					       "lib/x86_64-linux-gnu",
					       "lib/x86_64-linux-gnu/security" };
	for (size_t i = 0; i < MFA_COUNT(folders); i++)
		assert_int_equal(mkdir(path_in(box, folders[i]), 0700), 0);
}

static void write_module(struct sandbox *box, const char *name, const char *text)
{
	char path[128];
	(void)snprintf(path, sizeof path, TUPLE "%s", name);
	write_text(path_in(box, path), text);
}

static void read_modules(struct sandbox *box, struct mfa_inspector *inspector)
{
	const struct mfa_pam_rootfs tree = { path_in(box, ""), NULL };
	assert_int_equal(mfa_inspector_init(inspector, &tree, NULL), MFA_OK);
	assert_true(inspector->knows_modules);
}

static bool is_impostor(const struct mfa_inspector *inspector, const char *name)
{
	return mfa_strings_have(&inspector->impostors, name);
}

static void a_link_to_another_module_is_an_impostor(void **state)
{
	struct sandbox *box = *state;
	MFA_CLEANUP(mfa_inspector_done) struct mfa_inspector inspector = { 0 };
	make_folders(box);
	write_module(box, "pam_permit.so", "permit");
	write_module(box, "pam_env.so.0.1", "env");
	assert_int_equal(symlink("pam_permit.so", path_in(box, TUPLE "pam_unix.so")), 0);
	assert_int_equal(symlink("pam_env.so.0.1", path_in(box, TUPLE "pam_env.so")), 0);
	read_modules(box, &inspector);
	assert_true(is_impostor(&inspector, "pam_unix.so"));
	assert_false(is_impostor(&inspector, "pam_permit.so"));
	assert_false(is_impostor(&inspector, "pam_env.so"));
}

static void of_two_names_for_the_same_bytes_neither_is_trusted(void **state)
{
	struct sandbox *box = *state;
	MFA_CLEANUP(mfa_inspector_done) struct mfa_inspector inspector = { 0 };
	make_folders(box);
	write_module(box, "pam_permit.so", "permit");
	write_module(box, "pam_unix.so", "permit");
	write_module(box, "pam_mfa.so", "mfa");
	write_module(box, "pam_mfa.so.old", "mfa");
	write_module(box, "pam_deny.so", "tired ");
	read_modules(box, &inspector);
	assert_true(is_impostor(&inspector, "pam_unix.so"));
	assert_true(is_impostor(&inspector, "pam_permit.so"));
	assert_int_equal(inspector.impostors.count, 2);
}

static void the_folder_of_the_architecture_comes_first(void **state)
{
	struct sandbox *box = *state;
	MFA_CLEANUP(mfa_inspector_done) struct mfa_inspector inspector = { 0 };
	const struct mfa_stack_line line = { .module = "pam_unix.so" };
	make_folders(box);
	write_module(box, "pam_unix.so", "unix");
	write_text(path_in(box, "lib/security/pam_unix.so"), "another");
	write_text(path_in(box, "lib/security/pam_own.so"), "own");
	read_modules(box, &inspector);
	assert_string_equal(mfa_module_path(&inspector, &line), "/" TUPLE "pam_unix.so");
	assert_true(mfa_strings_have(&inspector.modules, "pam_own.so"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		in_sandbox(a_link_to_another_module_is_an_impostor),
		in_sandbox(of_two_names_for_the_same_bytes_neither_is_trusted),
		in_sandbox(the_folder_of_the_architecture_comes_first),
	};
	return group_main("module_files", tests);
}
