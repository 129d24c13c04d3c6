/* SPDX-License-Identifier: BSD-2-Clause */
/* One login: ask, check, commit, record, decide. */
#pragma once

#include "mfa/device.h"
#include "mfa/dialog.h"
#include "mfa/language.h"
#include "mfa/reason.h"
#include "mfa/site.h"
#include "mfa/verdict.h"
#include "mfa/zone.h"

struct mfa_auth_result;

struct mfa_auth_request {
	struct mfa_site *site; /* loaded; opened, and closed, when the answer is there */
	const struct mfa_zone *zone;
	struct mfa_login login;
	/* Gives the time after the answer: a prompt may be open for hours. NULL:
	 * login.now. */
	int64_t (*clock)(void);
	const struct mfa_dialog *dialog;
	const struct mfa_language *language;
	struct mfa_span password;  /* what was typed before; borrowed, may be empty */
	enum mfa_match known_user; /* whether the name service knows the user */
	bool wants_password;	   /* forward_pass: password and code come in one line */
	/* The last check, and what to do, before a login is allowed; NULL: nothing. Runs
	 * after the commit and before the line in the audit trail. Changes the verdict to
	 * refuse. */
	void (*conclude)(void *context, struct mfa_auth_result *result);
	/* Whether a refusal's line is held back from the audit trail: the caller writes
	 * it later, with others like it (mfa_event's repeats). Unless is_in_trail then,
	 * it could not have been written, and is not held back. NULL: never. */
	bool (*hold_back)(void *context, const struct mfa_auth_result *result);
	/* Writes to syslog, after the line in the audit trail and before end_work; NULL:
	 * the caller does it. */
	void (*report)(void *context, const struct mfa_auth_result *result);
	void *context;
	/* Called before locks are taken, and after all are released; more than once.
	 * NULL: nothing. */
	void (*begin_work)(void *context);
	void (*end_work)(void *context);
	const char *actor;	   /* who runs it, if not the user; else NULL */
	const char *event;	   /* its name in the audit trail; NULL: "auth" */
	const char *plugin_folder; /* NULL: where they are installed */
	bool may_explain;	   /* refusals say why */
	bool asks_used_again; /* a used code is asked for once more, and the person told
			       */
	bool is_behind_password; /* only a right password leads here: see mfa/lockout.h */
};

/* Another login's turn at the devices that this login came across. */
struct mfa_auth_meeting {
	bool is_met;
	struct mfa_turn turn;
};

enum {
	MFA_PROMPT_SIZE = 256
};

/* What a login waits for. */
enum mfa_auth_step {
	MFA_STEP_QUESTION, /* an answer of the person: mfa_auth_prompt, mfa_auth_answer */
	MFA_STEP_DEVICE,   /* a device: mfa_auth_open_device, mfa_auth_take_reply */
	/* A device's own question: mfa_auth_prompt, mfa_auth_answer_device, then
	 * mfa_auth_take_reply. */
	MFA_STEP_DEVICE_QUESTION,
	MFA_STEP_END, /* the result is complete */
};

/* The state of a login between two steps. It has no secret and no pointer, so it can be
 * kept in another process of this build while a person is waited for. */
struct mfa_auth_state {
	enum mfa_auth_step step;
	enum mfa_reason problem;	      /* reported by the next question */
	enum mfa_device_result device_result; /* the same, of a device */
	bool is_in_grace;
	bool is_at_once; /* a device is asked before the first question */
	bool has_device; /* this login may use a device in a port */
	bool is_refused; /* a code was, with its line; only a device can let in */
	size_t code_len; /* is_refused: bytes of the line's end that were taken as the
			    code */
	bool is_last;	 /* no question helps after the device's reply */
	unsigned device; /* in mfa_devices: the one to ask */
	unsigned problem_device; /* the one that device_result is of */
	unsigned asked;		 /* questions so far */
	unsigned counted;	 /* of those, the ones that are limited */
	unsigned replies;	 /* to devices' own questions */
	unsigned candidates;	 /* tokens that the device may answer for */
	uint32_t wrong_tokens;	 /* bits by their place in the record: wrongly answered
				  * for, and not to be asked again */
	char device_question[MFA_DEVICE_TEXT_SIZE];
	int64_t since_ms; /* CLOCK_MONOTONIC: earlier answers to others are not reported
			   */
	struct mfa_turn own;
	struct mfa_turn other;		   /* the other's turn of the last problem */
	struct mfa_auth_meeting busy;	   /* the first that is known */
	struct mfa_auth_meeting elsewhere; /* the last */
};

