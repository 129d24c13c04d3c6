/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that run later what a user has left, and ask nobody then: at and cron. */
#include "check/parts.h"

#include "mfa/rootfs.h"

struct later {
	const char *name;
	const char *program;
	const char *allow; /* where this is, only root and those in it may leave jobs */
};

static const struct later table[] = {
	{ .name = "cron", .program = "/usr/sbin/cron", .allow = "/etc/cron.allow" },
	{ .name = "cron", .program = "/usr/sbin/crond", .allow = "/etc/cron.allow" },
	{ .name = "at", .program = "/usr/sbin/atd", .allow = "/etc/at.allow" },
};

void check_later(struct check *check)
{
	for (size_t i = 0; i < MFA_COUNT(table); i++)
		if (mfa_rootfs_exists(check->root, table[i].program) &&
		    !mfa_rootfs_has_name(check->root, table[i].allow))
			check_add(check, CHECK_NOTE, "runs-later",
				  (struct check_place){ table[i].program, 0 },
				  TR(check->app,
				     MFA_N_("%s: who was in once can have commands run "
					    "later without password and code; an "
					    "empty %s leaves that to root")),
				  table[i].name, table[i].allow);
}
