/* SPDX-License-Identifier: BSD-2-Clause */
#include "channel.h"

#include <string.h>
#include <unistd.h>

enum {
	BEGIN_MS = 10000,
	ANSWER_MS = 3600000, /* a prompt may be open for long, but not for ever */
	SEND_MS = 10000,
	QUESTIONS_MAX = 32,
};

/* Stands for the password typed once more, which the module keeps to itself. A line that
 * is typed has no NUL byte. */
static const unsigned char AGAIN[1] = { '\0' };

struct mfa_span channel_again(void)
{
	return (struct mfa_span){ AGAIN, sizeof AGAIN };
}

int channel_begin(struct channel *channel, struct mfa_helper_begin *ret_begin)
{
	unsigned char type = MFA_HELPER_NONE;
	struct mfa_span payload = { 0 };
	int err = mfa_secret_alloc(MFA_PACKET_SIZE, &channel->packet);
	if (err == MFA_OK)
		err = mfa_packet_receive(STDIN_FILENO, &channel->packet, BEGIN_MS, &type,
					 &payload);
	if (err == MFA_OK && type != MFA_HELPER_BEGIN)
		err = MFA_ERR_INVALID;
	return err == MFA_OK ? mfa_helper_unpack_begin(payload, ret_begin) : err;
}

void channel_done(struct channel *channel)
{
	mfa_secret_done(&channel->packet);
}

static int none(struct mfa_span payload)
{
	if (payload.len != 1)
		return MFA_ERR_CONV;
	switch (payload.data[0]) {
	case MFA_HELPER_GIVEN_UP:
		return MFA_ERR_ABORT;
	case MFA_HELPER_NO_MEMORY:
		return MFA_ERR_NOMEM;
	default:
		return MFA_ERR_CONV;
	}
}

static int reply(struct mfa_span payload, struct mfa_secret *ret_answer)
{
	if (payload.len > 0 && memchr(payload.data, '\0', payload.len) != NULL)
		return MFA_ERR_CONV;
	return mfa_secret_copy(payload.data, payload.len, ret_answer);
}

static int receive(struct channel *self, struct mfa_secret *ret_answer)
{
	unsigned char type = MFA_HELPER_NONE;
	struct mfa_span payload = { 0 };
	if (mfa_packet_receive(STDIN_FILENO, &self->packet, ANSWER_MS, &type, &payload) !=
	    MFA_OK)
		return MFA_ERR_CONV;
	switch (type) {
	case MFA_HELPER_REPLY:
		return reply(payload, ret_answer);
	case MFA_HELPER_AGAIN:
		return mfa_secret_copy(AGAIN, sizeof AGAIN, ret_answer);
	case MFA_HELPER_NONE:
		return none(payload);
	case MFA_HELPER_BEGIN:
	case MFA_HELPER_ASK:
	case MFA_HELPER_INFO:
	case MFA_HELPER_ERROR:
	case MFA_HELPER_VERDICT:
		break;
	}
	return MFA_ERR_CONV;
}

static struct mfa_span span_of(const char *text)
{
	return (struct mfa_span){ (const unsigned char *)text, strlen(text) };
}

static int ask(void *context, const char *prompt, struct mfa_secret *ret_answer)
{
	struct channel *self = context;
	if (self->questions++ >= QUESTIONS_MAX ||
	    mfa_packet_send(STDIN_FILENO, MFA_HELPER_ASK, span_of(prompt), SEND_MS) !=
		    MFA_OK)
		return MFA_ERR_CONV;
	int err = receive(self, ret_answer);
	mfa_wipe(self->packet.data, self->packet.len);
	return err;
}

/* Waits for nobody: a lock may be held. */
static void tell(void *context MFA_UNUSED, enum mfa_tone tone, const char *text)
{
	unsigned char type = tone == MFA_TELL_INFO ? MFA_HELPER_INFO : MFA_HELPER_ERROR;
	(void)mfa_packet_send(STDIN_FILENO, type, span_of(text), 0);
}

/* Cut and shortened in place, a line may have lost its length, not its block. */
static void forget(void *context MFA_UNUSED, struct mfa_secret *answer)
{
	mfa_secret_done(answer);
}

struct mfa_dialog channel_dialog(struct channel *channel)
{
	return (struct mfa_dialog){
		.ask = ask, .forget = forget, .tell = tell, .context = channel
	};
}

void channel_conclude(const struct mfa_helper_verdict *verdict)
{
	char payload[MFA_HELPER_VERDICT_SIZE];
	mfa_helper_pack_verdict(verdict, payload);
	(void)mfa_packet_send(
		STDIN_FILENO, MFA_HELPER_VERDICT,
		(struct mfa_span){ (unsigned char *)payload, sizeof payload }, SEND_MS);
}
