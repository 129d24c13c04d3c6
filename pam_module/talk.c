/* SPDX-License-Identifier: BSD-2-Clause */
#include "talk.h"

#include <stdio.h>
#include <string.h>

#include "interrupt.h"
#include "mfa/typed_code.h"
#include "service.h"

enum {
	/* longer than the service takes between two messages, with locks and a touch */
	PATIENCE_MS = 120000,
	SLICE_MS = 200, /* between two looks for Ctrl-C */
	SEND_MS = 10000,
	PACKETS_MAX = 400,
	REOPENED_MAX = 8,
};

/* Begins the login, with the service or without it. */
static int open_channel(struct talk *talk, struct mfa_diag *diag)
{
	unsigned char payload[MFA_PACKET_SIZE];
	struct mfa_span begin = { payload, 0 };
	if (mfa_authd_pack_begin(&talk->claims->begin, payload, &begin.len) != MFA_OK)
		return mfa_fail(
			diag, MFA_ERR_INVALID,
			"the application's user, service, terminal or host is too "
			"long");
	int err = talk->is_once ? MFA_ERR_NOTFOUND
				: service_connect(begin, diag, &talk->channel);
	bool is_unreachable = err == MFA_ERR_NOTFOUND ||
			      (err == MFA_ERR_BUSY && service_is_root_only());
	if (is_unreachable) {
		talk->is_once = true;
		err = service_start_once(begin, diag, &talk->channel);
	}
	if (err == MFA_OK)
		diag->text[0] = '\0';
	return err;
}

static bool is_equal(const unsigned char *one, const unsigned char *other, size_t len)
{
	volatile unsigned char difference = 0;
	for (size_t i = 0; i < len; i++)
		difference = (unsigned char)(difference | (one[i] ^ other[i]));
	return difference == 0;
}

/* What has to leave the program of a line: with forward_pass what could be the code at
 * its end, for the password stays here. sshd's filler is neither. */
static struct mfa_authd_reply reply_of(const struct talk *talk,
				       const struct mfa_secret *line)
{
	struct mfa_authd_reply reply = {
		.user = claims_other_user(talk->claims),
		.text = { line->data, line->len },
	};
	const char *text = (const char *)line->data;
	reply.is_again = line->len > 0 && line->len == talk->password.len &&
			 is_equal(line->data, talk->password.data, line->len);
	if (reply.is_again)
		reply.text.len = 0;
	else if (talk->claims->begin.wants_password && line->len > 0 &&
		 !mfa_text_is_sshd_filler(text, line->len)) {
		size_t start = mfa_text_code_end(text, line->len);
		reply.is_cut = start > 0;
		reply.text = (struct mfa_span){ line->data + start, line->len - start };
	}
	if (reply.text.len > MFA_AUTHD_REPLY_MAX) /* too long to be a code */
		reply.text.len = MFA_AUTHD_REPLY_MAX;
	return reply;
}

static int send_none(const struct talk *talk)
{
	unsigned char why = talk->answer_err == MFA_ERR_ABORT	? MFA_AUTHD_GIVEN_UP
			    : talk->answer_err == MFA_ERR_NOMEM ? MFA_AUTHD_NO_MEMORY
								: MFA_AUTHD_NO_DIALOG;
	return mfa_packet_send(talk->channel, MFA_AUTHD_NONE,
			       (struct mfa_span){ &why, 1 }, SEND_MS);
}

static int send_reply(struct talk *talk, const struct mfa_authd_reply *reply)
{
	unsigned char payload[MFA_PACKET_SIZE];
	size_t len = 0;
	(void)snprintf(talk->user, sizeof talk->user, "%s", reply->user);
	int err = mfa_authd_pack_reply(reply, payload, &len);
	if (err == MFA_OK)
		err = mfa_packet_send(talk->channel, MFA_AUTHD_REPLY,
				      (struct mfa_span){ payload, len }, SEND_MS);
	mfa_wipe(payload, sizeof payload);
	return err;
}

void talk_forget(const struct talk *talk, struct outcome *outcome)
{
	if (outcome->line.data != NULL)
		talk->dialog->forget(talk->dialog->context, &outcome->line);
}

/* The device's own question. Its answer is not the login's, and no password either. */
static int answer_device(struct talk *talk, const char *prompt)
{
	struct mfa_secret line = { 0 };
	if (talk->claims->begin.wants_password) /* in which no device is asked */
		return MFA_ERR_INVALID;
	talk->has_answer = false;
	talk->answer_err = talk->dialog->ask(talk->dialog->context, prompt, &line);
	if (talk->answer_err != MFA_OK)
		return send_none(talk);
	const struct mfa_authd_reply reply = reply_of(talk, &line);
	int err = send_reply(talk, &reply);
	talk->dialog->forget(talk->dialog->context, &line);
	return err;
}

/* An answer that no service has taken is given again, and not asked for. */
static int answer_question(struct talk *talk, const char *prompt, struct outcome *outcome)
{
	if (!talk->has_answer) {
		talk_forget(talk, outcome);
		talk->answer_err =
			talk->dialog->ask(talk->dialog->context, prompt, &outcome->line);
		talk->has_answer = true;
	}
	if (talk->answer_err != MFA_OK)
		return send_none(talk);
	const struct mfa_authd_reply reply = reply_of(talk, &outcome->line);
	return send_reply(talk, &reply);
}

