/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper.h"

#include <locale.h>
#include <string.h>

#include "mfa/helper_protocol.h"
#include "mfa/spawn.h"

enum {
	/* longer than the helper takes between two messages, with locks, a touch, its
	 * rate limit */
	HELPER_MS = 120000,
	TURNS_MAX = 200,
	VERIFY_MODE = 04755,
};

/* A conversation with the helper. */
struct talk {
	int channel;
	const struct mfa_dialog *dialog;
	struct mfa_span password; /* what was typed before */
	struct mfa_secret packet; /* the last packet */
	struct mfa_secret line;	  /* the last answer, if it contains a password */
	bool wants_password;
};

static void talk_done(struct talk *talk)
{
	mfa_close_fd(&talk->channel);
	mfa_secret_done(&talk->packet);
	mfa_secret_done(&talk->line);
}

static const char *text_or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static int send_begin(struct talk *talk, const struct login *login, struct mfa_diag *diag)
{
	const char *locale = setlocale(LC_MESSAGES, NULL);
	struct mfa_helper_begin begin = {
		.user = login->facts.user,
		.service = text_or_empty(login->facts.login.service),
		.zone = text_or_empty(login->arguments.zone),
		.tty = text_or_empty(login->facts.login.tty),
		.rhost = text_or_empty(login->facts.login.rhost),
		.wants_password = login->arguments.forward_pass,
		.may_explain = login->arguments.explain,
		.is_japanese = locale != NULL && strncmp(locale, "ja", 2) == 0,
	};
	char packet[MFA_PACKET_SIZE];
	size_t len = 0;
	int err = mfa_helper_pack_begin(&begin, packet, &len);
	if (err != MFA_OK)
		return mfa_fail(
			diag, err,
			"the application's service, terminal or host is too long");
	talk->wants_password = begin.wants_password;
	return mfa_packet_send(talk->channel, MFA_HELPER_BEGIN,
			       (struct mfa_span){ (unsigned char *)packet, len },
			       HELPER_MS);
}

/* Texts in packets are not NUL-terminated. */
static void copy_text(struct mfa_span payload, char ret_text[static MFA_PACKET_SIZE])
{
	memcpy(ret_text, payload.data, payload.len);
	ret_text[payload.len] = '\0';
}

static int keep_line(struct talk *talk, struct mfa_span line)
{
	mfa_secret_done(&talk->line);
	return talk->wants_password ? mfa_secret_copy(line.data, line.len, &talk->line)
				    : MFA_OK;
}

static int send_none(struct talk *talk, int err)
{
	unsigned char why = err == MFA_ERR_ABORT   ? MFA_HELPER_GIVEN_UP
			    : err == MFA_ERR_NOMEM ? MFA_HELPER_NO_MEMORY
						   : MFA_HELPER_NO_DIALOG;
	return mfa_packet_send(talk->channel, MFA_HELPER_NONE,
			       (struct mfa_span){ &why, 1 }, HELPER_MS);
}

static int send_line(struct talk *talk, struct mfa_span line)
{
	unsigned char type = MFA_HELPER_REPLY;
	int err = keep_line(talk, line);
	if (err != MFA_OK)
		return send_none(talk, err);
	if (line.len > 0 && line.len == talk->password.len &&
	    mfa_secret_is_equal(line.data, talk->password.data, line.len)) {
		type = MFA_HELPER_AGAIN;
		line.len = 0;
	}
	if (line.len >= MFA_PACKET_SIZE) /* too long to be a code */
		line.len = MFA_PACKET_SIZE - 1;
	return mfa_packet_send(talk->channel, type, line, HELPER_MS);
}

static int answer_question(struct talk *talk, const char *prompt)
{
	const struct mfa_dialog *dialog = talk->dialog;
	struct mfa_secret typed = { 0 };
	int err = dialog->ask(dialog->context, prompt, &typed);
	if (err != MFA_OK)
		return send_none(talk, err);
	err = send_line(talk, (struct mfa_span){ typed.data, typed.len });
	dialog->forget(dialog->context, &typed);
	return err;
}

