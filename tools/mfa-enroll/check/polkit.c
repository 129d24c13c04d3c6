/* SPDX-License-Identifier: BSD-2-Clause */
/* polkit: rules that ask nobody, and its helper's sandbox. */
#include "check/parts.h"

#include <stdio.h>
#include <string.h>

#include "check/config_lines.h"
#include "mfa/rootfs.h"

static void look_at_rules(struct check *check, const char *path, void *context MFA_UNUSED)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return;
	for (char *line = NULL; (line = config_lines_next(&file, false)) != NULL;)
		if (strncmp(line, "//", 2) != 0 &&
		    strstr(line, "polkit.Result.YES") != NULL)
			check_add(check, CHECK_WARNING, "polkit-yes",
				  (struct check_place){ path, file.number }, "%s",
				  TR(check->app,
				     MFA_N_("polkit allows something without asking")));
}

static void look_for_pam_mfa(struct check *check, const char *path, void *context)
{
	bool *is_found = context;
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (config_lines_open(check, path, &file) && strstr(file.text, "pam_mfa") != NULL)
		*is_found = true;
}

/* From polkit 127 on, the helper cannot write the records or see a USB port. */
static void look_at_sandbox(struct check *check)
{
	static const char *const folders[] = { "/usr/lib/systemd/system",
					       "/etc/systemd/system" };
	static const char unit[] = "/usr/lib/systemd/system/polkit-agent-helper@.service";
	bool is_opened = false;
	if (!mfa_rootfs_exists(check->root, unit))
		return;
	for (size_t i = 0; i < MFA_COUNT(folders); i++) {
		char path[128];
		(void)snprintf(path, sizeof path, "%s/polkit-agent-helper@.service.d",
			       folders[i]);
		config_files_each(check, path, ".conf", look_for_pam_mfa, &is_opened);
	}
	if (!is_opened)
		check_add(
			check, CHECK_WARNING, "polkit-sandbox",
			(struct check_place){ unit, 0 }, "%s",
			TR(check->app,
			   MFA_N_("this sandbox keeps pam_mfa from its records: install "
				  "the drop-in that comes with it")));
}

void check_polkit(struct check *check)
{
	if (!check_wants(check, "polkit-1") || check_is_left_out(check, "polkit-1"))
		return;
	config_files_each(check, "/etc/polkit-1/rules.d", ".rules", look_at_rules, NULL);
	look_at_sandbox(check);
}
