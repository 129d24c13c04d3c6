/* Names of reasons for the logs, and texts for the person. */
#include "mfa/reason.h"

#include <stdio.h>

static const char *const reasons[MFA_REASON_COUNT] = {
	[MFA_REASON_NONE] = "none",
	[MFA_REASON_RIGHT] = "code-right",
	[MFA_REASON_WRONG] = "code-wrong",
	[MFA_REASON_USED] = "code-used",
	[MFA_REASON_CLOCK] = "clock-behind",
	[MFA_REASON_SUSPENDED] = "token-suspended",
	[MFA_REASON_LOCKED] = "locked",
	[MFA_REASON_NOT_ENROLLED] = "not-enrolled",
	[MFA_REASON_UID_CHANGED] = "uid-changed",
	[MFA_REASON_RETIRED] = "record-retired",
	[MFA_REASON_UNKNOWN_USER] = "unknown-user",
	[MFA_REASON_EMPTY] = "no-code",
	[MFA_REASON_NOT_A_CODE] = "not-a-code",
	[MFA_REASON_GARBLED] = "code-garbled",
	[MFA_REASON_KEY_TYPED] = "key-typed",
	[MFA_REASON_KEY_WRONG] = "key-wrong",
	[MFA_REASON_KEY_ABSENT] = "key-absent",
	[MFA_REASON_KEY_OTHER] = "key-of-another",
	[MFA_REASON_KEY_EMPTY] = "key-empty",
	[MFA_REASON_KEY_UNTOUCHED] = "key-untouched",
	[MFA_REASON_KEY_SILENT] = "key-silent",
	[MFA_REASON_KEY_CUT_OFF] = "key-cut-off",
	[MFA_REASON_KEY_BUSY] = "key-busy",
	[MFA_REASON_KEY_ELSEWHERE] = "key-elsewhere",
	[MFA_REASON_KEY_UNUSABLE] = "key-unusable",
	[MFA_REASON_ZONE_OFF] = "zone-off",
	[MFA_REASON_GRACE] = "grace",
	[MFA_REASON_NO_AUTH] = "auth-not-passed",
	[MFA_REASON_USER_CHANGED] = "user-changed",
	[MFA_REASON_UID_SHARED] = "uid-shared",
	[MFA_REASON_FAILED] = "failed",
};

const char *mfa_reason_name(enum mfa_reason reason)
{
	bool is_known = (unsigned)reason < MFA_REASON_COUNT && reasons[reason] != NULL;
	return is_known ? reasons[reason] : "unknown";
}

static const char *refusal_text(enum mfa_reason reason)
{
	switch (reason) {
	case MFA_REASON_USED:
		return MFA_N_(
			"This one-time password has been used already. Wait for the "
			"next one.");
	case MFA_REASON_CLOCK:
		return MFA_N_(
			"The clock of this machine is wrong, so one-time passwords by "
			"time cannot be used. Ask your system administrator.");
	case MFA_REASON_SUSPENDED:
		return MFA_N_("Your authenticator is suspended. Ask your system "
			      "administrator.");
	case MFA_REASON_LOCKED:
		return MFA_N_(
			"Too many failures; locked. Ask your system administrator, or "
			"wait.");
	case MFA_REASON_NOT_ENROLLED:
	case MFA_REASON_UID_CHANGED: /* what there is was another person's */
	case MFA_REASON_RETIRED:
		return MFA_N_(
			"You have no authenticator enrolled, so you cannot log in. Ask "
			"your system administrator.");
	case MFA_REASON_FAILED:
		return MFA_N_(
			"Authentication is out of order, so you cannot log in. Ask your "
			"system administrator.");
	case MFA_REASON_GARBLED:
		return MFA_N_("The YubiKey's code came garbled. Turn off Caps Lock and "
			      "Japanese input.");
	case MFA_REASON_KEY_TYPED:
		return MFA_N_("The YubiKey typed a code that is not registered for you.");
	case MFA_REASON_KEY_ABSENT:
		return MFA_N_("No YubiKey found. See that it is plugged in.");
	case MFA_REASON_KEY_OTHER:
		return MFA_N_("This YubiKey is not registered for you.");
	case MFA_REASON_KEY_EMPTY:
		return MFA_N_("This YubiKey is no longer programmed. Ask your system "
			      "administrator.");
	case MFA_REASON_KEY_UNTOUCHED:
		return MFA_N_("The YubiKey was not touched. Try again.");
	case MFA_REASON_KEY_SILENT:
		return MFA_N_("The YubiKey does not answer. Plug it in anew.");
	case MFA_REASON_KEY_CUT_OFF:
		return MFA_N_("The YubiKey was pulled out. Plug it in again.");
	case MFA_REASON_KEY_BUSY:
		return MFA_N_("Another login is using the YubiKey. Try again.");
	case MFA_REASON_KEY_ELSEWHERE:
		return MFA_N_("Your YubiKey has just answered another login. Try again.");
	case MFA_REASON_KEY_UNUSABLE:
		return MFA_N_("YubiKeys cannot be used on this machine. Ask your system "
			      "administrator.");
	case MFA_REASON_NONE:
	case MFA_REASON_KEY_WRONG:
	case MFA_REASON_RIGHT:
	case MFA_REASON_WRONG:
	case MFA_REASON_UNKNOWN_USER:
	case MFA_REASON_EMPTY:
	case MFA_REASON_NOT_A_CODE:
	case MFA_REASON_ZONE_OFF:
	case MFA_REASON_GRACE:
	case MFA_REASON_NO_AUTH:
	case MFA_REASON_USER_CHANGED:
	case MFA_REASON_UID_SHARED:
	case MFA_REASON_COUNT:
		break;
	}
	return MFA_N_("Authentication failed.");
}

void mfa_reason_explain(const struct mfa_dialog *dialog,
			const struct mfa_language *language, const char *contact,
			enum mfa_reason reason)
{
	char line[768];
	const char *why = mfa_text(language, refusal_text(reason));
	if (contact[0] == '\0')
		(void)snprintf(line, sizeof line, "%s", why);
	else /* TRANSLATORS: the refusal, then whom to ask */
		(void)snprintf(line, sizeof line,
			       mfa_text(language, MFA_N_("%s (contact: %s)")), why,
			       contact);
	dialog->tell(dialog->context, MFA_TELL_ERROR, line);
}