/* The helper says how much of the kept line is the password. */
static int take_verdict(struct talk *talk, struct mfa_span payload,
			struct mfa_auth_result *result)
{
	struct mfa_helper_verdict verdict;
	int err = mfa_helper_unpack_verdict(payload, &verdict);
	if (err == MFA_OK && talk->wants_password &&
	    verdict.password_len > talk->line.len)
		err = MFA_ERR_INVALID;
	if (err == MFA_OK && talk->wants_password && verdict.password_len > 0)
		err = mfa_secret_copy(talk->line.data, verdict.password_len,
				      &result->password);
	if (err == MFA_OK)
		result->verdict = verdict.verdict;
	return err;
}

/* Handles one message of the helper. */
static int handle_packet(struct talk *talk, struct mfa_auth_result *result,
			 bool *ret_is_over)
{
	char text[MFA_PACKET_SIZE];
	unsigned char type = MFA_HELPER_NONE;
	struct mfa_span payload = { 0 };
	int err = mfa_packet_receive(talk->channel, &talk->packet, HELPER_MS, &type,
				     &payload);
	if (err != MFA_OK)
		return err;
	switch (type) {
	case MFA_HELPER_ASK:
		copy_text(payload, text);
		return answer_question(talk, text);
	case MFA_HELPER_INFO:
		copy_text(payload, text);
		talk->dialog->tell(talk->dialog->context, MFA_TELL_INFO, text);
		return MFA_OK;
	case MFA_HELPER_ERROR:
		copy_text(payload, text);
		talk->dialog->tell(talk->dialog->context, MFA_TELL_ERROR, text);
		return MFA_OK;
	case MFA_HELPER_VERDICT:
		*ret_is_over = true;
		return take_verdict(talk, payload, result);
	case MFA_HELPER_BEGIN:
	case MFA_HELPER_REPLY:
	case MFA_HELPER_AGAIN:
	case MFA_HELPER_NONE:
		break;
	}
	return MFA_ERR_INVALID;
}

static int relay_packets(struct talk *talk, struct mfa_auth_result *result)
{
	bool is_over = false;
	for (int i = 0; i < TURNS_MAX; i++) {
		int err = handle_packet(talk, result, &is_over);
		if (err != MFA_OK || is_over)
			return err;
	}
	return MFA_ERR_INVALID;
}

static int check_preconditions(const struct login *login, struct mfa_diag *diag)
{
	const char *config = login->arguments.config;
	if (config != NULL && strcmp(config, MFA_CONFIG_PATH) != 0)
		return mfa_fail(diag, MFA_ERR_CONFIG,
				"pam.d: conf= has no effect in a program that is not "
				"root: " MFA_VERIFY_PATH " reads " MFA_CONFIG_PATH);
	if (!nss_is_self(&login->facts.identity))
		return mfa_fail(diag, MFA_ERR_UNSUPPORTED,
				"a program that is not root can only authenticate the "
				"user it runs as");
	return MFA_OK;
}

int helper_run(const struct login *login, const struct mfa_dialog *dialog,
	       struct mfa_span password, struct mfa_auth_result *ret_result)
{
	MFA_CLEANUP(talk_done)
	struct talk talk = { .channel = -1, .dialog = dialog, .password = password };
	struct mfa_diag *diag = &ret_result->diag;
	int err = check_preconditions(login, diag);
	if (err == MFA_OK)
		err = mfa_secret_alloc(MFA_PACKET_SIZE, &talk.packet);
	if (err == MFA_OK)
		err = mfa_spawn(MFA_VERIFY_PATH, VERIFY_MODE, diag, &talk.channel);
	if (err == MFA_OK)
		err = send_begin(&talk, login, diag);
	if (err == MFA_OK)
		err = relay_packets(&talk, ret_result);
	if (err == MFA_OK || diag->text[0] != '\0')
		return err;
	/* without a verdict nothing is known, so the error is always this one */
	return mfa_fail(diag, MFA_ERR_IO, "%s gave no verdict: %s", MFA_VERIFY_PATH,
			mfa_strerror(err));
}
