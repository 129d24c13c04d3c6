/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the sandbox of mfa-authd has what mfa.conf names; else the drop-in that is
 * needed. */
#include "check/parts.h"

#include <stdio.h>
#include <string.h>

#include "check/sandbox.h"
#include "mfa/key.h"
#include "mfa/store.h"

#define DROP_IN "paths.conf"

enum {
	PATH_SIZE = 4096
};

/* What mfa.conf names and the sandbox does not have. */
struct needs {
	struct mfa_strings writable;
	struct mfa_strings bound;
	struct mfa_strings shown; /* bound in to be read */
	struct mfa_strings shared;
	struct check_names named;
};

static void needs_done(struct needs *needs)
{
	check_names_done(&needs->named);
	mfa_strings_done(&needs->writable);
	mfa_strings_done(&needs->bound);
	mfa_strings_done(&needs->shown);
	mfa_strings_done(&needs->shared);
}

bool check_is_shared_folder(const char *path)
{
	static const char *const known[] = {
		"",	    "/bin",	    "/boot",	"/dev",
		"/etc",	    "/home",	    "/lib",	"/media",
		"/mnt",	    "/opt",	    "/proc",	"/root",
		"/run",	    "/sbin",	    "/srv",	"/sys",
		"/tmp",	    "/usr",	    "/var",	"/var/lib",
		"/var/log", "/var/tmp",	    "/etc/ssh", "/etc/pam.d",
		"/usr/lib", "/etc/pam_mfa", "/usr/bin", "/run/lock"
	};
	static const char homes[] = "/home/";
	size_t len = strlen(path);
	while (len > 0 && path[len - 1] == '/')
		len--;
	for (size_t i = 0; i < MFA_COUNT(known); i++)
		if (strlen(known[i]) == len && strncmp(known[i], path, len) == 0)
			return true;
	size_t home = sizeof homes - 1;
	return len > home && strncmp(path, homes, home) == 0 &&
	       memchr(path + home, '/', len - home) == NULL;
}

/* A folder that is not there for it is bound in. */
static void add_need(struct check *check, struct needs *needs, struct mfa_strings *to,
		     const char *path)
{
	if (check_is_shared_folder(path))
		to = &needs->shared;
	else
		check_names_add(&needs->named, path);
	if (mfa_strings_add(to, path) != MFA_OK)
		check->findings.err = MFA_ERR_NOMEM;
}

static void add_writable(struct check *check, const struct sandbox *sandbox,
			 struct needs *needs, const char *path)
{
	if (!sandbox_lets_write(sandbox, path))
		add_need(check, needs,
			 sandbox_shows(sandbox, path) ? &needs->writable : &needs->bound,
			 path);
}

static void get_folder(const char *file, char ret_folder[static PATH_SIZE])
{
	(void)snprintf(ret_folder, PATH_SIZE, "%s", file);
	char *slash = strrchr(ret_folder, '/');
	if (slash != NULL)
		slash[slash == ret_folder] = '\0';
}

static void collect_needs(struct check *check, const struct sandbox *sandbox,
			  struct needs *ret_needs)
{
	char folder[PATH_SIZE];
	const char *store = check_source_path(mfa_store_scheme, check->config->store);
	const char *key = check_source_path(mfa_key_scheme, check->config->key);
	if (store != NULL)
		add_writable(check, sandbox, ret_needs, store);
	get_folder(check->config->audit, folder);
	add_writable(check, sandbox, ret_needs, folder);
	/* a key is only read; its folder, since "rekey" replaces the file */
	get_folder(key != NULL ? key : "", folder);
	if (key != NULL && !sandbox_shows(sandbox, folder))
		add_need(check, ret_needs, &ret_needs->shown, folder);
}

/* Each is quoted, as in systemd.syntax(7), with systemd's specifiers doubled. */
static void write_setting(FILE *file, const char *key, const struct mfa_strings *paths)
{
	if (paths->count > 0)
		(void)fprintf(file, "\n%s=", key);
	for (size_t i = 0; i < paths->count; i++) {
		(void)fputs(i > 0 ? " \"" : "\"", file);
		for (const char *at = paths->items[i]; *at != '\0'; at++) {
			if (strchr("\"\\:", *at) != NULL)
				(void)fputc('\\', file);
			else if (*at == '%')
				(void)fputc('%', file);
			(void)fputc(*at, file);
		}
		(void)fputc('"', file);
	}
}

/* All of the file, as if there were none. NULL: no memory. */
static char *write_drop_in(struct check *check)
{
	char *text = NULL;
	size_t size = 0;
	struct needs needs = { .named.count = 0 };
	MFA_CLEANUP(sandbox_done) struct sandbox sandbox = { .unit = NULL };
	FILE *file = open_memstream(&text, &size);
	if (file == NULL)
		return NULL;
	sandbox_read(check, DROP_IN, &sandbox);
	collect_needs(check, &sandbox, &needs);
	(void)fputs("[Service]", file);
	write_setting(file, "ReadWritePaths", &needs.writable);
	if (sandbox.hides_homes && needs.bound.count + needs.shown.count > 0)
		(void)fputs("\nProtectHome=tmpfs", file);
	write_setting(file, "BindPaths", &needs.bound);
	write_setting(file, "BindReadOnlyPaths", &needs.shown);
	needs_done(&needs);
	if (fclose(file) != 0)
		mfa_free_string(&text);
	return text;
}

static void tell_drop_in(struct check *check, const char *unit, const struct needs *needs)
{
	MFA_CLEANUP(mfa_free_string) char *text = write_drop_in(check);
	if (text == NULL) {
		check->findings.err = MFA_ERR_NOMEM;
		return;
	}
	check_add(check, CHECK_WARNING, "authd-paths", (struct check_place){ unit, 0 },
		  TR(check->app,
		     MFA_N_("the sandbox of mfa-authd keeps it from %s, so it refuses "
			    "everybody. Write these lines into %s/%s, and nothing else, "
			    "then run: systemctl daemon-reload; systemctl restart "
			    "mfa-authd\n%s")),
		  needs->named.text != NULL ? needs->named.text : "", SANDBOX_DROP_INS,
		  DROP_IN, text);
}

static void tell_shared(struct check *check, const char *unit, const char *folder)
{
	check_add(check, CHECK_WARNING, "authd-folder", (struct check_place){ unit, 0 },
		  TR(check->app,
		     MFA_N_("the sandbox of mfa-authd keeps it from %s, so it refuses "
			    "everybody, and should do so: that folder has other "
			    "things, too. Name a folder that only pam_mfa uses (mode "
			    "0700) in mfa.conf, and run this check again")),
		  folder);
}

void check_authd_paths(struct check *check)
{
	MFA_CLEANUP(sandbox_done) struct sandbox sandbox = { .unit = NULL };
	struct needs needs = { .named.count = 0 };
	if (check->config == NULL)
		return;
	sandbox_read(check, NULL, &sandbox);
	if (sandbox.unit == NULL)
		return;
	collect_needs(check, &sandbox, &needs);
	if (needs.named.count > 0)
		tell_drop_in(check, sandbox.unit, &needs);
	for (size_t i = 0; i < needs.shared.count; i++)
		tell_shared(check, sandbox.unit, needs.shared.items[i]);
	needs_done(&needs);
}
