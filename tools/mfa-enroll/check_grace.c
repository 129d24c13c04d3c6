/* Roll-outs: zones that let people in who have no authenticator yet. */
#include "check.h"

#include <time.h>

#include "mfa/text.h"

enum {
	DATE_LEN = 10, /* what a time begins with */
	DAY = 24 * 60 * 60,
};

void check_grace(struct check *check)
{
	time_t now = time(NULL);
	for (size_t i = 0; check->config != NULL && i < check->config->zone_count; i++) {
		const struct mfa_zone *zone = &check->config->zones[i];
		char last[MFA_TIME_SIZE];
		if (zone->grace_until == 0)
			continue;
		mfa_text_format_time(zone->grace_until - DAY, last);
		if (now < zone->grace_until)
			check_add(
				check, CHECK_WARNING, "grace", CHECK_NOWHERE,
				TR(check->app,
				   MFA_N_("zone %s: until the end of %.*s people without "
					  "an authenticator get in without one (%s)")),
				zone->name, DATE_LEN, last, zone->grace_reason);
		else
			check_add(
				check, CHECK_NOTE, "grace-over", CHECK_NOWHERE,
				TR(check->app,
				   MFA_N_("zone %s: grace_until is over since %.*s; take "
					  "it out of the configuration")),
				zone->name, DATE_LEN, last);
	}
}
