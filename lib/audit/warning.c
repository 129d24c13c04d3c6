/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/audit.h"

int mfa_audit_append_warning(struct mfa_audit *audit, const struct mfa_diag *warned,
			     const char *actor, int64_t now, struct mfa_diag *diag)
{
	static const struct {
		const char *event;
		const char *result;
	} names[MFA_WARNING_COUNT] = {
		[MFA_WARNING_MENDED] = { "mode.mend", "done" },
		[MFA_WARNING_UNNOTED] = { "key.unnoted", "failed" },
	};
	const struct mfa_event event = {
		.event = names[warned->warned].event,
		.result = names[warned->warned].result,
		.actor = actor,
		.detail = warned->warning,
		.time = now,
	};
	return warned->warned == MFA_WARNING_NONE ? MFA_OK
						  : mfa_audit_append(audit, &event, diag);
}
