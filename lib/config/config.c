/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sodium.h>

#include "config_keys.h"
#include "mfa/fs.h"

static const char ZONE_PREFIX[] = "zone ";

static void free_names(struct dirent ***names)
{
	free(*names);
	*names = NULL;
}

static struct mfa_zone *find_zone(const struct mfa_config *config, const char *name)
{
	for (size_t i = 0; i < config->zone_count; i++)
		if (strcmp(config->zones[i].name, name) == 0)
			return &config->zones[i];
	return NULL;
}

const struct mfa_zone *mfa_config_zone(const struct mfa_config *config, const char *name)
{
	return find_zone(config, name);
}

static int append_zone(struct mfa_config *config, const char *name,
		       struct mfa_zone **ret_zone)
{
	struct mfa_zone *zones =
		reallocarray(config->zones, config->zone_count + 1, sizeof *zones);
	if (zones == NULL)
		return MFA_ERR_NOMEM;
	config->zones = zones;
	struct mfa_zone *zone = &zones[config->zone_count++];
	*zone = (struct mfa_zone){ 0 };
	*ret_zone = zone;
	return config_zone_init(zone, name);
}

static bool is_zone_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t len = strlen(name);
	return len > 0 && len < 64 && strspn(name, allowed) == len;
}

static int set_zone_line(struct mfa_config *config, const struct config_line *line,
			 struct mfa_diag *diag)
{
	const char *name = line->section + strlen(ZONE_PREFIX);
	if (!is_zone_name(name))
		return config_fail(diag, line,
				   "[%s]: a zone's name is 1 to 63 of A-Z a-z 0-9 _ -",
				   line->section);
	struct mfa_zone *zone = find_zone(config, name);
	if (zone == NULL && append_zone(config, name, &zone) != MFA_OK)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	return line->key == NULL ? MFA_OK : config_zone_set(zone, line, diag);
}

static void hash_text(crypto_generichash_state *state, const char *text)
{
	const char *or_empty = text != NULL ? text : "";
	(void)crypto_generichash_update(state, (const unsigned char *)or_empty,
					strlen(or_empty) + 1);
}

/* The lines before, and this one. */
static void hash_line(struct mfa_config *config, const struct config_line *line)
{
	crypto_generichash_state state;
	(void)crypto_generichash_init(&state, NULL, 0, sizeof config->hash);
	(void)crypto_generichash_update(&state, config->hash, sizeof config->hash);
	hash_text(&state, line->section);
	hash_text(&state, line->key);
	hash_text(&state, line->value);
	(void)crypto_generichash_final(&state, config->hash, sizeof config->hash);
}

static int set_line(void *context, const struct config_line *line, struct mfa_diag *diag)
{
	struct mfa_config *config = context;
	hash_line(config, line);
	if (strncmp(line->section, ZONE_PREFIX, strlen(ZONE_PREFIX)) == 0)
		return set_zone_line(config, line, diag);
	if (strcmp(line->section, "host") != 0)
		return config_fail(
			diag, line,
			"[%s] is not a section; there are [host] and [zone NAME]",
			line->section);
	return line->key == NULL ? MFA_OK : config_host_set(config, line, diag);
}

static int is_drop_in(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return entry->d_name[0] != '.' && len > 5 &&
	       strcmp(entry->d_name + len - 5, ".conf") == 0;
}

/* PATH.d may be missing, but not unsafe. */
static int read_drop_ins(struct mfa_config *config, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_free_string) char *folder = NULL;
	if (asprintf(&folder, "%s.d", config->path) < 0) {
		folder = NULL;
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	}
	/* the common case, fast; the folder above was checked with the main file */
	struct stat status;
	if (lstat(folder, &status) != 0 && errno == ENOENT)
		return MFA_OK;
	MFA_CLEANUP(mfa_close_fd) int dir_fd = -1;
	int err = mfa_fs_open_dir(folder, &mfa_fs_protected, diag, &dir_fd);
	if (err == MFA_ERR_NOTFOUND)
		return mfa_fail(diag, MFA_OK, "%s", "");
	if (err != MFA_OK)
		return err;
	MFA_CLEANUP(free_names) struct dirent **names = NULL;
	int count = scandirat(dir_fd, ".", &names, is_drop_in, versionsort);
	if (count < 0)
		return mfa_fail_errno(diag, errno, "%s: cannot list", folder);
	for (int i = 0; i < count; i++) {
		MFA_CLEANUP(mfa_free_string) char *path = NULL;
		if (err == MFA_OK &&
		    asprintf(&path, "%s/%s", folder, names[i]->d_name) < 0) {
			path = NULL;
			err = mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
		}
		free(names[i]);
		if (err == MFA_OK && mfa_strings_add(&config->drop_ins, path) != MFA_OK)
			err = mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
		if (err == MFA_OK)
			err = config_file_read(path, set_line, config, diag);
	}
	return err;
}

/* Whether a pattern is nothing but * with at most that many ?. */
static bool is_wildcard(const char *pattern, size_t most)
{
	size_t marks = 0;
	for (const char *at = pattern; *at != '\0'; at++)
		marks += *at == '?';
	return strspn(pattern, "*?") == strlen(pattern) && marks <= most &&
	       strchr(pattern, '*') != NULL;
}

