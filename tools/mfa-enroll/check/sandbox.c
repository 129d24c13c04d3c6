/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/unit.h"
#include "mfa/rootfs.h"

struct reading {
	struct check *check;
	struct sandbox *sandbox;
	bool is_listed; /* only some families of sockets are allowed, or all but some */
	bool has_internet;
};

/* "%%" is a "%"; other specifiers are left as they are. */
static void add_path(struct reading *reading, struct mfa_strings *paths, const char *path)
{
	char *out = strdup(path);
	char *at = out;
	for (const char *in = path; out != NULL && *in != '\0'; in++) {
		in += in[0] == '%' && in[1] == '%';
		*at++ = *in;
	}
	if (out != NULL)
		*at = '\0';
	if (out == NULL || mfa_strings_add(paths, out) != MFA_OK)
		reading->check->findings.err = MFA_ERR_NOMEM;
	free(out);
}

/* "-" in front: it need not be there; "+": it is below RootDirectory=. */
static void take_paths(struct reading *reading, char *value)
{
	struct mfa_strings *paths = &reading->sandbox->writable;
	if (value[0] == '\0')
		mfa_strings_done(paths);
	for (char *word = NULL; (word = unit_next_word(&value)) != NULL;)
		add_path(reading, paths, word + strspn(word, "-+"));
}

/* SOURCE[:DESTINATION[:OPTIONS]] */
static void take_bound(struct reading *reading, struct mfa_strings *paths, char *value)
{
	bool ends = true;
	if (value[0] == '\0')
		mfa_strings_done(paths);
	for (char *part = NULL; (part = unit_next_part(&value, &ends)) != NULL;) {
		const char *path = part + (part[0] == '-');
		if (!ends && (part = unit_next_part(&value, &ends)) != NULL)
			path = part;
		add_path(reading, paths, path);
		while (!ends && unit_next_part(&value, &ends) != NULL)
			;
	}
}

/* PATH[:OPTIONS] */
static void take_own(struct reading *reading, char *value)
{
	if (value[0] == '\0')
		mfa_strings_done(&reading->sandbox->own);
	for (char *word = NULL; (word = unit_next_word(&value)) != NULL;) {
		word[strcspn(word, ":")] = '\0';
		add_path(reading, &reading->sandbox->own, word);
	}
}

/* Folders that systemd makes for the unit, below one of its own: NAME[:LINK]. */
static void take_made(struct reading *reading, const char *above, char *value)
{
	for (char *word = NULL; (word = unit_next_word(&value)) != NULL;) {
		char path[512];
		(void)snprintf(path, sizeof path, "%s/%.*s", above,
			       (int)strcspn(word, ":"), word);
		add_path(reading, &reading->sandbox->made, path);
	}
}

/* A list of families that are allowed, or with "~" of those that are not. */
static void take_families(struct reading *reading, char *value)
{
	bool is_inverted = value[0] == '~';
	if (value[0] == '\0')
		reading->has_internet = false;
	else if (!reading->is_listed)
		reading->has_internet = is_inverted;
	reading->is_listed = value[0] != '\0';
	value += is_inverted;
	for (const char *word = NULL; (word = unit_next_word(&value)) != NULL;)
		if (strcmp(word, "AF_INET") == 0)
			reading->has_internet = !is_inverted;
}

static void take_setting(const char *key, char *value,
			 struct check_place place MFA_UNUSED, void *context)
{
	struct reading *reading = context;
	struct sandbox *sandbox = reading->sandbox;
	if (strcmp(key, "ProtectSystem") == 0)
		sandbox->is_read_only = strcmp(value, "strict") == 0;
	else if (strcmp(key, "ProtectHome") == 0) {
		sandbox->hides_homes = unit_is_yes(value);
		sandbox->has_own_homes = strcmp(value, "tmpfs") == 0;
	} else if (strcmp(key, "PrivateTmp") == 0)
		sandbox->has_own_tmp =
			unit_is_yes(value) || strcmp(value, "disconnected") == 0;
	else if (strcmp(key, "ReadWritePaths") == 0)
		take_paths(reading, value);
	else if (strcmp(key, "BindPaths") == 0)
		take_bound(reading, &sandbox->bound, value);
	else if (strcmp(key, "BindReadOnlyPaths") == 0)
		take_bound(reading, &sandbox->shown, value);
	else if (strcmp(key, "TemporaryFileSystem") == 0)
		take_own(reading, value);
	else if (strcmp(key, "StateDirectory") == 0)
		take_made(reading, "/var/lib", value);
	else if (strcmp(key, "LogsDirectory") == 0)
		take_made(reading, "/var/log", value);
	else if (strcmp(key, "RestrictAddressFamilies") == 0)
		take_families(reading, value);
}

void sandbox_read(struct check *check, const char *except, struct sandbox *ret_sandbox)
{
	struct reading reading = { .check = check, .sandbox = ret_sandbox };
	*ret_sandbox = (struct sandbox){ .unit = NULL };
	if (check->is_live && !mfa_rootfs_is_folder("", "/run/systemd/system"))
		return;
	ret_sandbox->unit = unit_find(check, SANDBOX_UNIT);
	if (ret_sandbox->unit != NULL)
		unit_each(check, SANDBOX_UNIT, except, take_setting, &reading);
	ret_sandbox->is_local = reading.is_listed && !reading.has_internet;
}

void sandbox_done(struct sandbox *sandbox)
{
	free(sandbox->unit);
	mfa_strings_done(&sandbox->writable);
	mfa_strings_done(&sandbox->made);
	mfa_strings_done(&sandbox->bound);
	mfa_strings_done(&sandbox->shown);
	mfa_strings_done(&sandbox->own);
	*sandbox = (struct sandbox){ .unit = NULL };
}

/* Both may have slashes too many. */
static bool is_below(const char *path, const char *folder)
{
	for (;;) {
		path += strspn(path, "/");
		folder += strspn(folder, "/");
		size_t len = strcspn(folder, "/");
		if (len == 0)
			return true;
		if (strcspn(path, "/") != len || strncmp(path, folder, len) != 0)
			return false;
		path += len;
		folder += len;
	}
}

static bool is_below_any(const char *path, const char *const *known, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_below(path, known[i]))
			return true;
	return false;
}

static bool is_in(const char *path, const struct mfa_strings *paths)
{
	return is_below_any(path, (const char *const *)paths->items, paths->count);
}

bool sandbox_shows(const struct sandbox *sandbox, const char *path)
{
	static const char *const homes[] = { "/home", "/root", "/run/user" };
	static const char *const tmp[] = { "/tmp", "/var/tmp" };
	bool is_home = is_below_any(path, homes, MFA_COUNT(homes));
	bool is_tmp = is_below_any(path, tmp, MFA_COUNT(tmp));
	if (is_home && sandbox->hides_homes)
		return false;
	if (is_in(path, &sandbox->bound) || is_in(path, &sandbox->shown))
		return true;
	return !(is_home && sandbox->has_own_homes) &&
	       !(is_tmp && sandbox->has_own_tmp) && !is_in(path, &sandbox->own);
}

bool sandbox_lets_write(const struct sandbox *sandbox, const char *path)
{
	return sandbox_shows(sandbox, path) &&
	       (!sandbox->is_read_only || is_in(path, &sandbox->writable) ||
		is_in(path, &sandbox->made) || is_in(path, &sandbox->bound));
}
