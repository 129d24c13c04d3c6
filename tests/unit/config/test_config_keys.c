/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config_keys.h"

#include <stdio.h>
#include <string.h>

#include "mfa/record.h"
#include "support.h"

struct keys {
	struct mfa_zone zone;
	struct mfa_config host;
};

static int keys_setup(void **state)
{
	static struct keys keys;
	keys = (struct keys){ 0 };
	*state = &keys;
	return config_zone_init(&keys.zone, "name") | config_host_init(&keys.host);
}

static int keys_teardown(void **state)
{
	struct keys *keys = *state;
	config_zone_done(&keys->zone);
	config_host_done(&keys->host);
	return 0;
}

static int set_zone(void **state, const char *key, const char *value,
		    struct mfa_diag *diag)
{
	struct keys *keys = *state;
	const struct config_line line = { "f", 7, "zone name", key, value };
	return config_zone_set(&keys->zone, &line, diag);
}

static int set_host(void **state, const char *key, const char *value,
		    struct mfa_diag *diag)
{
	struct keys *keys = *state;
	const struct config_line line = { "f", 7, "host", key, value };
	return config_host_set(&keys->host, &line, diag);
}

struct refusal {
	const char *key;
	const char *value;
};

static void assert_refusals(void **state, const struct refusal *cases, size_t count,
			    int (*set)(void **state, const char *key, const char *value,
				       struct mfa_diag *diag))
{
	for (size_t i = 0; i < count; i++) {
		struct mfa_diag diag = { .text = "" };
		if (set(state, cases[i].key, cases[i].value, &diag) != MFA_ERR_CONFIG)
			fail_msg("%s = %s is accepted", cases[i].key, cases[i].value);
		assert_memory_equal(diag.text, "f:7: ", 5);
	}
}

static void the_defaults_are_the_safe_ones(void **state)
{
	struct keys *keys = *state;
	const struct mfa_zone *zone = &keys->zone;
	assert_string_equal(zone->name, "name");
	assert_string_equal(zone->title, "name");
	assert_false(zone->is_off);
	assert_int_equal(zone->services.count + zone->users.count + zone->groups.count +
				 zone->rhosts.count + zone->ttys.count,
			 0);
	assert_int_equal(zone->gate.count, 2);
	assert_string_equal(zone->gate.items[0], "sshd");
	assert_string_equal(zone->gate.items[1], "lightdm");
	assert_int_equal(zone->factors,
			 1U << MFA_KIND_TOTP | 1U << MFA_KIND_HOTP |
				 1U << MFA_KIND_YUBIKEY | 1U << MFA_KIND_YUBIKEY_OTP |
				 1U << MFA_KIND_RECOVERY | 1U << MFA_KIND_TEMPORARY);
	assert_int_equal(zone->max_failures, 5);
	assert_int_equal(zone->lock_time, 15 * 60);
	assert_int_equal(zone->totp_window, 1);
	assert_int_equal(zone->totp_drift, 10);
	assert_int_equal(zone->hotp_look_ahead, 10);
	assert_null(keys->host.default_zone);
	assert_string_equal(keys->host.contact, "");
	assert_string_equal(keys->host.store, "file:/var/lib/pam_mfa");
	assert_string_equal(keys->host.key, "file:/etc/pam_mfa/store.key");
	assert_string_equal(keys->host.audit, "/var/log/pam_mfa/audit.jsonl");
	assert_true(keys->host.is_audit_required);
	assert_int_equal(keys->host.password_modules.count, 0);
	assert_int_equal(keys->host.language, MFA_LANGUAGE_AUTO);
}

static void an_unknown_key_is_refused(void **state)
{
	static const struct refusal zone[] = {
		{ "", "1" },
		{ "Title", "x" },
		{ "max_failure", "5" },
		{ "max-failures", "5" },
		{ "contact", "x" },
		{ "totp_window ", "1" },
	};
	static const struct refusal host[] = {
		{ "title", "x" },
		{ "max_failures", "5" },
		{ "audit_require", "no" },
	};
	assert_refusals(state, zone, MFA_COUNT(zone), set_zone);
	assert_refusals(state, host, MFA_COUNT(host), set_host);
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(set_zone(state, "lok_time", "1", &diag), MFA_ERR_CONFIG);
	assert_non_null(strstr(diag.text, "lok_time"));
}

