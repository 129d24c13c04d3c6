/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/sudoers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/sudoers_lexer.h"
#include "check/whole_file.h"
#include "mfa/rootfs.h"

enum {
	DEPTH_MAX = 128, /* sudo's own limit */
	FILES_MAX = 1024,
	BYTES_MAX = 16 << 20,
	ENTRIES_MAX = 20000,
	SCOPE_SIZE = 32768,
	NAME_SIZE = 256,
	PATH_SIZE = 4096
};

struct scope {
	char text[SCOPE_SIZE]; /* as it is written */
	size_t len;
};

/* A file that is being read. */
struct sudoers_file {
	struct sudoers *sudoers;
	const char *path;
	struct sudoers_lexer lexer;
	struct sudoers_token token; /* the next one */
	unsigned depth;
};

static void read_sudoers_file(struct sudoers *sudoers, const char *path, unsigned depth);

static void advance(struct sudoers_file *file)
{
	sudoers_next_token(&file->lexer, &file->token);
	if (file->token.is_cut)
		whole_file_add_unread(file->sudoers->check, file->path,
				      WHOLE_FILE_ENTRIES);
}

/* What is looked for among all that came before: a list without an end takes hours. */
static bool has_room(struct sudoers_file *file)
{
	if (file->sudoers->entries++ < ENTRIES_MAX)
		return true;
	whole_file_add_unread(file->sudoers->check, file->path, WHOLE_FILE_ENTRIES);
	return false;
}

static bool is_at_end(const struct sudoers_file *file)
{
	return file->token.kind == SUDOERS_END || file->token.kind == SUDOERS_NEWLINE;
}

static void note_no_memory(struct sudoers *sudoers)
{
	sudoers->check->findings.err = MFA_ERR_NOMEM;
}

static void free_default(struct sudoers_default *one)
{
	free(one->scope);
	free(one->name);
	free(one->value);
	free(one->file);
}

void sudoers_done(struct sudoers *sudoers)
{
	for (size_t i = 0; i < sudoers->count; i++)
		free_default(&sudoers->defaults[i]);
	for (size_t i = 0; i < sudoers->nopasswd_count; i++)
		free(sudoers->nopasswd[i].file);
	free(sudoers->defaults);
	free(sudoers->nopasswd);
	mfa_strings_done(&sudoers->root_aliases);
}

static struct sudoers_default *place_default(struct sudoers *sudoers, const char *scope,
					     const char *name)
{
	for (size_t i = 0; i < sudoers->count; i++) {
		struct sudoers_default *one = &sudoers->defaults[i];
		if (strcmp(one->scope, scope) != 0 || strcmp(one->name, name) != 0)
			continue;
		free_default(one);
		memmove(one, one + 1, (sudoers->count - i - 1) * sizeof *one);
		sudoers->count--;
		break;
	}
	struct sudoers_default *defaults =
		reallocarray(sudoers->defaults, sudoers->count + 1, sizeof *defaults);
	if (defaults == NULL) {
		note_no_memory(sudoers);
		return NULL;
	}
	sudoers->defaults = defaults;
	return &defaults[sudoers->count++];
}

static void add_default(struct sudoers_file *file, const char *scope, const char *name,
			const char *value, bool is_on)
{
	struct sudoers_default *one =
		has_room(file) ? place_default(file->sudoers, scope, name) : NULL;
	if (one == NULL)
		return;
	*one = (struct sudoers_default){ .scope = strdup(scope),
					 .name = strdup(name),
					 .value = strdup(value),
					 .is_on = is_on,
					 .file = strdup(file->path),
					 .line = file->token.line };
	if (one->scope != NULL && one->name != NULL && one->value != NULL &&
	    one->file != NULL)
		return;
	free_default(one);
	file->sudoers->count--;
	note_no_memory(file->sudoers);
}

static void add_to_scope(struct sudoers_file *file, struct scope *scope, const char *text)
{
	size_t len = strlen(text);
	if (len >= SCOPE_SIZE - scope->len) {
		whole_file_add_unread(file->sudoers->check, file->path,
				      WHOLE_FILE_ENTRIES);
		return;
	}
	memcpy(scope->text + scope->len, text, len + 1);
	scope->len += len;
}

