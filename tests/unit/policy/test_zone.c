/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/zone.h"

#include <locale.h>
#include <string.h>

#include "support.h"

/* Words of a zone, from text in the test. */
#define WORDS(...)                                                       \
	((struct mfa_strings){ .items = (char *[]){ __VA_ARGS__, NULL }, \
			       .count = MFA_COUNT(((char *[]){ __VA_ARGS__ })) })

enum {
	STRICT = 0, /* the zone under test */
	LAST = 1    /* the default zone behind it */
};

struct policy_case {
	struct mfa_zone zones[2];
	struct mfa_config config;
};

static char strict_name[] = "strict";
static char last_name[] = "last";

static void set_up(struct policy_case *what, struct mfa_zone zone)
{
	*what = (struct policy_case){ .zones = { zone, default_zone() } };
	what->zones[STRICT].name = strict_name;
	what->zones[LAST].name = last_name;
	what->config.default_zone = last_name;
	what->config.zones = what->zones;
	what->config.zone_count = 2;
}

static bool is_own(void *context MFA_UNUSED)
{
	return true;
}

/* Whether the zone decides a login, when it demands MFA and when it switches it off. */
static void assert_decides(struct mfa_zone zone, const struct mfa_login *of, bool as_on,
			   bool as_off)
{
	struct policy_case what;
	struct mfa_login own = *of;
	const struct mfa_login *login = &own;
	own.is_own_name = is_own;
	zone.is_off = false;
	set_up(&what, zone);
	assert_ptr_equal(mfa_zone_find(&what.config, login),
			 &what.zones[as_on ? STRICT : LAST]);
	zone.is_off = true;
	set_up(&what, zone);
	assert_ptr_equal(mfa_zone_find(&what.config, login),
			 &what.zones[as_off ? STRICT : LAST]);
}

static void a_zone_without_conditions_covers_everything(void **state MFA_UNUSED)
{
	struct mfa_zone zone = { 0 };
	assert_decides(zone, &(struct mfa_login){ .service = "su", .user = "a" }, true,
		       true);
	assert_decides(zone, &(struct mfa_login){ 0 }, true, true);
}

static void services_are_patterns(void **state MFA_UNUSED)
{
	char ssh[] = "ssh*", su[] = "su";
	struct mfa_zone zone = { .services = WORDS(ssh, su) };
	struct mfa_login login = { .user = "a" };
	static const struct {
		const char *service;
		bool matches;
	} cases[] = {
		{ "sshd", true }, { "ssh", true }, { "su", true },  { "sudo", false },
		{ "", false },	  { NULL, false }, { "SU", false }, { "xsshd", false },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		login.service = cases[i].service;
		assert_decides(zone, &login, cases[i].matches, cases[i].matches);
	}
}

static void users_are_patterns(void **state MFA_UNUSED)
{
	char pattern[] = "admin-*";
	struct mfa_zone zone = { .users = WORDS(pattern) };
	assert_decides(zone, &(struct mfa_login){ .user = "admin-taro" }, true, true);
	assert_decides(zone, &(struct mfa_login){ .user = "taro" }, false, false);
	assert_decides(zone, &(struct mfa_login){ .user = "" }, false, false);
}

/* The programs that ask have locales of their own: none of them moves a zone. */
static void patterns_match_bytes_in_every_locale(void **state MFA_UNUSED)
{
	static const char *const locales[] = { "C", "C.UTF-8" };
	char one[] = "?", two[] = "??", letters[] = "[[:alpha:]]*";
	const struct mfa_login login = { .user = "\xc3\xa9" };
	for (size_t i = 0; i < MFA_COUNT(locales); i++) {
		locale_t locale = newlocale(LC_ALL_MASK, locales[i], (locale_t)0);
		assert_true(locale != (locale_t)0);
		locale_t before = uselocale(locale);
		assert_decides((struct mfa_zone){ .users = WORDS(one) }, &login, false,
			       false);
		assert_decides((struct mfa_zone){ .users = WORDS(two) }, &login, true,
			       true);
		assert_decides((struct mfa_zone){ .users = WORDS(letters) }, &login,
			       false, false);
		assert_ptr_equal(uselocale(before), locale);
		freelocale(locale);
	}
}

