/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static int load(struct sandbox *box, struct mfa_diag *diag, struct mfa_config **ret)
{
	return mfa_config_load(path_in(box, "mfa.conf"), diag, ret);
}

static struct mfa_config *must_load(struct sandbox *box, const char *text)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_config *config = NULL;
	if (text != NULL)
		write_text(path_in(box, "mfa.conf"), text);
	int err = load(box, &diag, &config);
	assert_done(err, &diag);
	return config;
}

static void assert_refused(struct sandbox *box, const char *text, int wanted,
			   const char *words)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_config *config = NULL;
	if (text != NULL)
		write_text(path_in(box, "mfa.conf"), text);
	int err = load(box, &diag, &config);
	assert_null(config);
	if (strstr(diag.text, words) == NULL)
		fail_msg("\"%s\" does not tell \"%s\"", diag.text, words);
	assert_int_equal(err, wanted);
}

static void reads_a_whole_file(void **state)
{
	MFA_CLEANUP(mfa_config_cleanup)
	struct mfa_config *config = must_load(
		*state, "[host]\nzone = mynumber\ncontact = 情報政策課 内線1234\n"
			"language = ja\n[zone kiosk]\nservices = kiosk\nmfa = off\n"
			"[zone mynumber]\ntitle = マイナンバー利用事務系\nservices = *\n"
			"gate = sshd\nfactors = totp\nmax_failures = 3\nlock_time = 0\n");
	assert_string_equal(config->path, path_in(*state, "mfa.conf"));
	assert_string_equal(config->default_zone, "mynumber");
	assert_string_equal(config->contact, "情報政策課 内線1234");
	assert_int_equal(config->language, MFA_LANGUAGE_JA);
	assert_int_equal(config->zone_count, 2);
	assert_string_equal(config->zones[0].name, "kiosk");
	assert_true(config->zones[0].is_off);
	const struct mfa_zone *zone = mfa_config_zone(config, "mynumber");
	assert_ptr_equal(zone, &config->zones[1]);
	assert_string_equal(zone->title, "マイナンバー利用事務系");
	assert_int_equal(zone->max_failures, 3);
	assert_int_equal(zone->lock_time, 0);
	assert_int_equal(zone->factors, 1U << MFA_KIND_TOTP);
	assert_null(mfa_config_zone(config, "none"));
}

static void the_file_order_is_the_order_of_the_zones(void **state)
{
	MFA_CLEANUP(mfa_config_cleanup)
	struct mfa_config *config =
		must_load(*state, "[zone z]\nusers=a\n[host]\nzone=m\n[zone a]\nusers=b\n"
				  "[zone z]\ngroups=g\n[zone m]\n");
	assert_int_equal(config->zone_count, 3);
	assert_string_equal(config->zones[0].name, "z");
	assert_string_equal(config->zones[1].name, "a");
	assert_string_equal(config->zones[2].name, "m");
	assert_int_equal(config->zones[0].groups.count, 1);
}

static void the_only_zone_is_the_default_one(void **state)
{
	MFA_CLEANUP(mfa_config_cleanup)
	struct mfa_config *config = must_load(*state, "[zone only]\n");
	assert_string_equal(config->default_zone, "only");
}

static void an_error_names_file_and_line(void **state)
{
	assert_refused(*state, "[host]\nzone = a\n[zone a]\n\nmax_failures = many\n",
		       MFA_ERR_CONFIG, "mfa.conf:5: max_failures = many");
	assert_refused(*state, "[host]\nzome = a\n[zone a]\n", MFA_ERR_CONFIG,
		       "mfa.conf:2: [host] has no key \"zome\"");
	assert_refused(*state, "[zone a]\ntitles = b\n", MFA_ERR_CONFIG, "mfa.conf:2: ");
	assert_refused(*state, "[zone a]\nmfa = on\nmfa = off\n", MFA_ERR_CONFIG,
		       "mfa.conf:3: \"mfa\" is given twice");
	assert_refused(*state, "[zone a]\nmfa = on\n[zone  a]\nmfa = off\n",
		       MFA_ERR_CONFIG, "mfa.conf:4: \"mfa\" is given twice");
}

