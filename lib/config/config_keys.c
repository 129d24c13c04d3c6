/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_keys.h"

#include <stdlib.h>
#include <string.h>

#include "config_words.h"
#include "mfa/address.h"
#include "mfa/key.h"
#include "mfa/record.h"
#include "mfa/store.h"
#include "mfa/text.h"

enum {
	MINUTE = 60,
	DAY = 24 * 60 * MINUTE,
	PROMPT_MAX = 24,
	FAILURES_MAX = 100, /* NIST SP 800-63B-4 section 3.2.2 */
};

enum type {
	TEXT,
	LABEL, /* a text of at most max characters */
	PATH,
	STORE, /* a source, of a scheme of stores */
	KEY,   /* the same, of store keys */
	PATTERNS,
	NAMES,
	RHOSTS,
	FACTORS,
	NUMBER,
	DURATION,
	DAY_END,
	YES_NO,
	ON_OFF,
	LANGUAGE,
	LANGUAGE_OF_ZONE,
};

struct key {
	const char *name;
	enum type type;
	size_t offset;
	int64_t min; /* of a list: how many words it needs, 0 or 1 */
	int64_t max;
	const char *preset; /* the default, parsed like a value in the file */
};

#define ZONE(member) offsetof(struct mfa_zone, member)
#define HOST(member) offsetof(struct mfa_config, member)

static const struct key zone_keys[] = {
	{ "title", TEXT, ZONE(title), 0, 0, NULL },
	{ "mfa", ON_OFF, ZONE(is_off), 0, 0, "on" },
	{ "services", PATTERNS, ZONE(services), 1, 0, NULL },
	{ "users", PATTERNS, ZONE(users), 1, 0, NULL },
	{ "groups", NAMES, ZONE(groups), 1, 0, NULL },
	{ "rhosts", RHOSTS, ZONE(rhosts), 1, 0, NULL },
	{ "ttys", PATTERNS, ZONE(ttys), 1, 0, NULL },
	{ "gate", PATTERNS, ZONE(gate), 0, 0, "sshd lightdm" },
	{ "factors", FACTORS, ZONE(factors), 0, 0,
	  "totp hotp yubikey yubikey-otp recovery temporary" },
	{ "prompt", LABEL, ZONE(prompt), 0, PROMPT_MAX, "" },
	{ "max_failures", NUMBER, ZONE(max_failures), 1, FAILURES_MAX, "5" },
	{ "lock_time", DURATION, ZONE(lock_time), 0, 30 * DAY, "15m" },
	{ "totp_window", NUMBER, ZONE(totp_window), 0, 10, "1" },
	{ "totp_drift", NUMBER, ZONE(totp_drift), 0, 100, "10" },
	{ "hotp_look_ahead", NUMBER, ZONE(hotp_look_ahead), 0, 100, "10" },
	{ "grace_until", DAY_END, ZONE(grace_until), 0, 0, NULL },
	{ "grace_reason", TEXT, ZONE(grace_reason), 0, 0, "" },
	{ "yubikey_timeout", DURATION, ZONE(yubikey_timeout), 1, 60, "15s" },
	{ "yubikey_at_once", YES_NO, ZONE(has_yubikey_at_once), 0, 0, "no" },
	{ "yubikey_any_session", YES_NO, ZONE(has_yubikey_anywhere), 0, 0, "no" },
	{ "language", LANGUAGE_OF_ZONE, ZONE(language), 0, 0, "host" },
};

static const struct key host_keys[] = {
	{ "zone", TEXT, HOST(default_zone), 0, 0, NULL },
	{ "contact", TEXT, HOST(contact), 0, 0, "" },
	{ "issuer", TEXT, HOST(issuer), 0, 0, "pam_mfa" },
	{ "language", LANGUAGE, HOST(language), 0, 0, "auto" },
	{ "store", STORE, HOST(store), 0, 0, "file:/var/lib/pam_mfa" },
	{ "key", KEY, HOST(key), 0, 0, "file:/etc/pam_mfa/store.key" },
	{ "audit", PATH, HOST(audit), 0, 0, "/var/log/pam_mfa/audit.jsonl" },
	{ "audit_required", YES_NO, HOST(is_audit_required), 0, 0, "yes" },
	{ "password_modules", NAMES, HOST(password_modules), 0, 0, "" },
};

