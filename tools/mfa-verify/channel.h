/* SPDX-License-Identifier: BSD-2-Clause */
/* A dialog (mfa/auth.h) with the person, by way of pam_mfa.so in the caller's process. */
#pragma once

#include "mfa/dialog.h"
#include "mfa/helper_protocol.h"

struct channel {
	struct mfa_secret packet; /* MFA_PACKET_SIZE bytes */
	unsigned questions;
};

/* The first message, within seconds. Borrowed from channel until it is asked anything:
 * copy what is to stay. */
int channel_begin(struct channel *channel, struct mfa_helper_begin *ret_begin)
	MFA_MUST_CHECK;
void channel_done(struct channel *channel);

struct mfa_dialog channel_dialog(struct channel *channel);

/* What mfa_auth_request.password must be for this dialog: no typed line is the same. */
struct mfa_span channel_again(void);

void channel_conclude(const struct mfa_helper_verdict *verdict);
