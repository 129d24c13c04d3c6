/* SPDX-License-Identifier: BSD-2-Clause */
#include "module_end.h"

void module_end_send(struct module_end *module, unsigned char letter, const void *bytes,
		     size_t len)
{
	const struct mfa_span payload = { bytes, len };
	assert_int_equal(mfa_packet_send(module->fd, letter, payload, 0), MFA_OK);
}

void module_end_begin(struct module_end *module, const struct steps_login *login)
{
	assert_int_equal(steps_fixture_send_begin(module->fd, login), MFA_OK);
}

void module_end_reply(struct module_end *module, const char *text)
{
	const struct steps_login login = { .reply = text };
	assert_int_equal(steps_fixture_send_reply(module->fd, &login), MFA_OK);
}

unsigned char module_end_take(struct module_end *module)
{
	struct mfa_secret buffer = { module->bytes, sizeof module->bytes };
	unsigned char letter = 0;
	int err = mfa_packet_receive(module->fd, &buffer, module->patience_ms, &letter,
				     &module->payload);
	return err == MFA_OK ? letter : 0;
}

enum mfa_verdict module_end_take_verdict(struct module_end *module)
{
	struct mfa_authd_verdict verdict = { .verdict = MFA_DENY };
	unsigned char letter = module_end_take(module);
	while (letter == MFA_AUTHD_ERROR || letter == MFA_AUTHD_INFO)
		letter = module_end_take(module);
	assert_int_equal(letter, MFA_AUTHD_VERDICT);
	assert_int_equal(mfa_authd_unpack_verdict(module->payload, &verdict), MFA_OK);
	return verdict.verdict;
}