/* Texts in packets are not NUL-terminated. */
static void copy_text(struct mfa_span payload, char ret_text[static MFA_PACKET_SIZE])
{
	memcpy(ret_text, payload.data, payload.len);
	ret_text[payload.len] = '\0';
}

static int take_verdict(struct mfa_span payload, struct outcome *outcome)
{
	int err = mfa_authd_unpack_verdict(payload, &outcome->verdict);
	if (err != MFA_OK)
		return err;
	(void)snprintf(outcome->name, sizeof outcome->name, "%s", outcome->verdict.name);
	outcome->verdict.name = outcome->name;
	outcome->is_reported = true;
	if (outcome->verdict.code_len > outcome->line.len)
		outcome->verdict.code_len = outcome->line.len;
	return MFA_OK;
}

/* conf= is not the service's. */
static int go_elsewhere(struct talk *talk, struct mfa_diag *diag)
{
	if (talk->is_once)
		return MFA_ERR_INVALID;
	mfa_close_fd(&talk->channel);
	talk->is_once = true;
	return open_channel(talk, diag);
}

static int take_packet(struct talk *talk, unsigned char letter, struct mfa_span payload,
		       struct mfa_diag *diag, struct outcome *outcome)
{
	char text[MFA_PACKET_SIZE];
	copy_text(payload, text);
	switch (letter) {
	case MFA_AUTHD_ASK:
		return answer_question(talk, text, outcome);
	case MFA_AUTHD_ASK_DEVICE:
		return answer_device(talk, text);
	case MFA_AUTHD_TAKEN:
		talk->has_answer = false;
		return MFA_OK;
	case MFA_AUTHD_INFO:
		talk->dialog->tell(talk->dialog->context, MFA_TELL_INFO, text);
		return MFA_OK;
	case MFA_AUTHD_ERROR:
		talk->dialog->tell(talk->dialog->context, MFA_TELL_ERROR, text);
		return MFA_OK;
	case MFA_AUTHD_VERDICT:
		return take_verdict(payload, outcome);
	case MFA_AUTHD_ONCE:
		return go_elsewhere(talk, diag);
	default:
		return MFA_ERR_INVALID;
	}
}

/* The service sees the connection end, has the key blink no more, and logs it. */
static int give_up(struct talk *talk, struct outcome *outcome)
{
	mfa_close_fd(&talk->channel);
	outcome->verdict.verdict = MFA_GIVEN_UP;
	outcome->is_reported = true;
	return MFA_OK;
}

static int receive_packet(struct talk *talk, struct mfa_diag *diag,
			  struct outcome *outcome)
{
	unsigned char bytes[MFA_PACKET_SIZE];
	struct mfa_secret buffer = { bytes, sizeof bytes };
	unsigned char letter = 0;
	struct mfa_span payload = { 0 };
	int err = MFA_ERR_BUSY;
	for (int ms = 0; err == MFA_ERR_BUSY && ms < PATIENCE_MS; ms += SLICE_MS) {
		if (ms > 0 && interrupt_is_pending())
			return give_up(talk, outcome);
		err = mfa_packet_receive(talk->channel, &buffer, SLICE_MS, &letter,
					 &payload);
	}
	return err == MFA_OK ? take_packet(talk, letter, payload, diag, outcome) : err;
}

/* The service restarts, or has been ended: what it has taken is not known to have
 * counted, and is asked for once more; what it has not taken is sent again. */
static bool is_broken(const struct talk *talk, int err)
{
	return (err == MFA_ERR_ABORT || err == MFA_ERR_IO) && !talk->is_once &&
	       talk->channel >= 0 && talk->reopened < REOPENED_MAX;
}

static int reopen(struct talk *talk, struct mfa_diag *diag)
{
	talk->reopened++;
	mfa_close_fd(&talk->channel);
	return open_channel(talk, diag);
}

static int fail(int err, struct mfa_diag *diag)
{
	if (diag->text[0] != '\0')
		return err;
	/* without a verdict nothing is known, so the error is always this one */
	return mfa_fail(diag, MFA_ERR_IO, "mfa-authd gave no verdict: %s",
			mfa_strerror(err));
}

int talk_run(struct talk *talk, struct mfa_diag *diag, struct outcome *ret_outcome)
{
	*ret_outcome = (struct outcome){ .verdict = { .verdict = MFA_DENY, .name = "" } };
	int err = open_channel(talk, diag);
	for (int i = 0; i < PACKETS_MAX && !ret_outcome->is_reported; i++) {
		if (is_broken(talk, err))
			err = reopen(talk, diag);
		else if (err == MFA_OK)
			err = receive_packet(talk, diag, ret_outcome);
		else
			return fail(err, diag);
	}
	return ret_outcome->is_reported ? MFA_OK : fail(MFA_ERR_INVALID, diag);
}

void talk_refuse(const struct talk *talk)
{
	(void)mfa_packet_send(talk->channel, MFA_AUTHD_REFUSE,
			      (struct mfa_span){ NULL, 0 }, SEND_MS);
}

void talk_done(struct talk *talk)
{
	mfa_close_fd(&talk->channel);
}
