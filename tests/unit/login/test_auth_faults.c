/* SPDX-License-Identifier: BSD-2-Clause */
/* A login whose libraries or memory fail, or that others overtake again and again. */
#include <errno.h>
#include <string.h>

#include "faults.h"
#include "login.h"
#include "mfa/language.h"

static struct outcome login_with_fault(void **state, const char *call, unsigned nth,
				       int errnum, bool *ret_was_hit)
{
	struct code code = code_of(&totp_spec, STEP);
	fault_begin(call, nth, errnum);
	struct outcome outcome = login(state, (struct attempt){ .answer = code.text });
	*ret_was_hit = fault_end();
	return outcome;
}

static void a_right_code_that_cannot_be_computed_is_no_code(void **state)
{
	bool was_hit = true;
	unsigned nth = 1;
	for (;; nth++) {
		struct outcome outcome = login_with_fault(state, "oath_totp_generate2",
							  nth, EIO, &was_hit);
		if (!was_hit)
			break;
		assert_outcome(outcome, MFA_UNAVAILABLE, MFA_REASON_FAILED);
		assert_int_equal(failures_of(state, "taro"), 0);
	}
	assert_true(nth > 3); /* the window of three time steps, at least */
}

/* How many codes are computed for an answer: the time it takes. */
static unsigned count_codes(void **state, const char *user, const char *answer)
{
	bool was_hit = true;
	unsigned nth = 0;
	while (was_hit) {
		fault_begin("oath_totp_generate2", ++nth, EIO);
		(void)login(state, (struct attempt){ .user = user, .answer = answer });
		was_hit = fault_end();
	}
	return nth - 1;
}

static void a_decoy_costs_what_a_token_costs_whatever_its_drift(void **state)
{
	struct token_spec specs[] = { totp_spec, totp_spec, totp_spec };
	static const char *const users[] = { "hanako", "jiro", "taro" };
	specs[0].drift = -300; /* all three windows apart */
	specs[1].drift = 1;
	for (size_t i = 0; i < MFA_COUNT(users); i++) {
		if (i < 2)
			enroll(store_of(state), users[i], &specs[i], 1);
		assert_int_equal(count_codes(state, users[i], "000000"), 7);
	}
	assert_int_equal(count_codes(state, "nobody", "000000"), 7);
}

static void a_login_without_memory_is_refused_as_such(void **state)
{
	bool was_hit = true;
	unsigned nth = 1;
	for (;; nth++) {
		struct outcome outcome =
			login_with_fault(state, ANY_MEMORY, nth, ENOMEM, &was_hit);
		if (!was_hit)
			break;
		/* behind the line in the trail: the record is told so the next time */
		if (outcome.reason == MFA_REASON_USED)
			assert_audited(state, "\"reason\":\"code-used\"");
		else
			assert_outcome(outcome, MFA_NO_MEMORY, MFA_REASON_FAILED);
	}
	assert_true(nth > 3);
}

static void the_library_is_not_ready_without_liboath(void **state MFA_UNUSED)
{
	fault_begin("oath_init", 1, EIO);
	int err = mfa_init();
	assert_true(fault_end());
	assert_int_equal(err, MFA_ERR_CRYPTO);
	assert_int_equal(mfa_init(), MFA_OK);
}

static void without_memory_the_prompt_is_english(void **state MFA_UNUSED)
{
	fault_begin(ANY_MEMORY, 1, ENOMEM);
	struct mfa_language *language = mfa_language_open(MFA_LANGUAGE_JA, NULL);
	assert_true(fault_end());
	assert_null(language);
	assert_string_equal(mfa_text(language, "One-time code"), "One-time code");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		enrolled(a_right_code_that_cannot_be_computed_is_no_code),
		enrolled(a_decoy_costs_what_a_token_costs_whatever_its_drift),
		enrolled(a_login_without_memory_is_refused_as_such),
		cmocka_unit_test(the_library_is_not_ready_without_liboath),
		cmocka_unit_test(without_memory_the_prompt_is_english),
	};
	return group_main("auth_faults", tests);
}
