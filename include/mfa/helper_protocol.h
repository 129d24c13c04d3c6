/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages between pam_mfa.so and mfa-verify, in packets (mfa/packet.h). */
#pragma once

#include "mfa/packet.h"
#include "mfa/verdict.h"

/* The letters of the packets. */
enum mfa_helper_letter {
	/* the module's */
	MFA_HELPER_BEGIN = 'B', /* struct mfa_helper_begin */
	MFA_HELPER_REPLY = 'R', /* what was typed */
	MFA_HELPER_AGAIN = 'P', /* the password was typed once more; it is not sent */
	MFA_HELPER_NONE = 'N',	/* no answer: a byte of enum mfa_helper_none */
	/* the helper's */
	MFA_HELPER_ASK = 'A',	  /* a question, answered by REPLY, AGAIN or NONE */
	MFA_HELPER_INFO = 'I',	  /* a line to show */
	MFA_HELPER_ERROR = 'E',	  /* why the login is refused, to show */
	MFA_HELPER_VERDICT = 'V', /* struct mfa_helper_verdict; the last one */
};

enum mfa_helper_none {
	MFA_HELPER_GIVEN_UP = 'g',
	MFA_HELPER_NO_DIALOG = 'n',
	MFA_HELPER_NO_MEMORY = 'm',
};

enum {
	MFA_HELPER_TEXT_MAX = 255
};

/* What the program knows of the login. Strings are borrowed, and never NULL. */
struct mfa_helper_begin {
	const char *user; /* as typed: its account must be the caller's */
	const char *service;
	const char *zone; /* "": the configuration decides */
	const char *tty;
	const char *rhost;
	bool wants_password;
	bool may_explain;
	bool is_japanese; /* the program's own language */
};

/* To bytes. MFA_ERR_INVALID: a string is longer than MFA_HELPER_TEXT_MAX. */
int mfa_helper_pack_begin(const struct mfa_helper_begin *begin,
			  char ret_packet[static MFA_PACKET_SIZE], size_t *ret_len)
	MFA_MUST_CHECK;
/* And back; strings are borrowed from the payload. MFA_ERR_INVALID: it is not exactly
 * one. */
int mfa_helper_unpack_begin(struct mfa_span payload, struct mfa_helper_begin *ret_begin)
	MFA_MUST_CHECK;

struct mfa_helper_verdict {
	enum mfa_verdict verdict;
	size_t password_len; /* bytes of the last answer before the code */
};

enum {
	MFA_HELPER_VERDICT_SIZE = 3
};

/* To bytes and back. MFA_ERR_INVALID: the payload is not exactly a verdict. */
void mfa_helper_pack_verdict(const struct mfa_helper_verdict *verdict,
			     char ret_payload[static MFA_HELPER_VERDICT_SIZE]);
int mfa_helper_unpack_verdict(struct mfa_span payload,
			      struct mfa_helper_verdict *ret_verdict) MFA_MUST_CHECK;
