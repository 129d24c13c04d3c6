/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of a login that a device answers (reply.c, step.c, steps.c, worker.c). The
 * device is this test's own, wants a PIN, and replies over a pipe. */
#include "steps.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console.h"
#include "desk_fixture.h"
#include "factors/factors.h"
#include "job.h"
#include "worker.h"

static const char secret[] = "what only the device and its token have";
static const char pin[] = "4711";

static struct {
	bool wants_pin;
	int send_err;
	int reply_err;
	char given[32]; /* what it got as a PIN */
	unsigned open;
	int pipe[2];
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

static int send_byte(int err, struct mfa_diag *diag)
{
	if (err != MFA_OK)
		return mfa_fail(diag, err, "the device does not listen");
	return write(device.pipe[1], "r", 1) == 1 ? MFA_OK : MFA_ERR_IO;
}

static int send_fake(struct mfa_device_session *session MFA_UNUSED,
		     const struct mfa_device_order *order MFA_UNUSED,
		     struct mfa_diag *diag)
{
	return send_byte(device.send_err, diag);
}

static enum mfa_device_result collect_fake(struct mfa_device_session *session,
					   struct mfa_diag *diag MFA_UNUSED,
					   struct mfa_device_reply *ret_reply)
{
	char byte = 0;
	if (read(session->channel, &byte, 1) != 1)
		return MFA_DEVICE_UNUSABLE;
	if (device.wants_pin) {
		(void)snprintf(ret_reply->question, sizeof ret_reply->question, "PIN: ");
		return MFA_DEVICE_ASKS;
	}
	ret_reply->answer.kind = MFA_KIND_FIDO2;
	memcpy(ret_reply->answer.bytes, secret, sizeof secret);
	return MFA_DEVICE_ANSWERED;
}

static int reply_fake(struct mfa_device_session *session MFA_UNUSED,
		      struct mfa_span typed, struct mfa_diag *diag)
{
	(void)snprintf(device.given, sizeof device.given, "%.*s", (int)typed.len,
		       (const char *)typed.data);
	device.wants_pin = strcmp(device.given, pin) != 0;
	return send_byte(device.reply_err, diag);
}

static void close_fake(struct mfa_device_session *session)
{
	mfa_close_fd(&session->channel);
	device.open--;
}

static const char *request_fake(enum mfa_device_lead lead MFA_UNUSED)
{
	return "Enter, or %s";
}

static const char *problem_fake(enum mfa_device_result result)
{
	return result == MFA_DEVICE_ANSWERED ? "" : "No device.";
}

static const char *refusal_fake(enum mfa_device_result result MFA_UNUSED)
{
	return "It did not work.";
}

static int open_fake(const char *folder MFA_UNUSED, struct mfa_diag *diag MFA_UNUSED,
		     struct mfa_device_session *ret_session);

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

static int open_fake(const char *folder MFA_UNUSED, struct mfa_diag *diag MFA_UNUSED,
		     struct mfa_device_session *ret_session)
{
	ret_session->ops = &device_fake;
	ret_session->channel = fcntl(device.pipe[0], F_DUPFD_CLOEXEC, 0);
	ret_session->deadline_ms = mfa_monotonic_ms() + 10000;
	device.open++;
	return MFA_OK;
}

/* In the place of lib/factors/table.c and lib/devices/table.c. */
const struct mfa_factor_ops *const mfa_factors[] = { &mfa_factor_totp, &factor_fake };
const size_t mfa_factor_count = MFA_COUNT(mfa_factors);
const struct mfa_device_ops *const mfa_devices[] = { &device_fake };
const size_t mfa_device_count = MFA_COUNT(mfa_devices);

static struct desk_fixture at;

static int setup(void **state MFA_UNUSED)
{
	struct mfa_token tokens[2] = { { .kind = MFA_KIND_FIDO2,
					 .state = MFA_STATE_ACTIVE } };
	memcpy(tokens[0].data, secret, sizeof secret);
	make_token(&totp_spec, &tokens[1]);
	desk_fixture_open(&at, "factors = fido2 totp");
	enroll_tokens(at.host.host.store, "daemon", tokens, 2);
	console_enter(&at.host.box);
	memset(&device, 0, sizeof device);
	return pipe2(device.pipe, O_CLOEXEC);
}

static int teardown(void **state MFA_UNUSED)
{
	assert_int_equal(device.open, 0);
	console_leave();
	mfa_close_fd(&device.pipe[0]);
	mfa_close_fd(&device.pipe[1]);
	desk_fixture_close(&at);
	return 0;
}

#define with_device(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void assert_asked_by(unsigned char letter, const char *prompt)
{
	assert_int_equal(module_end_take(&at.module), letter);
	assert_int_equal(at.module.payload.len, strlen(prompt));
	assert_memory_equal(at.module.payload.data, prompt, strlen(prompt));
	assert_int_equal(at.visit.wait, VISIT_REPLY);
}

static void assert_asked(const char *prompt)
{
	assert_asked_by(MFA_AUTHD_ASK, prompt);
}

/* The module keeps no answer to it. */
static void assert_pin_asked(void)
{
	assert_asked_by(MFA_AUTHD_ASK_DEVICE, "PIN: ");
}

static void reply(const char *text)
{
	desk_fixture_reply(&at, text);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
}

static void begin(void)
{
	const struct steps_login login = { .user = "daemon", .service = "test" };
	desk_fixture_begin(&at, &login);
	assert_asked("Enter, or code: ");
}

/* Nobody waits for it meanwhile. */
static void begin_with_device(void)
{
	begin();
	reply("");
	assert_int_equal(at.visit.wait, VISIT_DEVICE);
	assert_int_equal(device.open, 1);
	assert_int_equal(module_end_take(&at.module), 0);
}

static void its_answer_lets_in(void **state MFA_UNUSED)
{
	begin_with_device();
	steps_device(&at.desk, &at.visit);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_ALLOW);
	assert_int_equal(at.visit.wait, VISIT_VERDICT);
}

