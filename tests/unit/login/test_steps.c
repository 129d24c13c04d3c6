/* SPDX-License-Identifier: BSD-2-Clause */
/* Logins step by step: the caller can wait elsewhere in between. */
#include <string.h>
#include <unistd.h>

#include "login.h"

struct run {
	struct script script;
	struct mfa_dialog dialog;
	struct mfa_auth_request request;
	struct mfa_auth_state state;
	struct mfa_auth_result result;
};

static void begin(struct test_host *host, struct run *run)
{
	*run = (struct run){ .script = { .answer = "" } };
	run->dialog = script_dialog(&run->script);
	run->request = (struct mfa_auth_request){
		.site = &host->host,
		.zone = &host->host.config->zones[0],
		.login = { .service = "test", .user = "taro", .now = NOW },
		.dialog = &run->dialog,
		.known_user = MFA_MATCH_YES,
	};
	assert_int_equal(mfa_auth_begin(&run->request, &run->state, &run->result),
			 MFA_STEP_QUESTION);
}

/* The step of an answer, in the process that calls it. */
static enum mfa_auth_step give_answer(struct run *run, const char *text)
{
	struct mfa_secret typed = { 0 };
	assert_int_equal(mfa_secret_copy(text, strlen(text), &typed), MFA_OK);
	enum mfa_auth_step step =
		mfa_auth_answer(&run->request, &run->state, MFA_OK, &typed, &run->result);
	assert_null(typed.data); /* it was wiped */
	return step;
}

static void a_question_has_its_prompt(void **state)
{
	struct run run;
	char prompt[MFA_PROMPT_SIZE];
	begin(*state, &run);
	mfa_auth_prompt(&run.request, &run.state, prompt);
	assert_string_equal(prompt, "One-time code: ");
	assert_int_equal(give_answer(&run, code_of(&totp_spec, STEP).text), MFA_STEP_END);
	assert_int_equal(run.result.verdict, MFA_ALLOW);
	mfa_auth_result_done(&run.result);
}

/* While a person thinks nothing is held: no lock, no key, no file. */
static void between_steps_nothing_is_open(void **state)
{
	struct run run;
	struct test_host *host = *state;
	mfa_site_close(&host->host);
	begin(host, &run);
	assert_false(host->host.is_open);
	assert_int_equal(give_answer(&run, wrong_code(&totp_spec, STEP).text),
			 MFA_STEP_END);
	assert_false(host->host.is_open);
	assert_int_equal(run.result.reason, MFA_REASON_WRONG);
	mfa_auth_result_done(&run.result);
	assert_int_equal(mfa_site_open(&host->host, NULL), MFA_OK);
}

struct errand {
	struct test_host *host;
	int pipe;
	const char *answer;
};

/* Has nothing of the first process but the bytes of the state. */
static int finish_elsewhere(void *context, unsigned index MFA_UNUSED)
{
	struct errand *errand = context;
	struct run run;
	begin(errand->host, &run);
	if (read(errand->pipe, &run.state, sizeof run.state) != sizeof run.state ||
	    give_answer(&run, errand->answer) != MFA_STEP_END)
		return 99;
	return (int)run.result.reason;
}

static int reason_elsewhere(struct test_host *host, const char *answer)
{
	int ends[2];
	struct run run;
	begin(host, &run);
	mfa_site_close(&host->host); /* each process opens it for itself */
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], &run.state, sizeof run.state), sizeof run.state);
	struct errand errand = { host, ends[0], answer };
	int reason = end_of(start_process(finish_elsewhere, &errand));
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(mfa_site_open(&host->host, NULL), MFA_OK);
	return reason;
}

static void another_process_goes_on(void **state)
{
	const struct code right = code_of(&totp_spec, STEP);
	assert_int_equal(reason_elsewhere(*state, wrong_code(&totp_spec, STEP).text),
			 MFA_REASON_WRONG);
	assert_int_equal(failures_of(state, "taro"), 1);
	assert_int_equal(reason_elsewhere(*state, right.text), MFA_REASON_RIGHT);
	assert_int_equal(reason_elsewhere(*state, right.text), MFA_REASON_USED);
}

static void the_state_has_no_secret(void **state)
{
	struct run run;
	static const char typed[] = "314159";
	begin(*state, &run);
	(void)give_answer(&run, typed);
	assert_null(memmem(&run.state, sizeof run.state, typed, strlen(typed)));
	mfa_auth_result_done(&run.result);
}

