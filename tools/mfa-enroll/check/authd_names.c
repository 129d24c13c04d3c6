/* SPDX-License-Identifier: BSD-2-Clause */
/* Name services that open sockets of their own in the program that asks them: the sandbox
 * of mfa-authd has none for them. */
#include "check/parts.h"

#include <stdio.h>
#include <string.h>

#include "check/config_lines.h"
#include "check/sandbox.h"
#include "mfa/rootfs.h"

/* Those that read files, or ask a service of this host at a local socket. */
static bool is_local_source(const struct check *check, const char *name)
{
	static const char *const known[] = { "files",	"compat",     "db",
					     "cache",	"extrausers", "altfiles",
					     "systemd", "mymachines", "libvirt",
					     "sss",	"winbind",    "cache_oslogin" };
	for (size_t i = 0; i < MFA_COUNT(known); i++)
		if (strcmp(known[i], name) == 0)
			return true;
	/* libnss-ldapd and libnss-ldap have one name; the former asks nslcd */
	return strcmp(name, "ldap") == 0 &&
	       mfa_rootfs_exists(check->root, "/etc/nslcd.conf");
}

/* Who a user is, and of which groups. */
static bool is_database(const char *name)
{
	static const char *const known[] = { "passwd", "group", "initgroups",
					     "passwd_compat", "group_compat" };
	for (size_t i = 0; i < MFA_COUNT(known); i++)
		if (strcmp(known[i], name) == 0)
			return true;
	return false;
}

static void add_names_finding(struct check *check, const struct config_lines *file,
			      const char *name)
{
	check_add(
		check, CHECK_WARNING, "authd-names",
		(struct check_place){ file->path, file->number },
		TR(check->app,
		   MFA_N_("%s: if this name service opens network sockets, the sandbox of "
			  "mfa-authd keeps it from them: screen locks of its users are "
			  "refused, and their groups are unknown. Run: "
			  "install -D -m 644 %s/mfa-authd-network.conf "
			  "%s/network.conf; systemctl daemon-reload; systemctl "
			  "restart mfa-authd")),
		name, MFA_DOC_DIR "/examples/systemd", SANDBOX_DROP_INS);
}

/* "DATABASE: SOURCE [STATUS=ACTION] SOURCE..."; true: one of them has been told of. */
static bool look_at_sources(struct check *check, const struct config_lines *file,
			    char *line)
{
	char *rest = NULL;
	line[strcspn(line, "#")] = '\0';
	const char *database = strtok_r(line, ": \t", &rest);
	if (database == NULL || !is_database(database))
		return false;
	for (char *word = NULL; (word = strtok_r(NULL, ": \t", &rest)) != NULL;) {
		if (word[0] == '[') {
			while (word != NULL && strchr(word, ']') == NULL)
				word = strtok_r(NULL, " \t", &rest);
			continue;
		}
		if (!is_local_source(check, word)) {
			add_names_finding(check, file, word);
			return true;
		}
	}
	return false;
}

void check_authd_names(struct check *check)
{
	MFA_CLEANUP(sandbox_done) struct sandbox sandbox = { .unit = NULL };
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	sandbox_read(check, NULL, &sandbox);
	if (sandbox.unit == NULL || !sandbox.is_local ||
	    !config_lines_open(check, "/etc/nsswitch.conf", &file))
		return;
	for (char *line = NULL;
	     (line = config_lines_next(&file, CONFIG_JOINS_NONE)) != NULL;)
		if (look_at_sources(check, &file, line))
			return;
}