static void numbers_are_taken_to_their_bounds(void **state)
{
	struct keys *keys = *state;
	const struct {
		const char *key;
		const int64_t *number;
		int64_t min;
		int64_t max;
	} cases[] = {
		{ "max_failures", &keys->zone.max_failures, 1, 100 },
		{ "totp_window", &keys->zone.totp_window, 0, 10 },
		{ "totp_drift", &keys->zone.totp_drift, 0, 100 },
		{ "hotp_look_ahead", &keys->zone.hotp_look_ahead, 0, 100 },
		{ "lock_time", &keys->zone.lock_time, 0, 2592000 },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++)
		for (int64_t at = cases[i].min - 1; at <= cases[i].max + 1;
		     at += cases[i].max - cases[i].min + 1) {
			char text[24];
			for (int64_t value = at; value <= at + 1; value++) {
				bool is_good =
					value >= cases[i].min && value <= cases[i].max;
				(void)snprintf(text, sizeof text, "%lld",
					       (long long)value);
				assert_int_equal(
					set_zone(state, cases[i].key, text, NULL),
					is_good ? MFA_OK : MFA_ERR_CONFIG);
				if (is_good)
					assert_int_equal(*cases[i].number, value);
			}
		}
}

static void what_is_no_number_is_refused(void **state)
{
	static const struct refusal cases[] = {
		{ "max_failures", "" },
		{ "max_failures", "five" },
		{ "max_failures", "5x" },
		{ "max_failures", "-5" },
		{ "max_failures", "0x5" },
		{ "max_failures", "5 5" },
		{ "max_failures", "99999999999999999999" },
		{ "totp_window", "1.5" },
		{ "lock_time", "" },
		{ "lock_time", "15 m" },
		{ "lock_time", "-1m" },
		{ "lock_time", "31d" },
		{ "lock_time", "forever" },
		{ "lock_time", "15min" },
	};
	struct keys *keys = *state;
	assert_refusals(state, cases, MFA_COUNT(cases), set_zone);
	assert_int_equal(keys->zone.max_failures, 5);
	assert_int_equal(keys->zone.lock_time, 900);
}

static void durations_take_units(void **state)
{
	struct keys *keys = *state;
	assert_int_equal(set_zone(state, "lock_time", "2h", NULL), MFA_OK);
	assert_int_equal(keys->zone.lock_time, 7200);
	assert_int_equal(set_zone(state, "lock_time", "30d", NULL), MFA_OK);
	assert_int_equal(keys->zone.lock_time, 30 * 86400);
}

static void only_the_word_off_switches_off(void **state)
{
	static const struct refusal bad[] = {
		{ "mfa", "" },	{ "mfa", "no" }, { "mfa", "OFF" },
		{ "mfa", "0" }, { "mfa", "of" }, { "mfa", "off " },
	};
	struct keys *keys = *state;
	assert_refusals(state, bad, MFA_COUNT(bad), set_zone);
	assert_false(keys->zone.is_off);
	assert_int_equal(set_zone(state, "mfa", "off", NULL), MFA_OK);
	assert_true(keys->zone.is_off);
	assert_int_equal(set_zone(state, "mfa", "on", NULL), MFA_OK);
	assert_false(keys->zone.is_off);
}

static void only_the_word_no_makes_the_audit_optional(void **state)
{
	static const struct refusal bad[] = {
		{ "audit_required", "" },
		{ "audit_required", "false" },
		{ "audit_required", "off" },
	};
	struct keys *keys = *state;
	assert_refusals(state, bad, MFA_COUNT(bad), set_host);
	assert_true(keys->host.is_audit_required);
	assert_int_equal(set_host(state, "audit_required", "no", NULL), MFA_OK);
	assert_false(keys->host.is_audit_required);
	assert_int_equal(set_host(state, "audit_required", "yes", NULL), MFA_OK);
	assert_true(keys->host.is_audit_required);
}

static void languages_are_three_words(void **state)
{
	static const struct refusal bad[] = {
		{ "language", "" },
		{ "language", "JA" },
		{ "language", "ja_JP.UTF-8" },
	};
	struct keys *keys = *state;
	assert_refusals(state, bad, MFA_COUNT(bad), set_host);
	assert_int_equal(set_host(state, "language", "ja", NULL), MFA_OK);
	assert_int_equal(keys->host.language, MFA_LANGUAGE_JA);
	assert_int_equal(set_host(state, "language", "en", NULL), MFA_OK);
	assert_int_equal(keys->host.language, MFA_LANGUAGE_EN);
	assert_int_equal(set_host(state, "language", "auto", NULL), MFA_OK);
	assert_int_equal(keys->host.language, MFA_LANGUAGE_AUTO);
}