static void an_unknown_section_is_refused(void **state)
{
	assert_refused(*state, "[zone a]\n[hosts]\n", MFA_ERR_CONFIG,
		       "mfa.conf:2: [hosts] is not a section");
	assert_refused(*state, "[zone a]\n[other]\nk=v\n", MFA_ERR_CONFIG, "mfa.conf:2:");
	assert_refused(*state, "[zone a]\n[zone]\n", MFA_ERR_CONFIG, "mfa.conf:2:");
	assert_refused(*state, "[zone a]\n[Host]\n", MFA_ERR_CONFIG, "mfa.conf:2:");
}

static void a_zone_has_a_plain_name(void **state)
{
	char text[128] = "[zone ";
	assert_refused(*state, "[zone a b]\n", MFA_ERR_CONFIG, "mfa.conf:1:");
	assert_refused(*state, "[zone ../x]\n", MFA_ERR_CONFIG, "mfa.conf:1:");
	assert_refused(*state, "[zone 区域]\n", MFA_ERR_CONFIG, "mfa.conf:1:");
	memset(text + 6, 'a', 64);
	memcpy(text + 70, "]\n", 3);
	assert_refused(*state, text, MFA_ERR_CONFIG, "mfa.conf:1:");
	memcpy(text + 69, "]\n", 3);
	mfa_config_free(must_load(*state, text));
	mfa_config_free(must_load(*state, "[zone A-z_09]\n"));
}

static void zones_without_a_sound_default_are_refused(void **state)
{
	assert_refused(*state, "", MFA_ERR_CONFIG, "does not end with a line feed");
	assert_refused(*state, "\n", MFA_ERR_CONFIG, "no [zone NAME] section");
	assert_refused(*state, "[host]\nzone = a\n", MFA_ERR_CONFIG, "no [zone NAME]");
	assert_refused(*state, "[zone a]\nusers=x\n[zone b]\n", MFA_ERR_CONFIG,
		       "[host] zone must name");
	assert_refused(*state, "[host]\nzone = c\n[zone a]\n", MFA_ERR_CONFIG,
		       "no [zone c]");
	assert_refused(*state, "[host]\nzone =\n[zone a]\n", MFA_ERR_CONFIG,
		       "no [zone ]");
}

static void the_default_zone_is_never_off(void **state)
{
	assert_refused(*state, "[zone a]\nmfa = off\n", MFA_ERR_CONFIG, "mfa = off");
	assert_refused(*state,
		       "[host]\nzone = b\n[zone a]\nusers = x\n[zone b]\nmfa = off\n",
		       MFA_ERR_CONFIG, "[zone b] has mfa = off");
}

static void a_zone_that_can_never_decide_is_refused(void **state)
{
	static const char *const heads[] = {
		"",
		"services = *\n",
		"services = x *\nusers = *\n",
		"ttys = *\n",
		"users = **\n",
		"users = ?*\nservices = x *?\n",
		"services = *?*\nusers = ***\nttys = **\n",
	};
	for (size_t i = 0; i < MFA_COUNT(heads); i++) {
		char text[256];
		(void)snprintf(text, sizeof text,
			       "[host]\nzone = a\n[zone a]\n%s[zone b]\nusers = x\n",
			       heads[i]);
		assert_refused(*state, text, MFA_ERR_CONFIG,
			       "[zone b] can never decide: [zone a]");
	}
	mfa_config_free(
		must_load(*state, "[host]\nzone = b\n[zone a]\nusers = ?\n[zone b]\n"));
	mfa_config_free(
		must_load(*state, "[host]\nzone = b\n[zone a]\nttys = ?*\n[zone b]\n"));
	mfa_config_free(must_load(
		*state, "[host]\nzone = b\n[zone a]\nrhosts = local\n[zone b]\n"));
	mfa_config_free(
		must_load(*state, "[host]\nzone = b\n[zone a]\ngroups = g\n[zone b]\n"));
}

static void a_zone_that_is_off_for_every_login_says_so(void **state)
{
	assert_refused(*state,
		       "[host]\nzone = a\n[zone a]\nusers = x\n[zone b]\nmfa = off\n",
		       MFA_ERR_CONFIG,
		       "[zone b] has mfa = off and no condition; if it is for every "
		       "login, write services = *");
	MFA_CLEANUP(mfa_config_cleanup)
	struct mfa_config *config = must_load(
		*state, "[host]\nzone = a\n[zone a]\nusers = x\n[zone b]\nmfa = off\n"
			"services = *\n");
	assert_true(config->zones[1].is_off);
}

