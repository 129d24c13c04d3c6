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
	assert_string_equal(prompt, "One-time password: ");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		enrolled(a_question_has_its_prompt),
		enrolled(between_steps_nothing_is_open),
		enrolled(another_process_goes_on),
		enrolled(the_state_has_no_secret),
		enrolled(an_error_instead_of_an_answer_ends_it),
	};
	return group_main("steps", tests);
}
