/* SPDX-License-Identifier: BSD-2-Clause */
/* A kind of device that this test alone has: its table, its factor and its tokens, and
 * not one line elsewhere. It wants a PIN. */
#include "mfa/device.h"

#include <stdio.h>
#include <string.h>

#include "factors/factors.h"
#include "login.h"

static const char secret[] = "what only the device and its token have";
static const char pin[] = "4711";

/* The device, as it is plugged in or not. */
static struct {
	bool is_plugged;
	bool wants_pin;
	unsigned tries;
	unsigned asked;
	unsigned candidates;
	char given[32]; /* what it got as a PIN */
	int open_err;
	bool is_open;
} device;

static int verify_fake(const struct mfa_token *token, const struct mfa_attempt *attempt,
		       enum mfa_check *ret_check,
		       struct mfa_advance *ret_advance MFA_UNUSED)
{
	bool is_mine = attempt->answer != NULL && attempt->answer->kind == MFA_KIND_FIDO2;
	*ret_check = !is_mine ? MFA_CHECK_MISFIT
		     : memcmp(attempt->answer->bytes, token->data, sizeof secret) == 0
			     ? MFA_CHECK_RIGHT
			     : MFA_CHECK_WRONG;
	return MFA_OK;
}

static int advance_fake(struct mfa_token *token MFA_UNUSED,
			const struct mfa_advance *advance MFA_UNUSED)
{
	return MFA_OK;
}

static size_t code_len_fake(const struct mfa_token *token MFA_UNUSED)
{
	return 0;
}

static const struct mfa_factor_ops factor_fake = {
	.kind = MFA_KIND_FIDO2,
	.is_device = true,
	.verify = verify_fake,
	.advance = advance_fake,
	.code_len = code_len_fake,
};

static int add_fake(const struct mfa_token *token MFA_UNUSED,
		    struct mfa_device_candidates *inout_candidates)
{
	inout_candidates->count++;
	return MFA_OK;
}

static enum mfa_device_result answer_or_ask(struct mfa_device_reply *ret_reply)
{
	if (device.wants_pin) {
		(void)snprintf(ret_reply->question, sizeof ret_reply->question,
			       "PIN (%u tries left): ", device.tries);
		return MFA_DEVICE_ASKS;
	}
	ret_reply->answer.kind = MFA_KIND_FIDO2;
	memcpy(ret_reply->answer.bytes, secret, sizeof secret);
	return MFA_DEVICE_ANSWERED;
}

static int open_fake(const char *folder MFA_UNUSED, struct mfa_diag *diag,
		     struct mfa_device_session *ret_session);

static int send_fake(struct mfa_device_session *session MFA_UNUSED,
		     const struct mfa_device_order *order,
		     struct mfa_diag *diag MFA_UNUSED)
{
	device.asked++;
	device.candidates = (unsigned)order->candidates->count;
	return MFA_OK;
}

static enum mfa_device_result collect_fake(struct mfa_device_session *session MFA_UNUSED,
					   struct mfa_diag *diag MFA_UNUSED,
					   struct mfa_device_reply *ret_reply)
{
	if (!device.is_plugged)
		return MFA_DEVICE_ABSENT;
	if (device.tries == 0)
		return MFA_DEVICE_EMPTY;
	return device.candidates == 0 ? MFA_DEVICE_OTHER : answer_or_ask(ret_reply);
}

static int reply_fake(struct mfa_device_session *session MFA_UNUSED,
		      struct mfa_span typed, struct mfa_diag *diag MFA_UNUSED)
{
	(void)snprintf(device.given, sizeof device.given, "%.*s", (int)typed.len,
		       (const char *)typed.data);
	if (strcmp(device.given, pin) == 0)
		device.wants_pin = false;
	else
		device.tries--;
	return MFA_OK;
}

static void close_fake(struct mfa_device_session *session MFA_UNUSED)
{
	device.is_open = false;
}

static const char *request_fake(enum mfa_device_lead lead MFA_UNUSED)
{
	return "Second kind, or %s";
}

