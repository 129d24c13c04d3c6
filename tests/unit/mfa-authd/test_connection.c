/* SPDX-License-Identifier: BSD-2-Clause */
#include "connection.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "listener.h"
#include "module_end.h"

enum {
	MINUTE_MS = 60000
};

static struct {
	struct sandbox box;
	int listener;
	struct module_end module;
} at;

static int setup(void **state MFA_UNUSED)
{
	struct mfa_diag diag = { .text = "" };
	sandbox_open(&at.box);
	at.module = (struct module_end){ .fd = -1 };
	assert_done(listener_open(path_in(&at.box, "run/s"), &diag, &at.listener), &diag);
	return 0;
}

static int teardown(void **state MFA_UNUSED)
{
	mfa_close_fd(&at.module.fd);
	mfa_close_fd(&at.listener);
	sandbox_close(&at.box);
	return 0;
}

#define at_listener(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void connect_module(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s",
		       path_in(&at.box, "run/s"));
	at.module.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_int_equal(
		connect(at.module.fd, (const struct sockaddr *)&address, sizeof address),
		0);
}

static struct connection *accept_module(void)
{
	struct connection *connection = NULL;
	connect_module();
	assert_int_equal(connection_accept(at.listener, &connection), MFA_OK);
	return connection;
}

static void nobody_is_waited_for(void **state MFA_UNUSED)
{
	struct connection *connection = NULL;
	assert_int_equal(connection_accept(at.listener, &connection), MFA_ERR_IO);
	assert_null(connection);
}

static void who_connected_is_known_at_once(void **state MFA_UNUSED)
{
	struct connection *connection = accept_module();
	const struct visit *visit = &connection->visit;
	assert_int_equal(connection->uid, 0);
	assert_false(connection->is_users_own);
	assert_true(visit->facts.has_peer && visit->facts.peer.is_root_only);
	assert_int_equal(visit->facts.peer.pid, getpid());
	assert_int_equal(visit->wait, VISIT_BEGIN);
	assert_int_equal(connection->state, CONNECTION_WAITS);
	assert_int_equal(module_end_take(&at.module), 0); /* it is not greeted yet */
	connection_free(&connection);
	assert_null(connection);
}

static void a_message_is_told_from_the_end(void **state MFA_UNUSED)
{
	struct connection *connection = accept_module();
	assert_false(connection_has_message(connection));
	module_end_send(&at.module, MFA_AUTHD_INQUIRE, "", 0);
	assert_true(connection_has_message(connection));
	unsigned char bytes[8];
	assert_int_equal(recv(connection->fd, bytes, sizeof bytes, 0), 1);
	mfa_close_fd(&at.module.fd);
	assert_false(connection_has_message(connection));
	connection_free(&connection);
}

static void its_end_closes_what_it_has(void **state MFA_UNUSED)
{
	int pipes[2];
	char byte = 0;
	struct connection *connection = accept_module();
	assert_int_equal(pipe(pipes), 0);
	connection->device = pipes[1];
	connection_free(&connection);
	assert_int_equal(read(pipes[0], &byte, 1), 0);
	assert_int_equal(recv(at.module.fd, &byte, 1, MSG_DONTWAIT), 0);
	assert_int_equal(close(pipes[0]), 0);
}

/* A greeter's question may be open for days; a program has to speak at once. */
static void only_persons_may_wait_for_ever(void **state MFA_UNUSED)
{
	struct connection *connection = accept_module();
	int64_t now = mfa_monotonic_ms();
	assert_in_range(connection->deadline_ms, now, now + MINUTE_MS);
	connection->visit.wait = VISIT_REPLY;
	connection_set_deadline(connection);
	assert_int_equal(connection->deadline_ms, INT64_MAX);
	connection->visit.wait = VISIT_VERDICT;
	connection_set_deadline(connection);
	assert_in_range(connection->deadline_ms, now, now + 2 * MINUTE_MS);
	connection->visit.wait = VISIT_DEVICE;
	connection->visit.session.deadline_ms = 4711;
	connection_set_deadline(connection);
	assert_int_equal(connection->deadline_ms, 4711);
	connection_free(&connection);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		at_listener(nobody_is_waited_for),
		at_listener(who_connected_is_known_at_once),
		at_listener(a_message_is_told_from_the_end),
		at_listener(its_end_closes_what_it_has),
		at_listener(only_persons_may_wait_for_ever),
	};
	return group_main("connection", tests);
}