/* A sign before a name, and the name. */
static void take_scope_name(struct sudoers_file *file, struct scope *scope)
{
	do {
		add_to_scope(file, scope, file->token.text);
		advance(file);
	} while (sudoers_is_sign(&file->token, '!'));
	add_to_scope(file, scope, file->token.text);
	advance(file);
}

/* "Defaults" has its scope behind it without a blank: a sign, and a list of names. The
 * word itself has the signs @ > ! in it, and ":" is one of its own. */
static void read_scope(struct sudoers_file *file, const char *word, struct scope *scope)
{
	add_to_scope(file, scope, word + strlen("Defaults"));
	if (scope->len == 0 &&
	    !(sudoers_is_sign(&file->token, ':') && file->token.is_adjacent))
		return;
	if (scope->len == 0)
		take_scope_name(file, scope);
	while (sudoers_is_sign(&file->token, ','))
		take_scope_name(file, scope);
}

/* [!]name[=value], and what is up to the next comma. */
static void read_parameter(struct sudoers_file *file, const char *scope)
{
	char name[NAME_SIZE];
	char value[sizeof file->token.text] = "";
	bool is_on = true;
	for (; sudoers_is_sign(&file->token, '!'); advance(file))
		is_on = !is_on;
	(void)snprintf(name, sizeof name, "%.*s", NAME_SIZE - 1, file->token.text);
	advance(file);
	if (sudoers_is_sign(&file->token, '=')) {
		advance(file);
		(void)snprintf(value, sizeof value, "%s", file->token.text);
	}
	add_default(file, scope, name, value, is_on);
	while (!is_at_end(file) && !sudoers_is_sign(&file->token, ','))
		advance(file);
	if (!is_at_end(file))
		advance(file);
}

static void read_defaults(struct sudoers_file *file, const char *word)
{
	struct scope scope = { .len = 0 };
	read_scope(file, word, &scope);
	while (!is_at_end(file))
		read_parameter(file, scope.text);
}

static bool is_root(const struct sudoers *sudoers, const char *name)
{
	return strcmp(name, "root") == 0 || strcmp(name, "#0") == 0 ||
	       mfa_strings_have(&sudoers->root_aliases, name);
}

bool sudoers_is_for_root(const struct sudoers *sudoers, const char *scope)
{
	return scope[0] == ':' && is_root(sudoers, scope + 1);
}

/* A list of users with commas; whether root is all of them. */
static bool read_users(struct sudoers_file *file)
{
	bool is_all_root = true;
	do {
		if (sudoers_is_sign(&file->token, ','))
			advance(file);
		if (sudoers_is_sign(&file->token, '!')) {
			is_all_root = false;
			advance(file);
		}
		is_all_root = is_all_root && has_room(file) &&
			      is_root(file->sudoers, file->token.text);
		advance(file);
	} while (sudoers_is_sign(&file->token, ','));
	return is_all_root;
}

/* NAME = a, b : NAME = c */
static void read_user_aliases(struct sudoers_file *file)
{
	while (file->token.kind == SUDOERS_WORD) {
		char name[NAME_SIZE];
		(void)snprintf(name, sizeof name, "%.*s", NAME_SIZE - 1,
			       file->token.text);
		advance(file);
		if (!sudoers_is_sign(&file->token, '='))
			return;
		advance(file);
		if (read_users(file) && has_room(file) &&
		    mfa_strings_add(&file->sudoers->root_aliases, name) != MFA_OK)
			note_no_memory(file->sudoers);
		if (sudoers_is_sign(&file->token, ':'))
			advance(file);
	}
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
	bool is_roots = read_users(file);
	bool is_found = false;
	while (!is_at_end(file)) {
		bool is_tag = file->token.kind == SUDOERS_WORD &&
			      strcmp(file->token.text, "NOPASSWD") == 0;
		unsigned line = file->token.line;
		advance(file);
		if (is_tag && sudoers_is_sign(&file->token, ':') && !is_roots &&
		    !is_found && has_room(file)) {
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
		advance(file);
		if (is_defaults(word))
			read_defaults(file, word);
		else if (word[0] == 'U')
			read_user_aliases(file);
		else
			read_include(file, strcmp(word + 1, "includedir") == 0);
	} else if (!is_other_alias(word)) {
		read_rule(file);
	}
	while (!is_at_end(file))
		advance(file);
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
				     .lexer = sudoers_lexer_init(text),
				     .depth = depth };
	for (advance(&file); file.token.kind != SUDOERS_END; advance(&file))
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