static void a_zone_may_have_a_language_of_its_own(void **state)
{
	static const struct refusal bad[] = { { "language", "jp" } };
	static const struct refusal bad_of_host[] = { { "language", "host" } };
	struct keys *keys = *state;
	assert_refusals(state, bad, MFA_COUNT(bad), set_zone);
	assert_refusals(state, bad_of_host, MFA_COUNT(bad_of_host), set_host);
	assert_int_equal(set_zone(state, "language", "en", NULL), MFA_OK);
	assert_int_equal(keys->zone.language, MFA_LANGUAGE_EN);
	assert_int_equal(set_zone(state, "language", "host", NULL), MFA_OK);
	assert_int_equal(keys->zone.language, MFA_LANGUAGE_OF_HOST);
}

static void factors_are_known_kinds(void **state)
{
	static const struct refusal bad[] = {
		{ "factors", "" },
		{ "factors", "totp sms" },
		{ "factors", "TOTP" },
		{ "factors", "totp,hotp" },
		{ "factors", "totp unknown" },
	};
	struct keys *keys = *state;
	assert_int_equal(set_zone(state, "factors", "hotp  break-glass", NULL), MFA_OK);
	assert_refusals(state, bad, MFA_COUNT(bad), set_zone);
	assert_int_equal(keys->zone.factors,
			 1U << MFA_KIND_HOTP | 1U << MFA_KIND_BREAK_GLASS);
	assert_int_equal(keys->zone.first_factor, MFA_KIND_HOTP);
	assert_int_equal(set_zone(state, "factors", "yubikey hotp", NULL), MFA_OK);
	assert_int_equal(keys->zone.first_factor, MFA_KIND_YUBIKEY);
}

#define EIGHT "認証番号認証番号"

static void a_prompt_is_a_short_text(void **state)
{
	static const struct refusal bad[] = {
		{ "prompt", "1234567890123456789012345" },
		{ "prompt", EIGHT EIGHT EIGHT "一" },
		{ "prompt", "a\tb" },
		{ "prompt", "a\x1b[2J" },
		{ "prompt", "a\xff" },
	};
	struct keys *keys = *state;
	assert_string_equal(keys->zone.prompt, "");
	assert_int_equal(set_zone(state, "prompt", EIGHT EIGHT EIGHT, NULL), MFA_OK);
	assert_refusals(state, bad, MFA_COUNT(bad), set_zone);
	assert_string_equal(keys->zone.prompt, EIGHT EIGHT EIGHT);
	assert_int_equal(set_zone(state, "prompt", "", NULL), MFA_OK);
	assert_string_equal(keys->zone.prompt, "");
}

static void words_are_split_at_blanks(void **state)
{
	struct keys *keys = *state;
	const struct {
		const char *key;
		const struct mfa_strings *words;
	} cases[] = {
		{ "services", &keys->zone.services }, { "users", &keys->zone.users },
		{ "groups", &keys->zone.groups },     { "ttys", &keys->zone.ttys },
		{ "gate", &keys->zone.gate },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		assert_int_equal(set_zone(state, cases[i].key, "a  b/d\tc", NULL),
				 MFA_OK);
		assert_int_equal(cases[i].words->count, 3);
		assert_string_equal(cases[i].words->items[0], "a");
		assert_string_equal(cases[i].words->items[1], "b/d");
		assert_string_equal(cases[i].words->items[2], "c");
		assert_null(cases[i].words->items[3]);
		/* an emptied condition would match everything: say so, or leave it away
		 */
		bool is_gate = strcmp(cases[i].key, "gate") == 0;
		assert_int_equal(set_zone(state, cases[i].key, "", NULL),
				 is_gate ? MFA_OK : MFA_ERR_CONFIG);
		assert_int_equal(cases[i].words->count, is_gate ? 0 : 3);
	}
}

