/* SPDX-License-Identifier: BSD-2-Clause */
/* A name service for the throwaway root that does not answer, as a directory whose server
 * is gone: behind "files", while there is a file /etc/passwd.hang. The hang of
 * libnss_hang.so.2. */
#include <errno.h>
#include <nss.h>
#include <poll.h>
#include <pwd.h>
#include <unistd.h>

#include "mfa/base.h"

enum {
	PAUSE_MS = 20
};

enum nss_status _nss_hang_getpwnam_r(const char *name, struct passwd *entry, char *buffer,
				     size_t size, int *ret_errno);

MFA_PUBLIC enum nss_status _nss_hang_getpwnam_r(const char *name MFA_UNUSED,
						struct passwd *entry MFA_UNUSED,
						char *buffer MFA_UNUSED,
						size_t size MFA_UNUSED, int *ret_errno)
{
	while (access("/etc/passwd.hang", F_OK) == 0)
		(void)poll(NULL, 0, PAUSE_MS);
	*ret_errno = ENOENT;
	return NSS_STATUS_NOTFOUND;
}
