/* SPDX-License-Identifier: BSD-2-Clause */
/* The line that ties a trail to what was written under an older key. */
#pragma once

#include "audit/scan.h"

struct audit_bridge_options {
	const char *actor;
	int64_t time;
	bool takes_broken; /* even if the trail does not verify: the line says so */
};

/* What a bridge seals. */
struct audit_sealed {
	struct mfa_audit_report report;
	unsigned char hash[AUDIT_MAC_SIZE];
};

/* Appends a bridge under the next key, durably; afterwards nothing may be appended under
 * the first one. scan: what was read of the trail so far; the rest is read first.
 * MFA_ERR_INTEGRITY: it does not verify; nothing is appended. */
int audit_bridge_append(const struct mfa_audit *audit,
			const struct audit_bridge_options *options,
			struct audit_scan *scan, struct mfa_diag *diag,
			struct audit_sealed *ret_sealed) MFA_MUST_CHECK;