static void a_name_that_is_not_utf8_is_matched_too(void **state MFA_UNUSED)
{
	char pattern[] = "*";
	struct mfa_zone zone = { .users = WORDS(pattern) };
	const struct mfa_login login = { .user = "\xff\xfe" };
	assert_decides(zone, &login, true, true);
	locale_t utf8 = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	assert_true(utf8 != (locale_t)0);
	locale_t before = uselocale(utf8);
	assert_decides(zone, &login, true, true);
	(void)uselocale(before);
	freelocale(utf8);
}

static enum mfa_place own(void *context MFA_UNUSED)
{
	return MFA_PLACE_OWN;
}

static enum mfa_place others(void *context MFA_UNUSED)
{
	return MFA_PLACE_OTHERS;
}

static enum mfa_place elsewhere(void *context MFA_UNUSED)
{
	return MFA_PLACE_ELSEWHERE;
}

static void ttys_come_with_and_without_dev(void **state MFA_UNUSED)
{
	char pattern[] = "tty*";
	struct mfa_zone zone = { .ttys = WORDS(pattern) };
	assert_decides(zone, &(struct mfa_login){ .tty = "tty1" }, true, true);
	assert_decides(zone, &(struct mfa_login){ .tty = "/dev/tty1" }, true, true);
	assert_decides(zone, &(struct mfa_login){ .tty = "/dev/pts/1" }, false, false);
	assert_decides(zone, &(struct mfa_login){ .tty = "" }, false, false);
	assert_decides(zone, &(struct mfa_login){ .tty = NULL }, false, false);
}

static void rhosts_are_addresses_or_local(void **state MFA_UNUSED)
{
	char prefix[] = "10.0.0.0/8", local[] = "local";
	struct mfa_zone remote = { .rhosts = WORDS(prefix) };
	struct mfa_zone both = { .rhosts = WORDS(prefix, local) };
	static const char *const none[] = { NULL, "", "localhost" };
	for (size_t i = 0; i < MFA_COUNT(none); i++) {
		struct mfa_login login = { .rhost = none[i], .place = own };
		if (i < 2)
			assert_decides(remote, &login, false, false);
		assert_decides(both, &login, true, true);
	}
	/* a program that names no host proves nothing by that */
	assert_decides(both, &(struct mfa_login){ .rhost = "" }, false, false);
	assert_decides(both, &(struct mfa_login){ .place = elsewhere }, false, false);
	assert_decides(remote, &(struct mfa_login){ .rhost = "10.1.2.3" }, true, true);
	assert_decides(both, &(struct mfa_login){ .rhost = "10.1.2.3" }, true, true);
	assert_decides(both, &(struct mfa_login){ .rhost = "11.1.2.3" }, false, false);
}

/* "local" is no word that a remote side can say. */
static void a_host_named_local_is_not_local(void **state MFA_UNUSED)
{
	char local[] = "local";
	struct mfa_zone zone = { .rhosts = WORDS(local) };
	assert_decides(zone, &(struct mfa_login){ .rhost = "local" }, false, false);
	assert_decides(zone, &(struct mfa_login){ .rhost = "localhost" }, false, false);
}

static void a_host_name_demands_mfa_and_never_drops_it(void **state MFA_UNUSED)
{
	char prefix[] = "10.0.0.0/8", other[] = "11.0.0.1";
	struct mfa_zone zone = { .rhosts = WORDS(prefix, other) };
	assert_decides(zone, &(struct mfa_login){ .rhost = "pc.example.jp" }, true,
		       false);
}

/* What the name service of a test says of every group. */
static enum mfa_match all_say(void *context, const char *group MFA_UNUSED)
{
	return *(enum mfa_match *)context;
}

static enum mfa_match says_by_name(void *context MFA_UNUSED, const char *group)
{
	return strcmp(group, "yes") == 0       ? MFA_MATCH_YES
	       : strcmp(group, "unknown") == 0 ? MFA_MATCH_UNKNOWN
					       : MFA_MATCH_NO;
}

static void groups_ask_the_name_service(void **state MFA_UNUSED)
{
	char group[] = "staff";
	enum mfa_match match = MFA_MATCH_YES;
	struct mfa_zone zone = { .groups = WORDS(group) };
	struct mfa_login login = { .is_member = all_say, .context = &match };
	assert_decides(zone, &login, true, true);
	match = MFA_MATCH_NO;
	assert_decides(zone, &login, false, false);
}

