/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone_coverage.h"

#include <string.h>

#include "mfa/text.h"
#include "mfa/zone.h"

/* For an unknown service only "*" is certain to match. */
static enum mfa_match match_service(const struct mfa_zone *zone, const char *service)
{
	const struct mfa_strings *patterns = &zone->services;
	if (patterns->count == 0 || mfa_strings_have(patterns, "*"))
		return MFA_MATCH_YES;
	if (service == NULL)
		return MFA_MATCH_UNKNOWN;
	for (size_t i = 0; i < patterns->count; i++)
		if (mfa_text_matches(patterns->items[i], service))
			return MFA_MATCH_YES;
	return MFA_MATCH_NO;
}

static bool has_other_conditions(const struct mfa_zone *zone)
{
	return zone->users.count > 0 || zone->groups.count > 0 ||
	       zone->rhosts.count > 0 || zone->ttys.count > 0;
}

/* Whether the zone can be reached: no earlier zone matches every login of the service. */
static bool can_decide(const struct mfa_config *config, const char *service,
		       const struct mfa_zone *zone)
{
	for (size_t i = 0; i < config->zone_count; i++) {
		const struct mfa_zone *candidate = &config->zones[i];
		enum mfa_match match = match_service(candidate, service);
		if (candidate == zone && match != MFA_MATCH_NO)
			return true;
		if (match == MFA_MATCH_YES && !has_other_conditions(candidate))
			return false;
	}
	return strcmp(zone->name, config->default_zone) == 0;
}

bool coverage_has(const struct mfa_config *config, const char *service, const char *named,
		  const struct mfa_zone *zone)
{
	/* if no zone has the name, the module fails */
	return named != NULL ? strcmp(zone->name, named) == 0
			     : can_decide(config, service, zone);
}

bool coverage_is_ungated(const struct mfa_zone *zone, const char *service)
{
	return !zone->is_off && (service == NULL || !mfa_zone_is_gated(zone, service));
}

struct coverage coverage_of_service(const struct mfa_config *config, const char *service,
				    const char *named)
{
	struct coverage coverage = { 0 };
	for (size_t i = 0; i < config->zone_count; i++) {
		const struct mfa_zone *zone = &config->zones[i];
		if (!coverage_has(config, service, named, zone))
			continue;
		const struct mfa_zone **first =
			zone->is_off ? &coverage.off : &coverage.on;
		if (*first == NULL)
			*first = zone;
		if (coverage_is_ungated(zone, service))
			coverage.is_ungated = true;
		else if (!zone->is_off)
			coverage.is_gated = true;
	}
	return coverage;
}