/* least: how many bytes each text has */
static bool matches_all(const struct mfa_strings *words, size_t least)
{
	for (size_t i = 0; i < words->count; i++)
		if (is_wildcard(words->items[i], least))
			return true;
	return words->count == 0;
}

static bool has_no_conditions(const struct mfa_zone *zone)
{
	return matches_all(&zone->services, 1) && matches_all(&zone->users, 1) &&
	       matches_all(&zone->ttys, 0) && /* a login may have none */
	       zone->groups.count == 0 && zone->rhosts.count == 0;
}

/* A zone behind one that covers every login would never be asked. */
static int check_order(const struct mfa_config *config, struct mfa_diag *diag)
{
	for (size_t i = 0; i + 1 < config->zone_count; i++)
		if (has_no_conditions(&config->zones[i]))
			return mfa_fail(
				diag, MFA_ERR_CONFIG,
				"%s: [zone %s] can never decide: [zone %s] before it "
				"covers every login",
				config->path, config->zones[i + 1].name,
				config->zones[i].name);
	return MFA_OK;
}

static int check_grace(const struct mfa_config *config, struct mfa_diag *diag)
{
	for (size_t i = 0; i < config->zone_count; i++)
		if (config->zones[i].grace_until != 0 &&
		    config->zones[i].grace_reason[0] == '\0')
			return mfa_fail(
				diag, MFA_ERR_CONFIG,
				"%s: [zone %s] has grace_until: grace_reason must "
				"say why",
				config->path, config->zones[i].name);
	return MFA_OK;
}

static int check_default_zone(struct mfa_config *config, struct mfa_diag *diag)
{
	const char *path = config->path;
	if (config->default_zone == NULL && config->zone_count == 1) {
		config->default_zone = strdup(config->zones[0].name);
		if (config->default_zone == NULL)
			return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	}
	if (config->default_zone == NULL)
		return mfa_fail(diag, MFA_ERR_CONFIG,
				"%s: [host] zone must name the zone that decides when no "
				"other matches",
				path);
	const struct mfa_zone *zone = find_zone(config, config->default_zone);
	if (zone == NULL)
		return mfa_fail(diag, MFA_ERR_CONFIG, "%s: [host] zone: no [zone %s]",
				path, config->default_zone);
	if (zone->is_off)
		return mfa_fail(
			diag, MFA_ERR_CONFIG,
			"%s: [host] zone: [zone %s] has mfa = off; logins that no "
			"zone covers must need MFA",
			path, zone->name);
	return MFA_OK;
}

/* A file may end before the conditions: who means every login says so. */
static int check_off_zones(const struct mfa_config *config, struct mfa_diag *diag)
{
	for (size_t i = 0; i < config->zone_count; i++) {
		const struct mfa_zone *zone = &config->zones[i];
		bool has_none = zone->services.count == 0 && zone->users.count == 0 &&
				zone->ttys.count == 0 && zone->groups.count == 0 &&
				zone->rhosts.count == 0;
		if (zone->is_off && has_none)
			return mfa_fail(
				diag, MFA_ERR_CONFIG,
				"%s: [zone %s] has mfa = off and no condition; if it "
				"is for every login, write services = *",
				config->path, zone->name);
	}
	return MFA_OK;
}

static int check_zones(struct mfa_config *config, struct mfa_diag *diag)
{
	if (config->zone_count == 0)
		return mfa_fail(diag, MFA_ERR_CONFIG, "%s: no [zone NAME] section",
				config->path);
	int err = check_order(config, diag);
	if (err == MFA_OK)
		err = check_grace(config, diag);
	if (err == MFA_OK)
		err = check_default_zone(config, diag);
	return err == MFA_OK ? check_off_zones(config, diag) : err;
}

int mfa_config_load(const char *path, struct mfa_diag *diag,
		    struct mfa_config **ret_config)
{
	MFA_CLEANUP(mfa_config_cleanup)
	struct mfa_config *config = calloc(1, sizeof *config);
	if (config == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	config->path = strdup(path != NULL ? path : MFA_CONFIG_PATH);
	if (config->path == NULL || config_host_init(config) != MFA_OK)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	int err = config_file_read(config->path, set_line, config, diag);
	if (err != MFA_OK)
		return err;
	err = read_drop_ins(config, diag);
	if (err != MFA_OK)
		return err;
	err = check_zones(config, diag);
	if (err != MFA_OK)
		return err;
	*ret_config = MFA_TAKE(config);
	return MFA_OK;
}

void mfa_config_add_files(const struct mfa_config *config, struct mfa_snapshot *snapshot)
{
	MFA_CLEANUP(mfa_free_string) char *folder = NULL;
	mfa_snapshot_add(snapshot, config->path);
	if (asprintf(&folder, "%s.d", config->path) < 0) {
		folder = NULL;
		snapshot->is_unsettled = true;
		return;
	}
	mfa_snapshot_add(snapshot, folder);
	for (size_t i = 0; i < config->drop_ins.count; i++)
		mfa_snapshot_add(snapshot, config->drop_ins.items[i]);
}

void mfa_config_free(struct mfa_config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < config->zone_count; i++)
		config_zone_done(&config->zones[i]);
	free(config->zones);
	mfa_strings_done(&config->drop_ins);
	config_host_done(config);
	free(config);
}

void mfa_config_cleanup(struct mfa_config **config)
{
	mfa_config_free(*config);
	*config = NULL;
}
