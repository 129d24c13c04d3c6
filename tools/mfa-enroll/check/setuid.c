/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that become root for their caller, or that have as much by capabilities: of
 * one that is in no table nothing is known. */
#include "check/parts.h"

#include <endian.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "mfa/rootfs.h"

/* They ask PAM and are looked at as services, or they give nobody a shell of others. */
static const char *const known[] = {
	"Xorg.wrap",
	"arping",
	"at",
	"chage",
	"chfn",
	"chrome-sandbox",
	"chsh",
	"crontab",
	"doas",
	"dumpcap",
	"exim4",
	"expiry",
	"fping",
	"fping6",
	"fusermount",
	"fusermount3",
	"gpasswd",
	"grub2-set-bootflag",
	"lppasswd",
	"mount",
	"mount.cifs",
	"mount.nfs",
	"mount.smb3",
	"newgidmap",
	"newgrp",
	"newuidmap",
	"ntfs-3g",
	"nullmailer-queue",
	"nvidia-modprobe",
	"pam_timestamp_check",
	"passwd",
	"ping",
	"ping6",
	"pkexec",
	"pppd",
	"sg",
	"staprun",
	"su",
	"sudo",
	"sudoedit",
	"traceroute6.iputils",
	"umount",
	"umount.nfs",
	"unix_chkpwd",
	"userhelper",
	"usernetctl",
	"vlock",
	"vlock-main",
};

/* A name says something of the system's own programs alone. */
static bool is_known_setuid(const char *folder, const char *name)
{
	if (strncmp(folder, "/usr/local/", strlen("/usr/local/")) == 0)
		return false;
	for (size_t i = 0; i < MFA_COUNT(known); i++)
		if (strcmp(known[i], name) == 0)
			return true;
	return false;
}

/* Those by which a program becomes root, or reads and writes what is root's. */
static bool has_roots_capability(int fd)
{
	static const unsigned wanted =
		1U << CAP_CHOWN | 1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH |
		1U << CAP_FOWNER | 1U << CAP_SETGID | 1U << CAP_SETUID |
		1U << CAP_SYS_MODULE | 1U << CAP_SYS_RAWIO | 1U << CAP_SYS_PTRACE |
		1U << CAP_SYS_ADMIN | 1U << CAP_SETFCAP;
	struct vfs_ns_cap_data data = { .magic_etc = 0 };
	ssize_t len = fgetxattr(fd, "security.capability", &data, sizeof data);
	return len >= (ssize_t)sizeof(struct vfs_cap_data) &&
	       (le32toh(data.data[0].permitted) & wanted) != 0;
}

static bool becomes_root(const struct check *check, const char *path)
{
	struct stat status;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	if (mfa_rootfs_open(check->root, path, &fd) != MFA_OK ||
	    fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		return false;
	return (status.st_uid == 0 && (status.st_mode & S_ISUID) != 0) ||
	       has_roots_capability(fd);
}

static void look_in_folder(struct check *check, const char *folder)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	if (mfa_rootfs_list(check->root, folder, &names) != MFA_OK)
		return;
	for (size_t i = 0; i < names.count; i++) {
		char path[512];
		(void)snprintf(path, sizeof path, "%s/%s", folder, names.items[i]);
		if (!is_known_setuid(folder, names.items[i]) && becomes_root(check, path))
			check_add_unknown(check, path);
	}
}

void check_setuid(struct check *check)
{
	static const char *const folders[] = { "/usr/bin", "/usr/sbin", "/usr/local/bin",
					       "/usr/local/sbin" };
	for (size_t i = 0; i < MFA_COUNT(folders); i++)
		look_in_folder(check, folders[i]);
}
