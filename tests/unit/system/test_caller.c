/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/system/caller.c: whose guesses those at a set-uid program are. */
#include "mfa/caller.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

enum {
	DAEMON = 1, /* an account of every host, with no shell */
	SYNC = 4,   /* another one, with one */
	WITHOUT_ACCOUNT = 1234567,
};

static struct mfa_login find(void)
{
	struct mfa_login login = { 0 };
	caller_find(&login);
	return login;
}

/* 0: it is as it must be. */
static int check_real(uid_t real, bool is_nameless)
{
	if (setresuid(real, 0, 0) != 0)
		return 1;
	struct mfa_login login = find();
	if (login.caller != real || login.is_nameless != is_nameless)
		return 2;
	return login.peer == 0 ? 0 : 3;
}

static int as_root(void)
{
	return check_real(0, false);
}

static int as_an_account(void)
{
	return check_real(SYNC, false);
}

/* A user namespace's id, where the name service has an account for each. */
static int as_one_without_a_shell(void)
{
	return check_real(DAEMON, true);
}

static int as_nobody_known(void)
{
	return check_real(WITHOUT_ACCOUNT, true);
}

static void what_root_has_started_is_roots(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(as_root), 0);
}

static void an_account_is_its_own_source(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(as_an_account), 0);
}

static void ids_that_nobody_logs_in_with_are_known(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(as_nobody_known), 0);
	assert_int_equal(in_child(as_one_without_a_shell), 0);
}

/* A person may start su with so few that nobody can be asked. */
static int with_few_descriptors(void)
{
	const struct rlimit none = { 0, 0 };
	return setrlimit(RLIMIT_NOFILE, &none) != 0 ? 9 : as_nobody_known();
}

static void nor_does_a_limit_make_another_source(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(with_few_descriptors), 0);
}

/* Standard input becomes a local socket whose other end this user has made; the process
 * is root again. 0: it is so. */
static int be_served(uid_t user)
{
	int ends[2];
	if (seteuid(user) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		return 1;
	return seteuid(0) == 0 && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO ? 0 : 2;
}

static int check_served(uid_t user, bool is_nameless)
{
	int problem = be_served(user);
	if (problem != 0)
		return problem;
	struct mfa_login login = find();
	if (login.caller != 0 || login.peer != user)
		return 3;
	return login.is_nameless == is_nameless ? 0 : 4;
}

static int serve_an_account(void)
{
	return check_served(SYNC, false);
}

static int serve_root(void)
{
	return check_served(0, false);
}

static int serve_nobody_known(void)
{
	return check_served(WITHOUT_ACCOUNT, true);
}

/* Other sockets, and none at all. */
static int serve_nobody(void)
{
	int inet = socket(AF_INET, SOCK_STREAM, 0);
	int local = socket(AF_UNIX, SOCK_DGRAM, 0);
	for (int i = 0; i < 3; i++) {
		if (i < 2 && dup2(i == 0 ? inet : local, STDIN_FILENO) != STDIN_FILENO)
			return 1;
		if (i == 2 && close(STDIN_FILENO) != 0)
			return 2;
		if (find().peer != 0)
			return 3 + i;
	}
	return 0;
}

/* Such a program's real user id is all that counts. */
static int serve_another_by_a_set_uid_program(void)
{
	int problem = be_served(WITHOUT_ACCOUNT);
	return problem != 0 ? problem : as_an_account();
}

static void the_user_of_a_socket_is_in_front(void **state MFA_UNUSED)
{
	assert_int_equal(in_child(serve_an_account), 0);
	assert_int_equal(in_child(serve_root), 0);
	assert_int_equal(in_child(serve_nobody_known), 0);
	assert_int_equal(in_child(serve_nobody), 0);
	assert_int_equal(in_child(serve_another_by_a_set_uid_program), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_root_has_started_is_roots),
		cmocka_unit_test(an_account_is_its_own_source),
		cmocka_unit_test(ids_that_nobody_logs_in_with_are_known),
		cmocka_unit_test(nor_does_a_limit_make_another_source),
		cmocka_unit_test(the_user_of_a_socket_is_in_front),
	};
	return root_group_main("caller", tests);
}
