/* Names and translations of verdicts and reasons, and the event that tells of them. */
#include "mfa/auth.h"

#include <inttypes.h>
#include <stdio.h>
#include <syslog.h>

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

enum mfa_verdict mfa_verdict_from_err(int err)
{
	switch (err) {
	case MFA_ERR_NOMEM:
		return MFA_NO_MEMORY;
	case MFA_ERR_CONV:
		return MFA_NO_DIALOG;
	case MFA_ERR_ABORT:
		return MFA_GIVEN_UP;
	default:
		return MFA_UNAVAILABLE;
	}
}

static const char *result_name(enum mfa_verdict verdict)
{
	switch (verdict) {
	case MFA_ALLOW:
		return "allowed";
	case MFA_EXEMPT:
		return "exempt";
	case MFA_DENY:
		return "denied";
	case MFA_UNAVAILABLE:
		return "unavailable";
	case MFA_NO_DIALOG:
		return "no-dialog";
	case MFA_GIVEN_UP:
		return "given-up";
	case MFA_NO_MEMORY:
		return "no-memory";
	}
	return "unknown";
}

int mfa_auth_priority(const struct mfa_auth_result *result)
{
	if (result->reason == MFA_REASON_GRACE)
		return LOG_WARNING;
	switch (result->verdict) {
	case MFA_ALLOW:
	case MFA_EXEMPT:
		return LOG_INFO;
	case MFA_DENY:
	case MFA_NO_DIALOG:
	case MFA_GIVEN_UP:
		return LOG_NOTICE;
	case MFA_UNAVAILABLE:
	case MFA_NO_MEMORY:
		return LOG_ERR;
	}
	return LOG_ERR;
}

struct mfa_event mfa_auth_event(const struct mfa_zone *zone,
				const struct mfa_login *login,
				const struct mfa_auth_result *result)
{
	/* a name that nobody has may be a password typed too early: it is not logged */
	struct mfa_event event = {
		.event = "auth",
		.result = result_name(result->verdict),
		.reason = mfa_reason_name(result->reason),
		.zone = zone != NULL ? zone->name : NULL,
		.service = login->service,
		.user = result->is_unknown_user ? "UNKNOWN" : login->user,
		.typed = result->is_unknown_user ? NULL : login->typed,
		.token = result->token,
		.kind = result->kind != MFA_KIND_NONE ? mfa_kind_name(result->kind)
						      : NULL,
		.rhost = login->rhost,
		.tty = login->tty,
		.detail = result->diag.text,
		.time = login->now,
	};
	uint32_t caller = login->caller != 0 ? login->caller : login->peer;
	if (caller != 0)
		(void)snprintf(event.caller, sizeof event.caller, "%" PRIu32, caller);
	return event;
}
