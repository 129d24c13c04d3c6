/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of reasons for the logs, and texts for the person. */
#include "mfa/reason.h"

#include <stdio.h>

#include "mfa/charset.h"

static const char code_used[] =
	MFA_N_("This one-time password has been used already. Wait for the next one.");
static const char clock_behind[] = MFA_N_(
	"The clock of this machine is wrong, so one-time passwords by time cannot be "
	"used. Ask your system administrator.");
static const char suspended[] =
	MFA_N_("Your authenticator is suspended. Ask your system administrator.");
static const char locked[] =
	MFA_N_("Too many failures; locked. Ask your system administrator, or wait.");
static const char not_enrolled[] = MFA_N_(
	"You have no authenticator enrolled, so you cannot log in. Ask your system "
	"administrator.");
static const char out_of_order[] =
	MFA_N_("Authentication is out of order, so you cannot log in. Ask your system "
	       "administrator.");
static const char crowded[] =
	MFA_N_("Too many logins at once. Wait a moment, and try again.");
static const char garbled[] =
	MFA_N_("The YubiKey's code came garbled. Turn off Japanese input.");
static const char garbled_prompt[] = MFA_N_("Garbled: Japanese IME? Code: ");
static const char key_wrong[] =
	MFA_N_("Your authenticator answered wrongly: it may have been programmed anew. "
	       "Ask your system administrator.");
static const char key_typed[] =
	MFA_N_("The YubiKey typed a code that is not registered for you.");
static const char key_typed_prompt[] = MFA_N_("YubiKey not registered. Code: ");

static const char code_used_prompt[] = MFA_N_("Used. Wait for next code: ");

/* NULL: the usual refusal, the usual question. The texts of devices are in
 * lib/devices. */
static const struct reason {
	const char *name;
	const char *refusal;
	const char *prompt; /* the next question after it */
	/* Anybody may be told: it is seen at the machine, and reveals nothing about the
	 * password or the record. */
	bool is_public;
} reasons[MFA_REASON_COUNT] = {
	[MFA_REASON_NONE] = { .name = "none" },
	[MFA_REASON_RIGHT] = { .name = "code-right" },
	[MFA_REASON_WRONG] = { .name = "code-wrong" },
	[MFA_REASON_USED] = { "code-used", code_used, code_used_prompt, false },
	[MFA_REASON_CLOCK] = { .name = "clock-behind", .refusal = clock_behind },
	[MFA_REASON_SUSPENDED] = { .name = "token-suspended", .refusal = suspended },
	[MFA_REASON_LOCKED] = { .name = "locked", .refusal = locked },
	[MFA_REASON_NOT_ENROLLED] = { .name = "not-enrolled", .refusal = not_enrolled },
	/* the record was another person's */
	[MFA_REASON_UID_CHANGED] = { .name = "uid-changed", .refusal = not_enrolled },
	[MFA_REASON_RETIRED] = { .name = "record-retired", .refusal = not_enrolled },
	[MFA_REASON_UNKNOWN_USER] = { .name = "unknown-user" },
	[MFA_REASON_EMPTY] = { .name = "no-code" },
	[MFA_REASON_NOT_A_CODE] = { .name = "not-a-code" },
	[MFA_REASON_GARBLED] = { "code-garbled", garbled, garbled_prompt, true },
	[MFA_REASON_KEY_TYPED] = { "key-typed", key_typed, key_typed_prompt, false },
	[MFA_REASON_KEY_WRONG] = { "key-wrong", key_wrong, NULL, true },
	[MFA_REASON_KEY_ABSENT] = { .name = "key-absent", .is_public = true },
	[MFA_REASON_KEY_OTHER] = { .name = "key-of-another", .is_public = true },
	[MFA_REASON_KEY_EMPTY] = { .name = "key-empty", .is_public = true },
	[MFA_REASON_KEY_UNTOUCHED] = { .name = "key-untouched", .is_public = true },
	[MFA_REASON_KEY_SILENT] = { .name = "key-silent", .is_public = true },
	[MFA_REASON_KEY_CUT_OFF] = { .name = "key-cut-off", .is_public = true },
	[MFA_REASON_KEY_DAMAGED] = { .name = "key-damaged", .is_public = true },
	[MFA_REASON_KEY_CLAIMED] = { .name = "key-claimed", .is_public = true },
	[MFA_REASON_KEY_BLOCKED] = { .name = "key-blocked", .is_public = true },
	[MFA_REASON_KEY_HIDDEN] = { .name = "key-hidden", .is_public = true },
	[MFA_REASON_KEY_TOO_OLD] = { .name = "key-too-old", .is_public = true },
	[MFA_REASON_KEY_UNFIT] = { .name = "key-unfit", .is_public = true },
	[MFA_REASON_KEY_BUSY] = { .name = "key-busy", .is_public = true },
	[MFA_REASON_KEY_ELSEWHERE] = { .name = "key-elsewhere", .is_public = true },
	[MFA_REASON_KEY_UNUSABLE] = { .name = "key-unusable", .is_public = true },
	[MFA_REASON_ZONE_OFF] = { .name = "zone-off" },
	[MFA_REASON_GRACE] = { .name = "grace" },
	[MFA_REASON_NO_AUTH] = { .name = "auth-not-passed" },
	[MFA_REASON_USER_CHANGED] = { .name = "user-changed" },
	[MFA_REASON_UID_SHARED] = { .name = "uid-shared" },
	[MFA_REASON_CROWDED] = { "too-many-logins", crowded, NULL, true },
	[MFA_REASON_NO_ANSWER] = { .name = "no-answer" },
	[MFA_REASON_FAILED] = { .name = "failed", .refusal = out_of_order },
};

static const struct reason *find_reason_text(enum mfa_reason reason)
{
	static const struct reason unknown = { .name = "unknown" };
	bool is_known =
		(unsigned)reason < MFA_REASON_COUNT && reasons[reason].name != NULL;
	return is_known ? &reasons[reason] : &unknown;
}

const char *mfa_reason_name(enum mfa_reason reason)
{
	return find_reason_text(reason)->name;
}

const char *mfa_reason_prompt(enum mfa_reason reason)
{
	return find_reason_text(reason)->prompt;
}

bool mfa_reason_is_public(enum mfa_reason reason)
{
	return find_reason_text(reason)->is_public;
}

void mfa_reason_tell(const struct mfa_dialog *dialog, const struct mfa_language *language,
		     const char *contact, const char *text)
{
	char line[768];
	const char *why = mfa_text(language, text);
	bool is_shown = contact[0] != '\0' &&
			(!dialog->is_ascii || mfa_charset_is_ascii(contact));
	if (!is_shown)
		(void)snprintf(line, sizeof line, "%s", why);
	else /* TRANSLATORS: the refusal, then whom to ask */
		(void)snprintf(line, sizeof line,
			       mfa_text(language, MFA_N_("%s (contact: %s)")), why,
			       contact);
	dialog->tell(dialog->context, MFA_TELL_ERROR, line);
}

void mfa_reason_explain(const struct mfa_dialog *dialog,
			const struct mfa_language *language, const char *contact,
			enum mfa_reason reason)
{
	const char *refusal = find_reason_text(reason)->refusal;
	mfa_reason_tell(dialog, language, contact,
			refusal != NULL ? refusal : MFA_N_("Authentication failed."));
}
