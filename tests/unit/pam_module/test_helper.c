/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_module/helper.c and lib/base/spawn.c against helpers that fail; with the real one
 * see tests/e2e/case_verify.py. */
#include "helper.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "mfa/spawn.h"
#include "support.h"

static int ask(void *context MFA_UNUSED, const char *prompt MFA_UNUSED,
	       struct mfa_secret *ret_answer)
{
	return mfa_secret_copy("pw123456", 8, ret_answer);
}

static void forget(void *context MFA_UNUSED, struct mfa_secret *answer)
{
	mfa_secret_done(answer);
}

static void tell(void *context, enum mfa_tone tone, const char *text)
{
	unsigned *told = context;
	assert_int_equal(tone, MFA_TELL_INFO);
	assert_string_equal(text, "still here");
	(*told)++;
}

static int no_conversation(int count MFA_UNUSED,
			   const struct pam_message **messages MFA_UNUSED,
			   struct pam_response **responses MFA_UNUSED,
			   void *context MFA_UNUSED)
{
	return PAM_CONV_ERR;
}

static char root[] = "root";
static char daemon_user[] = "daemon";
static char nobody[] = "nobody-has-this-name";

/* A login of root, whom this process runs as. */
static int run_as(char *user, const char *service, const char *config,
		  struct mfa_auth_result *ret_result, unsigned *ret_told)
{
	const struct pam_conv conv = { no_conversation, NULL };
	pam_handle_t *handle = NULL;
	assert_int_equal(pam_start("test", user, &conv, &handle), PAM_SUCCESS);
	struct login login = {
		.handle = handle,
		.arguments = { .config = config, .forward_pass = true },
		.facts = { .login = { .service = service }, .user = user },
	};
	assert_int_equal(login_identify(&login, NULL, NULL), MFA_OK);
	struct mfa_dialog dialog = {
		.ask = ask, .forget = forget, .tell = tell, .context = ret_told
	};
	*ret_result = (struct mfa_auth_result){ 0 };
	int err = helper_run(&login, &dialog, (struct mfa_span){ 0 }, ret_result);
	nss_done(&login.facts.identity);
	assert_int_equal(pam_end(handle, PAM_SUCCESS), PAM_SUCCESS);
	return err;
}

static int run(const char *service, struct mfa_auth_result *ret_result)
{
	unsigned told = 0;
	int err = run_as(root, service, NULL, ret_result, &told);
	assert_int_equal(told > 100, strcmp(service, "endless") == 0);
	return err;
}

static int setup(void **state MFA_UNUSED)
{
	return chmod(MFA_VERIFY_PATH, 04755);
}

static void a_helper_that_fails_lets_nobody_in(void **state MFA_UNUSED)
{
	static const char *const failures[] = {
		"dies",	 "unknown-type",    "module-type",   "long",	"short-verdict",
		"empty", "strange-verdict", "long-password", "endless", "dies-asked",
	};
	for (size_t i = 0; i < MFA_COUNT(failures); i++) {
		struct mfa_auth_result result;
		int err = run(failures[i], &result);
		assert_int_not_equal(err, MFA_OK);
		assert_int_equal(result.verdict, MFA_DENY);
		assert_int_equal(mfa_verdict_from_err(err) == MFA_ALLOW ||
					 mfa_verdict_from_err(err) == MFA_EXEMPT,
				 0);
		assert_int_equal(result.password.len, 0);
		assert_non_null(strstr(result.diag.text, "gave no verdict"));
	}
}

static void a_verdict_comes_through(void **state MFA_UNUSED)
{
	struct mfa_auth_result result;
	assert_int_equal(run("allows", &result), MFA_OK);
	assert_int_equal(result.verdict, MFA_ALLOW);
}

static void only_the_own_user_and_the_hosts_configuration(void **state MFA_UNUSED)
{
	struct mfa_auth_result result;
	unsigned told = 0;
	assert_int_equal(run_as(daemon_user, "allows", NULL, &result, &told),
			 MFA_ERR_UNSUPPORTED);
	assert_int_equal(run_as(nobody, "allows", NULL, &result, &told),
			 MFA_ERR_UNSUPPORTED);
	assert_int_equal(run_as(root, "allows", "/tmp/mfa.conf", &result, &told),
			 MFA_ERR_CONFIG);
	assert_int_equal(result.verdict, MFA_DENY);
	assert_int_equal(run_as(root, "allows", MFA_CONFIG_PATH, &result, &told), MFA_OK);
}

