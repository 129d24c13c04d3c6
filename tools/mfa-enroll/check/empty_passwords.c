/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts whose password field is empty, where nullok lets them in without a password:
 * then the code is all that is asked for. */
#include "check/parts.h"

#include <errno.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mfa/rootfs.h"

enum {
	LINE_SIZE = 4096
};

/* The first line with nullok in a service that is in use, or NULL. */
static const struct mfa_stack_line *find_nullok(const struct check *check)
{
	for (size_t i = 0; i < check->service_count; i++) {
		const struct mfa_inspection *inspection = &check->services[i].inspection;
		for (size_t j = 0; j < inspection->advisory_count; j++)
			if (inspection->advisories[j].kind == MFA_ADVISORY_NULLOK &&
			    !check->services[i].is_unused)
				return inspection->advisories[j].line;
	}
	return NULL;
}

static void close_file(FILE **file)
{
	if (*file != NULL)
		(void)fclose(*file);
}

static FILE *open_in_tree(const struct check *check, const char *path)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	if (mfa_rootfs_open(check->root, path, &fd) != MFA_OK)
		return NULL;
	FILE *file = fdopen(fd, "r");
	if (file != NULL)
		(void)MFA_TAKE_FD(fd);
	return file;
}

/* Those without a shadow entry: pam_unix asks shadow only where the field says x. false:
 * nobody can tell, since the file cannot be read to its end. */
static bool read_passwd(const struct check *check, struct check_names *empty)
{
	MFA_CLEANUP(close_file) FILE *file = open_in_tree(check, "/etc/passwd");
	struct passwd entry = { 0 };
	struct passwd *found = NULL;
	char buffer[LINE_SIZE];
	int err = ENOENT;
	while (file != NULL &&
	       (err = fgetpwent_r(file, &entry, buffer, sizeof buffer, &found)) == 0)
		if (entry.pw_passwd[0] == '\0')
			check_names_add(empty, entry.pw_name);
	return err == ENOENT;
}

/* A tree without accounts has no such file. */
static bool read_shadow(const struct check *check, struct check_names *empty)
{
	MFA_CLEANUP(close_file) FILE *file = open_in_tree(check, "/etc/shadow");
	struct spwd entry = { 0 };
	struct spwd *found = NULL;
	char buffer[LINE_SIZE];
	int err = ENOENT;
	if (file == NULL)
		return !mfa_rootfs_exists(check->root, "/etc/passwd");
	while ((err = fgetspent_r(file, &entry, buffer, sizeof buffer, &found)) == 0)
		if (entry.sp_pwdp[0] == '\0')
			check_names_add(empty, entry.sp_namp);
	return err == ENOENT;
}

void check_empty_passwords(struct check *check)
{
	MFA_CLEANUP(check_names_done) struct check_names empty = { .count = 0 };
	const struct mfa_stack_line *line = find_nullok(check);
	if (line == NULL)
		return;
	struct check_place place = { line->file, line->number };
	bool is_passwd_read = read_passwd(check, &empty);
	if (!read_shadow(check, &empty) || !is_passwd_read)
		check_add(
			check, CHECK_WARNING, "shadow-unread", place, "%s",
			TR(check->app,
			   MFA_N_("nullok, and /etc/passwd or /etc/shadow cannot be read: nobody can "
				  "tell whose password field is empty")));
	if (empty.count > 0)
		check_add(
			check, CHECK_HOLE, "empty-password", place,
			TR(check->app,
			   MFA_N_("nullok lets these accounts in by the code alone, since "
				  "their password fields are empty: %zu (%s). Give them "
				  "a password (passwd NAME), lock it (passwd -l NAME), or "
				  "take nullok out")),
			empty.count, empty.text);
}
