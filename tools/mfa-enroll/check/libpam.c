/* SPDX-License-Identifier: BSD-2-Clause */
/* The libpam that reads pam.d: what is proved holds for releases that were compared. */
#include "check/parts.h"

#include <stdio.h>
#include <string.h>

#include "mfa/libpam.h"

/* A tree without a database of packages is judged as if it were this host's. */
static int find_version(const struct check *check,
			char ret_version[static MFA_LIBPAM_VERSION_SIZE])
{
	if (check->libpam != NULL) {
		(void)snprintf(ret_version, MFA_LIBPAM_VERSION_SIZE, "%s", check->libpam);
		return MFA_OK;
	}
	int err = mfa_libpam_find(check->root, ret_version);
	return err == MFA_ERR_NOTFOUND && check->root[0] != '\0'
		       ? mfa_libpam_find("", ret_version)
		       : err;
}

void check_libpam(struct check *check)
{
	char version[MFA_LIBPAM_VERSION_SIZE];
	int err = find_version(check, version);
	if (err == MFA_ERR_NOMEM)
		check->findings.err = err;
	else if (err != MFA_OK)
		check_add(check, CHECK_HOLE, "libpam-unknown", CHECK_NOWHERE,
			  TR(check->app,
			     MFA_N_("it is not known which release of Linux-PAM reads "
				    "these files, and how: only Debian's %s were "
				    "compared with this program (--libpam names one)")),
			  mfa_libpam_known);
	else if (!mfa_libpam_is_known(version))
		check_add(check, CHECK_HOLE, "libpam-unknown", CHECK_NOWHERE,
			  TR(check->app,
			     MFA_N_("nobody has compared how Linux-PAM %s reads these "
				    "files: only Debian's %s are known")),
			  version, mfa_libpam_known);
}