struct mfa_auth_result {
	enum mfa_verdict verdict;
	enum mfa_reason reason;
	char token[MFA_TOKEN_ID_SIZE];
	enum mfa_kind kind;
	/* Nothing works for anybody: the site cannot be opened, or nothing be written. */
	bool is_outage;
	int err;		      /* MFA_REASON_FAILED: the enum mfa_err */
	struct mfa_secret password;   /* wants_password: what was typed before the code */
	struct mfa_diag diag;	      /* MFA_REASON_FAILED: what and what to do */
	char process[MFA_ASKER_SIZE]; /* for the event: see struct mfa_event */
	char parent[MFA_ASKER_SIZE];
	bool is_unknown_user; /* no such account: the name is not logged */
	bool is_noted;	      /* the record counts it as a refusal */
	bool is_in_trail;     /* its line, or that could be held back */
	uint32_t unlogged; /* earlier refusals that are in the record and have no line */
	struct mfa_auth_meeting busy;	   /* in which the keys were in use */
	struct mfa_auth_meeting elsewhere; /* in which a key of the user's has answered */
};

/* Begins a login, with a question or with a device. The same request, state and result go
 * to each step that follows, as long as one is wanted; a function at a step that is not
 * its own ends the login with MFA_DENY, also one that was let in. The caller ends
 * ret_result with mfa_auth_result_done. */
enum mfa_auth_step mfa_auth_begin(const struct mfa_auth_request *request,
				  struct mfa_auth_state *ret_state,
				  struct mfa_auth_result *ret_result);

/* The question to put: the login's, or a device's own. */
void mfa_auth_prompt(const struct mfa_auth_request *request,
		     const struct mfa_auth_state *state,
		     char ret_prompt[static MFA_PROMPT_SIZE]);

/* Takes the answer of MFA_STEP_QUESTION, or the error that there was instead (of struct
 * mfa_dialog's ask). Wipes it as the dialog has it. */
enum mfa_auth_step mfa_auth_answer(const struct mfa_auth_request *request,
				   struct mfa_auth_state *state, int asked,
				   struct mfa_secret *answer,
				   struct mfa_auth_result *result);

/* The same of MFA_STEP_DEVICE_QUESTION. The step is unchanged: the answer is the device's
 * and nobody else's; give it (mfa_device_reply), and end it with mfa_auth_forget.
 * MFA_STEP_END: it must not have it, and the answer is wiped. */
enum mfa_auth_step mfa_auth_answer_device(const struct mfa_auth_request *request,
					  struct mfa_auth_state *state, int asked,
					  struct mfa_secret *answer,
					  struct mfa_auth_result *result);

/* Wipes and frees an answer with its dialog's own function. */
void mfa_auth_forget(const struct mfa_auth_request *request, struct mfa_secret *answer);

/* Opens the device that is to be asked, or the next kind where one cannot be, and finds
 * which tokens it may answer for: with locks, which are free again when a device is
 * waited for. What it opens is the caller's to close (mfa_device_close), also after
 * MFA_STEP_QUESTION: a device that has asked is still open. MFA_STEP_DEVICE: ask it, and
 * take its reply. */
enum mfa_auth_step mfa_auth_open_device(const struct mfa_auth_request *request,
					struct mfa_auth_state *state,
					struct mfa_device_session *ret_session,
					struct mfa_device_candidates *ret_candidates,
					struct mfa_auth_result *result);

/* The order for it. Borrows from all three. */
struct mfa_device_order mfa_auth_device_order(
	const struct mfa_auth_request *request, const struct mfa_auth_state *state,
	const struct mfa_device_candidates *candidates);

/* Takes what a device has replied, and wipes it. */
enum mfa_auth_step mfa_auth_take_reply(const struct mfa_auth_request *request,
				       struct mfa_auth_state *state,
				       enum mfa_device_result device_result,
				       struct mfa_device_reply *reply,
				       struct mfa_auth_result *result);

/* Tells the person of the result, where the person may be told. */
void mfa_auth_tell(const struct mfa_auth_request *request,
		   const struct mfa_auth_state *state,
		   const struct mfa_auth_result *result);

/* Runs all steps of a login: one question, asked again only if a device could not answer,
 * or where the person may know that the code was used; one line in the audit trail, one
 * for each such code, and one for each other login that it came across at the
 * YubiKeys. The new state is committed before MFA_ALLOW. The caller ends ret_result with
 * mfa_auth_result_done. */
void mfa_auth_run(const struct mfa_auth_request *request,
		  struct mfa_auth_result *ret_result);

/* Wipes and frees what the result owns. */
void mfa_auth_result_done(struct mfa_auth_result *result);

/* The priority for syslog: LOG_ERR to LOG_INFO. */
int mfa_auth_priority(const struct mfa_auth_result *result);

enum {
	MFA_NOTE_SIZE = 256
};

/* Further warnings for syslog by index, from 0; false: no more. They are of files that
 * were repaired, refusals without a line in the trail, and other logins at the
 * YubiKeys. */
bool mfa_auth_note(const struct mfa_auth_result *result, unsigned index,
		   char ret_text[static MFA_NOTE_SIZE]);

/* The event for the audit trail and syslog. Strings are borrowed from login and
 * result. */
struct mfa_event mfa_auth_event(const struct mfa_zone *zone,
				const struct mfa_login *login,
				const struct mfa_auth_result *result);
