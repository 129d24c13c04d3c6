/* SPDX-License-Identifier: BSD-2-Clause */
/* How a person is reached: the application's conversation, or the terminal. */
#pragma once

#include "mfa/secret.h"

enum mfa_tone {
	MFA_TELL_INFO,
	MFA_TELL_ERROR
};

struct mfa_dialog {
	/* Asks for one line without echo. MFA_ERR_CONV: the application failed;
	 * MFA_ERR_ABORT: no answer; MFA_ERR_NOMEM. */
	int (*ask)(void *context, const char *prompt, struct mfa_secret *ret_answer);
	/* Wipes and frees what ask returned. NULL: mfa_secret_done does. */
	void (*forget)(void *context, struct mfa_secret *answer);
	/* Shows one line; may do nothing, and must not wait for the person. */
	void (*tell)(void *context, enum mfa_tone tone, const char *text);
	bool is_ascii; /* nothing else can be shown */
	void *context;
};
