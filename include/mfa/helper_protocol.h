/* What pam_mfa.so and mfa-verify say to each other, in packets (mfa/packet.h). */
#pragma once

#include "mfa/auth.h"
#include "mfa/packet.h"

/* The letters of the packets. */
enum mfa_wire_type {
	/* the module's */
	MFA_WIRE_BEGIN = 'B', /* struct mfa_wire_begin */
	MFA_WIRE_REPLY = 'R', /* what was typed */
	MFA_WIRE_AGAIN = 'P', /* the password was typed once more; it is not sent */
	MFA_WIRE_NONE = 'N',  /* no answer: a byte of enum mfa_wire_none */
	/* the helper's */
	MFA_WIRE_ASK = 'A',	/* a question; needs one of REPLY, AGAIN, NONE */
	MFA_WIRE_INFO = 'I',	/* a line to show */
	MFA_WIRE_ERROR = 'E',	/* a refusal's */
	MFA_WIRE_VERDICT = 'V', /* struct mfa_wire_verdict; the last one */
};

enum mfa_wire_none {
	MFA_WIRE_GIVEN_UP = 'g',
	MFA_WIRE_NO_DIALOG = 'n',
	MFA_WIRE_NO_MEMORY = 'm',
};

enum {
	MFA_WIRE_TEXT_MAX = 255
};

/* What the program says of the login. Strings are borrowed, and never NULL. */
struct mfa_wire_begin {
	const char *user; /* as typed: its account must be the caller's */
	const char *service;
	const char *zone; /* "": the configuration decides */
	const char *tty;
	const char *rhost;
	bool wants_password;
	bool may_explain;
	bool is_japanese; /* the program's own language */
};

/* MFA_ERR_INVALID: a string of more than MFA_WIRE_TEXT_MAX bytes. */
int mfa_wire_pack_begin(const struct mfa_wire_begin *begin,
			char ret_packet[static MFA_PACKET_SIZE], size_t *ret_len)
	MFA_MUST_CHECK;
/* Borrows from the payload. MFA_ERR_INVALID: it is not exactly a begin. */
int mfa_wire_unpack_begin(struct mfa_span payload, struct mfa_wire_begin *ret_begin)
	MFA_MUST_CHECK;

struct mfa_wire_verdict {
	enum mfa_verdict verdict;
	size_t password_len; /* bytes of the last answer that stand before the code */
};

enum {
	MFA_WIRE_VERDICT_SIZE = 3
};

void mfa_wire_pack_verdict(const struct mfa_wire_verdict *verdict,
			   char ret_payload[static MFA_WIRE_VERDICT_SIZE]);
int mfa_wire_unpack_verdict(struct mfa_span payload, struct mfa_wire_verdict *ret_verdict)
	MFA_MUST_CHECK;
