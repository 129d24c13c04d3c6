/* SPDX-License-Identifier: BSD-2-Clause */
/* tools/mfa-authd/parent.c: places are shared so that nobody can take all of them from
 * the others. How many there are is the service's own affair. */
#include "parent.h"

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "listener.h"
#include "module_end.h"

enum {
	MODULES_MAX = 2500,
	PATIENCE_MS = 10000,
	DESCRIPTORS = 4096,
};

static struct {
	struct test_host host;
	char path[64];
	pid_t service;
	size_t count;
	int modules[MODULES_MAX];
} at;

static int setup(void **state MFA_UNUSED)
{
	struct mfa_diag diag = { .text = "" };
	const struct rlimit many = { DESCRIPTORS, DESCRIPTORS };
	int listener = -1;
	at.count = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &many), 0);
	host_open(&at.host, "", "");
	/* users have to reach the socket */
	assert_int_equal(chmod(at.host.box.root, 0711), 0);
	(void)snprintf(at.path, sizeof at.path, "%s", path_in(&at.host.box, "run/s"));
	assert_done(listener_open(at.path, &diag, &listener), &diag);
	const char *config = path_in(&at.host.box, "mfa.conf");
	at.service = fork();
	assert_true(at.service >= 0);
	if (at.service == 0)
		_exit(parent_serve(listener, config, &diag) == MFA_OK ? 0 : 1);
	return close(listener);
}

static void close_modules(size_t kept)
{
	while (at.count > kept)
		mfa_close_fd(&at.modules[--at.count]);
}

/* It finishes what it has begun. */
static void end_service(void)
{
	if (at.service == 0)
		return;
	assert_int_equal(kill(at.service, SIGTERM), 0);
	assert_int_equal(end_of(at.service), 0);
	at.service = 0;
}

static int teardown(void **state MFA_UNUSED)
{
	end_service();
	close_modules(0);
	host_close(&at.host);
	return 0;
}

#define at_service(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static uid_t uid_of(const char *user)
{
	const struct passwd *entry = getpwnam(user);
	assert_non_null(entry);
	return entry->pw_uid;
}

static unsigned char take(int module)
{
	struct module_end end = { .fd = module, .patience_ms = PATIENCE_MS };
	return module_end_take(&end);
}

/* A program that a user has started. */
struct asker {
	uid_t real;
	uid_t effective;
};

static const struct asker root = { 0, 0 };

static struct asker own_of(uid_t uid)
{
	return (struct asker){ uid, uid };
}

/* As su and sudo are. */
static struct asker set_uid_of(uid_t uid)
{
	return (struct asker){ uid, 0 };
}

/* The first letter that the program is told. The connection stays. */
static unsigned char connect_as(struct asker asker)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	assert_true(at.count < MFA_COUNT(at.modules));
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", at.path);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(setresuid(asker.real, asker.effective, 0), 0);
	int connected = connect(fd, (const struct sockaddr *)&address, sizeof address);
	unsigned char letter = connected == 0 ? take(fd) : 0;
	assert_int_equal(setresuid(0, 0, 0), 0);
	assert_int_equal(connected, 0);
	at.modules[at.count++] = fd;
	return letter;
}

static unsigned count_until_full(struct asker asker)
{
	for (unsigned count = 0; count < MODULES_MAX; count++) {
		unsigned char letter = connect_as(asker);
		if (letter == MFA_AUTHD_FULL)
			return count;
		assert_int_equal(letter, MFA_AUTHD_HELLO);
	}
	fail_msg("there is no end of places");
	return 0;
}

static void assert_served(int module)
{
	struct module_end end = { .fd = module, .patience_ms = PATIENCE_MS };
	module_end_send(&end, MFA_AUTHD_INQUIRE, "", 0);
	assert_int_equal(module_end_take(&end), MFA_AUTHD_STATE);
}

static void when_all_places_are_taken_the_next_is_told(void **state MFA_UNUSED)
{
	unsigned count = count_until_full(root);
	assert_true(count > 100);
	assert_int_equal(connect_as(root), MFA_AUTHD_FULL);
	assert_int_equal(take(at.modules[at.count - 1]), 0); /* and closed */
	assert_served(at.modules[0]); /* those who have one are served */
}

static void a_place_that_is_left_is_free_again(void **state MFA_UNUSED)
{
	(void)count_until_full(root);
	close_modules(1);
	int64_t end = mfa_monotonic_ms() + PATIENCE_MS;
	unsigned char letter = 0;
	do
		letter = connect_as(root);
	while (letter == MFA_AUTHD_FULL && mfa_monotonic_ms() < end);
	assert_int_equal(letter, MFA_AUTHD_HELLO);
	assert_served(at.modules[at.count - 1]);
}

