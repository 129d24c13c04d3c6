/* Which zones can decide about the logins of a service. */
#pragma once

#include "mfa/config.h"

struct cover {
	const struct mfa_zone *on;  /* the first that demands MFA, or NULL */
	const struct mfa_zone *off; /* the first that switches it off, or NULL */
	bool is_gated;		    /* one that demands MFA names the service in gate */
};

/* service: NULL where any could be meant; zone: the "zone=" of a module line, or NULL. */
struct cover cover_service(const struct mfa_config *config, const char *service,
			   const char *zone);
