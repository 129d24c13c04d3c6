/* SPDX-License-Identifier: BSD-2-Clause */
/* The language of the prompts, and the clock. */
#include "check/parts.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "check/config_lines.h"
#include "mfa/rootfs.h"
#include "mfa/zone.h"

static void look_at_language(struct check *check)
{
	if (check->config == NULL || check->config->language != MFA_LANGUAGE_JA)
		return;
	bool is_there = false;
	if (check->is_live) {
		struct mfa_language *language = mfa_language_open(MFA_LANGUAGE_JA, NULL);
		is_there = language != NULL && mfa_language_has_locale(language);
		mfa_language_close(&language);
	} else {
		/* an archive may hold it: what cannot be seen is not told */
		is_there =
			mfa_rootfs_exists(check->root, "/usr/lib/locale/ja_JP.utf8") ||
			mfa_rootfs_exists(check->root, "/usr/lib/locale/locale-archive");
	}
	if (!is_there)
		check_add(check, CHECK_WARNING, "locale", CHECK_NOWHERE, "%s",
			  TR(check->app,
			     MFA_N_("language = ja, but this host has no locale "
				    "ja_JP.UTF-8: prompts are in English")));
}

static bool has_english_for_ssh(const struct mfa_config *config)
{
	const struct mfa_login login = { .service = "sshd" };
	for (size_t i = 0; i < config->zone_count; i++)
		if (config->zones[i].language == MFA_LANGUAGE_EN &&
		    mfa_zone_match(&config->zones[i], &login, MFA_CONDITION_SERVICES) ==
			    MFA_MATCH_YES)
			return true;
	return false;
}

/* SSH has all texts in UTF-8, and a client that cannot show one in its own charset ends.
 */
static void look_at_ssh_clients(struct check *check)
{
	if (check->config == NULL || check->config->language != MFA_LANGUAGE_JA ||
	    check_find_service(check, "sshd") == NULL ||
	    has_english_for_ssh(check->config))
		return;
	check_add(
		check, CHECK_NOTE, "ssh-charset", CHECK_NOWHERE, "%s",
		TR(check->app,
		   MFA_N_("language = ja: ssh clients in EUC-JP or Shift_JIS cannot log "
			  "in; if there are any, write language = en in a zone for "
			  "them (LANGUAGE in pam_mfa(8))")));
}

/* Time-based codes fail on a wrong clock, and nobody sees why. */
static void look_at_clock(struct check *check)
{
	struct timex state = { 0 };
	struct stat status;
	time_t now = time(NULL);
	if (!check->is_live)
		return;
	bool is_back = check->config != NULL &&
		       stat(check->config->audit, &status) == 0 && status.st_mtime > now;
	if (now < MFA_EPOCH || is_back)
		check_add(check, CHECK_WARNING, "clock-wrong", CHECK_NOWHERE, "%s",
			  TR(check->app,
			     MFA_N_("the clock is behind: codes that depend on the time "
				    "will be refused")));
	else if (adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
		check_add(check, CHECK_NOTE, "clock-alone", CHECK_NOWHERE, "%s",
			  TR(check->app,
			     MFA_N_("nothing keeps the clock right; see that it is not "
				    "more than half a minute off")));
}

/* hwclock(8): the third line of its file says whether the clock is in local time. Then
 * another system on the machine, or a summer time, sets it wrong by hours. */
static void look_at_hardware_clock(struct check *check)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, "/etc/adjtime", &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;)
		if (file.number == 3 && strcmp(line, "LOCAL") == 0)
			check_add(check, CHECK_WARNING, "clock-local",
				  (struct check_place){ file.path, file.number }, "%s",
				  TR(check->app,
				     MFA_N_("the hardware clock is in local time, and "
					    "may be hours off after a start: run "
					    "timedatectl set-local-rtc 0")));
}

void check_host(struct check *check)
{
	look_at_language(check);
	look_at_ssh_clients(check);
	look_at_clock(check);
	look_at_hardware_clock(check);
}