static void a_user_leaves_places_for_others(void **state MFA_UNUSED)
{
	assert_true(count_until_full(own_of(uid_of("daemon"))) > 0);
	assert_int_equal(connect_as(own_of(uid_of("bin"))), MFA_AUTHD_HELLO);
	/* as long as only programs of its own are too many, su works */
	assert_int_equal(connect_as(set_uid_of(uid_of("bin"))), MFA_AUTHD_HELLO);
	assert_int_equal(connect_as(root), MFA_AUTHD_HELLO);
	assert_served(at.modules[at.count - 1]);
}

static void a_users_su_leaves_places_for_others(void **state MFA_UNUSED)
{
	assert_true(count_until_full(set_uid_of(uid_of("daemon"))) > 0);
	assert_int_equal(connect_as(set_uid_of(uid_of("bin"))), MFA_AUTHD_HELLO);
	assert_int_equal(connect_as(root), MFA_AUTHD_HELLO);
	assert_served(at.modules[at.count - 1]);
}

/* Each of many users asks a few times. */
static unsigned count_of_many(struct asker (*asker_of)(uid_t uid))
{
	enum {
		FIRST = 70000,
		USERS = 100
	};
	unsigned count = 0;
	for (uid_t uid = FIRST; uid < FIRST + USERS; uid++)
		for (int i = 0; i < 10; i++)
			count += connect_as(asker_of(uid)) == MFA_AUTHD_HELLO;
	assert_in_range(count, 1, 10 * USERS - 1); /* there is a limit */
	return count;
}

static void many_users_leave_places_for_root(void **state MFA_UNUSED)
{
	unsigned own = count_of_many(own_of);
	/* what is their own leaves places for su and sudo, too */
	assert_true(count_of_many(set_uid_of) > own / 4);
	assert_int_equal(connect_as(root), MFA_AUTHD_HELLO);
	assert_served(at.modules[at.count - 1]);
}

/* It stands still when this returns, and waited before. */
static void stop_service(void)
{
	char path[64];
	bool is_waiting = false;
	int status = 0;
	(void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)at.service);
	while (!is_waiting) {
		char *text = read_text(path);
		is_waiting = strstr(text, ") S ") != NULL;
		free(text);
	}
	assert_int_equal(kill(at.service, SIGSTOP), 0);
	assert_int_equal(waitpid(at.service, &status, WUNTRACED), at.service);
	assert_true(WIFSTOPPED(status));
}

/* A login that has not begun is none to finish: the module goes to the next service. */
static void what_waits_for_a_worker_is_left_to_the_next_service(void **state MFA_UNUSED)
{
	const struct steps_login login = { .user = "root", .service = "test" };
	struct module_end module = { .patience_ms = PATIENCE_MS };
	assert_int_equal(connect_as(root), MFA_AUTHD_HELLO);
	module.fd = at.modules[0];
	stop_service();
	module_end_begin(&module, &login);
	assert_int_equal(kill(at.service, SIGTERM), 0);
	assert_int_equal(kill(at.service, SIGCONT), 0);
	assert_int_equal(module_end_take(&module), 0);
}

/* The module connects to the next service, with the answer. */
static void who_thinks_is_left_to_the_next_service(void **state MFA_UNUSED)
{
	const struct steps_login login = { .user = "root", .service = "test" };
	assert_int_equal(connect_as(root), MFA_AUTHD_HELLO);
	struct module_end module = { .fd = at.modules[0], .patience_ms = PATIENCE_MS };
	module_end_begin(&module, &login);
	assert_int_equal(module_end_take(&module), MFA_AUTHD_ASK);
	assert_int_equal(kill(at.service, SIGTERM), 0);
	assert_int_equal(module_end_take(&module), 0);
}

/* A service that was slow: the login has been decided elsewhere meanwhile. */
static void who_has_hung_up_begins_no_login(void **state MFA_UNUSED)
{
	const struct steps_login login = { .user = "root", .service = "test" };
	struct module_end module = { .patience_ms = PATIENCE_MS };
	assert_int_equal(connect_as(root), MFA_AUTHD_HELLO);
	stop_service();
	module.fd = at.modules[0];
	module_end_begin(&module, &login);
	module_end_reply(&module, "000000");
	close_modules(0);
	assert_int_equal(kill(at.service, SIGCONT), 0);
	/* the one behind it is served: the first is through */
	assert_int_equal(connect_as(root), MFA_AUTHD_HELLO);
	assert_served(at.modules[0]);
	end_service();
	assert_int_equal(access(path_in(&at.host.box, "audit.jsonl"), F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		at_service(when_all_places_are_taken_the_next_is_told),
		at_service(a_place_that_is_left_is_free_again),
		at_service(a_user_leaves_places_for_others),
		at_service(a_users_su_leaves_places_for_others),
		at_service(many_users_leave_places_for_root),
		at_service(what_waits_for_a_worker_is_left_to_the_next_service),
		at_service(who_thinks_is_left_to_the_next_service),
		at_service(who_has_hung_up_begins_no_login),
	};
	return root_group_main("parent", tests);
}
