/* SPDX-License-Identifier: BSD-2-Clause */
/* Owners and modes of what pam_mfa trusts. */
#include "check/parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "mfa/key.h"
#include "mfa/rootfs.h"
#include "records/records.h"

enum {
	PATH_SIZE = 1024
};

const char *check_source_path(mfa_scheme_table table, const char *source)
{
	const struct mfa_scheme *scheme = mfa_scheme_find(table, source);
	return scheme != NULL && scheme->is_path ? mfa_scheme_address(scheme, source)
						 : NULL;
}

static void add_file_finding(struct check *check, int err, const struct mfa_diag *diag,
			     const char *path)
{
	struct check_place place = { path, 0 };
	if (err == MFA_ERR_NOTFOUND)
		check_add(check, CHECK_WARNING, "file-missing", place, "%s",
			  TR(check->app, MFA_N_("missing; run: mfa-enroll init")));
	else if (err == MFA_ERR_UNSAFE)
		check_add(check, CHECK_HOLE, "file-unsafe", place, "%s", diag->text);
	else if (err != MFA_OK)
		check_add(check, CHECK_WARNING, "file-unread", place, "%s", diag->text);
}

/* Of records another key opens none: init is no help then. */
static bool has_records(const struct check *check, const char *store)
{
	char source[PATH_SIZE];
	struct mfa_diag unused = { .text = "" };
	bool is_found = false;
	(void)snprintf(source, sizeof source, "file:%s%s", check->root, store);
	return records_find(source, &unused, &is_found) == MFA_OK && is_found;
}

static void look_at_key(struct check *check, const char *path, const char *store)
{
	char full[PATH_SIZE];
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	if (path == NULL)
		return;
	(void)snprintf(full, sizeof full, "%s%s", check->root, path);
	int err = mfa_fs_open(full, O_RDONLY, &mfa_fs_private, &diag, &fd);
	if (err == MFA_ERR_NOTFOUND && store != NULL && has_records(check, store))
		check_add(check, CHECK_WARNING, "file-missing",
			  (struct check_place){ path, 0 }, "%s",
			  TR(check->app,
			     MFA_N_("missing; the store has records, and no other key "
				    "opens them: restore it from its copy (mfa-enroll "
				    "key restore FILE) or from the backup")));
	else
		add_file_finding(check, err, &diag, path);
}

static void look_at_folder(struct check *check, const char *path,
			   const struct mfa_fs_rule *rule)
{
	char full[PATH_SIZE];
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	(void)snprintf(full, sizeof full, "%s%s", check->root, path);
	add_file_finding(check, mfa_fs_open_dir(full, rule, &diag, &fd), &diag, path);
}

/* The module itself, in whatever folder: who can change it decides for everybody. */
static void look_at_module(struct check *check)
{
	static const char *const folders[] = { "/lib", "/usr/lib" };
	for (size_t i = 0; i < MFA_COUNT(folders); i++) {
		MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
		if (mfa_rootfs_list(check->root, folders[i], &names) != MFA_OK)
			continue;
		for (size_t j = 0; j < names.count; j++) {
			char path[PATH_SIZE];
			(void)snprintf(path, sizeof path, "%s/%s/security/pam_mfa.so",
				       folders[i], names.items[j]);
			struct stat status;
			MFA_CLEANUP(mfa_close_fd) int fd = -1;
			if (strstr(names.items[j], "-linux-") == NULL ||
			    mfa_rootfs_open(check->root, path, &fd) != MFA_OK ||
			    fstat(fd, &status) != 0)
				continue;
			if (status.st_uid != 0 ||
			    (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
				check_add(check, CHECK_HOLE, "file-unsafe",
					  (struct check_place){ path, 0 }, "%s",
					  TR(check->app,
					     MFA_N_("somebody else than root can change "
						    "this file")));
			return;
		}
	}
}

/* What runs as root on the module's behalf. */
static void look_at_program(struct check *check, const char *path)
{
	struct stat status;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	if (mfa_rootfs_open(check->root, path, &fd) != MFA_OK || fstat(fd, &status) != 0)
		return;
	struct check_place place = { path, 0 };
	if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		check_add(check, CHECK_HOLE, "file-unsafe", place, "%s",
			  TR(check->app,
			     MFA_N_("somebody else than root can change this file")));
}

void check_files(struct check *check)
{
	const struct mfa_config *config = check->config;
	look_at_module(check);
	look_at_program(check, MFA_AUTHD_PATH);
	look_at_program(check, MFA_USB_PATH);
	if (mfa_rootfs_is_folder(check->root, MFA_PLUGIN_DIR))
		look_at_folder(check, MFA_PLUGIN_DIR, &mfa_fs_protected);
	if (config == NULL) /* a configuration that is not safe is told already */
		return;
	const char *store = check_source_path(mfa_store_scheme, config->store);
	look_at_key(check, check_source_path(mfa_key_scheme, config->key), store);
	if (store != NULL)
		look_at_folder(check, store, &mfa_fs_private);
	char folder[PATH_SIZE];
	(void)snprintf(folder, sizeof folder, "%s", config->audit);
	char *slash = strrchr(folder, '/');
	if (slash != NULL && slash != folder) {
		*slash = '\0';
		/* nobody is to take the mode of /etc away for the trail's sake */
		look_at_folder(check, folder,
			       check_is_shared_folder(folder) ? &mfa_fs_protected
							      : &mfa_fs_private);
	}
}