static void one_group_is_enough(void **state MFA_UNUSED)
{
	char no[] = "no", unknown[] = "unknown", yes[] = "yes";
	struct mfa_login login = { .is_member = says_by_name };
	struct mfa_zone sure = { .groups = WORDS(no, unknown, yes) };
	struct mfa_zone unsure = { .groups = WORDS(unknown, no) };
	assert_decides(sure, &login, true, true);
	assert_decides(unsure, &login, true, false);
}

static void a_failing_name_service_demands_mfa_and_never_drops_it(void **state MFA_UNUSED)
{
	char group[] = "staff";
	enum mfa_match match = MFA_MATCH_UNKNOWN;
	struct mfa_zone zone = { .groups = WORDS(group) };
	struct mfa_login login = { .is_member = all_say, .context = &match };
	assert_decides(zone, &login, true, false);
	login.is_member = NULL;
	assert_decides(zone, &login, true, false);
}

static enum mfa_match must_not_be_asked(void *context MFA_UNUSED,
					const char *group MFA_UNUSED)
{
	fail_msg("the name service is asked needlessly");
	return MFA_MATCH_NO;
}

static void the_name_service_is_asked_last(void **state MFA_UNUSED)
{
	char group[] = "staff", service[] = "su";
	struct mfa_zone zone = { .groups = WORDS(group), .services = WORDS(service) };
	struct mfa_login login = { .service = "sshd", .is_member = must_not_be_asked };
	assert_decides(zone, &login, false, false);
}

static void all_conditions_must_match(void **state MFA_UNUSED)
{
	char su[] = "su", taro[] = "taro", tty[] = "tty1", local[] = "local",
	     group[] = "g";
	enum mfa_match match = MFA_MATCH_YES;
	struct mfa_zone zone = { .services = WORDS(su),
				 .users = WORDS(taro),
				 .ttys = WORDS(tty),
				 .rhosts = WORDS(local),
				 .groups = WORDS(group) };
	const struct mfa_login good = { .service = "su",
					.user = "taro",
					.tty = "tty1",
					.is_member = all_say,
					.place = own,
					.context = &match };
	assert_decides(zone, &good, true, true);
	struct mfa_login login = good;
	login.service = "sshd";
	assert_decides(zone, &login, false, false);
	login = good;
	login.user = "jiro";
	assert_decides(zone, &login, false, false);
	login = good;
	login.tty = "tty2";
	assert_decides(zone, &login, false, false);
	login = good;
	login.rhost = "10.0.0.1";
	login.place = elsewhere;
	assert_decides(zone, &login, false, false);
	login = good;
	match = MFA_MATCH_NO;
	assert_decides(zone, &login, false, false);
}

static void the_first_zone_that_matches_decides(void **state MFA_UNUSED)
{
	struct policy_case what;
	set_up(&what, (struct mfa_zone){ 0 });
	char user[] = "x";
	what.zones[STRICT].users = WORDS(user);
	what.zones[LAST].users = WORDS(user);
	const struct mfa_login x = { .user = "x" };
	const struct mfa_login y = { .user = "y" };
	assert_ptr_equal(mfa_zone_find(&what.config, &x), &what.zones[STRICT]);
	assert_ptr_equal(mfa_zone_find(&what.config, &y), &what.zones[LAST]);
}

static bool says(void *context)
{
	return *(bool *)context;
}

static void only_a_name_of_its_own_is_let_pass(void **state MFA_UNUSED)
{
	bool is_its_own = false;
	struct policy_case what;
	struct mfa_login login = { .user = "a",
				   .is_own_name = says,
				   .context = &is_its_own };
	set_up(&what, (struct mfa_zone){ .is_off = true });
	assert_ptr_equal(mfa_zone_find(&what.config, &login), &what.zones[LAST]);
	assert_false(mfa_zone_is_exempt(&what.zones[STRICT], &login));
	is_its_own = true;
	assert_ptr_equal(mfa_zone_find(&what.config, &login), &what.zones[STRICT]);
	assert_true(mfa_zone_is_exempt(&what.zones[STRICT], &login));
	assert_false(mfa_zone_is_exempt(&what.zones[LAST], &login));
	login.is_own_name = NULL;
	assert_ptr_equal(mfa_zone_find(&what.config, &login), &what.zones[LAST]);
	assert_false(mfa_zone_is_exempt(&what.zones[STRICT], &login));
}

