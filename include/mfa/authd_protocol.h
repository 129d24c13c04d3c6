/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages between pam_mfa.so and mfa-authd, in packets (mfa/packet.h). A login is
 * one connection: the service greets, the module begins, the service asks, the module
 * replies, until there is a verdict. */
#pragma once

#include "mfa/packet.h"
#include "mfa/verdict.h"

/* Only root may write to the folder; everybody may connect. */
#define MFA_AUTHD_SOCKET "/run/pam_mfa/authd.sock"

/* The letters of the packets. */
enum mfa_authd_letter {
	/* the module's */
	MFA_AUTHD_BEGIN = 'B',	 /* struct mfa_authd_begin */
	MFA_AUTHD_REPLY = 'R',	 /* struct mfa_authd_reply */
	MFA_AUTHD_NONE = 'N',	 /* no reply: a byte of enum mfa_authd_none */
	MFA_AUTHD_REFUSE = 'X',	 /* after a verdict that lets in: refused after all */
	MFA_AUTHD_INQUIRE = 'Q', /* root's question for the service's state */
	/* the service's */
	MFA_AUTHD_HELLO = 'H', /* the greeting: a byte with the version */
	MFA_AUTHD_FULL = 'F',  /* instead of a greeting: too many logins at once */
	MFA_AUTHD_TAKEN = 'K', /* the reply is taken: it is used from here on */
	MFA_AUTHD_ASK = 'A',   /* a question, answered by REPLY or NONE */
	/* the same of a device's, such as a PIN: its answer is for this one alone, and is
	 * not sent again when the connection breaks */
	MFA_AUTHD_ASK_DEVICE = 'D',
	MFA_AUTHD_INFO = 'I',	 /* a line to show */
	MFA_AUTHD_ERROR = 'E',	 /* why the login is refused, to show */
	MFA_AUTHD_VERDICT = 'V', /* struct mfa_authd_verdict; the last one */
	MFA_AUTHD_ONCE = 'O',	 /* conf= is another's: run "mfa-authd --once" */
	MFA_AUTHD_STATE = 'S',	 /* the answer to INQUIRE: a text, see mfa-authd(8) */
};

enum mfa_authd_none {
	MFA_AUTHD_GIVEN_UP = 'g',
	MFA_AUTHD_NO_DIALOG = 'n',
	MFA_AUTHD_NO_MEMORY = 'm',
};

/* What is called. */
enum mfa_authd_phase {
	MFA_AUTHD_AUTH = 'a',
	MFA_AUTHD_ACCOUNT = 'c',
};

enum {
	MFA_AUTHD_VERSION = 1,
	MFA_AUTHD_TEXT_MAX = 255,
	/* what a reply's text may be at most: the rest is for its head */
	MFA_AUTHD_REPLY_MAX = MFA_PACKET_SIZE - MFA_AUTHD_TEXT_MAX - 8,
};

/* What the program says of the login. Strings are borrowed, and never NULL. */
struct mfa_authd_begin {
	enum mfa_authd_phase phase;
	const char *user; /* as PAM has it */
	const char *service;
	const char *tty;
	const char *rhost;
	const char *display;
	const char *peer; /* user id at the other end of standard input; "": none */
	/* arguments of the pam.d line */
	const char *config;  /* conf=; "": the service's own */
	const char *zone;    /* zone=; "": the configuration decides */
	const char *locale;  /* of messages, as setlocale(3) has it */
	const char *charset; /* of the program: nl_langinfo(3), CODESET */
	/* the account that has passed auth in this handle, and by which name; "": none */
	const char *passed_as;
	const char *passed;
	const char *passed_uid;
	bool wants_password; /* forward_pass: password and code come in one line */
	bool may_explain;
	bool is_debug;
};

/* To bytes. MFA_ERR_INVALID: a string is longer than MFA_AUTHD_TEXT_MAX. */
int mfa_authd_pack_begin(const struct mfa_authd_begin *begin,
			 unsigned char ret_payload[static MFA_PACKET_SIZE],
			 size_t *ret_len) MFA_MUST_CHECK;
/* And back; strings are borrowed from the payload. MFA_ERR_INVALID: it is not exactly
 * one; MFA_ERR_UNSUPPORTED: of another version. */
int mfa_authd_unpack_begin(struct mfa_span payload, struct mfa_authd_begin *ret_begin)
	MFA_MUST_CHECK;

/* What the person answered. */
struct mfa_authd_reply {
	const char *user; /* as PAM has it now, where that is another; "": it is not */
	/* What was typed; with wants_password only its end, as far as that can be a
	 * code: mfa_text_code_end. */
	struct mfa_span text;
	bool is_cut; /* there was something before it */
	/* The password that was typed before came once more. It is not sent. */
	bool is_again;
};

/* As above. MFA_ERR_INVALID: too long; or it is not exactly one. */
int mfa_authd_pack_reply(const struct mfa_authd_reply *reply,
			 unsigned char ret_payload[static MFA_PACKET_SIZE],
			 size_t *ret_len) MFA_MUST_CHECK;
int mfa_authd_unpack_reply(struct mfa_span payload, struct mfa_authd_reply *ret_reply)
	MFA_MUST_CHECK;

struct mfa_authd_verdict {
	enum mfa_verdict verdict;
	size_t code_len;  /* bytes of the last reply's text that were the code */
	bool is_marked;	  /* the account phase may find that auth was passed */
	const char *name; /* the account's own name; borrowed, never NULL */
	bool has_uid;
	uint32_t uid;
};

/* As above. */
int mfa_authd_pack_verdict(const struct mfa_authd_verdict *verdict,
			   unsigned char ret_payload[static MFA_PACKET_SIZE],
			   size_t *ret_len) MFA_MUST_CHECK;
int mfa_authd_unpack_verdict(struct mfa_span payload,
			     struct mfa_authd_verdict *ret_verdict) MFA_MUST_CHECK;
