/* SPDX-License-Identifier: BSD-2-Clause */
#include "channel.h"

#include <string.h>

int channel_receive(struct desk *desk, unsigned char *ret_letter,
		    struct mfa_span *ret_payload)
{
	if (mfa_packet_has_descriptors(desk->connection))
		return MFA_ERR_INVALID; /* it stays where it is */
	return mfa_packet_receive(desk->connection, &desk->packet, 0, ret_letter,
				  ret_payload);
}

void channel_send(const struct desk *desk, unsigned char letter, const char *text)
{
	const struct mfa_span payload = { (const unsigned char *)text, strlen(text) };
	(void)mfa_packet_send(desk->connection, letter, payload, 0);
}

static void send_encoded(const struct desk *desk, unsigned char letter,
			 enum mfa_charset charset, const char *text)
{
	char encoded[MFA_PACKET_SIZE];
	mfa_charset_encode(charset, text, encoded, sizeof encoded);
	channel_send(desk, letter, encoded);
}

void channel_show(const struct desk *desk, unsigned char letter, const char *text)
{
	send_encoded(desk, letter, desk->question_charset, text);
}

void channel_set_charset(struct desk *desk, enum mfa_charset charset, const char *tty)
{
	bool is_unknown = charset == MFA_CHARSET_ASCII &&
			  mfa_language_may_be_japanese(charset, tty);
	bool is_ssh = is_unknown && strcmp(tty, "ssh") == 0;
	desk->question_charset = is_unknown			     ? MFA_CHARSET_UTF8
				 : mfa_charset_has_japanese(charset) ? charset
								     : MFA_CHARSET_ASCII;
	desk->line_charset = is_ssh ? MFA_CHARSET_ASCII : desk->question_charset;
}

void channel_send_verdict(const struct desk *desk,
			  const struct mfa_authd_verdict *verdict)
{
	unsigned char payload[MFA_PACKET_SIZE];
	size_t len = 0;
	if (mfa_authd_pack_verdict(verdict, payload, &len) == MFA_OK)
		(void)mfa_packet_send(desk->connection, MFA_AUTHD_VERDICT,
				      (struct mfa_span){ payload, len }, 0);
}

void channel_greet(int connection)
{
	const unsigned char version = MFA_AUTHD_VERSION;
	(void)mfa_packet_send(connection, MFA_AUTHD_HELLO,
			      (struct mfa_span){ &version, sizeof version }, 0);
}

void channel_refuse(int connection)
{
	const struct desk desk = { .connection = connection };
	const struct mfa_authd_verdict verdict = { .verdict = MFA_UNAVAILABLE,
						   .name = "" };
	channel_send_verdict(&desk, &verdict);
}

static int ask_nobody(void *context MFA_UNUSED, const char *prompt MFA_UNUSED,
		      struct mfa_secret *ret_answer MFA_UNUSED)
{
	return MFA_ERR_CONV;
}

static void tell(void *context, enum mfa_tone tone, const char *text)
{
	const struct desk *desk = context;
	send_encoded(desk, tone == MFA_TELL_INFO ? MFA_AUTHD_INFO : MFA_AUTHD_ERROR,
		     desk->line_charset, text);
}

struct mfa_dialog channel_dialog(struct desk *desk)
{
	return (struct mfa_dialog){
		.ask = ask_nobody,
		.tell = tell,
		.is_ascii = desk->line_charset == MFA_CHARSET_ASCII,
		.context = desk,
	};
}