static const char *problem_fake(enum mfa_device_result result)
{
	return result == MFA_DEVICE_ANSWERED ? "" : "Second kind.";
}

static const char *refusal_fake(enum mfa_device_result result)
{
	return result == MFA_DEVICE_EMPTY ? "It is worn out." : "It did not work.";
}

static const struct mfa_device_ops device_fake = {
	.kind = MFA_KIND_FIDO2,
	.add_candidate = add_fake,
	.open = open_fake,
	.send = send_fake,
	.collect = collect_fake,
	.reply = reply_fake,
	.close = close_fake,
	.request = request_fake,
	.problem = problem_fake,
	.problem_named = problem_fake,
	.refusal = refusal_fake,
};

static int open_fake(const char *folder MFA_UNUSED, struct mfa_diag *diag,
		     struct mfa_device_session *ret_session)
{
	ret_session->ops = &device_fake;
	if (device.open_err != MFA_OK)
		return mfa_fail(diag, device.open_err, "no plug-in of the second kind");
	device.is_open = true;
	return MFA_OK;
}

/* Another kind, which is asked first. */
static struct {
	int open_err;
	enum mfa_device_result result;
} first;

static int send_nothing(struct mfa_device_session *session MFA_UNUSED,
			const struct mfa_device_order *order MFA_UNUSED,
			struct mfa_diag *diag MFA_UNUSED)
{
	return MFA_OK;
}

static enum mfa_device_result collect_nothing(
	struct mfa_device_session *session MFA_UNUSED, struct mfa_diag *diag MFA_UNUSED,
	struct mfa_device_reply *ret_reply MFA_UNUSED)
{
	return first.result;
}

static const struct mfa_device_ops device_first;

static int open_first(const char *folder MFA_UNUSED, struct mfa_diag *diag,
		      struct mfa_device_session *ret_session)
{
	ret_session->ops = &device_first;
	return first.open_err == MFA_OK
		       ? MFA_OK
		       : mfa_fail(diag, first.open_err, "no plug-in of the first kind");
}

static const char *request_first(enum mfa_device_lead lead)
{
	return lead == MFA_LEAD_DEVICE ? "Enter, or %s" : "%s, or Enter";
}

static const char *problem_first(enum mfa_device_result result)
{
	return result == MFA_DEVICE_ANSWERED ? ""
	       : result == MFA_DEVICE_OTHER  ? "Another's, first kind."
					     : "None of the first kind.";
}

static const char *refusal_first(enum mfa_device_result result MFA_UNUSED)
{
	return "The first kind did not work.";
}

static const struct mfa_device_ops device_first = {
	.kind = MFA_KIND_YUBIKEY,
	.add_candidate = add_fake,
	.open = open_first,
	.send = send_nothing,
	.collect = collect_nothing,
	.close = close_fake,
	.request = request_first,
	.problem = problem_first,
	.problem_named = problem_first,
	.refusal = refusal_first,
};

/* In the place of lib/factors/table.c and lib/devices/table.c. */
const struct mfa_factor_ops *const mfa_factors[] = { &mfa_factor_totp, &factor_fake };
const size_t mfa_factor_count = MFA_COUNT(mfa_factors);
const struct mfa_device_ops *const mfa_devices[] = { &device_first, &device_fake };
const size_t mfa_device_count = MFA_COUNT(mfa_devices);

static int setup(void **state)
{
	static struct test_host host;
	struct mfa_token tokens[2] = { { .kind = MFA_KIND_FIDO2,
					 .state = MFA_STATE_ACTIVE } };
	memcpy(tokens[0].data, secret, sizeof secret);
	make_token(&totp_spec, &tokens[1]);
	host_open(&host, "", "factors = fido2 yubikey totp\n");
	enroll_tokens(host.host.store, "taro", tokens, 2);
	*state = &host;
	memset(&device, 0, sizeof device);
	device.is_plugged = true;
	device.tries = 3;
	first.open_err = MFA_OK;
	first.result = MFA_DEVICE_ABSENT;
	return 0;
}

static int teardown(void **state)
{
	host_close(*state);
	return 0;
}

