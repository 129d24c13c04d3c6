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
	/* The time, asked for when the answer is there: a prompt may stand for hours.
	 * NULL: login.now, as it is. */
	int64_t (*clock)(void);
	const struct mfa_dialog *dialog;
	const struct mfa_language *language;
	struct mfa_span password;  /* what was typed before; borrowed, may be empty */
	enum mfa_match known_user; /* whether the name service knows the user */
	bool wants_password;	   /* forward_pass: password and code come in one line */
	/* What must hold, and be done, before a right code lets in; NULL: nothing. Runs
	 * after the commit and before the line in the audit trail. Sets the verdict to
	 * something else to refuse. */
	void (*conclude)(void *context, struct mfa_auth_result *result);
	/* Tells syslog of it, behind the line in the audit trail and before end_work; NULL:
	 * the caller does, or nobody. */
	void (*report)(void *context, const struct mfa_auth_result *result);
	void *context;
	/* Called when locks will be taken, and when all are free again; more than once;
	 * NULL: nothing. */
	void (*begin_work)(void *context);
	void (*end_work)(void *context);
	const char *actor;	   /* who runs it, when not the user; NULL otherwise */
	const char *event;	   /* its name in the audit trail; NULL: "auth" */
	const char *plugin_folder; /* NULL: where they are installed */
	bool may_explain;	   /* refusals say why */
	bool is_behind_password; /* only a right password leads here: see mfa/lockout.h */
};

/* Another login's turn at the YubiKeys, which this one met. */
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
	struct mfa_secret password; /* wants_password: what stood before the code */
	struct mfa_diag diag;	    /* MFA_REASON_FAILED: what and what to do */
	bool is_unknown_user;	    /* nobody has that name: it stands in no log */
	bool is_noted;		    /* in the record, as a refusal */
	uint32_t unlogged; /* earlier refusals that are in the record and have no line */
	struct mfa_auth_meeting busy;	   /* in which the keys were in use */
	struct mfa_auth_meeting elsewhere; /* in which a key of the user's has answered */
};

/* Runs it: one question, put again only when a YubiKey could not answer; one line in the
 * audit trail, and one for each other login that it met at the YubiKeys. The state that
 * the answer leads to is committed before MFA_ALLOW. Ends ret_result with
 * mfa_auth_result_done. */
void mfa_auth_run(const struct mfa_auth_request *request,
		  struct mfa_auth_result *ret_result);

/* Wipes and frees what the result owns. */
void mfa_auth_result_done(struct mfa_auth_result *result);

/* How loudly syslog is told: one of syslog(3)'s LOG_ERR to LOG_INFO. */
int mfa_auth_priority(const struct mfa_auth_result *result);

enum {
	MFA_NOTE_SIZE = 256
};

/* What syslog is to be warned of besides: the first note, the second, ...; false: there is
 * none. What was mended on the way; refusals that have no line in the trail; other logins
 * that it met at the YubiKeys. */
bool mfa_auth_note(const struct mfa_auth_result *result, unsigned index,
		   char ret_text[static MFA_NOTE_SIZE]);

/* The event that tells of a result, with strings borrowed from both. */
struct mfa_event mfa_auth_event(const struct mfa_zone *zone,
				const struct mfa_login *login,
				const struct mfa_auth_result *result);
