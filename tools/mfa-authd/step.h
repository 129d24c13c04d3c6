/* SPDX-License-Identifier: BSD-2-Clause */
/* The step of a login that is under way: from its beginning or a reply to the next
 * question, or to the verdict. */
#pragma once

#include "login.h"

struct step {
	struct login login;
	const char *user; /* PAM's, as it is now; NULL: as it was */
	/* It is not the account's own name, and was found to be the account's. */
	bool is_same_account;
	/* The login is unavailable to who asks, and not for what is wrong here. */
	bool is_asker_at_fault;
	size_t text_len; /* of the reply: what of it was no password was the code */
};

/* The caller ends ret_step with step_done. MFA_ERR_NOMEM. */
int step_begin(struct desk *desk, struct visit *visit, struct step *ret_step)
	MFA_MUST_CHECK;
void step_done(struct step *step);

/* Finds out whose the user is: before the steps that may let somebody in, as a name
 * service may hang, and those hold the key and count. */
void step_find_user(struct step *step);

/* The request for the steps of mfa/auth.h. Borrows from step. */
struct mfa_auth_request step_request(struct step *step);

/* Goes on after a step until somebody has to be waited for, and sends what follows. */
void step_go_on(struct step *step, const struct mfa_auth_request *request,
		enum mfa_auth_step next);

/* Ends the login, which has not been decided: nothing works for anybody. visit->result
 * has the diagnosis. */
void step_fail(struct step *step, int err);

/* Sends the result of the visit. */
void step_send_verdict(struct step *step);