static void drop_in(struct sandbox *box, const char *name, const char *text)
{
	char path[128];
	(void)mkdir(path_in(box, "mfa.conf.d"), 0755);
	(void)snprintf(path, sizeof path, "mfa.conf.d/%s", name);
	write_text(path_in(box, path), text);
}

static void a_later_file_sets_single_keys_anew(void **state)
{
	drop_in(*state, "20-b.conf", "[zone a]\nmax_failures = 2\n");
	drop_in(*state, "10-a.conf", "[zone a]\nmax_failures = 1\nusers = x y\n");
	drop_in(*state, "100-c.conf", "[host]\ncontact = c\n");
	MFA_CLEANUP(mfa_config_cleanup)
	struct mfa_config *config = must_load(
		*state,
		"[host]\ncontact = a\n[zone a]\nmax_failures = 9\nlock_time = 1h\n"
		"users = z\n");
	assert_int_equal(config->zones[0].max_failures, 2);
	assert_int_equal(config->zones[0].lock_time, 3600);
	assert_int_equal(config->zones[0].users.count, 2);
	assert_string_equal(config->contact, "c");
}

static void drop_ins_are_read_in_version_order(void **state)
{
	static const int order[] = { 7, 2, 12, 9, 1, 11, 4, 10, 3, 8, 6, 5 };
	for (size_t i = 0; i < MFA_COUNT(order); i++) {
		char name[16];
		char text[64];
		(void)snprintf(name, sizeof name, "%d.conf", order[i]);
		(void)snprintf(text, sizeof text, "[zone a]\nmax_failures = %d\n",
			       order[i]);
		drop_in(*state, name, text);
		MFA_CLEANUP(mfa_config_cleanup)
		struct mfa_config *config = must_load(*state, "[zone a]\n");
		int last = 0;
		for (size_t j = 0; j <= i; j++)
			last = order[j] > last ? order[j] : last;
		assert_int_equal(config->zones[0].max_failures, last);
	}
}

/* As the manual says it. */
static void numbers_that_begin_with_a_zero_come_first(void **state)
{
	static const char *const order[] = { "010-x", "09-x", "1-x", "9-x", "10-x" };
	for (size_t i = MFA_COUNT(order); i-- > 0;) {
		char name[16];
		char text[64];
		(void)snprintf(name, sizeof name, "%s.conf", order[i]);
		(void)snprintf(text, sizeof text, "[zone a]\nmax_failures = %zu\n",
			       i + 1);
		drop_in(*state, name, text);
		MFA_CLEANUP(mfa_config_cleanup)
		struct mfa_config *config = must_load(*state, "[zone a]\n");
		assert_int_equal(config->zones[0].max_failures, MFA_COUNT(order));
	}
}

static void only_visible_conf_files_are_drop_ins(void **state)
{
	drop_in(*state, ".hidden.conf", "nonsense");
	drop_in(*state, "a.conf~", "nonsense");
	drop_in(*state, "a.conf.dpkg-old", "nonsense");
	drop_in(*state, ".conf", "nonsense");
	mfa_config_free(must_load(*state, "[zone a]\n"));
	drop_in(*state, "a.conf", "nonsense\n");
	assert_refused(*state, NULL, MFA_ERR_CONFIG, "mfa.conf.d/a.conf:1:");
}

static void an_error_in_a_drop_in_names_it(void **state)
{
	drop_in(*state, "a.conf", "[zone a]\n");
	drop_in(*state, "b.conf", "[zone a]\nno = 1\n");
	assert_refused(*state, "[zone a]\n", MFA_ERR_CONFIG, "mfa.conf.d/b.conf:2: ");
}

static void a_drop_in_can_add_a_zone_behind(void **state)
{
	drop_in(*state, "a.conf", "[zone z]\n");
	MFA_CLEANUP(mfa_config_cleanup)
	struct mfa_config *config =
		must_load(*state, "[host]\nzone = z\n[zone a]\nusers = x\n");
	assert_int_equal(config->zone_count, 2);
	assert_string_equal(config->zones[1].name, "z");
}

static void files_that_others_can_write_are_refused(void **state)
{
	static const mode_t modes[] = { 0620, 0602, 0666 };
	const char *path = path_in(*state, "mfa.conf");
	for (size_t i = 0; i < MFA_COUNT(modes); i++) {
		write_text(path, "[zone a]\n");
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_refused(*state, NULL, MFA_ERR_UNSAFE, "mfa.conf: mode is");
	}
	assert_int_equal(chmod(path, 0644), 0);
	mfa_config_free(must_load(*state, NULL));
	give_away(path);
	assert_refused(*state, NULL, MFA_ERR_UNSAFE, "owned by uid ");
}

