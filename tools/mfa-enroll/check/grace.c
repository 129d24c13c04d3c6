/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/grace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check/parts.h"
#include "mfa/text.h"

enum {
	DATE_LEN = 10, /* what a time begins with */
	DAY = 24 * 60 * 60,
};

bool grace_is_running(const struct mfa_zone *zone)
{
	return !zone->is_off && zone->grace_until != 0 && time(NULL) < zone->grace_until;
}

char *grace_text(const struct app *app, const struct mfa_zone *zone)
{
	const char *format =
		grace_is_running(zone)
			? TR(app, MFA_N_("zone %s: until the end of %.*s people without "
					 "an authenticator get in without one (%s)"))
			: TR(app, MFA_N_("zone %s: grace_until is over since %.*s; take "
					 "it out of the configuration"));
	char last[MFA_TIME_SIZE];
	char *text = NULL;
	mfa_text_format_time(zone->grace_until - DAY, last);
	/* the second one has no use for the reason */
	if (asprintf(&text, format, zone->name, DATE_LEN, last, zone->grace_reason) < 0)
		return NULL;
	return text;
}

static void look_at_roll_out(struct check *check, const struct mfa_zone *zone)
{
	bool is_running = grace_is_running(zone);
	if (zone->grace_until == 0 || zone->is_off)
		return;
	MFA_CLEANUP(mfa_free_string) char *text = grace_text(check->app, zone);
	if (text == NULL)
		check->findings.err = MFA_ERR_NOMEM;
	else if (!findings_have(&check->findings, text))
		check_add(check, is_running ? CHECK_HOLE : CHECK_NOTE,
			  is_running ? "grace" : "grace-over", CHECK_NOWHERE, "%s", text);
}

/* The zones of the services that are looked at, also those of another "conf=". Where all
 * services are, the rest of the configuration as well. */
void check_grace(struct check *check)
{
	for (size_t i = 0; i < check->service_count; i++) {
		const struct mfa_inspection *inspection = &check->services[i].inspection;
		for (size_t j = 0; j < inspection->zone_count; j++)
			look_at_roll_out(check, inspection->zones[j]);
	}
	if (check->only != NULL || check->config == NULL)
		return;
	for (size_t i = 0; i < check->config->zone_count; i++)
		look_at_roll_out(check, &check->config->zones[i]);
}
