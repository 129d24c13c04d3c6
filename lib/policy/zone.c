/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/zone.h"

#include <string.h>

#include "mfa/text.h"

static enum mfa_match match_both(enum mfa_match a, enum mfa_match b)
{
	if (a == MFA_MATCH_NO || b == MFA_MATCH_NO)
		return MFA_MATCH_NO;
	if (a == MFA_MATCH_UNKNOWN || b == MFA_MATCH_UNKNOWN)
		return MFA_MATCH_UNKNOWN;
	return MFA_MATCH_YES;
}

static enum mfa_match match_either(enum mfa_match a, enum mfa_match b)
{
	if (a == MFA_MATCH_YES || b == MFA_MATCH_YES)
		return MFA_MATCH_YES;
	if (a == MFA_MATCH_UNKNOWN || b == MFA_MATCH_UNKNOWN)
		return MFA_MATCH_UNKNOWN;
	return MFA_MATCH_NO;
}

static enum mfa_match match_glob(const struct mfa_strings *patterns, const char *text)
{
	if (patterns->count == 0)
		return MFA_MATCH_YES;
	for (size_t i = 0; i < patterns->count; i++)
		if (mfa_text_matches(patterns->items[i], text != NULL ? text : ""))
			return MFA_MATCH_YES;
	return MFA_MATCH_NO;
}

/* A tty may come with or without /dev/. */
static enum mfa_match match_tty(const struct mfa_strings *patterns, const char *tty)
{
	static const char folder[] = "/dev/";
	if (tty != NULL && strncmp(tty, folder, strlen(folder)) == 0)
		tty += strlen(folder);
	return match_glob(patterns, tty);
}

static enum mfa_match match_rhost(const struct mfa_strings *patterns,
				  const struct mfa_login *login)
{
	if (patterns->count == 0)
		return MFA_MATCH_YES;
	enum mfa_match match = MFA_MATCH_NO;
	for (size_t i = 0; i < patterns->count; i++) {
		bool is_local_word = strcmp(patterns->items[i], "local") == 0;
		if (is_local_word && mfa_login_is_local(login))
			match = MFA_MATCH_YES;
		else if (!is_local_word && !mfa_text_is_empty(login->rhost))
			match = match_either(
				match,
				mfa_address_match(login->rhost, patterns->items[i]));
	}
	return match;
}

static enum mfa_match match_groups(const struct mfa_strings *groups,
				   const struct mfa_login *login)
{
	if (groups->count == 0)
		return MFA_MATCH_YES;
	if (login->is_member == NULL)
		return MFA_MATCH_UNKNOWN;
	enum mfa_match match = MFA_MATCH_NO;
	for (size_t i = 0; i < groups->count && match != MFA_MATCH_YES; i++)
		match = match_either(match,
				     login->is_member(login->context, groups->items[i]));
	return match;
}

const char *mfa_condition_name(enum mfa_condition condition)
{
	static const char *const names[MFA_CONDITION_COUNT] = {
		[MFA_CONDITION_SERVICES] = "services", [MFA_CONDITION_USERS] = "users",
		[MFA_CONDITION_TTYS] = "ttys",	       [MFA_CONDITION_RHOSTS] = "rhosts",
		[MFA_CONDITION_GROUPS] = "groups",
	};
	return names[condition];
}

enum mfa_match mfa_zone_match(const struct mfa_zone *zone, const struct mfa_login *login,
			      enum mfa_condition condition)
{
	switch (condition) {
	case MFA_CONDITION_SERVICES:
		return match_glob(&zone->services, login->service);
	case MFA_CONDITION_USERS:
		return match_glob(&zone->users, login->user);
	case MFA_CONDITION_TTYS:
		return match_tty(&zone->ttys, login->tty);
	case MFA_CONDITION_RHOSTS:
		return match_rhost(&zone->rhosts, login);
	case MFA_CONDITION_GROUPS:
		return match_groups(&zone->groups, login);
	case MFA_CONDITION_COUNT:
		break;
	}
	return MFA_MATCH_UNKNOWN;
}

/* The groups come last, since they need the name service. */
static enum mfa_match match_zone(const struct mfa_zone *zone,
				 const struct mfa_login *login)
{
	enum mfa_match match = MFA_MATCH_YES;
	for (unsigned i = 0; i < MFA_CONDITION_COUNT && match != MFA_MATCH_NO; i++)
		match = match_both(match,
				   mfa_zone_match(zone, login, (enum mfa_condition)i));
	return match;
}

bool mfa_zone_is_exempt(const struct mfa_zone *zone, const struct mfa_login *login)
{
	return zone->is_off && mfa_login_has_own_name(login);
}

const struct mfa_zone *mfa_zone_find(const struct mfa_config *config,
				     const struct mfa_login *login)
{
	for (size_t i = 0; i < config->zone_count; i++) {
		const struct mfa_zone *zone = &config->zones[i];
		enum mfa_match match = match_zone(zone, login);
		bool is_met = match == MFA_MATCH_YES ||
			      (match == MFA_MATCH_UNKNOWN && !zone->is_off);
		if (is_met && (!zone->is_off || mfa_zone_is_exempt(zone, login)))
			return zone;
	}
	return mfa_config_zone(config, config->default_zone);
}

bool mfa_zone_is_gated(const struct mfa_zone *zone, const char *service)
{
	return zone->gate.count > 0 && match_glob(&zone->gate, service) == MFA_MATCH_YES;
}

bool mfa_login_is_local(const struct mfa_login *login)
{
	return login->place != NULL &&
	       login->place(login->context) != MFA_PLACE_ELSEWHERE;
}

bool mfa_login_has_own_name(const struct mfa_login *login)
{
	return login->is_own_name != NULL && login->is_own_name(login->context);
}

bool mfa_zone_may_ask_keys(const struct mfa_zone *zone, const struct mfa_login *login)
{
	enum mfa_place place =
		login->place != NULL ? login->place(login->context) : MFA_PLACE_ELSEWHERE;
	return place == MFA_PLACE_OWN ||
	       (place == MFA_PLACE_OTHERS && zone->has_yubikey_anywhere);
}

struct mfa_zone mfa_zone_bounds(const struct mfa_config *config)
{
	struct mfa_zone bounds = *mfa_config_zone(config, config->default_zone);
	for (size_t i = 0; i < config->zone_count; i++) {
		const struct mfa_zone *zone = &config->zones[i];
		if (zone->is_off)
			continue;
		if (zone->totp_window > bounds.totp_window)
			bounds.totp_window = zone->totp_window;
		if (zone->totp_drift > bounds.totp_drift)
			bounds.totp_drift = zone->totp_drift;
		/* 0 is no length: such a lock has no end */
		if (zone->lock_time > bounds.lock_time)
			bounds.lock_time = zone->lock_time;
	}
	return bounds;
}
