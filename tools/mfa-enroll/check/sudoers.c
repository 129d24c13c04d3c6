/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/sudoers_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/whole_file.h"
#include "mfa/rootfs.h"

enum {
	DEPTH_MAX = 128, /* sudo's own limit */
	FILES_MAX = 1024,
	BYTES_MAX = 16 << 20,
	ENTRIES_MAX = 20000,
	NAME_SIZE = 256,
	PATH_SIZE = 4096
};

static void read_sudoers_file(struct sudoers *sudoers, const char *path, unsigned depth);

void sudoers_file_advance(struct sudoers_file *file)
{
	sudoers_next_token(&file->lexer, &file->token);
	if (file->token.is_cut)
		whole_file_add_unread(file->sudoers->check, file->path,
				      WHOLE_FILE_ENTRIES);
}

/* What is looked for among all that came before: a list without an end takes hours. */
bool sudoers_file_has_room(struct sudoers_file *file)
{
	if (file->sudoers->entries++ < ENTRIES_MAX)
		return true;
	whole_file_add_unread(file->sudoers->check, file->path, WHOLE_FILE_ENTRIES);
	return false;
}

bool sudoers_file_is_at_end(const struct sudoers_file *file)
{
	return file->token.kind == SUDOERS_END || file->token.kind == SUDOERS_NEWLINE;
}

static void note_no_memory(struct sudoers *sudoers)
{
	sudoers->check->findings.err = MFA_ERR_NOMEM;
}

void sudoers_done(struct sudoers *sudoers)
{
	sudoers_defaults_free(sudoers);
	for (size_t i = 0; i < sudoers->nopasswd_count; i++)
		free(sudoers->nopasswd[i].file);
	free(sudoers->nopasswd);
	mfa_strings_done(&sudoers->aliases);
	mfa_strings_done(&sudoers->root_aliases);
}

static void add_nopasswd(struct sudoers_file *file, unsigned line)
{
	struct sudoers *sudoers = file->sudoers;
	struct sudoers_place *places = reallocarray(
		sudoers->nopasswd, sudoers->nopasswd_count + 1, sizeof *places);
	char *path = strdup(file->path);
	if (places != NULL)
		sudoers->nopasswd = places;
	if (places == NULL || path == NULL) {
		free(path);
		note_no_memory(sudoers);
		return;
	}
	places[sudoers->nopasswd_count++] = (struct sudoers_place){ path, line };
}

/* users hosts = (runas) TAG: command, ... : hosts = ... */
static void read_rule(struct sudoers_file *file)
{
	bool is_roots = sudoers_users_read(file);
	bool is_found = false;
	while (!sudoers_file_is_at_end(file)) {
		bool is_tag = file->token.kind == SUDOERS_WORD &&
			      strcmp(file->token.text, "NOPASSWD") == 0;
		unsigned line = file->token.line;
		sudoers_file_advance(file);
		if (is_tag && sudoers_is_sign(&file->token, ':') && !is_roots &&
		    !is_found && sudoers_file_has_room(file)) {
			is_found = true;
			add_nopasswd(file, line);
		}
	}
}

/* %h is the name of the host, without its domain. */
static void put_host_name(const struct check *check, char *ret_name, size_t size)
{
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	size_t len = 0;
	if (check->is_live && gethostname(ret_name, size) == 0)
		ret_name[size - 1] = '\0';
	else if (mfa_rootfs_read(check->root, "/etc/hostname", &text, &len) == MFA_OK)
		(void)snprintf(ret_name, size, "%s", text);
	else
		ret_name[0] = '\0';
	ret_name[strcspn(ret_name, ".\n")] = '\0';
}

/* A relative path is beside the file that includes it. The caller frees it; NULL: out of
 * memory. */
static char *include_path(const struct sudoers_file *file, const char *word)
{
	char host[NAME_SIZE] = "";
	char *path = NULL;
	const char *slash = strrchr(file->path, '/');
	const char *sign = strstr(word, "%h");
	int folder = word[0] != '/' ? (int)(slash + 1 - file->path) : 0;
	int before = sign != NULL ? (int)(sign - word) : (int)strlen(word);
	if (sign != NULL)
		put_host_name(file->sudoers->check, host, sizeof host);
	if (asprintf(&path, "%.*s%.*s%s%s", folder, file->path, before, word, host,
		     sign != NULL ? sign + strlen("%h") : "") >= 0)
		return path;
	note_no_memory(file->sudoers);
	return NULL;
}

