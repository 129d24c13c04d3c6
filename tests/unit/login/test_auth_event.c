/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/auth_event.c: what the logs are told of a result. */
#include "mfa/auth.h"
#include "support.h"

static const struct mfa_login login = {
	.service = "sshd",
	.user = "taro",
	.typed = "TARO",
	.rhost = "::1",
	.tty = "ssh",
	.now = NOW,
};

static void an_event_tells_of_the_login_and_its_result(void **state MFA_UNUSED)
{
	struct mfa_zone zone = default_zone();
	struct mfa_auth_result result = {
		.verdict = MFA_ALLOW,
		.reason = MFA_REASON_RIGHT,
		.token = "abcdefgh",
		.kind = MFA_KIND_TOTP,
		.diag = { .text = "detail" },
	};
	struct mfa_event event = mfa_auth_event(&zone, &login, &result);
	assert_string_equal(event.event, "auth");
	assert_string_equal(event.result, "allowed");
	assert_string_equal(event.reason, "code-right");
	assert_string_equal(event.zone, "main");
	assert_string_equal(event.service, "sshd");
	assert_string_equal(event.user, "taro");
	assert_string_equal(event.typed, "TARO");
	assert_string_equal(event.token, "abcdefgh");
	assert_string_equal(event.kind, "totp");
	assert_string_equal(event.rhost, "::1");
	assert_string_equal(event.tty, "ssh");
	assert_string_equal(event.detail, "detail");
	assert_int_equal(event.time, NOW);
	assert_null(event.actor);
}

static void an_event_without_zone_and_token_leaves_them_out(void **state MFA_UNUSED)
{
	struct mfa_auth_result result = { .verdict = MFA_DENY };
	struct mfa_event event = mfa_auth_event(NULL, &login, &result);
	assert_string_equal(event.result, "denied");
	assert_null(event.zone);
	assert_null(event.kind);
	assert_string_equal(event.token, "");
}

static void the_name_of_an_unknown_user_is_left_out(void **state MFA_UNUSED)
{
	struct mfa_auth_result result = { .is_unknown_user = true };
	for (unsigned i = 0; i < MFA_REASON_COUNT; i++) {
		result.reason = (enum mfa_reason)i;
		struct mfa_event event = mfa_auth_event(NULL, &login, &result);
		assert_string_equal(event.user, "UNKNOWN");
		assert_null(event.typed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_tells_of_the_login_and_its_result),
		cmocka_unit_test(an_event_without_zone_and_token_leaves_them_out),
		cmocka_unit_test(the_name_of_an_unknown_user_is_left_out),
	};
	return group_main("auth_event", tests);
}