static void a_program_that_is_not_safe_is_not_run(void **state MFA_UNUSED)
{
	int channel = -1;
	struct mfa_diag diag;
	assert_int_equal(chmod(MFA_VERIFY_PATH, 0755), 0);
	assert_int_equal(mfa_spawn(MFA_VERIFY_PATH, 04755, &diag, &channel),
			 MFA_ERR_UNSAFE);
	assert_non_null(strstr(diag.text, "not set-uid"));
	assert_int_equal(chmod(MFA_VERIFY_PATH, 04775), 0);
	assert_int_equal(mfa_spawn(MFA_VERIFY_PATH, 04755, &diag, &channel),
			 MFA_ERR_UNSAFE);
	assert_int_equal(chmod(MFA_VERIFY_PATH, 04755), 0);
	assert_int_equal(chown(MFA_VERIFY_PATH, 1, 0), 0);
	assert_int_equal(mfa_spawn(MFA_VERIFY_PATH, 04755, &diag, &channel),
			 MFA_ERR_UNSAFE);
	assert_int_equal(chown(MFA_VERIFY_PATH, 0, 0), 0);
	assert_int_equal(mfa_spawn("/nowhere/mfa-verify", 04755, &diag, &channel),
			 MFA_ERR_NOTFOUND);
	assert_int_equal(channel, -1);
	assert_int_equal(chmod(MFA_VERIFY_PATH, 04755), 0);
}

static volatile sig_atomic_t deaths;

static void note_death(int number MFA_UNUSED)
{
	deaths = deaths + 1;
}

/* Whatever the application does with its children: no signal, no zombie, none missed. */
static void the_applications_children_stay_its_own(void **state MFA_UNUSED)
{
	void (*const handlers[])(int) = { SIG_DFL, SIG_IGN, note_death };
	for (size_t i = 0; i < MFA_COUNT(handlers); i++) {
		struct sigaction action = { .sa_handler = handlers[i] };
		struct sigaction before;
		struct sigaction after;
		struct mfa_auth_result result;
		deaths = 0;
		assert_int_equal(sigaction(SIGCHLD, &action, &before), 0);
		assert_int_equal(run("allows", &result), MFA_OK);
		assert_int_equal(run("dies", &result), MFA_ERR_IO);
		assert_int_equal(deaths, 0);
		assert_int_equal(sigaction(SIGCHLD, &before, &after), 0);
		assert_ptr_equal(after.sa_handler, handlers[i]);
		assert_int_equal(waitpid(-1, NULL, (int)__WALL), -1);
		assert_int_equal(errno, ECHILD);
	}
}

/* The channel gets 0, 1 or 2 where the application has closed them. */
static int without_standard_descriptors(void)
{
	struct mfa_auth_result result;
	(void)close(0);
	(void)close(1);
	(void)close(2);
	if (run("allows", &result) != MFA_OK || result.verdict != MFA_ALLOW)
		return 1;
	return dup(STDIN_FILENO) >= 0; /* nothing may have stayed open */
}

static void closed_descriptors_do_no_harm(void **state MFA_UNUSED)
{
	int status = 0;
	pid_t child = fork();
	if (child == 0)
		_exit(without_standard_descriptors());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_helper_that_fails_lets_nobody_in, setup),
		cmocka_unit_test_setup(a_verdict_comes_through, setup),
		cmocka_unit_test_setup(only_the_own_user_and_the_hosts_configuration,
				       setup),
		cmocka_unit_test_setup(a_program_that_is_not_safe_is_not_run, setup),
		cmocka_unit_test_setup(the_applications_children_stay_its_own, setup),
		cmocka_unit_test_setup(closed_descriptors_do_no_harm, setup),
	};
	return root_group_main("helper", tests);
}