static void a_link_for_the_file_is_refused(void **state)
{
	write_text(path_in(*state, "real"), "[zone a]\n");
	assert_int_equal(symlink("real", path_in(*state, "mfa.conf")), 0);
	assert_refused(*state, NULL, MFA_ERR_UNSAFE, "symbolic link");
}

static void unsafe_drop_ins_are_refused(void **state)
{
	write_text(path_in(*state, "mfa.conf"), "[zone a]\n");
	drop_in(*state, "a.conf", "[zone a]\n");
	mfa_config_free(must_load(*state, NULL));
	assert_int_equal(chmod(path_in(*state, "mfa.conf.d/a.conf"), 0664), 0);
	assert_refused(*state, NULL, MFA_ERR_UNSAFE, "a.conf");
	assert_int_equal(chmod(path_in(*state, "mfa.conf.d/a.conf"), 0644), 0);
	assert_int_equal(chmod(path_in(*state, "mfa.conf.d"), 0775), 0);
	assert_refused(*state, NULL, MFA_ERR_UNSAFE, "mfa.conf.d");
	assert_int_equal(chmod(path_in(*state, "mfa.conf.d"), 0755), 0);
	assert_int_equal(symlink("a.conf", path_in(*state, "mfa.conf.d/b.conf")), 0);
	assert_refused(*state, NULL, MFA_ERR_UNSAFE, "b.conf");
}

static void a_missing_file_is_not_found(void **state)
{
	assert_refused(*state, NULL, MFA_ERR_NOTFOUND, "mfa.conf");
}

static void grace_needs_a_day_and_a_reason(void **state)
{
	struct mfa_config *config =
		must_load(*state, "[zone a]\ngrace_until = 2026-12-31\n"
				  "grace_reason = roll-out\n");
	assert_int_equal(config->zones[0].grace_until, 1798761600);
	assert_string_equal(config->zones[0].grace_reason, "roll-out");
	mfa_config_free(config);
	assert_refused(*state, "[zone a]\ngrace_until = 2026-12-31\n", MFA_ERR_CONFIG,
		       "[zone a] has grace_until: grace_reason must say why");
	assert_refused(*state, "[zone a]\ngrace_until = soon\ngrace_reason = x\n",
		       MFA_ERR_CONFIG, "mfa.conf:2: grace_until = soon: expected a day");
	assert_refused(*state, "[zone a]\nyubikey_timeout = 61s\n", MFA_ERR_CONFIG,
		       "yubikey_timeout = 61s: expected a time from 1s to 60s");
}

static void freeing_nothing_is_fine(void **state MFA_UNUSED)
{
	struct mfa_config *config = NULL;
	mfa_config_free(config);
	mfa_config_cleanup(&config);
	assert_null(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_sandbox(reads_a_whole_file),
		in_sandbox(the_file_order_is_the_order_of_the_zones),
		in_sandbox(the_only_zone_is_the_default_one),
		in_sandbox(an_error_names_file_and_line),
		in_sandbox(an_unknown_section_is_refused),
		in_sandbox(a_zone_has_a_plain_name),
		in_sandbox(zones_without_a_sound_default_are_refused),
		in_sandbox(the_default_zone_is_never_off),
		in_sandbox(a_zone_that_can_never_decide_is_refused),
		in_sandbox(a_zone_that_is_off_for_every_login_says_so),
		in_sandbox(a_later_file_sets_single_keys_anew),
		in_sandbox(drop_ins_are_read_in_version_order),
		in_sandbox(numbers_that_begin_with_a_zero_come_first),
		in_sandbox(only_visible_conf_files_are_drop_ins),
		in_sandbox(an_error_in_a_drop_in_names_it),
		in_sandbox(a_drop_in_can_add_a_zone_behind),
		in_sandbox(files_that_others_can_write_are_refused),
		in_sandbox(a_link_for_the_file_is_refused),
		in_sandbox(unsafe_drop_ins_are_refused),
		in_sandbox(a_missing_file_is_not_found),
		in_sandbox(grace_needs_a_day_and_a_reason),
		in_sandbox(freeing_nothing_is_fine),
	};
	return group_main("config", tests);
}
