/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa.conf and a file behind it in mfa.conf.d, and the zone that decides. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mfa/zone.h"

static enum mfa_match is_member(void *context MFA_UNUSED, const char *group)
{
	return group[0] == 's'	 ? MFA_MATCH_YES
	       : group[0] == 'x' ? MFA_MATCH_UNKNOWN
				 : MFA_MATCH_NO;
}

static bool is_own_name(void *context MFA_UNUSED)
{
	return true;
}

static void decide(const struct mfa_config *config)
{
	static const struct mfa_login logins[] = {
		{ .service = "sshd",
		  .user = "taro",
		  .rhost = "192.0.2.7",
		  .tty = "ssh",
		  .is_member = is_member,
		  .is_own_name = is_own_name },
		{ .service = "login", .user = "root", .rhost = "", .tty = "/dev/tty1" },
		{ .service = "cron",
		  .user = "daemon",
		  .is_member = is_member,
		  .is_own_name = is_own_name },
		{ .service = "sudo",
		  .user = "jiro",
		  .rhost = "a-host-name",
		  .tty = "pts/0",
		  .is_member = is_member },
	};
	for (size_t i = 0; i < MFA_COUNT(logins); i++) {
		const struct mfa_zone *zone = mfa_zone_find(config, &logins[i]);
		must(zone != NULL && (!zone->is_off || logins[i].is_own_name != NULL));
		(void)mfa_zone_is_gated(zone, logins[i].service);
	}
}

static void check(const struct mfa_config *config)
{
	must(config->zone_count > 0 && config->default_zone != NULL);
	const struct mfa_zone *zone = mfa_config_zone(config, config->default_zone);
	must(zone != NULL && !zone->is_off);
	must(config->store != NULL && config->key != NULL && config->audit != NULL);
	for (size_t i = 0; i < config->zone_count; i++) {
		zone = &config->zones[i];
		must(zone->title != NULL && zone->factors != 0);
		must(zone->max_failures >= 1 && zone->max_failures <= 100);
		must(zone->lock_time >= 0 && zone->totp_window >= 0 &&
		     zone->totp_window <= 10);
		must(zone->services.count == 0 ||
		     zone->services.items[zone->services.count] == NULL);
	}
	decide(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct mfa_diag diag = { .text = "" };
	struct mfa_config *config = NULL;
	char *text = input_text(&input);
	fuzz_write(fuzz_path("mfa.conf"), text, strlen(text));
	(void)mkdir(fuzz_path("mfa.conf.d"), 0700);
	fuzz_write(fuzz_path("mfa.conf.d/a.conf"), input.data, input.len);
	free(text);
	int err = mfa_config_load(fuzz_path("mfa.conf"), &diag, &config);
	must((err == MFA_OK) == (config != NULL));
	must((err == MFA_OK) == (diag.text[0] == '\0'));
	must(err == MFA_OK || err == MFA_ERR_CONFIG);
	if (config != NULL)
		check(config);
	mfa_config_free(config);
	return 0;
}
