/* SPDX-License-Identifier: BSD-2-Clause */
/* Name services that keep people out while they do not answer, and groups of zones that
 * they do not know. */
#include "check/parts.h"

#include <grp.h>
#include <string.h>

#include "check/config_lines.h"

/* "passwd: sss files": the first word decides who is asked first. */
static bool begins_with_files(const char *services)
{
	services += strspn(services, " \t");
	size_t len = strcspn(services, " \t[#");
	return len == 0 || strncmp(services, "files", len) == 0 ||
	       strncmp(services, "compat", len) == 0;
}

static void look_at_order(struct check *check)
{
	static const char *const maps[] = { "passwd:", "shadow:", "group:" };
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, "/etc/nsswitch.conf", &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;)
		for (size_t i = 0; i < MFA_COUNT(maps); i++)
			if (strncmp(line, maps[i], strlen(maps[i])) == 0 &&
			    !begins_with_files(line + strlen(maps[i])))
				check_add(check, CHECK_WARNING, "names-order",
					  (struct check_place){ file.path, file.number },
					  TR(check->app,
					     MFA_N_("%s files is not the first: while a "
						    "directory does not answer, nobody "
						    "logs in, not even root")),
					  maps[i]);
}

/* Of a group that nobody knows it cannot be decided who is in it. */
static void look_at_groups(struct check *check, const struct mfa_zone *zone)
{
	for (size_t i = 0; i < zone->groups.count; i++) {
		const char *group = zone->groups.items[i];
		if (getgrnam(group) != NULL)
			continue;
		check_add(check, CHECK_WARNING, "zone-group", CHECK_NOWHERE,
			  zone->is_off
				  ? TR(check->app,
				       MFA_N_("zone %s: the name service does not know "
					      "the group %s, so the zone decides for "
					      "nobody"))
				  : TR(check->app,
				       MFA_N_("zone %s: the name service does not know "
					      "the group %s, so the zone decides as if "
					      "everybody were in it")),
			  zone->name, group);
	}
}

void check_name_services(struct check *check)
{
	look_at_order(check);
	if (!check->is_live || check->config == NULL)
		return;
	for (size_t i = 0; i < check->config->zone_count; i++)
		look_at_groups(check, &check->config->zones[i]);
}