static bool must_not_be_asked_for_a_name(void *context MFA_UNUSED)
{
	fail_msg("the name service is asked needlessly");
	return true;
}

static void whose_name_it_is_matters_only_before_letting_pass(void **state MFA_UNUSED)
{
	char user[] = "b";
	struct policy_case what;
	const struct mfa_login login = { .user = "a",
					 .is_own_name = must_not_be_asked_for_a_name };
	set_up(&what, (struct mfa_zone){ .is_off = true, .users = WORDS(user) });
	assert_ptr_equal(mfa_zone_find(&what.config, &login), &what.zones[LAST]);
	assert_false(mfa_zone_is_exempt(&what.zones[LAST], &login));
}

static void the_gate_names_services(void **state MFA_UNUSED)
{
	char sshd[] = "sshd", dm[] = "*dm";
	struct mfa_zone zone = { .gate = WORDS(sshd, dm) };
	assert_true(mfa_zone_is_gated(&zone, "sshd"));
	assert_true(mfa_zone_is_gated(&zone, "lightdm"));
	assert_false(mfa_zone_is_gated(&zone, "sudo"));
	assert_false(mfa_zone_is_gated(&zone, ""));
	assert_false(mfa_zone_is_gated(&zone, NULL));
	struct mfa_zone open = { 0 };
	assert_false(mfa_zone_is_gated(&open, "sshd"));
}

static void only_a_proof_makes_a_login_local(void **state MFA_UNUSED)
{
	assert_false(mfa_login_is_local(&(struct mfa_login){ .rhost = NULL }));
	assert_false(mfa_login_is_local(&(struct mfa_login){ .rhost = "" }));
	assert_false(mfa_login_is_local(&(struct mfa_login){ .place = elsewhere }));
	assert_true(mfa_login_is_local(&(struct mfa_login){ .place = own }));
	assert_true(mfa_login_is_local(
		&(struct mfa_login){ .rhost = "localhost", .place = own }));
	assert_true(mfa_login_is_local(&(struct mfa_login){ .place = others }));
}

/* A touch in somebody else's session may be meant for another login. */
static void keys_are_asked_in_the_own_session(void **state MFA_UNUSED)
{
	struct mfa_zone zone = { .has_yubikey_anywhere = false };
	struct mfa_zone anywhere = { .has_yubikey_anywhere = true };
	const struct mfa_login mine = { .place = own };
	const struct mfa_login other = { .place = others };
	const struct mfa_login remote = { .place = elsewhere };
	const struct mfa_login unknown = { .rhost = "" };
	assert_true(mfa_zone_may_ask_keys(&zone, &mine));
	assert_false(mfa_zone_may_ask_keys(&zone, &other));
	assert_true(mfa_zone_may_ask_keys(&anywhere, &other));
	assert_false(mfa_zone_may_ask_keys(&anywhere, &remote));
	assert_false(mfa_zone_may_ask_keys(&anywhere, &unknown));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_without_conditions_covers_everything),
		cmocka_unit_test(services_are_patterns),
		cmocka_unit_test(users_are_patterns),
		cmocka_unit_test(patterns_match_bytes_in_every_locale),
		cmocka_unit_test(a_name_that_is_not_utf8_is_matched_too),
		cmocka_unit_test(ttys_come_with_and_without_dev),
		cmocka_unit_test(rhosts_are_addresses_or_local),
		cmocka_unit_test(a_host_named_local_is_not_local),
		cmocka_unit_test(a_host_name_demands_mfa_and_never_drops_it),
		cmocka_unit_test(groups_ask_the_name_service),
		cmocka_unit_test(one_group_is_enough),
		cmocka_unit_test(a_failing_name_service_demands_mfa_and_never_drops_it),
		cmocka_unit_test(the_name_service_is_asked_last),
		cmocka_unit_test(all_conditions_must_match),
		cmocka_unit_test(the_first_zone_that_matches_decides),
		cmocka_unit_test(only_a_name_of_its_own_is_let_pass),
		cmocka_unit_test(whose_name_it_is_matters_only_before_letting_pass),
		cmocka_unit_test(the_gate_names_services),
		cmocka_unit_test(only_a_proof_makes_a_login_local),
		cmocka_unit_test(keys_are_asked_in_the_own_session),
	};
	return group_main("zone", tests);
}
