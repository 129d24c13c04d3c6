/* SPDX-License-Identifier: BSD-2-Clause */
/* One login as a worker of mfa-authd takes its steps, in a test's own process, over a
 * socket in which all that the module has to say waits from the beginning. */
#pragma once

#include "steps.h"

struct steps_fixture {
	struct desk desk;
	struct visit visit;
	int module; /* the module's end */
};

/* What the module says, where the rest is nothing. */
struct steps_login {
	const char *user;
	const char *service;
	bool is_account;
	bool has_passed; /* auth, as user */
	const char *passed_uid;
	bool wants_password; /* the reply is a password and a code */
	bool may_explain;
	bool is_debug;
	const char *reply;  /* to each question; NULL: none */
	const char *config; /* as conf= names it; NULL: it does not */
};

/* The caller ends it with steps_fixture_end. MFA_ERR_NOMEM, MFA_ERR_IO. */
int steps_fixture_begin(const char *config, const struct steps_login *login,
			struct steps_fixture *ret_fixture) MFA_MUST_CHECK;
void steps_fixture_run(struct steps_fixture *fixture);
void steps_fixture_end(struct steps_fixture *fixture);

/* The messages of the module's. MFA_ERR_IO: the other end is gone. */
int steps_fixture_send_begin(int module, const struct steps_login *login) MFA_MUST_CHECK;
int steps_fixture_send_reply(int module, const struct steps_login *login) MFA_MUST_CHECK;

/* What has come at the module's end; to be asked again for what comes later. */
struct steps_heard {
	bool has_taken; /* the reply */
	bool has_verdict;
	enum mfa_verdict verdict;
};
void steps_fixture_hear(int module, struct steps_heard *inout_heard);
