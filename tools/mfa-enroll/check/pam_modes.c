/* SPDX-License-Identifier: BSD-2-Clause */
/* Who can change what libpam reads and loads: service files, modules, and the folders of
 * both. */
#include "check/parts.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/rootfs.h"

/* What was looked at already: many services share a file. */
struct mode_search {
	struct check *check;
	struct mfa_strings seen;
	int err;
};

static bool is_new_path(struct mode_search *search, const char *path)
{
	if (search->err != MFA_OK || mfa_strings_have(&search->seen, path))
		return false;
	search->err = mfa_strings_add(&search->seen, path);
	return search->err == MFA_OK;
}

static void look_at_mode(struct mode_search *search, const char *id, const char *path,
			 const char *text)
{
	struct check *check = search->check;
	struct stat status;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	const char *root = check->pam_folder != NULL ? "" : check->root;
	if (!is_new_path(search, path) || mfa_rootfs_open(root, path, &fd) != MFA_OK ||
	    fstat(fd, &status) != 0)
		return;
	if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		check_add(check, CHECK_HOLE, id, (struct check_place){ path, 0 }, "%s",
			  TR(check->app, text));
}

/* Who can write one of these replaces what is in it. A folder of service files that is
 * named on its own may be anywhere. */
static void look_at_folders(struct mode_search *search, const char *path)
{
	if (search->check->pam_folder != NULL || path[0] != '/')
		return;
	MFA_CLEANUP(mfa_free_string) char *folder = strdup(path);
	if (folder == NULL) {
		search->err = MFA_ERR_NOMEM;
		return;
	}
	for (char *slash = NULL; (slash = strrchr(folder, '/')) != NULL;) {
		bool is_top = slash == folder;
		slash[is_top ? 1 : 0] = '\0';
		look_at_mode(search, "pam-folder-mode", folder,
			     MFA_N_("somebody else than root can change this folder"));
		if (is_top)
			return;
	}
}

static void look_at_files(struct mode_search *search, const struct mfa_strings *files)
{
	for (size_t i = 0; i < files->count; i++) {
		look_at_mode(search, "pam-file-mode", files->items[i],
			     MFA_N_("somebody else than root can change this file"));
		look_at_folders(search, files->items[i]);
	}
}

/* check_files looks at pam_mfa itself, whether a service has it or not. */
static void look_at_modules(struct mode_search *search, const struct mfa_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct mfa_stack_line *line = &stack->lines[i];
		const char *path = mfa_module_path(&search->check->inspector, line);
		if (path == NULL)
			continue;
		if (strcmp(mfa_stack_line_module(line), "pam_mfa.so") != 0)
			look_at_mode(
				search, "pam-module-mode", path,
				MFA_N_("somebody else than root can change this file"));
		look_at_folders(search, path);
	}
}

static void mode_search_done(struct mode_search *search)
{
	mfa_strings_done(&search->seen);
}

/* By the path of each. */
static void look_at_impostors(const struct mode_search *search)
{
	const struct mfa_inspector *inspector = &search->check->inspector;
	for (size_t i = 0; i < inspector->modules.count; i++)
		if (mfa_strings_have(&inspector->impostors, inspector->modules.items[i]))
			check_add(search->check, CHECK_HOLE, "pam-module-impostor",
				  (struct check_place){ inspector->module_paths.items[i],
							0 },
				  "%s",
				  TR(search->check->app,
				     MFA_N_("this file is a link to another module, or "
					    "another one has the same bytes: install "
					    "both anew (dpkg -S FILE, apt-get "
					    "--reinstall install PACKAGE)")));
}

void check_pam_modes(struct check *check)
{
	MFA_CLEANUP(mode_search_done) struct mode_search search = { .check = check };
	for (size_t i = 0; i < check->service_count; i++) {
		const struct mfa_service *service =
			&check->services[i].inspection.service;
		look_at_files(&search, &service->files);
		for (int j = 0; j < MFA_FACILITIES; j++)
			look_at_modules(&search,
					mfa_service_stack(service, (enum mfa_facility)j));
	}
	look_at_impostors(&search);
	if (search.err != MFA_OK)
		check->findings.err = search.err;
}
