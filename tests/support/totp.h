/* SPDX-License-Identifier: BSD-2-Clause */
/* A TOTP token and the codes that are typed for it, through the table of factors. */
#pragma once

#include "mfa/factor.h"
#include "support.h"

struct totp {
	struct token_spec spec;
	struct mfa_zone zone;
	struct mfa_token token;
};

void totp_begin(struct totp *totp, const struct token_spec *spec);

/* What the factor says of a code; a right one advances the token. */
enum mfa_check check_text(struct totp *totp, const char *code, int64_t now);

/* Types the code of a step at the beginning of the step that is now. */
enum mfa_check check_step(struct totp *totp, int64_t step, int64_t now_step);
