/* SPDX-License-Identifier: BSD-2-Clause */
#include "ids.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Root's files are open to user id 0 as their owner. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct kept[2] = { 0 };
	kept[0].permitted = kept[0].effective = 1U << CAP_SETUID;
	return syscall(SYS_capset, &header, kept) == 0 ? MFA_OK : MFA_ERR_IO;
}

int ids_begin(uid_t *ret_caller)
{
	*ret_caller = getuid();
	return drop_capabilities();
}

void ids_become_root(void)
{
	if (setresuid(0, 0, 0) != 0)
		_exit(1);
}

void ids_become_caller(uid_t caller)
{
	if (setresuid(caller, 0, 0) != 0)
		_exit(1);
}
