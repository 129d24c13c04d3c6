/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the sandbox of mfa-authd has what mfa.conf names; else the drop-in that is
 * needed. */
#include "check/parts.h"

#include <stdio.h>
#include <string.h>

#include "check/sandbox.h"
#include "mfa/key.h"
#include "mfa/store.h"

enum {
	PATH_SIZE = 1024,
	TEXT_SIZE = 2048
};

/* What is to be said of them, as systemd reads it. */
struct needs {
	char writable[TEXT_SIZE];
	char bound[TEXT_SIZE];
	struct check_names named;
};

/* Each is quoted, as in systemd.syntax(7), with systemd's specifiers doubled. */
static void append_path(char *text, size_t size, const char *path)
{
	size_t len = strlen(text);
	if (len + 2 * strlen(path) + sizeof " \"\"" > size)
		return;
	text[len++] = ' ';
	text[len++] = '"';
	for (; *path != '\0'; path++) {
		if (strchr("\"\\", *path) != NULL)
			text[len++] = '\\';
		else if (*path == '%')
			text[len++] = '%';
		text[len++] = *path;
	}
	text[len++] = '"';
	text[len] = '\0';
}

/* A folder that is not there for it is bound in. */
static void add_need(struct needs *needs, const struct sandbox *sandbox, const char *path)
{
	if (sandbox_shows(sandbox, path))
		append_path(needs->writable, sizeof needs->writable, path);
	else
		append_path(needs->bound, sizeof needs->bound, path);
	check_names_add(&needs->named, path);
}

static void get_folder(const char *file, char ret_folder[static PATH_SIZE])
{
	(void)snprintf(ret_folder, PATH_SIZE, "%s", file);
	char *slash = strrchr(ret_folder, '/');
	if (slash != NULL && slash != ret_folder)
		*slash = '\0';
}

static void collect_needs(const struct check *check, const struct sandbox *sandbox,
			  struct needs *ret_needs)
{
	char folder[PATH_SIZE];
	const char *store = check_source_path(mfa_store_scheme, check->config->store);
	const char *key = check_source_path(mfa_key_scheme, check->config->key);
	if (store != NULL && !sandbox_lets_write(sandbox, store))
		add_need(ret_needs, sandbox, store);
	get_folder(check->config->audit, folder);
	if (!sandbox_lets_write(sandbox, folder))
		add_need(ret_needs, sandbox, folder);
	/* a key is only read; its folder, since "rekey" replaces the file */
	get_folder(key != NULL ? key : "", folder);
	if (key != NULL && !sandbox_shows(sandbox, folder))
		add_need(ret_needs, sandbox, folder);
}

static void write_drop_in(const struct needs *needs, const struct sandbox *sandbox,
			  char *ret_text, size_t size)
{
	bool is_bound = needs->bound[0] != '\0';
	(void)snprintf(ret_text, size, "[Service]%s%s%s%s%s",
		       needs->writable[0] != '\0' ? "\nReadWritePaths=" : "",
		       needs->writable + (needs->writable[0] != '\0'),
		       is_bound && sandbox->hides_homes ? "\nProtectHome=tmpfs" : "",
		       is_bound ? "\nBindPaths=" : "", needs->bound + is_bound);
}

void check_authd_paths(struct check *check)
{
	MFA_CLEANUP(sandbox_done) struct sandbox sandbox = { .unit = NULL };
	struct needs needs = { .named.count = 0 };
	char text[2 * TEXT_SIZE + 128];
	if (check->config == NULL)
		return;
	sandbox_read(check, &sandbox);
	if (sandbox.unit == NULL)
		return;
	collect_needs(check, &sandbox, &needs);
	if (needs.named.count == 0)
		return;
	write_drop_in(&needs, &sandbox, text, sizeof text);
	check_add(check, CHECK_WARNING, "authd-paths",
		  (struct check_place){ sandbox.unit, 0 },
		  TR(check->app,
		     MFA_N_("the sandbox of mfa-authd keeps it from %s, so it refuses "
			    "everybody. Run: systemctl daemon-reload; systemctl restart "
			    "mfa-authd, after these lines are in %s/paths.conf:\n%s")),
		  needs.named.text, SANDBOX_DROP_INS, text);
}