#define with_device(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void enter_and_the_device_let_in(void **state)
{
	struct outcome outcome = login(state, (struct attempt){ .answer = "" });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_string_equal(outcome.script.prompt, "Enter, or code: ");
	assert_int_equal(device.candidates, 1);
	assert_false(device.is_open);
}

static void its_pin_goes_to_it_alone(void **state)
{
	const char *const answers[] = { "", "0000", pin, NULL };
	device.wants_pin = true;
	struct outcome outcome = login(state, (struct attempt){ .answers = answers });
	assert_outcome(outcome, MFA_ALLOW, MFA_REASON_RIGHT);
	assert_int_equal(outcome.script.asked, 3);
	assert_string_equal(outcome.script.prompts[1], "PIN (3 tries left): ");
	assert_string_equal(outcome.script.prompts[2], "PIN (2 tries left): ");
	assert_string_equal(device.given, pin);
	assert_int_equal(device.asked, 1);
	assert_int_equal(failures_of(state, "taro"), 0);
}

/* Not even a right code is looked at where the device asks. */
static void a_code_for_a_pin_is_not_used_up(void **state)
{
	struct code code = code_of(&totp_spec, STEP);
	const char *const answers[] = { "",	   code.text, code.text,
					code.text, code.text, NULL };
	device.wants_pin = true;
	struct outcome outcome = login(state, (struct attempt){ .answers = answers });
	assert_outcome(outcome, MFA_ALLOW,
		       MFA_REASON_RIGHT); /* at the question after it */
	assert_int_equal(outcome.script.asked, 5);
	assert_int_equal(failures_of(state, "taro"), 0);
}

/* Who knows no PIN must not use up all tries. */
static void a_device_gets_three_answers(void **state)
{
	const char *const answers[] = { "", "0000", "1111", "2222", "3333", NULL };
	device.wants_pin = true;
	device.tries = 8;
	struct outcome outcome = login(state, (struct attempt){ .answers = answers });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_WRONG);
	assert_int_equal(outcome.script.asked, 4);
	assert_string_equal(device.given, "2222");
	assert_int_equal(device.tries, 5);
	assert_int_equal(failures_of(state, "taro"), 0);
	assert_false(device.is_open);
}

/* sudo -S and greeters answer every question with it. */
static void no_device_gets_the_password(void **state)
{
	const char *const answers[] = { "", "0000", "password", NULL };
	device.wants_pin = true;
	struct outcome outcome = login(
		state, (struct attempt){ .answer = "password", .password = "password" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_NOT_A_CODE);
	assert_int_equal(outcome.script.asked, 1);
	assert_string_equal(device.given, "");
	outcome = login(state,
			(struct attempt){ .answers = answers, .password = "password" });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_NOT_A_CODE);
	assert_string_equal(device.given, "0000");
	assert_int_equal(device.tries, 2);
	assert_int_equal(failures_of(state, "taro"), 0);
	assert_false(device.is_open);
}

static void who_gives_up_at_the_pin_is_out(void **state)
{
	const char *const answers[] = { "", NULL };
	device.wants_pin = true;
	struct outcome outcome = login(state, (struct attempt){ .answers = answers });
	assert_outcome(outcome, MFA_GIVEN_UP, MFA_REASON_NO_ANSWER);
	assert_false(device.is_open);
}

static void its_problem_has_its_own_words(void **state)
{
	const char *const answers[] = { "", "", "", NULL };
	device.tries = 0;
	struct outcome outcome = login(state, (struct attempt){ .answers = answers });
	assert_outcome(outcome, MFA_DENY, MFA_REASON_KEY_EMPTY);
	assert_string_equal(outcome.script.prompts[1], "Second kind. Enter or code: ");
	assert_non_null(strstr(outcome.script.line, "It is worn out."));
	assert_int_equal(failures_of(state, "taro"), 0);
}

