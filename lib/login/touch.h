/* The YubiKey in a login: whether it is offered, and one attempt to have it answer. */
#pragma once

#include "mfa/auth.h"
#include "mfa/yubikey_driver.h"

enum {
	TOUCH_PROMPT_SIZE = 256
};

/* The keys as one login meets them. */
struct touch {
	bool is_offered;  /* this login may use a key in a port: only at this machine */
	int64_t since_ms; /* CLOCK_MONOTONIC: what keys answered before is not told */
	struct mfa_yubikey_turn own;
	struct mfa_yubikey_turn other;	   /* that of the last problem */
	struct mfa_auth_meeting busy;	   /* the first that is known */
	struct mfa_auth_meeting elsewhere; /* the last */
};

/* Before the first question: what keys answer to others from here on is told. */
void touch_begin(const struct mfa_auth_request *request, struct touch *ret_touch);

/* One attempt: which keys are the user's, from the record; then a challenge to one of
 * those, with no lock on the record and no key of the store in memory. MFA_REASON_NONE:
 * *ret_answer is there. *ret_err is not MFA_OK, and diag says why, with
 * MFA_REASON_KEY_UNUSABLE and MFA_REASON_FAILED. Tells nothing: greeters keep a message
 * over the next question, and xscreensaver makes a page of it. */
enum mfa_reason touch_ask(const struct mfa_auth_request *request, struct touch *touch,
			  struct mfa_diag *diag, int *ret_err,
			  struct mfa_yubikey_answer *ret_answer);

/* Whether the problem is another login's turn, and no attempt of this one's. */
bool touch_is_of_other(enum mfa_reason problem);

/* The prompt of the first question, or of another one after a problem, also where no key is
 * offered. Another's turn is named by service and terminal, and by the user if that is this
 * login's own. */
void touch_prompt(const struct mfa_auth_request *request, const struct touch *touch,
		  enum mfa_reason problem, char ret_prompt[static TOUCH_PROMPT_SIZE]);
