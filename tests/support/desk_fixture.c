/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk_fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void disconnect(struct desk_fixture *fixture)
{
	mfa_close_fd(&fixture->module.fd);
	mfa_close_fd(&fixture->desk.connection);
}

/* SO_PEERCRED of a pair is who has made it. */
void desk_fixture_connect(struct desk_fixture *fixture, uid_t uid)
{
	int ends[2];
	disconnect(fixture);
	assert_int_equal(seteuid(uid), 0);
	int made = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(made, 0);
	fixture->desk.connection = ends[0];
	fixture->module.fd = ends[1];
	fixture->visit = (struct visit){ .accepted_ms = mfa_boottime_ms() };
	fixture->visit.session.channel = -1;
}

void desk_fixture_open(struct desk_fixture *fixture, const char *zone_lines)
{
	*fixture = (struct desk_fixture){ .module = { .fd = -1 } };
	host_open(&fixture->host, "", zone_lines);
	enroll(fixture->host.host.store, "root", &totp_spec, 1);
	assert_int_equal(desk_begin(path_in(&fixture->host.box, "mfa.conf"), false,
				    &fixture->desk),
			 MFA_OK);
	desk_fixture_connect(fixture, 0);
}

void desk_fixture_close(struct desk_fixture *fixture)
{
	disconnect(fixture);
	desk_done(&fixture->desk);
	host_close(&fixture->host);
}

void desk_fixture_send(struct desk_fixture *fixture, unsigned char letter,
		       const void *bytes, size_t len)
{
	module_end_send(&fixture->module, letter, bytes, len);
	steps_message(&fixture->desk, &fixture->visit);
}

void desk_fixture_begin(struct desk_fixture *fixture, const struct steps_login *login)
{
	module_end_begin(&fixture->module, login);
	steps_message(&fixture->desk, &fixture->visit);
}

void desk_fixture_reply(struct desk_fixture *fixture, const char *text)
{
	module_end_reply(&fixture->module, text);
	steps_message(&fixture->desk, &fixture->visit);
}

struct code desk_fixture_code(void)
{
	return code_of(&totp_spec, (uint64_t)time(NULL) / 30);
}

bool desk_fixture_has_trail(struct desk_fixture *fixture)
{
	return access(path_in(&fixture->host.box, "audit.jsonl"), F_OK) == 0;
}

void desk_fixture_assert_line(struct desk_fixture *fixture, const char *words)
{
	char *trail = read_text(path_in(&fixture->host.box, "audit.jsonl"));
	size_t len = strlen(trail);
	assert_true(len > 0);
	trail[len - 1] = '\0';
	const char *last = strrchr(trail, '\n');
	if (strstr(last != NULL ? last : trail, words) == NULL)
		fail_msg("the last line of %s does not hold %s", trail, words);
	free(trail);
}