static void include_folder(const struct sudoers_file *file, const char *folder)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	if (mfa_rootfs_list(file->sudoers->check->root, folder, &names) != MFA_OK)
		return;
	for (size_t i = 0; i < names.count; i++) {
		char path[PATH_SIZE];
		const char *name = names.items[i];
		/* sudo passes these by */
		if (strchr(name, '.') != NULL || name[strlen(name) - 1] == '~')
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", folder, name);
		read_sudoers_file(file->sudoers, path, file->depth + 1);
	}
}

static void read_include(struct sudoers_file *file, bool is_folder)
{
	if (file->token.kind != SUDOERS_WORD)
		return;
	MFA_CLEANUP(mfa_free_string) char *path = include_path(file, file->token.text);
	if (path != NULL && is_folder)
		include_folder(file, path);
	else if (path != NULL)
		read_sudoers_file(file->sudoers, path, file->depth + 1);
}

static bool is_defaults(const char *word)
{
	size_t len = strlen("Defaults");
	return strncmp(word, "Defaults", len) == 0 &&
	       (word[len] == '\0' || strchr("@>!", word[len]) != NULL);
}

static bool is_other_alias(const char *word)
{
	static const char *const words[] = { "Runas_Alias", "Host_Alias", "Cmnd_Alias",
					     "Cmd_Alias" };
	for (size_t i = 0; i < MFA_COUNT(words); i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

static void read_entry(struct sudoers_file *file)
{
	char word[sizeof file->token.text];
	(void)snprintf(word, sizeof word, "%s", file->token.text);
	if (is_defaults(word) || strcmp(word, "User_Alias") == 0 || word[0] == '@' ||
	    strncmp(word, "#include", strlen("#include")) == 0) {
		sudoers_file_advance(file);
		if (is_defaults(word))
			sudoers_defaults_read(file, word);
		else if (word[0] == 'U')
			sudoers_aliases_read(file);
		else
			read_include(file, strcmp(word + 1, "includedir") == 0);
	} else if (!is_other_alias(word)) {
		read_rule(file);
	}
	while (!sudoers_file_is_at_end(file))
		sudoers_file_advance(file);
}

/* What others than root may write sudo does not read. */
static bool is_passed_by(const struct check *check, const char *path)
{
	struct stat status;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	return mfa_rootfs_open(check->root, path, &fd) != MFA_OK ||
	       fstat(fd, &status) != 0 || status.st_uid != 0 ||
	       (status.st_mode & S_IWOTH) != 0 ||
	       ((status.st_mode & S_IWGRP) != 0 && status.st_gid != 0);
}

static void read_sudoers_file(struct sudoers *sudoers, const char *path, unsigned depth)
{
	MFA_CLEANUP(mfa_free_string) char *text = NULL;
	size_t len = 0;
	if (depth > DEPTH_MAX || ++sudoers->files > FILES_MAX ||
	    sudoers->bytes > BYTES_MAX) {
		whole_file_add_unread(sudoers->check, path, WHOLE_FILE_DEPTH);
		return;
	}
	if (!whole_file_read(sudoers->check, path, &text, &len))
		return;
	sudoers->bytes += len;
	struct sudoers_file file = { .sudoers = sudoers,
				     .path = path,
				     .is_passed_by = is_passed_by(sudoers->check, path),
				     .lexer = sudoers_lexer_init(text),
				     .depth = depth };
	for (sudoers_file_advance(&file); file.token.kind != SUDOERS_END;
	     sudoers_file_advance(&file))
		if (file.token.kind != SUDOERS_NEWLINE) {
			read_entry(&file);
			if (file.token.kind == SUDOERS_END)
				return;
		}
}

void sudoers_read(struct sudoers *sudoers, const char *path)
{
	read_sudoers_file(sudoers, path, 0);
}
