/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/store/kind.c: names and numbers of kinds and states. */
#include "mfa/kind.h"

#include "support.h"

static void kinds_and_states_have_names(void **state MFA_UNUSED)
{
	for (unsigned kind = 1; kind < MFA_KIND_COUNT; kind++)
		assert_int_equal(mfa_kind_from_name(mfa_kind_name((enum mfa_kind)kind)),
				 kind);
	assert_string_equal(mfa_kind_name(MFA_KIND_NONE), "unknown");
	assert_string_equal(mfa_kind_name((enum mfa_kind)99), "unknown");
	assert_int_equal(mfa_kind_from_name("unknown"), MFA_KIND_NONE);
	assert_int_equal(mfa_kind_from_name(""), MFA_KIND_NONE);
	assert_int_equal(mfa_kind_from_name("totp "), MFA_KIND_NONE);
	assert_string_equal(mfa_state_name(MFA_STATE_ACTIVE), "active");
	assert_string_equal(mfa_state_name(MFA_STATE_SUSPENDED), "suspended");
	assert_string_equal(mfa_state_name(MFA_STATE_NONE), "unknown");
}

/* Records on disk hold the numbers. */
static void stored_numbers_never_change(void **state MFA_UNUSED)
{
	assert_int_equal(mfa_kind_from_name("totp"), 1);
	assert_int_equal(mfa_kind_from_name("hotp"), 2);
	assert_int_equal(mfa_kind_from_name("yubikey"), 3);
	assert_int_equal(mfa_kind_from_name("yubikey-otp"), 4);
	assert_int_equal(mfa_kind_from_name("fido2"), 5);
	assert_int_equal(mfa_kind_from_name("recovery"), 6);
	assert_int_equal(mfa_kind_from_name("temporary"), 7);
	assert_int_equal(mfa_kind_from_name("break-glass"), 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_and_states_have_names),
		cmocka_unit_test(stored_numbers_never_change),
	};
	return group_main("kind", tests);
}
