/* SPDX-License-Identifier: BSD-2-Clause */
/* Zones that depend on the person being at this machine. */
#include "check/parts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool asks_for_place(const struct mfa_zone *zone)
{
	for (size_t i = 0; i < zone->rhosts.count; i++)
		if (strcmp(zone->rhosts.items[i], "local") == 0)
			return true;
	return false;
}

static void look_at_local_zone(struct check *check, const struct mfa_zone *zone)
{
	if (!asks_for_place(zone))
		return;
	check_add(check, CHECK_NOTE, "zone-local", CHECK_NOWHERE,
		  TR(check->app, MFA_N_("zone %s: rhosts = local is for logins that "
					"are proved to be at this machine (a seat or "
					"virtual terminal); naming no host is no proof")),
		  zone->name);
	if (check->is_live && access("/run/systemd/seats", F_OK) != 0)
		check_add(check, CHECK_NOTE, "no-logind", CHECK_NOWHERE, "%s",
			  TR(check->app,
			     MFA_N_("systemd-logind does not run here: only virtual "
				    "terminals, and what was started from them, are at "
				    "this machine")));
}

void check_local(struct check *check)
{
	if (check->config == NULL)
		return;
	for (size_t i = 0; i < check->config->zone_count; i++)
		look_at_local_zone(check, &check->config->zones[i]);
}
