/* SPDX-License-Identifier: BSD-2-Clause */
/* udev: who else may open the YubiKeys, and so erase their slots. */
#include "check/parts.h"

#include <stdio.h>
#include <string.h>

#include "check/config_lines.h"
#include "mfa/rootfs.h"

/* A file hides those of its name in the folders after its own. On most hosts the last is
 * the one before. */
static const char *const folders[] = { "/etc/udev/rules.d", "/run/udev/rules.d",
				       "/usr/local/lib/udev/rules.d",
				       "/usr/lib/udev/rules.d", "/lib/udev/rules.d" };

/* To the user at the machine (by systemd's own rules for the first two), or to all. */
static const char *const grants[] = { "ID_SECURITY_TOKEN", "uaccess", "\"0666\"" };

static bool opens_yubikeys(const char *line)
{
	if (line[0] == '#' || strstr(line, "idVendor}==\"1050\"") == NULL)
		return false;
	for (size_t i = 0; i < MFA_COUNT(grants); i++)
		if (strstr(line, grants[i]) != NULL)
			return true;
	return false;
}

static bool is_hidden(const struct check *check, const char *name, size_t folder)
{
	for (size_t i = 0; i < folder; i++) {
		char path[1024];
		(void)snprintf(path, sizeof path, "%s/%s", folders[i], name);
		if (mfa_rootfs_exists(check->root, path))
			return true;
	}
	return false;
}

static void look_at_udev_rules(struct check *check, const char *path, void *context)
{
	const size_t *folder = context;
	const char *name = strrchr(path, '/') + 1;
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (is_hidden(check, name, *folder) || !config_lines_open(check, path, &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_UDEV)) != NULL;)
		if (opens_yubikeys(line)) {
			check_add(check, CHECK_NOTE, "yubikey-open",
				  (struct check_place){ path, file.number },
				  TR(check->app,
				     MFA_N_("the user at the machine may open YubiKeys, "
					    "and erase their slots. Give them access "
					    "codes (mfa-enroll add "
					    "--set-access-code-stdin), or switch the "
					    "rule off: ln -s /dev/null "
					    "/etc/udev/rules.d/%s")),
				  name);
			return;
		}
}

static bool has_yubikeys(const struct mfa_config *config)
{
	const uint32_t kinds = 1U << MFA_KIND_YUBIKEY | 1U << MFA_KIND_YUBIKEY_OTP;
	for (size_t i = 0; i < config->zone_count; i++)
		if ((config->zones[i].factors & kinds) != 0)
			return true;
	return false;
}

void check_udev(struct check *check)
{
	if (check->config == NULL || !has_yubikeys(check->config))
		return;
	for (size_t i = 0; i < MFA_COUNT(folders); i++)
		config_files_each(check, folders[i], ".rules", look_at_udev_rules, &i);
}
