/* lib/login/verdict.c: names and translations. */
#include <string.h>

#include "mfa/auth.h"
#include "support.h"

static void zeroed_memory_denies(void **state MFA_UNUSED)
{
	struct mfa_auth_result result;
	memset(&result, 0, sizeof result);
	assert_int_equal(result.verdict, MFA_DENY);
}

static void no_error_lets_anybody_in(void **state MFA_UNUSED)
{
	for (int err = -200; err <= 200; err++) {
		enum mfa_verdict verdict = mfa_verdict_from_err(err);
		assert_int_not_equal(verdict, MFA_ALLOW);
		assert_int_not_equal(verdict, MFA_EXEMPT);
		assert_int_not_equal(verdict, MFA_DENY);
	}
	assert_int_equal(mfa_verdict_from_err(MFA_ERR_NOMEM), MFA_NO_MEMORY);
	assert_int_equal(mfa_verdict_from_err(MFA_ERR_CONV), MFA_NO_DIALOG);
	assert_int_equal(mfa_verdict_from_err(MFA_ERR_ABORT), MFA_GIVEN_UP);
	assert_int_equal(mfa_verdict_from_err(MFA_ERR_CONFIG), MFA_UNAVAILABLE);
	assert_int_equal(mfa_verdict_from_err(MFA_ERR_INTEGRITY), MFA_UNAVAILABLE);
}

static void every_reason_has_a_name_of_its_own(void **state MFA_UNUSED)
{
	for (unsigned a = 0; a < MFA_REASON_COUNT; a++) {
		const char *name = mfa_reason_name((enum mfa_reason)a);
		assert_string_not_equal(name, "unknown");
		for (unsigned b = 0; b < a; b++)
			assert_string_not_equal(name,
						mfa_reason_name((enum mfa_reason)b));
	}
	assert_string_equal(mfa_reason_name(MFA_REASON_COUNT), "unknown");
	assert_string_equal(mfa_reason_name((enum mfa_reason) - 1), "unknown");
}

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

static void the_results_have_stable_names(void **state MFA_UNUSED)
{
	static const char *const names[] = {
		[MFA_DENY] = "denied",	       [MFA_ALLOW] = "allowed",
		[MFA_EXEMPT] = "exempt",       [MFA_UNAVAILABLE] = "unavailable",
		[MFA_NO_DIALOG] = "no-dialog", [MFA_GIVEN_UP] = "given-up",
		[MFA_NO_MEMORY] = "no-memory",
	};
	for (unsigned i = 0; i < MFA_COUNT(names); i++) {
		struct mfa_auth_result result = { .verdict = (enum mfa_verdict)i };
		assert_string_equal(mfa_auth_event(NULL, &login, &result).result,
				    names[i]);
	}
}

static void a_result_that_is_none_is_not_named_after_one(void **state MFA_UNUSED)
{
	struct mfa_auth_result result = { .verdict = (enum mfa_verdict)99 };
	assert_string_equal(mfa_auth_event(NULL, &login, &result).result, "unknown");
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
		cmocka_unit_test(zeroed_memory_denies),
		cmocka_unit_test(no_error_lets_anybody_in),
		cmocka_unit_test(every_reason_has_a_name_of_its_own),
		cmocka_unit_test(an_event_tells_of_the_login_and_its_result),
		cmocka_unit_test(an_event_without_zone_and_token_leaves_them_out),
		cmocka_unit_test(the_results_have_stable_names),
		cmocka_unit_test(a_result_that_is_none_is_not_named_after_one),
		cmocka_unit_test(the_name_of_an_unknown_user_is_left_out),
	};
	return group_main("verdict", tests);
}
