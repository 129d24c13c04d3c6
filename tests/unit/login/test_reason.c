/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/reason.c: names of reasons, and what a person is told of a refusal. */
#include <string.h>

#include "support.h"

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

static struct script explain(enum mfa_reason reason, const char *contact)
{
	struct script script = { 0 };
	struct mfa_dialog dialog = script_dialog(&script);
	mfa_reason_explain(&dialog, NULL, contact, reason);
	assert_int_equal(script.told, 1);
	assert_int_equal(script.asked, 0);
	return script;
}

static void each_refusal_that_a_person_can_act_on_is_named(void **state MFA_UNUSED)
{
	static const struct {
		enum mfa_reason reason;
		const char *words;
	} cases[] = {
		{ MFA_REASON_USED, "used already" },
		{ MFA_REASON_CLOCK, "clock of this machine" },
		{ MFA_REASON_SUSPENDED, "suspended" },
		{ MFA_REASON_LOCKED, "locked" },
		{ MFA_REASON_NOT_ENROLLED, "no authenticator enrolled" },
		{ MFA_REASON_FAILED, "out of order" },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		struct script script = explain(cases[i].reason, "");
		assert_non_null(strstr(script.line, cases[i].words));
	}
}

static void any_other_reason_is_a_plain_failure(void **state MFA_UNUSED)
{
	static const enum mfa_reason plain[] = {
		MFA_REASON_NONE,	 MFA_REASON_WRONG,   MFA_REASON_UNKNOWN_USER,
		MFA_REASON_EMPTY,	 MFA_REASON_NO_AUTH, MFA_REASON_NOT_A_CODE,
		MFA_REASON_USER_CHANGED, MFA_REASON_COUNT,
	};
	for (size_t i = 0; i < MFA_COUNT(plain); i++)
		assert_string_equal(explain(plain[i], "").line, "Authentication failed.");
}

static void whom_to_ask_is_told(void **state MFA_UNUSED)
{
	struct script script = explain(MFA_REASON_WRONG, "情報政策課 内線1234");
	assert_string_equal(script.line,
			    "Authentication failed. (contact: 情報政策課 内線1234)");
}

/* Where nothing else than ASCII can be shown. */
static void a_contact_that_cannot_be_shown_is_left_out(void **state MFA_UNUSED)
{
	struct script script = { 0 };
	struct mfa_dialog dialog = script_dialog(&script);
	dialog.is_ascii = true;
	mfa_reason_explain(&dialog, NULL, "情報政策課 内線1234", MFA_REASON_WRONG);
	assert_string_equal(script.line, "Authentication failed.");
	mfa_reason_explain(&dialog, NULL, "phone 1234", MFA_REASON_WRONG);
	assert_string_equal(script.line, "Authentication failed. (contact: phone 1234)");
}

static void a_contact_is_no_format(void **state MFA_UNUSED)
{
	struct script script = explain(MFA_REASON_WRONG, "%s%n%d");
	assert_string_equal(script.line, "Authentication failed. (contact: %s%n%d)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_a_name_of_its_own),
		cmocka_unit_test(each_refusal_that_a_person_can_act_on_is_named),
		cmocka_unit_test(any_other_reason_is_a_plain_failure),
		cmocka_unit_test(whom_to_ask_is_told),
		cmocka_unit_test(a_contact_that_cannot_be_shown_is_left_out),
		cmocka_unit_test(a_contact_is_no_format),
	};
	return group_main("reason", tests);
}
