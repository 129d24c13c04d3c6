/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a login was decided as it was. */
#pragma once

#include "mfa/dialog.h"
#include "mfa/language.h"

enum mfa_reason {
	MFA_REASON_NONE = 0,
	MFA_REASON_RIGHT,     /* the code was right */
	MFA_REASON_WRONG,     /* it was not */
	MFA_REASON_USED,      /* it was accepted before */
	MFA_REASON_CLOCK,     /* the clock is before the last accepted code */
	MFA_REASON_SUSPENDED, /* it was right, its token is suspended */
	MFA_REASON_LOCKED,    /* too many failures */
	MFA_REASON_NOT_ENROLLED,
	MFA_REASON_UID_CHANGED, /* the record is of another user id than the account */
	MFA_REASON_RETIRED,	/* the record opens for nobody */
	MFA_REASON_UNKNOWN_USER,
	MFA_REASON_EMPTY,      /* nothing was typed */
	MFA_REASON_NOT_A_CODE, /* a filler or the password: not counted as a guess */
	MFA_REASON_GARBLED,    /* a YubiKey's code through a wrong keyboard layout */
	MFA_REASON_KEY_TYPED,  /* what a YubiKey typed by itself, of no token: no guess */
	MFA_REASON_KEY_WRONG,  /* the YubiKey answered, and wrongly; a device
				* got wrong answers too often */
	MFA_REASON_KEY_ABSENT, /* no YubiKey in any port */
	MFA_REASON_KEY_OTHER,  /* none of this user */
	MFA_REASON_KEY_EMPTY,  /* its slot is not programmed */
	MFA_REASON_KEY_UNTOUCHED,
	MFA_REASON_KEY_SILENT,
	MFA_REASON_KEY_CUT_OFF,	  /* pulled out */
	MFA_REASON_KEY_DAMAGED,	  /* its answer was */
	MFA_REASON_KEY_CLAIMED,	  /* another program than ours used it */
	MFA_REASON_KEY_BLOCKED,	  /* by this machine's policy for USB */
	MFA_REASON_KEY_HIDDEN,	  /* it did not tell its serial number */
	MFA_REASON_KEY_TOO_OLD,	  /* its firmware is */
	MFA_REASON_KEY_UNFIT,	  /* it has no OTP application */
	MFA_REASON_KEY_BUSY,	  /* another login used the YubiKeys */
	MFA_REASON_KEY_ELSEWHERE, /* the key has answered another login meanwhile */
	MFA_REASON_KEY_UNUSABLE,  /* the plug-in or USB: see the diagnosis */
	MFA_REASON_ZONE_OFF,
	MFA_REASON_GRACE,	 /* not enrolled, and the zone's grace is not over */
	MFA_REASON_NO_AUTH,	 /* the gate: auth was not passed in this login */
	MFA_REASON_USER_CHANGED, /* the application changed the user meanwhile */
	MFA_REASON_UID_SHARED, /* a user's own program: the user id is another name's too
				*/
	MFA_REASON_CROWDED,    /* too many logins at once from where this one comes */
	MFA_REASON_NO_ANSWER,  /* the person cancelled, or the program cannot ask */
	MFA_REASON_FAILED,     /* the machinery: see the diagnosis */
	MFA_REASON_COUNT
};

/* The stable name in logs: "code-right". Never NULL. */
const char *mfa_reason_name(enum mfa_reason reason);

/* The question to put after it, marked for translation; NULL: it has none of its own. */
const char *mfa_reason_prompt(enum mfa_reason reason);

/* Whether the person may be told it even if refusals give no reason: it can be seen at
 * the machine, and reveals nothing about the password or the record. */
bool mfa_reason_is_public(enum mfa_reason reason);

/* Tells the person a refusal, marked for translation, and whom to ask: contact, "" for
 * nobody. */
void mfa_reason_tell(const struct mfa_dialog *dialog, const struct mfa_language *language,
		     const char *contact, const char *text);

/* Tells the person why a login was refused, and whom to ask: contact, "" for nobody. */
void mfa_reason_explain(const struct mfa_dialog *dialog,
			const struct mfa_language *language, const char *contact,
			enum mfa_reason reason);
