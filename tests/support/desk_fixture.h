/* SPDX-License-Identifier: BSD-2-Clause */
/* A host, and one worker's desk in the test's own process: the test is the module, and
 * has each step taken. */
#pragma once

#include "module_end.h"
#include "steps.h"

struct desk_fixture {
	struct test_host host; /* root has a token of totp_spec */
	struct desk desk;
	struct visit visit;
	struct module_end module;
};

/* zone_lines as in host_open. root has connected. */
void desk_fixture_open(struct desk_fixture *fixture, const char *zone_lines);
void desk_fixture_close(struct desk_fixture *fixture);

/* A new visit, of a program that runs as this user: others than root need a test that
 * runs as root. */
void desk_fixture_connect(struct desk_fixture *fixture, uid_t uid);

/* The module says so, and the step is taken. */
void desk_fixture_send(struct desk_fixture *fixture, unsigned char letter,
		       const void *bytes, size_t len);
void desk_fixture_begin(struct desk_fixture *fixture, const struct steps_login *login);
void desk_fixture_reply(struct desk_fixture *fixture, const char *text);

/* The code of totp_spec that is right now. */
struct code desk_fixture_code(void);

/* The last line of the audit trail holds these words. */
void desk_fixture_assert_line(struct desk_fixture *fixture, const char *words);
bool desk_fixture_has_trail(struct desk_fixture *fixture);
