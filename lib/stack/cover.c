#include "cover.h"

#include <fnmatch.h>
#include <string.h>

#include "mfa/policy.h"

/* Of no service in particular only "*" is sure to match. */
static enum mfa_match match_service(const struct mfa_zone *zone, const char *service)
{
	const struct mfa_words *patterns = &zone->services;
	if (patterns->count == 0 || mfa_words_have(patterns, "*"))
		return MFA_MATCH_YES;
	if (service == NULL)
		return MFA_MATCH_UNKNOWN;
	for (size_t i = 0; i < patterns->count; i++)
		if (fnmatch(patterns->items[i], service, 0) == 0)
			return MFA_MATCH_YES;
	return MFA_MATCH_NO;
}

static bool has_other_conditions(const struct mfa_zone *zone)
{
	return zone->users.count > 0 || zone->groups.count > 0 ||
	       zone->rhosts.count > 0 || zone->ttys.count > 0;
}

static void add_zone(struct cover *cover, const struct mfa_zone *zone,
		     const char *service)
{
	if (zone->is_off) {
		if (cover->off == NULL)
			cover->off = zone;
		return;
	}
	if (cover->on == NULL)
		cover->on = zone;
	if (service != NULL && mfa_policy_is_gated(zone, service))
		cover->is_gated = true;
}

struct cover cover_service(const struct mfa_config *config, const char *service,
			   const char *zone)
{
	struct cover cover = { 0 };
	if (zone != NULL) {
		const struct mfa_zone *named = mfa_config_zone(config, zone);
		if (named != NULL) /* else the module fails */
			add_zone(&cover, named, service);
		return cover;
	}
	for (size_t i = 0; i < config->zone_count; i++) {
		const struct mfa_zone *candidate = &config->zones[i];
		enum mfa_match match = match_service(candidate, service);
		if (match != MFA_MATCH_NO)
			add_zone(&cover, candidate, service);
		if (match == MFA_MATCH_YES && !has_other_conditions(candidate))
			return cover;
	}
	add_zone(&cover, mfa_config_zone(config, config->default_zone), service);
	return cover;
}