static int set_text(char **text, const struct config_line *line, struct mfa_diag *diag)
{
	if (line->value[0] != '\0' && !mfa_text_is_label(line->value, 256))
		return config_fail(diag, line,
				   "%s: at most 255 bytes without control characters",
				   line->key);
	char *copy = strdup(line->value);
	if (copy == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	free(*text);
	*text = copy;
	return MFA_OK;
}

static int set_label(char **text, const struct key *key, const struct config_line *line,
		     struct mfa_diag *diag)
{
	int64_t count = 0;
	for (const char *at = line->value; *at != '\0'; at++)
		count += ((unsigned char)*at & 0xc0) != 0x80; /* it is UTF-8 */
	if (count > key->max)
		return config_fail(diag, line, "%s: at most %lld characters", key->name,
				   (long long)key->max);
	return set_text(text, line, diag);
}

static int set_number(int64_t *number, const struct key *key,
		      const struct config_line *line, struct mfa_diag *diag)
{
	int64_t value = 0;
	int err = key->type == DURATION ? mfa_text_parse_duration(line->value, &value)
					: mfa_text_parse_number(line->value, &value);
	if (err == MFA_OK && value >= key->min && value <= key->max) {
		*number = value;
		return MFA_OK;
	}
	if (key->type == DURATION && key->max < DAY)
		return config_fail(
			diag, line, "%s = %s: expected a time from %llds to %llds",
			key->name, line->value, (long long)key->min, (long long)key->max);
	if (key->type == DURATION)
		return config_fail(
			diag, line,
			"%s = %s: expected a time such as 90s, 15m, 2h, 1d, at "
			"most %lldd",
			key->name, line->value, (long long)(key->max / DAY));
	return config_fail(diag, line, "%s = %s: expected a number from %lld to %lld",
			   key->name, line->value, (long long)key->min,
			   (long long)key->max);
}

static int set_day(int64_t *end, const struct config_line *line, struct mfa_diag *diag)
{
	if (mfa_text_parse_day(line->value, end) == MFA_OK)
		return MFA_OK;
	return config_fail(diag, line, "%s = %s: expected a day such as 2026-12-31",
			   line->key, line->value);
}

static int set_bool(bool *flag, const char *yes, const char *no,
		    const struct config_line *line, struct mfa_diag *diag)
{
	bool is_yes = strcmp(line->value, yes) == 0;
	if (!is_yes && strcmp(line->value, no) != 0)
		return config_fail(diag, line, "%s = %s: expected %s or %s", line->key,
				   line->value, yes, no);
	*flag = is_yes;
	return MFA_OK;
}

static int set_language(enum mfa_language_choice *language, bool is_of_zone,
			const struct config_line *line, struct mfa_diag *diag)
{
	static const char *const names[] = { "host", "auto", "en", "ja" };
	for (size_t i = is_of_zone ? 0 : 1; i < MFA_COUNT(names); i++)
		if (strcmp(line->value, names[i]) == 0) {
			*language = (enum mfa_language_choice)i;
			return MFA_OK;
		}
	return config_fail(diag, line, "language = %s: expected ja, en%s or auto",
			   line->value, is_of_zone ? ", host" : "");
}

static int set_factors(struct mfa_zone *zone, const struct config_line *line,
		       struct mfa_diag *diag)
{
	struct mfa_strings words = { 0 };
	int err = config_words_set(&words, false, line, diag);
	uint32_t bits = 0;
	enum mfa_kind first = MFA_KIND_NONE;
	for (size_t i = 0; err == MFA_OK && i < words.count; i++) {
		enum mfa_kind kind = mfa_kind_from_name(words.items[i]);
		if (kind == MFA_KIND_NONE)
			err = config_fail(diag, line, "factors: \"%s\" is not a factor",
					  words.items[i]);
		bits |= 1U << kind;
		if (first == MFA_KIND_NONE)
			first = kind;
	}
	mfa_strings_done(&words);
	if (err == MFA_OK && bits == 0)
		err = config_fail(diag, line, "factors: at least one is needed");
	if (err != MFA_OK)
		return err;
	zone->factors = bits;
	zone->first_factor = first;
	return MFA_OK;
}

static int set_rhosts(struct mfa_strings *words, const struct config_line *line,
		      struct mfa_diag *diag)
{
	int err = config_words_set(words, false, line, diag);
	for (size_t i = 0; err == MFA_OK && i < words->count; i++)
		if (strcmp(words->items[i], "local") != 0 &&
		    !mfa_address_is_pattern(words->items[i]))
			err = config_fail(
				diag, line,
				"rhosts: \"%s\": expected an IP address, a prefix "
				"such as 192.0.2.0/24, or local",
				words->items[i]);
	return err;
}

static int set_source(void *member, mfa_scheme_table table,
		      const struct config_line *line, struct mfa_diag *diag)
{
	if (mfa_scheme_find(table, line->value) == NULL)
		return config_fail(diag, line, "%s: expected %s", line->key,
				   table(0)->form);
	return set_text(member, line, diag);
}

static int set_value(void *base, const struct key *key, const struct config_line *line,
		     struct mfa_diag *diag)
{
	void *member = (char *)base + key->offset;
	const char *path = line->value;
	bool is_list = key->type == PATTERNS || key->type == NAMES || key->type == RHOSTS;
	if (is_list && key->min > 0 && path[strspn(path, " \t")] == '\0')
		return config_fail(diag, line,
				   "%s is empty: name what it is to match, or leave the "
				   "line away to match everything",
				   key->name);
	switch (key->type) {
	case STORE:
		return set_source(member, mfa_store_scheme, line, diag);
	case KEY:
		return set_source(member, mfa_key_scheme, line, diag);
	case PATH:
		if (path[0] != '/')
			return config_fail(diag, line, "%s: expected an absolute path",
					   key->name);
		return set_text(member, line, diag);
	case TEXT:
		return set_text(member, line, diag);
	case LABEL:
		return set_label(member, key, line, diag);
	case PATTERNS:
	case NAMES:
		return config_words_set(member, key->type == PATTERNS, line, diag);
	case RHOSTS:
		return set_rhosts(member, line, diag);
	case FACTORS:
		return set_factors(base, line, diag);
	case NUMBER:
	case DURATION:
		return set_number(member, key, line, diag);
	case DAY_END:
		return set_day(member, line, diag);
	case YES_NO:
		return set_bool(member, "yes", "no", line, diag);
	case ON_OFF: /* is_off: "off" is the true one */
		return set_bool(member, "off", "on", line, diag);
	case LANGUAGE:
	case LANGUAGE_OF_ZONE:
		return set_language(member, key->type == LANGUAGE_OF_ZONE, line, diag);
	}
	return MFA_ERR_CONFIG;
}

struct key_table {
	const struct key *keys;
	size_t count;
};

static const struct key_table zone_table = { zone_keys, MFA_COUNT(zone_keys) };
static const struct key_table host_table = { host_keys, MFA_COUNT(host_keys) };

static int set_key(void *base, const struct key_table *table,
		   const struct config_line *line, struct mfa_diag *diag)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->keys[i].name, line->key) == 0)
			return set_value(base, &table->keys[i], line, diag);
	return config_fail(diag, line, "[%s] has no key \"%s\"; see mfa.conf(5)",
			   line->section, line->key);
}

