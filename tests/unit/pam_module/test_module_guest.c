/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_mfa.so as a guest in the application's process: it leaves all as it found it. */
#include <dirent.h>
#include <dlfcn.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stack.h"

extern char **environ;

/* What of a process a module could change. */
struct surroundings {
	mode_t mask;
	char folder[512];
	locale_t locale;
	char locale_name[256];
	char environment[16384];
	char descriptors[1024];
	void (*handlers[32])(int number);
	sigset_t blocked;
	uid_t uids[3];
};

static void list_descriptors(char *text, size_t size)
{
	struct dirent **names = NULL;
	int count = scandir("/proc/self/fd", &names, NULL, alphasort);
	size_t at = 0;
	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		char path[300];
		char target[300] = "";
		(void)snprintf(path, sizeof path, "/proc/self/fd/%s", names[i]->d_name);
		if (readlink(path, target, sizeof target - 1) > 0)
			at += (size_t)snprintf(text + at, size - at, "%s=%s\n",
					       names[i]->d_name, target);
		free(names[i]);
	}
	free(names);
}

static void look_around(struct surroundings *around)
{
	size_t at = 0;
	memset(around, 0, sizeof *around);
	around->mask = umask(0);
	(void)umask(around->mask);
	assert_non_null(getcwd(around->folder, sizeof around->folder));
	around->locale = uselocale((locale_t)0);
	(void)snprintf(around->locale_name, sizeof around->locale_name, "%s",
		       setlocale(LC_ALL, NULL));
	for (char **entry = environ; *entry != NULL; entry++)
		at += (size_t)snprintf(around->environment + at,
				       sizeof around->environment - at, "%s\n", *entry);
	list_descriptors(around->descriptors, sizeof around->descriptors);
	for (int i = 1; i < 32; i++) {
		struct sigaction action;
		if (sigaction(i, NULL, &action) == 0)
			around->handlers[i] = action.sa_handler;
	}
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &around->blocked), 0);
	assert_int_equal(getresuid(&around->uids[0], &around->uids[1], &around->uids[2]),
			 0);
}

static void assert_untouched(const struct surroundings *before)
{
	static struct surroundings now;
	look_around(&now);
	assert_int_equal(now.mask, before->mask);
	assert_string_equal(now.folder, before->folder);
	assert_ptr_equal(now.locale, before->locale);
	assert_string_equal(now.locale_name, before->locale_name);
	assert_string_equal(now.environment, before->environment);
	assert_string_equal(now.descriptors, before->descriptors);
	assert_memory_equal(now.handlers, before->handlers, sizeof now.handlers);
	assert_memory_equal(&now.blocked, &before->blocked, sizeof now.blocked);
	assert_memory_equal(now.uids, before->uids, sizeof now.uids);
}

/* All that an application may call, whatever comes of it. Returns what auth said. */
static int call_everything(struct stack *stack, const char *user, const char *answer)
{
	stack->talk.answer = answer;
	stack_start(stack, "sshd", user);
	int code = pam_authenticate(stack->handle, 0);
	(void)pam_setcred(stack->handle, PAM_ESTABLISH_CRED);
	(void)pam_acct_mgmt(stack->handle, 0);
	(void)pam_open_session(stack->handle, 0);
	(void)pam_chauthtok(stack->handle, 0);
	(void)pam_close_session(stack->handle, 0);
	return code;
}

static const char EVERYTHING[] = "auth:\naccount:\nsession:\npassword:";

