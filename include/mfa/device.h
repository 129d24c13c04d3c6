/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices in this machine's ports that answer for a person. A kind of device is a folder
 * in lib/devices, a plug-in for what talks to it, and a line in lib/devices/table.c; the
 * token that it answers for has a factor of the same kind. */
#pragma once

#include "mfa/factor.h"
#include "mfa/turn.h"

enum {
	MFA_DEVICE_TEXT_SIZE = 256,
	MFA_DEVICE_SESSION_SIZE = 256,
	/* room for what each token has that is not secret */
	MFA_DEVICE_CANDIDATES_SIZE = MFA_TOKENS_MAX * MFA_TOKEN_DATA_SIZE,
};

/* The result of asking a device. */
enum mfa_device_result {
	MFA_DEVICE_ANSWERED = 0,
	MFA_DEVICE_ASKS,      /* it has a question of its own first: a PIN */
	MFA_DEVICE_ABSENT,    /* none in any port */
	MFA_DEVICE_OTHER,     /* some, but none of the wanted ones */
	MFA_DEVICE_EMPTY,     /* a wanted one has lost what it needs to answer */
	MFA_DEVICE_UNTOUCHED, /* nobody touched it in time */
	MFA_DEVICE_SILENT,    /* no answer in time */
	MFA_DEVICE_CUT_OFF,   /* it was pulled out */
	MFA_DEVICE_DAMAGED,   /* its answer was damaged */
	MFA_DEVICE_CLAIMED,   /* another program than ours uses it */
	MFA_DEVICE_BLOCKED,   /* this machine's policy does not let it be used */
	MFA_DEVICE_HIDDEN,    /* one does not tell which it is */
	MFA_DEVICE_TOO_OLD,   /* one is too old to answer */
	MFA_DEVICE_UNFIT,     /* one cannot answer what this kind asks */
	MFA_DEVICE_BUSY,      /* another login uses the devices */
	MFA_DEVICE_ELSEWHERE, /* a wanted one has answered another login meanwhile */
	MFA_DEVICE_UNUSABLE,  /* the ports cannot be used: see the diagnosis */
	MFA_DEVICE_RESULT_COUNT
};

/* What a question with a device begins with. */
enum mfa_device_lead {
	MFA_LEAD_CODE,	  /* the code; the device is the other way */
	MFA_LEAD_DEVICE,  /* the device; a code is the other way */
	MFA_LEAD_NO_CODE, /* the device, and no code is taken */
};

/* The tokens of a user that a device could answer for, in its kind's form; nothing
 * secret. Zeroed: none. */
struct mfa_device_candidates {
	size_t count;
	_Alignas(max_align_t) unsigned char bytes[MFA_DEVICE_CANDIDATES_SIZE];
};

struct mfa_device_order {
	const struct mfa_device_candidates *candidates;
	int64_t timeout_ms; /* for the whole order */
	/* The login's own turn. It does not wait for another's: MFA_DEVICE_BUSY; and no
	 * device is asked if one has answered another login after since_ms
	 * (CLOCK_MONOTONIC): MFA_DEVICE_ELSEWHERE. */
	const struct mfa_turn *turn;
	int64_t since_ms;
};

struct mfa_device_reply {
	struct mfa_device_answer answer; /* MFA_DEVICE_ANSWERED */
	/* MFA_DEVICE_ASKS: the question, in the person's language or English */
	char question[MFA_DEVICE_TEXT_SIZE];
	struct mfa_turn
		other; /* MFA_DEVICE_BUSY, MFA_DEVICE_ELSEWHERE: whose turn it was */
};

struct mfa_device_ops;

/* One conversation with the devices of a kind. Between two calls it can be kept in
 * another process of this build, with its channel. */
struct mfa_device_session {
	const struct mfa_device_ops *ops; /* NULL: none is open */
	int channel; /* readable when the reply has come; -1: it has come with the order
		      */
	int64_t deadline_ms; /* CLOCK_MONOTONIC: no reply comes later */
	_Alignas(max_align_t) unsigned char bytes[MFA_DEVICE_SESSION_SIZE];
};

/* The functions of a kind. They take the same time whether there are candidates or not.
 * Texts are English, marked for translation, and never NULL. Programs cut a question
 * after 30 letters or 18 full-width characters, and wrap at blanks: a problem and
 * "Enter or code" fit in there. */
struct mfa_device_ops {
	enum mfa_kind kind;
	/* Adds a token of this kind. MFA_ERR_INTEGRITY. */
	int (*add_candidate)(const struct mfa_token *token,
			     struct mfa_device_candidates *inout_candidates);
	/* Starts what asks, in a process of root's own where it talks to hardware;
	 * nothing is asked yet. folder: of plug-ins; NULL: where they are installed.
	 * ret_session is ended by close in any case. */
	int (*open)(const char *folder, struct mfa_diag *diag,
		    struct mfa_device_session *ret_session);
	/* Sends the order. An error: the device cannot be used. */
	int (*send)(struct mfa_device_session *session,
		    const struct mfa_device_order *order, struct mfa_diag *diag);
	/* Takes the reply; waits for it until the deadline: a caller that must not wait
	 * polls the channel first. */
	enum mfa_device_result (*collect)(struct mfa_device_session *session,
					  struct mfa_diag *diag,
					  struct mfa_device_reply *ret_reply);
	/* Gives the device the person's reply to its question; then its own is to be
	 * collected again. NULL: this kind has no questions. */
	int (*reply)(struct mfa_device_session *session, struct mfa_span typed,
		     struct mfa_diag *diag);
	void (*close)(struct mfa_device_session *session);
	/* The first question, without the colon. A %s for the code's name, unless only
	 * devices are taken. */
	const char *(*request)(enum mfa_device_lead lead);
	/* Why it is asked again after a result, one short sentence; "" after
	 * MFA_DEVICE_ANSWERED. */
	const char *(*problem)(enum mfa_device_result result);
	/* The same with a %s for who has the turn or the answer ("su, pts/3"), after
	 * MFA_DEVICE_BUSY and MFA_DEVICE_ELSEWHERE. */
	const char *(*problem_named)(enum mfa_device_result result);
	/* Why a login was refused. */
	const char *(*refusal)(enum mfa_device_result result);
};

/* All kinds of this build: lib/devices/table.c. */
extern const struct mfa_device_ops *const mfa_devices[];
extern const size_t mfa_device_count;

/* Gives a device that has asked the person's reply. MFA_ERR_UNSUPPORTED: this one has no
 * questions. */
int mfa_device_reply(struct mfa_device_session *session, struct mfa_span typed,
		     struct mfa_diag *diag) MFA_MUST_CHECK;

/* Ends a session, if it is open. */
void mfa_device_close(struct mfa_device_session *session);