static void its_question_is_put_and_the_pin_goes_to_it_alone(void **state MFA_UNUSED)
{
	device.wants_pin = true;
	begin_with_device();
	steps_device(&at.desk, &at.visit);
	assert_pin_asked();
	reply("0000");
	assert_int_equal(at.visit.wait, VISIT_DEVICE);
	steps_device(&at.desk, &at.visit);
	assert_pin_asked();
	reply(pin);
	assert_string_equal(device.given, pin);
	assert_null(memmem(&at.visit, sizeof at.visit, pin, strlen(pin)));
	assert_null(memmem(at.desk.packet.data, at.desk.packet.len, pin, strlen(pin)));
	steps_device(&at.desk, &at.visit);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_ALLOW);
}

static void one_that_does_not_listen_refuses(void **state MFA_UNUSED)
{
	device.send_err = MFA_ERR_IO;
	begin();
	reply("");
	assert_int_equal(module_end_take_verdict(&at.module), MFA_UNAVAILABLE);
	assert_int_equal(device.open, 0);
	desk_fixture_assert_line(&at, "the device does not listen");
}

static void one_that_breaks_at_its_question_refuses(void **state MFA_UNUSED)
{
	device.wants_pin = true;
	device.reply_err = MFA_ERR_IO;
	begin_with_device();
	steps_device(&at.desk, &at.visit);
	assert_pin_asked();
	reply(pin);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_UNAVAILABLE);
	assert_int_equal(device.open, 0);
}

static void who_gives_up_at_its_question_is_out(void **state MFA_UNUSED)
{
	const unsigned char why = MFA_AUTHD_GIVEN_UP;
	device.wants_pin = true;
	begin_with_device();
	steps_device(&at.desk, &at.visit);
	assert_pin_asked();
	desk_fixture_send(&at, MFA_AUTHD_NONE, &why, 1);
	assert_int_equal(module_end_take(&at.module), MFA_AUTHD_TAKEN);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_GIVEN_UP);
}

/* Nothing was asked, so nothing counts. */
static void a_message_meanwhile_breaks_off(void **state MFA_UNUSED)
{
	begin_with_device();
	desk_fixture_reply(&at, desk_fixture_code().text);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_NO_DIALOG);
	assert_int_equal(at.visit.wait, VISIT_END);
	desk_fixture_assert_line(&at, "\"result\":\"no-dialog\"");
}

static void a_module_that_goes_meanwhile_leaves_a_line(void **state MFA_UNUSED)
{
	begin_with_device();
	steps_gone(&at.desk, &at.visit);
	assert_int_equal(at.visit.wait, VISIT_END);
	desk_fixture_assert_line(&at, "\"result\":\"no-dialog\"");
}

static void a_configuration_that_breaks_meanwhile_refuses(void **state MFA_UNUSED)
{
	begin_with_device();
	write_text(path_in(&at.host.box, "mfa.conf"), "[host]\nzzz = 1\n");
	steps_device(&at.desk, &at.visit);
	assert_int_equal(module_end_take_verdict(&at.module), MFA_UNAVAILABLE);
	assert_int_equal(at.visit.wait, VISIT_END);
}

/* The parent keeps it with the visit. */
static void another_worker_goes_on_with_it(void **state MFA_UNUSED)
{
	struct worker worker;
	struct job job = { .kind = JOB_DEVICE };
	int none = -1;
	int channel = -1;
	device.wants_pin = true;
	begin_with_device();
	assert_int_equal(worker_start(path_in(&at.host.box, "mfa.conf"), NULL, &worker),
			 MFA_OK);
	job.visit = at.visit;
	assert_int_equal(job_send(worker.socket, &job, at.desk.connection,
				  at.visit.session.channel),
			 MFA_OK);
	mfa_device_close(&at.visit.session);
	assert_int_equal(job_receive(worker.socket, &job, &none, &channel), MFA_OK);
	at.visit = job.visit;
	assert_pin_asked();
	assert_false(job.is_last);
	assert_true(channel >= 0); /* it comes back, for the next one */
	mfa_close_fd(&channel);
	assert_int_equal(close(worker.socket), 0);
	assert_int_equal(end_of(worker.pid), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_device(its_answer_lets_in),
		with_device(its_question_is_put_and_the_pin_goes_to_it_alone),
		with_device(one_that_does_not_listen_refuses),
		with_device(one_that_breaks_at_its_question_refuses),
		with_device(who_gives_up_at_its_question_is_out),
		with_device(a_message_meanwhile_breaks_off),
		with_device(a_module_that_goes_meanwhile_leaves_a_line),
		with_device(a_configuration_that_breaks_meanwhile_refuses),
		with_device(another_worker_goes_on_with_it),
	};
	return group_main("authd_device", tests);
}