static void an_error_instead_of_an_answer_ends_it(void **state)
{
	static const struct {
		int err;
		enum mfa_verdict verdict;
	} cases[] = { { MFA_ERR_CONV, MFA_NO_DIALOG },
		      { MFA_ERR_ABORT, MFA_GIVEN_UP },
		      { MFA_ERR_NOMEM, MFA_NO_MEMORY } };
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		struct run run;
		struct mfa_secret none = { 0 };
		begin(*state, &run);
		assert_int_equal(mfa_auth_answer(&run.request, &run.state, cases[i].err,
						 &none, &run.result),
				 MFA_STEP_END);
		assert_int_equal(run.result.verdict, cases[i].verdict);
		mfa_auth_result_done(&run.result);
	}
	assert_int_equal(failures_of(state, "taro"), 0);
}

static void assert_refused(struct run *run)
{
	assert_int_equal(run->state.step, MFA_STEP_END);
	assert_int_equal(run->result.verdict, MFA_DENY);
	assert_int_equal(run->result.reason, MFA_REASON_FAILED);
	mfa_auth_result_done(&run->result);
}

static void after_the_end_nothing_lets_in(void **state)
{
	struct run run;
	begin(*state, &run);
	(void)give_answer(&run, wrong_code(&totp_spec, STEP).text);
	assert_int_equal(give_answer(&run, code_of(&totp_spec, STEP).text), MFA_STEP_END);
	assert_refused(&run);
	begin(*state, &run);
	(void)give_answer(&run, code_of(&totp_spec, STEP).text);
	assert_int_equal(run.result.verdict, MFA_ALLOW);
	assert_int_equal(give_answer(&run, wrong_code(&totp_spec, STEP).text),
			 MFA_STEP_END);
	assert_refused(&run);
	assert_int_equal(failures_of(state, "taro"), 0); /* nor does it count */
}

/* The steps that wait, and the function that each is for. */
static void call_answer(struct run *run)
{
	(void)give_answer(run, code_of(&totp_spec, STEP).text);
}

static void call_answer_device(struct run *run)
{
	struct mfa_secret typed = { 0 };
	assert_int_equal(mfa_secret_copy("4711", 4, &typed), MFA_OK);
	(void)mfa_auth_answer_device(&run->request, &run->state, MFA_OK, &typed,
				     &run->result);
	assert_null(typed.data);
}

static void call_open_device(struct run *run)
{
	struct mfa_device_session session;
	struct mfa_device_candidates candidates;
	(void)mfa_auth_open_device(&run->request, &run->state, &session, &candidates,
				   &run->result);
	assert_null(session.ops);
	assert_int_equal(candidates.count, 0);
}

static void call_take_reply(struct run *run)
{
	static const struct mfa_device_reply none;
	struct mfa_device_reply reply = { .question = "PIN: " };
	(void)mfa_auth_take_reply(&run->request, &run->state, MFA_DEVICE_ANSWERED, &reply,
				  &run->result);
	assert_memory_equal(&reply, &none, sizeof none);
}

static void a_step_out_of_order_is_a_refusal(void **state)
{
	static const struct {
		void (*call)(struct run *run);
		unsigned own; /* steps, as bits */
	} cases[] = {
		{ call_answer, 1U << MFA_STEP_QUESTION },
		{ call_answer_device, 1U << MFA_STEP_DEVICE_QUESTION },
		{ call_open_device, 1U << MFA_STEP_DEVICE },
		{ call_take_reply,
		  1U << MFA_STEP_DEVICE | 1U << MFA_STEP_DEVICE_QUESTION },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++)
		for (unsigned step = 0; step <= MFA_STEP_END; step++) {
			struct run run;
			if ((cases[i].own & 1U << step) != 0)
				continue;
			begin(*state, &run);
			run.state.step = (enum mfa_auth_step)step;
			cases[i].call(&run);
			assert_refused(&run);
		}
	assert_outcome(
		login(state,
		      (struct attempt){ .answer = code_of(&totp_spec, STEP).text }),
		MFA_ALLOW, MFA_REASON_RIGHT); /* no code was used up */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		enrolled(a_question_has_its_prompt),
		enrolled(between_steps_nothing_is_open),
		enrolled(another_process_goes_on),
		enrolled(the_state_has_no_secret),
		enrolled(after_the_end_nothing_lets_in),
		enrolled(a_step_out_of_order_is_a_refusal),
		enrolled(an_error_instead_of_an_answer_ends_it),
	};
	return group_main("steps", tests);
}
