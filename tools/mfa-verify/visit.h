/* SPDX-License-Identifier: BSD-2-Clause */
/* One call of the program: who calls, what he says of his login, what comes of it. */
#pragma once

#include <sys/types.h>

#include "channel.h"
#include "mfa/auth.h"
#include "mfa/login_facts.h"

struct visit {
	uid_t caller;
	char *zone_name;
	bool wants_password;
	bool may_explain;
	bool is_japanese;
	bool is_noted;	/* its turn was taken: what comes of it goes to syslog */
	bool is_logged; /* it is there */
	struct channel channel;
	struct mfa_site host;
	const struct mfa_zone *zone;
	struct mfa_language *language;
	struct mfa_login_facts facts;
	struct mfa_auth_result result;
};

/* Who calls and what for, from uid and channel. MFA_ERR_INVALID: the channel does not
 * begin as it must, is about another user, or the name service does not know the caller.
 */
int visit_begin(struct visit *visit) MFA_MUST_CHECK;
void visit_done(struct visit *visit);

/* Configuration, zone, question, verdict; all in visit->result. */
void visit_run(struct visit *visit);

/* One line to syslog, if the visit is noted. */
void visit_report(struct visit *visit);
