/* SPDX-License-Identifier: BSD-2-Clause */
#include "totp.h"

#include <string.h>

void totp_begin(struct totp *totp, const struct token_spec *spec)
{
	*totp = (struct totp){ .spec = *spec, .zone = default_zone() };
	make_token(spec, &totp->token);
}

enum mfa_check check_text(struct totp *totp, const char *code, int64_t now)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_TOTP);
	struct mfa_attempt attempt = { code, strlen(code), now, &totp->zone, NULL };
	struct mfa_token before = totp->token;
	struct mfa_advance advance = { 0 };
	enum mfa_check check = MFA_CHECK_RIGHT;
	assert_int_equal(factor->verify(&totp->token, &attempt, &check, &advance),
			 MFA_OK);
	assert_memory_equal(&totp->token, &before, sizeof before);
	if (check == MFA_CHECK_RIGHT)
		assert_int_equal(factor->advance(&totp->token, &advance), MFA_OK);
	return check;
}

enum mfa_check check_step(struct totp *totp, int64_t step, int64_t now_step)
{
	struct code code = code_of(&totp->spec, (uint64_t)step);
	return check_text(totp, code.text, now_step * totp->spec.period);
}
