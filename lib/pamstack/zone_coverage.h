/* SPDX-License-Identifier: BSD-2-Clause */
/* Which zones can decide about the logins of a service. */
#pragma once

#include "mfa/config.h"

struct coverage {
	const struct mfa_zone *on;  /* the first that demands MFA, or NULL */
	const struct mfa_zone *off; /* the first that switches it off, or NULL */
	bool is_gated;		    /* one that demands MFA names the service in gate */
	bool is_ungated;	    /* one that demands MFA does not */
};

/* service: NULL: any; named: the "zone=" of a module line, or NULL. */
struct coverage coverage_of_service(const struct mfa_config *config, const char *service,
				    const char *named);

/* Whether the zone (of this configuration) is among those that can decide. */
bool coverage_has(const struct mfa_config *config, const char *service, const char *named,
		  const struct mfa_zone *zone);

/* Whether the zone demands MFA, but has no gate against logins of the service that skip
 * auth. */
bool coverage_is_ungated(const struct mfa_zone *zone, const char *service);
