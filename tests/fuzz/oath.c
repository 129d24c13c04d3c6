/* SPDX-License-Identifier: BSD-2-Clause */
/* Secrets as text: base32, hexadecimal, and the otpauth URI of any issuer and user. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check_round_trip(const struct mfa_token *token,
			     const struct mfa_secret *secret)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret text = { 0 };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret again = { 0 };
	must(mfa_oath_base32(token, &text) == MFA_OK);
	size_t len = strlen((const char *)text.data);
	must(mfa_oath_parse_base32((const char *)text.data, len, &again) == MFA_OK);
	must(again.len == secret->len &&
	     memcmp(again.data, secret->data, again.len) == 0);
}

static void check_uri(const struct mfa_token *token, const char *issuer, const char *user)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-._~%:/?&=";
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret uri = { 0 };
	if (mfa_oath_uri(token, issuer, user, &uri) != MFA_OK)
		return;
	const char *text = (const char *)uri.data;
	must(strlen(text) < uri.len);
	must(strncmp(text, "otpauth://", 10) == 0);
	must(strspn(text, allowed) == strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	unsigned flags = input_byte(&input);
	char *issuer = input_text(&input);
	char *user = input_text(&input);
	size_t len = 0;
	char *text = input_rest(&input, &len);
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret secret = { 0 };
	int err = (flags & 1) != 0 ? mfa_oath_parse_hex(text, len, &secret)
				   : mfa_oath_parse_base32(text, len, &secret);
	must(err == MFA_OK || (err == MFA_ERR_INVALID && secret.data == NULL));
	if (err == MFA_OK) {
		struct mfa_token token = {
			.kind = (flags & 2) != 0 ? MFA_KIND_TOTP : MFA_KIND_HOTP,
			.state = MFA_STATE_ACTIVE,
		};
		const struct mfa_oath oath = {
			.hash = (enum mfa_hash)(1 + flags / 4 % 3),
			.digits = 6 + flags / 16 % 3,
			.period = (flags & 2) != 0 ? 30 : 0,
			.secret = secret.data,
			.secret_len = secret.len,
		};
		must(mfa_oath_save(&oath, &token) == MFA_OK);
		check_round_trip(&token, &secret);
		check_uri(&token, issuer, user);
	}
	free(issuer);
	free(user);
	free(text);
	return 0;
}
