/* SPDX-License-Identifier: BSD-2-Clause */
/* A dialog (mfa/dialog.h) over the application's PAM conversation. */
#pragma once

#include <security/pam_modules.h>

#include "mfa/dialog.h"

struct conversation {
	pam_handle_t *handle;
	bool is_silent;	   /* PAM_SILENT: ask, but show no messages */
	size_t answer_len; /* original length of the answer in use */
};

/* The dialog's context is conversation, which must live as long. */
struct mfa_dialog conversation_dialog(struct conversation *conversation);
