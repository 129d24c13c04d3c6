/* SPDX-License-Identifier: BSD-2-Clause */
/* A dialog (mfa/dialog.h) over the application's PAM conversation. */
#pragma once

#include <security/pam_modules.h>

#include "mfa/dialog.h"

struct conversation {
	pam_handle_t *handle;
	bool is_silent;	   /* PAM_SILENT: ask, but tell nothing */
	size_t answer_len; /* of the answer that is out, as it came */
};

/* The dialog's context points at conversation, which must live as long. */
struct mfa_dialog conversation_dialog(struct conversation *conversation);
