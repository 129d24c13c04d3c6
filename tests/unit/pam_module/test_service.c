/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_module/service.c: who is taken for mfa-authd, and which programs go without it.
 * What the module does then is test_module_service.c's. */
#include "service.h"

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mfa/authd_protocol.h"
#include "service_fixture.h"
#include "support.h"

enum {
	RESTART_US = 300000
};

static uid_t user;
static const struct mfa_span begin = { (const unsigned char *)"begin", 5 };

static int setup(void **state MFA_UNUSED)
{
	const struct passwd *entry = getpwnam("daemon");
	assert_non_null(entry);
	user = entry->pw_uid;
	service_fixture_prepare();
	(void)unlink(MFA_AUTHD_SOCKET);
	(void)mkdir("/run/pam_mfa", 0755);
	return chmod("/run/pam_mfa", 0777); /* anybody can listen there, which is wrong */
}

#define before(test) cmocka_unit_test_setup(test, setup)

/* One connection is told this. */
_Noreturn static void listen_as(uid_t uid, unsigned char letter, unsigned delay_us)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX,
					     .sun_path = MFA_AUTHD_SOCKET };
	const unsigned char version = MFA_AUTHD_VERSION;
	(void)usleep(delay_us);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	if (setresuid(uid, uid, uid) != 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
	    chmod(MFA_AUTHD_SOCKET, 0666) != 0 || listen(fd, 1) != 0)
		_exit(1);
	int connection = accept(fd, NULL, NULL);
	(void)mfa_packet_send(connection, letter, (struct mfa_span){ &version, 1 }, 0);
	if (letter == MFA_AUTHD_FULL)
		(void)close(connection); /* what was begun is not read */
	(void)pause();
	_exit(0);
}

/* What the module makes of one that listens so. */
static int connect_to(uid_t uid, unsigned char letter, unsigned delay_us,
		      struct mfa_diag *diag)
{
	int fd = -1;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		listen_as(uid, letter, delay_us);
	while (delay_us == 0 && access(MFA_AUTHD_SOCKET, F_OK) != 0)
		(void)usleep(1000);
	int err = service_connect(begin, diag, &fd);
	assert_true((err == MFA_OK) == (fd >= 0));
	mfa_close_fd(&fd);
	assert_int_equal(kill(pid, SIGKILL), 0);
	(void)waitpid(pid, NULL, 0);
	return err;
}

static void only_root_is_taken_for_the_service(void **state MFA_UNUSED)
{
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(connect_to(user, MFA_AUTHD_HELLO, 0, &diag), MFA_ERR_UNSAFE);
	assert_non_null(strstr(diag.text, "root does not listen there"));
	assert_int_equal(unlink(MFA_AUTHD_SOCKET), 0);
	assert_int_equal(connect_to(0, MFA_AUTHD_HELLO, 0, &diag), MFA_OK);
}

static void one_that_is_full_is_not_missing(void **state MFA_UNUSED)
{
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(connect_to(0, MFA_AUTHD_FULL, 0, &diag), MFA_ERR_BUSY);
}

static void one_that_is_about_to_return_is_waited_for(void **state MFA_UNUSED)
{
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(connect_to(0, MFA_AUTHD_HELLO, RESTART_US, &diag), MFA_OK);
}

static void one_that_does_not_return_is_missing(void **state MFA_UNUSED)
{
	struct mfa_diag diag = { .text = "" };
	int fd = -1;
	assert_int_equal(service_connect(begin, &diag, &fd), MFA_ERR_NOTFOUND);
	assert_int_equal(fd, -1);
}

/* Real, effective and saved user id. */
static int is_root_only_as(uid_t real, uid_t effective, uid_t saved)
{
	if (setresuid(real, effective, saved) != 0)
		return 100;
	return service_is_root_only() ? 1 : 0;
}

static int as_root(void)
{
	return is_root_only_as(0, 0, 0);
}

static int as_set_uid(void)
{
	return is_root_only_as(user, 0, 0);
}

static int with_saved_id(void)
{
	return is_root_only_as(0, 0, user);
}

static int as_user(void)
{
	return is_root_only_as(user, user, user);
}

static void root_through_and_through_is_no_set_uid_program(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(as_root), 1);
	assert_int_equal(in_child(as_set_uid), 0);
	assert_int_equal(in_child(with_saved_id), 0);
	assert_int_equal(in_child(as_user), 0);
}

static int start_as(uid_t uid)
{
	struct mfa_diag diag = { .text = "" };
	int fd = -1;
	if (setresuid(uid, uid, uid) != 0)
		return 100;
	return -service_start_once(begin, &diag, &fd);
}

static int start_as_user(void)
{
	return start_as(user);
}

/* Its program is not installed here. */
static int start_as_root(void)
{
	return start_as(0);
}

static void users_programs_do_not_go_without_it(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(start_as_user), -MFA_ERR_UNSUPPORTED);
	assert_int_equal(in_child(start_as_root), -MFA_ERR_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		before(only_root_is_taken_for_the_service),
		before(one_that_is_full_is_not_missing),
		before(one_that_is_about_to_return_is_waited_for),
		before(one_that_does_not_return_is_missing),
		before(root_through_and_through_is_no_set_uid_program),
		before(users_programs_do_not_go_without_it),
	};
	return root_group_main("service", tests);
}
