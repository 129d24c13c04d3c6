/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/libpam.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/rootfs.h"

static const char database[] = "/var/lib/dpkg/status";

const char mfa_libpam_known[] = "1.5.2, 1.5.3, 1.7.0";

bool mfa_libpam_is_known(const char *version)
{
	size_t len = strlen(version);
	for (const char *at = mfa_libpam_known; *at != '\0';) {
		size_t next = strcspn(at, ",");
		if (next == len && memcmp(at, version, len) == 0)
			return true;
		at += next;
		at += strspn(at, ", ");
	}
	return false;
}

/* The value of a field of the database, without the end of the line; NULL: it is another.
 */
static char *field_value(char *line, const char *name)
{
	size_t len = strlen(name);
	if (strncmp(line, name, len) != 0 || line[len] != ':')
		return NULL;
	char *value = line + len + 1;
	value += strspn(value, " \t");
	value[strcspn(value, "\n")] = '\0';
	return value;
}

/* "EPOCH:UPSTREAM-REVISION" */
static void copy_upstream(const char *version,
			  char ret_version[static MFA_LIBPAM_VERSION_SIZE])
{
	const char *colon = strchr(version, ':');
	const char *start = colon != NULL ? colon + 1 : version;
	const char *hyphen = strrchr(start, '-');
	size_t len = hyphen != NULL ? (size_t)(hyphen - start) : strlen(start);
	(void)snprintf(ret_version, MFA_LIBPAM_VERSION_SIZE, "%.*s", (int)len, start);
}

/* A stanza of the database. */
struct package {
	bool is_libpam;
	bool is_installed;
	char version[MFA_LIBPAM_VERSION_SIZE];
};

static void read_package_field(char *line, struct package *package)
{
	const char *value = field_value(line, "Package");
	if (value != NULL)
		package->is_libpam = strcmp(value, "libpam0g") == 0;
	value = field_value(line, "Status");
	if (value != NULL)
		package->is_installed = strstr(value, "not-installed") == NULL &&
					strstr(value, "config-files") == NULL;
	value = field_value(line, "Version");
	if (value != NULL)
		copy_upstream(value, package->version);
}

/* Takes what a finished stanza tells. */
static void take_package(struct package *package,
			 char ret_version[static MFA_LIBPAM_VERSION_SIZE])
{
	bool is_first = ret_version[0] == '\0';
	if (package->is_libpam && package->is_installed && package->version[0] != '\0' &&
	    (is_first || mfa_libpam_is_known(ret_version)))
		memcpy(ret_version, package->version, sizeof package->version);
	*package = (struct package){ 0 };
}

static int read_database(FILE *file, char ret_version[static MFA_LIBPAM_VERSION_SIZE])
{
	MFA_CLEANUP(mfa_free_string) char *line = NULL;
	size_t room = 0;
	struct package package = { 0 };
	errno = 0;
	while (getline(&line, &room, file) >= 0) {
		if (line[0] == '\n')
			take_package(&package, ret_version);
		else
			read_package_field(line, &package);
	}
	if (feof(file) == 0)
		return errno == ENOMEM ? MFA_ERR_NOMEM : MFA_ERR_IO;
	take_package(&package, ret_version);
	return ret_version[0] != '\0' ? MFA_OK : MFA_ERR_NOTFOUND;
}

int mfa_libpam_find(const char *root, char ret_version[static MFA_LIBPAM_VERSION_SIZE])
{
	int fd = -1;
	ret_version[0] = '\0';
	int err = mfa_rootfs_open(root, database, &fd);
	if (err != MFA_OK)
		return err;
	FILE *file = fdopen(fd, "r");
	if (file == NULL) {
		mfa_close_fd(&fd);
		return MFA_ERR_NOMEM;
	}
	err = read_database(file, ret_version);
	(void)fclose(file);
	return err;
}
