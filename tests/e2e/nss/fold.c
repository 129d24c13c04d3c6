/* SPDX-License-Identifier: BSD-2-Clause */
/* A name service for the throwaway root, as sssd and winbind can be: behind "files" it
 * takes TARO, CITY\taro and taro@city for taro, and knows the accounts of a file that it
 * does not list. While there is a file /etc/passwd.down it does not answer, and while
 * there is /etc/passwd.network only to who can open a socket of the Internet. The fold of
 * libnss_fold.so.2. */
#include <ctype.h>
#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <shadow.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mfa/base.h"

enum {
	NAME_SIZE = 64
};

static const char *const files[] = { "/etc/passwd", "/etc/passwd.unlisted" };

enum nss_status _nss_fold_getpwnam_r(const char *name, struct passwd *entry, char *buffer,
				     size_t size, int *ret_errno);
enum nss_status _nss_fold_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer,
				     size_t size, int *ret_errno);
enum nss_status _nss_fold_getspnam_r(const char *name, struct spwd *entry, char *buffer,
				     size_t size, int *ret_errno);

/* The name without its domain, in lower case. */
static void fold(const char *name, char ret_name[static NAME_SIZE])
{
	const char *bare = strrchr(name, '\\');
	bare = bare != NULL ? bare + 1 : name;
	size_t len = strcspn(bare, "@");
	if (len >= NAME_SIZE)
		len = 0;
	for (size_t i = 0; i < len; i++)
		ret_name[i] = (char)tolower((unsigned char)bare[i]);
	ret_name[len] = '\0';
}

static bool is_cut_off(void)
{
	if (access("/etc/passwd.network", F_OK) != 0)
		return false;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		(void)close(fd);
	return fd < 0;
}

static enum nss_status conclude(int errnum, int *ret_errno)
{
	bool is_down = errnum == ENOENT && access("/etc/passwd.down", F_OK) == 0;
	if (is_down || is_cut_off()) {
		*ret_errno = EIO;
		return NSS_STATUS_UNAVAIL;
	}
	*ret_errno = errnum;
	return errnum == 0	  ? NSS_STATUS_SUCCESS
	       : errnum == ERANGE ? NSS_STATUS_TRYAGAIN
				  : NSS_STATUS_NOTFOUND;
}

/* By the name, or where that is NULL by the id. */
static int find_person(const char *name, uid_t uid, struct passwd *entry, char *buffer,
		       size_t size)
{
	int errnum = ENOENT;
	for (size_t i = 0; i < MFA_COUNT(files) && errnum == ENOENT; i++) {
		struct passwd *found = NULL;
		bool is_it = false;
		FILE *file = fopen(files[i], "re");
		if (file == NULL)
			continue;
		while (!is_it &&
		       (errnum = fgetpwent_r(file, entry, buffer, size, &found)) == 0)
			is_it = name != NULL ? strcmp(entry->pw_name, name) == 0
					     : entry->pw_uid == uid;
		(void)fclose(file);
	}
	return errnum;
}

MFA_PUBLIC enum nss_status _nss_fold_getpwnam_r(const char *name, struct passwd *entry,
						char *buffer, size_t size, int *ret_errno)
{
	char folded[NAME_SIZE];
	fold(name, folded);
	return conclude(find_person(folded, 0, entry, buffer, size), ret_errno);
}

MFA_PUBLIC enum nss_status _nss_fold_getpwuid_r(uid_t uid, struct passwd *entry,
						char *buffer, size_t size, int *ret_errno)
{
	return conclude(find_person(NULL, uid, entry, buffer, size), ret_errno);
}

MFA_PUBLIC enum nss_status _nss_fold_getspnam_r(const char *name, struct spwd *entry,
						char *buffer, size_t size, int *ret_errno)
{
	char folded[NAME_SIZE];
	struct spwd *found = NULL;
	int errnum = ENOENT;
	bool is_it = false;
	FILE *file = fopen("/etc/shadow", "re");
	fold(name, folded);
	if (file == NULL)
		return conclude(ENOENT, ret_errno);
	while (!is_it && (errnum = fgetspent_r(file, entry, buffer, size, &found)) == 0)
		is_it = strcmp(entry->sp_namp, folded) == 0;
	(void)fclose(file);
	return conclude(errnum, ret_errno);
}