/* Of two kinds the first one's, unless the second one's is more specific. */
static void one_problem_of_two_is_told(void **state)
{
	static const struct {
		enum mfa_device_result first;
		int first_err;
		int second_err;
		bool is_plugged;
		enum mfa_reason reason;
		const char *prompt;
	} cases[] = {
		{ MFA_DEVICE_ABSENT, 0, 0, false, MFA_REASON_KEY_ABSENT,
		  "None of the first kind. Enter or code: " },
		{ MFA_DEVICE_OTHER, 0, 0, false, MFA_REASON_KEY_OTHER,
		  "Another's, first kind. Enter or code: " },
		{ MFA_DEVICE_ABSENT, 0, 0, true, MFA_REASON_KEY_OTHER,
		  "Second kind. Enter or code: " },
		{ MFA_DEVICE_OTHER, 0, 0, true, MFA_REASON_KEY_OTHER,
		  "Another's, first kind. Enter or code: " },
		{ MFA_DEVICE_ABSENT, 0, MFA_ERR_NOTFOUND, true, MFA_REASON_KEY_ABSENT,
		  "None of the first kind. Enter or code: " },
		{ MFA_DEVICE_ABSENT, MFA_ERR_NOTFOUND, 0, false, MFA_REASON_KEY_ABSENT,
		  "Second kind. Enter or code: " },
	};
	const char *const answers[] = { "", "", "", NULL };
	enroll(store_of(state), "hanako", &totp_spec, 1);
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		first.result = cases[i].first;
		first.open_err = cases[i].first_err;
		device.open_err = cases[i].second_err;
		device.is_plugged = cases[i].is_plugged;
		struct outcome outcome = login(
			state, (struct attempt){ .user = "hanako", .answers = answers });
		assert_outcome(outcome, MFA_DENY, cases[i].reason);
		assert_string_equal(outcome.script.prompts[1], cases[i].prompt);
		bool is_of_second =
			strcmp(cases[i].prompt, "Second kind. Enter or code: ") == 0;
		assert_string_equal(outcome.script.line,
				    is_of_second ? "It did not work."
						 : "The first kind did not work.");
		assert_false(device.is_open);
	}
}

static void a_kind_that_cannot_be_opened_leaves_the_others(void **state)
{
	first.open_err = MFA_ERR_NOTFOUND;
	assert_outcome(login(state, (struct attempt){ .answer = "" }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
	device.open_err = MFA_ERR_NOTFOUND;
	struct outcome outcome = login(state, (struct attempt){ .answer = "" });
	assert_outcome(outcome, MFA_UNAVAILABLE, MFA_REASON_KEY_UNUSABLE);
	assert_string_equal(outcome.diag, "no plug-in of the second kind");
	first.open_err = MFA_OK;
	const struct code code = code_of(&totp_spec, STEP);
	const char *const answers[] = { "", code.text, NULL };
	assert_outcome(login(state, (struct attempt){ .answers = answers }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
}

static void the_code_is_taken_all_the_same(void **state)
{
	device.is_plugged = false;
	struct code code = code_of(&totp_spec, STEP);
	const char *const answers[] = { "", code.text, NULL };
	assert_outcome(login(state, (struct attempt){ .answers = answers }), MFA_ALLOW,
		       MFA_REASON_RIGHT);
}

static void who_has_no_token_of_it_is_another(void **state)
{
	const char *const answers[] = { "", "", "", NULL };
	enroll(store_of(state), "hanako", &totp_spec, 1);
	assert_outcome(
		login(state, (struct attempt){ .user = "hanako", .answers = answers }),
		MFA_DENY, MFA_REASON_KEY_OTHER);
	assert_int_equal(device.candidates, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_device(enter_and_the_device_let_in),
		with_device(its_pin_goes_to_it_alone),
		with_device(a_code_for_a_pin_is_not_used_up),
		with_device(a_device_gets_three_answers),
		with_device(no_device_gets_the_password),
		with_device(who_gives_up_at_the_pin_is_out),
		with_device(its_problem_has_its_own_words),
		with_device(one_problem_of_two_is_told),
		with_device(a_kind_that_cannot_be_opened_leaves_the_others),
		with_device(the_code_is_taken_all_the_same),
		with_device(who_has_no_token_of_it_is_another),
	};
	return group_main("device_kind", tests);
}
