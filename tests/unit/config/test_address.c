/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/address.h"

#include "support.h"

static void knows_addresses_and_prefixes(void **state MFA_UNUSED)
{
	static const char *const good[] = {
		"192.0.2.1",	"0.0.0.0/0",	   "192.0.2.0/24",
		"192.0.2.1/32", "2001:db8::1",	   "::/0",
		"fe80::/10",	"2001:db8::1/128", "::ffff:10.0.0.1",
	};
	for (size_t i = 0; i < MFA_COUNT(good); i++)
		assert_true(mfa_address_is_pattern(good[i]));
}

static void refuses_what_is_no_literal_address(void **state MFA_UNUSED)
{
	static const char *const bad[] = {
		"",
		"host",
		"example.jp",
		"192.0.2",
		"192.0.2.256",
		"192.0.2.1/33",
		"192.0.2.1/",
		"192.0.2.1/-1",
		"192.0.2.1/8x",
		"192.0.2.1/ 8",
		"2001:db8::/129",
		"2001:db8:::1",
		"fe80::1%eth0",
		"192.0.2.1/24/8",
		"/24",
		" 192.0.2.1",
		"0x7f.1",
		"127.1",
		"192.0.2.1/99999999999999999999",
		"::ffff:10.0.0.1/96",
	};
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		if (mfa_address_is_pattern(bad[i]))
			fail_msg("\"%s\" passes for an address", bad[i]);
}

struct match_case {
	const char *address;
	const char *pattern;
	enum mfa_match match;
};

static void check(const struct match_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (mfa_address_match(cases[i].address, cases[i].pattern) !=
		    cases[i].match)
			fail_msg("%s against %s: %d", cases[i].address, cases[i].pattern,
				 mfa_address_match(cases[i].address, cases[i].pattern));
}

static void matches_prefixes_to_the_bit(void **state MFA_UNUSED)
{
	static const struct match_case cases[] = {
		{ "10.1.2.3", "10.1.2.3", MFA_MATCH_YES },
		{ "10.1.2.4", "10.1.2.3", MFA_MATCH_NO },
		{ "10.1.2.255", "10.1.2.0/24", MFA_MATCH_YES },
		{ "10.1.3.0", "10.1.2.0/24", MFA_MATCH_NO },
		{ "10.1.3.255", "10.1.2.0/23", MFA_MATCH_YES },
		{ "10.1.4.0", "10.1.2.0/23", MFA_MATCH_NO },
		{ "10.1.2.127", "10.1.2.1/25", MFA_MATCH_YES },
		{ "10.1.2.128", "10.1.2.1/25", MFA_MATCH_NO },
		{ "10.1.2.2", "10.1.2.3/31", MFA_MATCH_YES },
		{ "10.1.2.1", "10.1.2.3/31", MFA_MATCH_NO },
		{ "255.255.255.255", "0.0.0.0/0", MFA_MATCH_YES },
		{ "2001:db8::1", "2001:db8::/32", MFA_MATCH_YES },
		{ "2001:db9::1", "2001:db8::/32", MFA_MATCH_NO },
		{ "2001:db8:0:0:7fff::", "2001:db8::/65", MFA_MATCH_YES },
		{ "2001:db8:0:0:8000::", "2001:db8::/65", MFA_MATCH_NO },
		{ "2001:DB8::A", "2001:db8::a", MFA_MATCH_YES },
	};
	check(cases, MFA_COUNT(cases));
}

static void keeps_the_families_apart(void **state MFA_UNUSED)
{
	static const struct match_case cases[] = {
		{ "10.1.2.3", "::/0", MFA_MATCH_NO },
		{ "2001:db8::1", "0.0.0.0/0", MFA_MATCH_NO },
		{ "::1", "127.0.0.1", MFA_MATCH_NO },
	};
	check(cases, MFA_COUNT(cases));
}

static void counts_a_mapped_address_as_ipv4(void **state MFA_UNUSED)
{
	static const struct match_case cases[] = {
		{ "::ffff:10.1.2.3", "10.1.2.0/24", MFA_MATCH_YES },
		{ "::ffff:10.1.3.3", "10.1.2.0/24", MFA_MATCH_NO },
		{ "10.1.2.3", "::ffff:10.1.2.3", MFA_MATCH_YES },
		{ "::ffff:10.1.2.3", "::/0", MFA_MATCH_NO },
	};
	check(cases, MFA_COUNT(cases));
}

static void ignores_the_scope_of_an_address(void **state MFA_UNUSED)
{
	static const struct match_case cases[] = {
		{ "fe80::1%eth0", "fe80::/10", MFA_MATCH_YES },
		{ "fe80::1%eth0", "fe80::1", MFA_MATCH_YES },
		{ "10.1.2.3%eth0", "10.0.0.0/8", MFA_MATCH_UNKNOWN },
	};
	check(cases, MFA_COUNT(cases));
}

static void cannot_tell_about_host_names(void **state MFA_UNUSED)
{
	static const struct match_case cases[] = {
		{ "localhost", "127.0.0.1", MFA_MATCH_UNKNOWN },
		{ "10.1.2.3.example.jp", "10.1.2.3", MFA_MATCH_UNKNOWN },
		{ "10.1.2", "10.1.2.0/24", MFA_MATCH_UNKNOWN },
		{ "", "0.0.0.0/0", MFA_MATCH_UNKNOWN },
		{ "10.1.2.3 ", "0.0.0.0/0", MFA_MATCH_UNKNOWN },
		{ "0123456789012345678901234567890123456789012345678901234567890",
		  "0.0.0.0/0", MFA_MATCH_UNKNOWN },
	};
	check(cases, MFA_COUNT(cases));
}

static void the_network_of_an_address_is_what_one_host_has(void **state MFA_UNUSED)
{
	static const char *const cases[][2] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
		{ "2001:DB8:1:2::", "2001:db8:1:2::/64" },
		{ "fe80::1%eth0", "fe80::/64" },
		{ "::2", "::/64" },
		/* everybody at this machine has all of these */
		{ "::1", "127.0.0.0/8" },
		{ "127.0.0.1", "127.0.0.0/8" },
		{ "127.255.3.9", "127.0.0.0/8" },
		{ "::ffff:127.0.0.2", "127.0.0.0/8" },
		{ "128.0.0.1", "128.0.0.1" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff::/64" },
		{ "host.example.jp", NULL },
		{ "192.0.2.7 ", NULL },
		{ "192.0.2.7%eth0", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		char network[MFA_NETWORK_SIZE] = "untouched";
		bool is_address = mfa_address_network(cases[i][0], network);
		assert_int_equal(is_address, cases[i][1] != NULL);
		assert_string_equal(network, is_address ? cases[i][1] : "untouched");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_addresses_and_prefixes),
		cmocka_unit_test(refuses_what_is_no_literal_address),
		cmocka_unit_test(matches_prefixes_to_the_bit),
		cmocka_unit_test(keeps_the_families_apart),
		cmocka_unit_test(counts_a_mapped_address_as_ipv4),
		cmocka_unit_test(ignores_the_scope_of_an_address),
		cmocka_unit_test(cannot_tell_about_host_names),
		cmocka_unit_test(the_network_of_an_address_is_what_one_host_has),
	};
	return group_main("address", tests);
}
