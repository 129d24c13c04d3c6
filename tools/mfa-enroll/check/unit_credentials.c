/* SPDX-License-Identifier: BSD-2-Clause */
/* Credentials of systemd by which getty and login ask nobody: those of util-linux since
 * 2.40 read them. Whether they do here is not tried: nobody sets one for anything else.
 */
#include "check/consoles.h"

#include <stdio.h>
#include <string.h>

#include "check/unit.h"
#include "mfa/rootfs.h"

static const char *const names[] = { "agetty.autologin", "login.noauth" };

static void tell_credential(struct check *check, struct check_place place,
			    const char *name)
{
	check_add_once(check, CHECK_HOLE, "getty-credential", place,
		       TR(check->app, MFA_N_("%s: getty and login of util-linux 2.40 and "
					     "later ask nobody: take it out")),
		       name);
}

void console_look_at_credential(struct check *check, struct check_place place,
				const char *key, const char *value)
{
	static const char *const keys[] = { "SetCredential", "SetCredentialEncrypted",
					    "LoadCredential", "LoadCredentialEncrypted" };
	for (size_t i = 0; i < MFA_COUNT(keys) * MFA_COUNT(names); i++) {
		const char *name = names[i % MFA_COUNT(names)];
		size_t len = strlen(name);
		if (strcmp(key, keys[i / MFA_COUNT(names)]) == 0 &&
		    strncmp(value, name, len) == 0 &&
		    (value[len] == ':' || value[len] == '\0'))
			tell_credential(check, place, name);
	}
}

/* Where services find them by their names, also those that the kernel's command line or
 * the firmware have set. */
void console_look_at_credential_stores(struct check *check)
{
	static const char *const folders[] = {
		"/etc/credstore",
		"/run/credstore",
		"/usr/local/lib/credstore",
		"/usr/lib/credstore",
		"/etc/credstore.encrypted",
		"/run/credstore.encrypted",
		"/usr/local/lib/credstore.encrypted",
		"/usr/lib/credstore.encrypted",
		"/run/credentials/@system",
		"/run/credentials/@encrypted",
	};
	for (size_t i = 0; i < MFA_COUNT(folders) * MFA_COUNT(names); i++) {
		char path[128];
		const char *name = names[i % MFA_COUNT(names)];
		(void)snprintf(path, sizeof path, "%s/%s", folders[i / MFA_COUNT(names)],
			       name);
		if (mfa_rootfs_has_name(check->root, path))
			tell_credential(check, (struct check_place){ path, 0 }, name);
	}
}
