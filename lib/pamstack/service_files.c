/* SPDX-License-Identifier: BSD-2-Clause */
#include "service_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mfa/rootfs.h"

static const char etc_folder[] = "/etc/pam.d";
static const char usr_folder[] = "/usr/lib/pam.d";

void service_file_done(struct service_file *file)
{
	free(file->path);
	free(file->text);
	*file = (struct service_file){ 0 };
}

/* libpam treats a file that cannot be opened as missing. */
static int read_service_file(const char *root, const char *path,
			     struct service_file *ret_file)
{
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	MFA_CLEANUP(mfa_free_string) char *copy = NULL;
	size_t len = 0;
	int err = mfa_rootfs_read(root, path, &text, &len);
	if (err != MFA_OK)
		return err == MFA_ERR_NOMEM || err == MFA_ERR_FULL ? err
								   : MFA_ERR_NOTFOUND;
	copy = strdup(path);
	if (copy == NULL)
		return MFA_ERR_NOMEM;
	*ret_file = (struct service_file){ MFA_TAKE(copy), MFA_TAKE(text), len };
	return MFA_OK;
}

static int read_in_folder(const char *root, const char *folder, const char *name,
			  struct service_file *ret_file)
{
	MFA_CLEANUP(mfa_free_string) char *path = NULL;
	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		path = NULL;
		return MFA_ERR_NOMEM;
	}
	return read_service_file(root, path, ret_file);
}

bool service_files_have_folder(const struct mfa_pam_rootfs *rootfs)
{
	return rootfs->folder != NULL || mfa_rootfs_is_folder(rootfs->root, etc_folder) ||
	       mfa_rootfs_is_folder(rootfs->root, usr_folder);
}

int service_file_read(const struct mfa_pam_rootfs *rootfs, const char *name,
		      struct service_file *ret_file)
{
	if (rootfs->folder != NULL)
		return read_in_folder("", rootfs->folder, name, ret_file);
	int err = read_in_folder(rootfs->root, etc_folder, name, ret_file);
	return err == MFA_ERR_NOTFOUND
		       ? read_in_folder(rootfs->root, usr_folder, name, ret_file)
		       : err;
}

int service_file_read_include(const struct mfa_pam_rootfs *rootfs, const char *name,
			      struct service_file *ret_file)
{
	size_t len = strlen(etc_folder);
	bool is_in_etc = strncmp(name, etc_folder, len) == 0 && name[len] == '/';
	if (rootfs->folder != NULL && (name[0] != '/' || is_in_etc))
		return read_in_folder("", rootfs->folder,
				      is_in_etc ? name + len + 1 : name, ret_file);
	if (name[0] == '/')
		return read_service_file(rootfs->root, name, ret_file);
	if (!mfa_rootfs_is_folder(rootfs->root, etc_folder))
		return MFA_ERR_NOTFOUND;
	return read_in_folder(rootfs->root, etc_folder, name, ret_file);
}

int service_file_read_conf(const struct mfa_pam_rootfs *rootfs,
			   struct service_file *ret_file)
{
	return read_service_file(rootfs->root, "/etc/pam.conf", ret_file);
}

/* What packages, patch(1) and people leave behind: no program asks for such a service. */
static bool is_backup_name(const char *name)
{
	static const char *const endings[] = { "~",    ".orig", ".rej",	    ".bak",
					       ".old", ".save", ".pam-old", ".pam-new" };
	size_t len = strlen(name);
	for (size_t i = 0; i < MFA_COUNT(endings); i++) {
		size_t size = strlen(endings[i]);
		if (len >= size && strcmp(name + len - size, endings[i]) == 0)
			return true;
	}
	return strstr(name, ".dpkg-") != NULL || strstr(name, ".ucf-") != NULL ||
	       strstr(name, ".rpm") != NULL;
}

/* Files that are only included by others, and are no services. */
static bool is_only_included(const char *name)
{
	static const char *const parts[] = { "system-auth", "password-auth", "postlogin",
					     "fingerprint-auth", "smartcard-auth" };
	for (size_t i = 0; i < MFA_COUNT(parts); i++)
		if (strcmp(parts[i], name) == 0)
			return true;
	return strncmp(name, "common-", strlen("common-")) == 0;
}

static int add_services(const char *root, const char *folder, struct mfa_strings *names)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings found = { 0 };
	int err = mfa_rootfs_list(root, folder, &found);
	for (size_t i = 0; err == MFA_OK && i < found.count; i++) {
		const char *name = found.items[i];
		if (!is_backup_name(name) && !is_only_included(name) &&
		    !mfa_strings_have(names, name))
			err = mfa_strings_add(names, name);
	}
	return err == MFA_ERR_NOTFOUND ? MFA_OK : err;
}

/* The first words of the lines of pam.conf. */
static int add_conf_services(const struct mfa_pam_rootfs *rootfs,
			     struct mfa_strings *names)
{
	MFA_CLEANUP(service_file_done) struct service_file file = { 0 };
	int err = service_file_read_conf(rootfs, &file);
	if (err != MFA_OK)
		return err == MFA_ERR_NOTFOUND ? MFA_OK : err;
	char *rest = file.text;
	for (char *line = NULL; err == MFA_OK && (line = strsep(&rest, "\n")) != NULL;) {
		char *end = NULL;
		const char *word = strtok_r(line, " \t", &end);
		if (word != NULL && word[0] != '#' && !mfa_strings_have(names, word))
			err = mfa_strings_add(names, word);
	}
	return err;
}

int mfa_service_list(const struct mfa_pam_rootfs *rootfs, struct mfa_diag *diag,
		     struct mfa_strings *ret_names)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	int err = MFA_OK;
	if (rootfs->folder != NULL) {
		err = add_services("", rootfs->folder, &names);
	} else if (service_files_have_folder(rootfs)) {
		err = add_services(rootfs->root, etc_folder, &names);
		if (err == MFA_OK)
			err = add_services(rootfs->root, usr_folder, &names);
	} else {
		err = add_conf_services(rootfs, &names);
	}
	if (err != MFA_OK)
		return mfa_fail(diag, err, "the service files: %s", mfa_strerror(err));
	mfa_strings_sort(&names);
	*ret_names = names;
	names = (struct mfa_strings){ 0 };
	return MFA_OK;
}