static void words_that_can_match_nothing_are_refused(void **state)
{
	static const struct refusal bad[] = {
		{ "services", "sshd, login" }, { "users", "taro\xe3\x80\x80hanako" },
		{ "users", "backup ; taro" },  { "users", "CITY\\taro" },
		{ "groups", "adm*" },	       { "ttys", "tty1 \\" },
		{ "gate", "'sshd'" },	       { "rhosts", "10.0.0.1,10.0.0.2" },
		{ "factors", "totp,hotp" },
	};
	struct keys *keys = *state;
	struct mfa_diag diag = { .text = "" };
	assert_refusals(state, bad, MFA_COUNT(bad), set_zone);
	assert_int_equal(keys->zone.users.count, 0);
	assert_int_equal(keys->zone.gate.count, 2);
	assert_int_equal(set_zone(state, "gate", "sshd,lightdm", &diag), MFA_ERR_CONFIG);
	assert_string_equal(
		diag.text, "f:7: gate: \"sshd,lightdm\" can match nothing: it has a "
			   "comma, semicolon or equals sign; separate words with spaces");
	assert_int_equal(set_host(state, "password_modules", "pam_*", NULL),
			 MFA_ERR_CONFIG);
	assert_int_equal(set_zone(state, "users", "t* CITY\\\\taro", NULL), MFA_OK);
	assert_int_equal(set_zone(state, "groups", "CITY\\officers", NULL), MFA_OK);
}

static void rhosts_are_addresses_prefixes_or_local(void **state)
{
	static const struct refusal bad[] = {
		{ "rhosts", "host.example.jp" }, { "rhosts", "10.0.0.0/33" },
		{ "rhosts", "10.0.0.1 *" },	 { "rhosts", "LOCAL" },
		{ "rhosts", "10.0.0.*" },	 { "rhosts", "10.0.0.1,10.0.0.2" },
	};
	struct keys *keys = *state;
	assert_refusals(state, bad, MFA_COUNT(bad), set_zone);
	assert_int_equal(set_zone(state, "rhosts", "local 10.0.0.0/8 ::1", NULL), MFA_OK);
	assert_int_equal(keys->zone.rhosts.count, 3);
}

static void texts_are_short_and_without_controls(void **state)
{
	char longest[300];
	struct keys *keys = *state;
	memset(longest, 'a', sizeof longest);
	longest[256] = '\0';
	const struct refusal bad[] = {
		{ "contact", longest },
		{ "contact", "a\x1b[2J" },
		{ "issuer", "a\tb" },
	};
	assert_refusals(state, bad, MFA_COUNT(bad), set_host);
	longest[255] = '\0';
	assert_int_equal(set_host(state, "contact", longest, NULL), MFA_OK);
	assert_string_equal(keys->host.contact, longest);
	assert_int_equal(set_host(state, "contact", "情報政策課 内線1234", NULL), MFA_OK);
	assert_string_equal(keys->host.contact, "情報政策課 内線1234");
	assert_int_equal(set_zone(state, "title", "マイナンバー利用事務系", NULL),
			 MFA_OK);
	assert_string_equal(keys->zone.title, "マイナンバー利用事務系");
}

static void sources_and_paths_are_absolute(void **state)
{
	static const struct refusal bad[] = {
		{ "store", "" },
		{ "store", "/var/lib/pam_mfa" },
		{ "store", "file:relative" },
		{ "store", "sql:/x" },
		{ "key", "store.key" },
		{ "key", "file:" },
		{ "audit", "" },
		{ "audit", "audit.jsonl" },
		{ "audit", "file:/x" },
	};
	struct keys *keys = *state;
	assert_refusals(state, bad, MFA_COUNT(bad), set_host);
	assert_int_equal(set_host(state, "store", "file:/srv/mfa", NULL), MFA_OK);
	assert_string_equal(keys->host.store, "file:/srv/mfa");
	assert_int_equal(set_host(state, "audit", "/srv/audit", NULL), MFA_OK);
	assert_string_equal(keys->host.audit, "/srv/audit");
}

#define with_keys(test) cmocka_unit_test_setup_teardown(test, keys_setup, keys_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_keys(the_defaults_are_the_safe_ones),
		with_keys(an_unknown_key_is_refused),
		with_keys(numbers_are_taken_to_their_bounds),
		with_keys(what_is_no_number_is_refused),
		with_keys(durations_take_units),
		with_keys(only_the_word_off_switches_off),
		with_keys(only_the_word_no_makes_the_audit_optional),
		with_keys(languages_are_three_words),
		with_keys(a_zone_may_have_a_language_of_its_own),
		with_keys(factors_are_known_kinds),
		with_keys(a_prompt_is_a_short_text),
		with_keys(words_are_split_at_blanks),
		with_keys(words_that_can_match_nothing_are_refused),
		with_keys(rhosts_are_addresses_prefixes_or_local),
		with_keys(texts_are_short_and_without_controls),
		with_keys(sources_and_paths_are_absolute),
	};
	return group_main("config_keys", tests);
}
