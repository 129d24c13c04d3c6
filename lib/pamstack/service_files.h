/* Where libpam looks for service files. */
#pragma once

#include "mfa/stack.h"

struct source_file {
	char *path; /* as libpam knows it, without the tree's root */
	char *text;
	size_t len;
};

void source_file_done(struct source_file *file);

/* Whether there is a folder of service files; else /etc/pam.conf is read. */
bool source_has_folder(const struct mfa_pam_tree *tree);

/* Reads a service's file. MFA_ERR_NOTFOUND when libpam could not open one. */
int source_read_service(const struct mfa_pam_tree *tree, const char *name,
			struct source_file *ret_file);
/* Reads what a line includes: an absolute path, or a file of /etc/pam.d alone (Debian). */
int source_read_include(const struct mfa_pam_tree *tree, const char *name,
			struct source_file *ret_file);
int source_read_conf(const struct mfa_pam_tree *tree, struct source_file *ret_file);