static int set_presets(void *base, const struct key_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct key *key = &table->keys[i];
		struct config_line line = { .key = key->name, .value = key->preset };
		if (key->preset == NULL)
			continue;
		int err = set_value(base, key, &line, NULL);
		if (err != MFA_OK)
			return err;
	}
	return MFA_OK;
}

int config_zone_init(struct mfa_zone *zone, const char *name)
{
	zone->name = strdup(name);
	zone->title = strdup(name);
	if (zone->name == NULL || zone->title == NULL)
		return MFA_ERR_NOMEM;
	return set_presets(zone, &zone_table);
}

int config_host_init(struct mfa_config *config)
{
	return set_presets(config, &host_table);
}

void config_zone_done(struct mfa_zone *zone)
{
	free(zone->name);
	free(zone->title);
	free(zone->grace_reason);
	free(zone->prompt);
	mfa_strings_done(&zone->services);
	mfa_strings_done(&zone->users);
	mfa_strings_done(&zone->groups);
	mfa_strings_done(&zone->rhosts);
	mfa_strings_done(&zone->ttys);
	mfa_strings_done(&zone->gate);
	*zone = (struct mfa_zone){ 0 };
}

void config_host_done(struct mfa_config *config)
{
	free(config->path);
	free(config->default_zone);
	free(config->contact);
	free(config->issuer);
	free(config->store);
	free(config->key);
	free(config->audit);
	mfa_strings_done(&config->password_modules);
}

int config_zone_set(struct mfa_zone *zone, const struct config_line *line,
		    struct mfa_diag *diag)
{
	return set_key(zone, &zone_table, line, diag);
}

int config_host_set(struct mfa_config *config, const struct config_line *line,
		    struct mfa_diag *diag)
{
	return set_key(config, &host_table, line, diag);
}