static void the_surroundings_stay_as_they_are(void **state)
{
	static struct surroundings before;
	struct stack *stack = *state;
	locale_t own = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	char *folder = getcwd(NULL, 0);
	mode_t mask = umask(0137);
	stack_configure(stack, "", "");
	stack_write(stack, "sshd", EVERYTHING);
	(void)call_everything(stack, "daemon", "000000"); /* libraries settle down */
	assert_int_equal(chdir(stack->host.box.root), 0);
	(void)uselocale(own);
	look_around(&before);
	assert_int_equal(call_everything(stack, "root", code_now().text), PAM_SUCCESS);
	assert_untouched(&before);
	assert_int_equal(call_everything(stack, "root", "000000"), PAM_AUTH_ERR);
	assert_untouched(&before);
	(void)call_everything(stack, "nobody-has-this-name", "000000");
	assert_untouched(&before);
	stack->talk.code = PAM_CONV_ERR;
	(void)call_everything(stack, "root", "000000");
	assert_untouched(&before);
	stack->talk.code = PAM_SUCCESS;
	write_text(path_in(&stack->host.box, "store.key"), "short");
	(void)call_everything(stack, "root", "000000");
	assert_untouched(&before);
	write_text(path_in(&stack->host.box, "mfa.conf"), "nonsense");
	(void)call_everything(stack, "root", "000000");
	assert_untouched(&before);
	(void)uselocale(LC_GLOBAL_LOCALE);
	freelocale(own);
	(void)umask(mask);
	assert_int_equal(chdir(folder), 0);
	free(folder);
}

static void japanese_leaves_the_locale_alone(void **state)
{
	static struct surroundings before;
	struct stack *stack = *state;
	char *text = read_text(path_in(&stack->host.box, "mfa.conf"));
	char *language = strstr(text, "language = en");
	assert_non_null(language);
	memcpy(language, "language = ja", 13);
	write_text(path_in(&stack->host.box, "mfa.conf"), text);
	free(text);
	stack_write(stack, "sshd", EVERYTHING);
	(void)call_everything(stack, "daemon", "000000");
	look_around(&before);
	assert_int_equal(call_everything(stack, "root", code_now().text), PAM_SUCCESS);
	assert_untouched(&before);
}

static const char *const entry_points[] = {
	"pam_sm_acct_mgmt",	"pam_sm_authenticate", "pam_sm_chauthtok",
	"pam_sm_close_session", "pam_sm_open_session", "pam_sm_setcred",
};

static void the_entry_points_are_there(void **state MFA_UNUSED)
{
	void *module = dlopen(module_path, RTLD_NOW | RTLD_LOCAL);
	assert_non_null(module);
	for (size_t i = 0; i < MFA_COUNT(entry_points); i++)
		assert_non_null(dlsym(module, entry_points[i]));
	assert_null(dlsym(module, "mfa_init"));
	assert_null(dlsym(module, "mfa_auth_run"));
	assert_null(dlsym(module, "judge"));
	assert_null(dlsym(module, "conversation_dialog"));
	assert_int_equal(dlclose(module), 0);
}

static void nothing_else_is_exported(void **state MFA_UNUSED)
{
	char command[600];
	char line[256];
	unsigned found = 0;
	(void)snprintf(command, sizeof command, "nm -D --defined-only '%s'", module_path);
	FILE *symbols = popen(command, "r");
	assert_non_null(symbols);
	while (fgets(line, sizeof line, symbols) != NULL) {
		bool is_ours = false;
		const char *name = strrchr(line, ' ') + 1;
		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < MFA_COUNT(entry_points); i++)
			is_ours |= strcmp(name, entry_points[i]) == 0;
		if (!is_ours)
			fail_msg("%s is exported", name);
		found++;
	}
	assert_int_equal(pclose(symbols), 0);
	assert_int_equal(found, MFA_COUNT(entry_points));
}

/* Each login brings the module in and throws it out again. */
static void many_logins_leak_no_descriptor(void **state)
{
	static struct surroundings before;
	struct stack *stack = *state;
	stack_write(stack, "sshd", EVERYTHING);
	(void)call_everything(stack, "daemon", "000000");
	look_around(&before);
	for (int i = 0; i < 50; i++)
		(void)call_everything(stack, i % 2 == 0 ? "root" : "daemon", "000000");
	assert_untouched(&before);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		in_stack(the_surroundings_stay_as_they_are),
		in_stack(japanese_leaves_the_locale_alone),
		cmocka_unit_test(the_entry_points_are_there),
		cmocka_unit_test(nothing_else_is_exported),
		in_stack(many_logins_leak_no_descriptor),
	};
	module_path = argc > 1 ? argv[1] : "pam_mfa.so";
	return group_main("module_guest", tests);
}
