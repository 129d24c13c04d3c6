/* One login: ask, check, commit, record, decide. */
#pragma once

#include "mfa/dialog.h"
#include "mfa/language.h"
#include "mfa/reason.h"
#include "mfa/site.h"
#include "mfa/turn.h"
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
	bool is_behind_password; /* only a right password leads here: see mfa/lockout.h */
};

/* Another login's turn at the YubiKeys that this login came across. */
struct mfa_auth_meeting {
	bool is_met;
	struct mfa_yubikey_turn turn;
};

struct mfa_auth_result {
	enum mfa_verdict verdict;
	enum mfa_reason reason;
	char token[MFA_TOKEN_ID_SIZE];
	enum mfa_kind kind;
	bool is_outage; /* the site could not be opened: nothing works for anybody */
	int err;	/* MFA_REASON_FAILED: the enum mfa_err */
	struct mfa_secret password; /* wants_password: what was typed before the code */
	struct mfa_diag diag;	    /* MFA_REASON_FAILED: what and what to do */
	bool is_unknown_user;	    /* no such account: the name is not logged */
	bool is_noted;		    /* the record counts it as a refusal */
	uint32_t unlogged; /* earlier refusals that are in the record and have no line */
	struct mfa_auth_meeting busy;	   /* in which the keys were in use */
	struct mfa_auth_meeting elsewhere; /* in which a key of the user's has answered */
};

/* Runs a login: one question, asked again only if a YubiKey could not answer; one line in
 * the audit trail, and one for each other login that it came across at the YubiKeys. The
 * new state is committed before MFA_ALLOW. The caller ends ret_result with
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
