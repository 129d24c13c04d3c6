/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/factors/oath_text.c: OATH secrets as text. */
#include "mfa/oath.h"

#include <string.h>

#include "support.h"

/* RFC 4226's secret, in base32 and in hexadecimal */
static const char BASE32[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
static const char HEX[] = "3132333435363738393031323334353637383930";

static void assert_uri(const struct token_spec *spec, const char *issuer,
		       const char *user, const char *expected)
{
	struct mfa_token token;
	struct mfa_secret uri = { 0 };
	make_token(spec, &token);
	assert_int_equal(mfa_oath_uri(&token, issuer, user, &uri), MFA_OK);
	assert_string_equal((const char *)uri.data, expected);
	mfa_secret_done(&uri);
}

static void a_plain_totp_uri_holds_no_defaults(void **state MFA_UNUSED)
{
	assert_uri(&totp_spec, "pam_mfa", "taro",
		   "otpauth://totp/pam_mfa:taro?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		   "&issuer=pam_mfa");
}

static void a_totp_uri_holds_what_differs(void **state MFA_UNUSED)
{
	struct token_spec spec = totp_spec;
	spec.hash = MFA_HASH_SHA256;
	spec.digits = 8;
	spec.period = 60;
	assert_uri(&spec, "X", "taro",
		   "otpauth://totp/X:taro?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		   "&issuer=X&algorithm=SHA256&digits=8&period=60");
	spec.hash = MFA_HASH_SHA512;
	spec.digits = 7;
	spec.period = 30;
	assert_uri(&spec, "X", "taro",
		   "otpauth://totp/X:taro?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		   "&issuer=X&algorithm=SHA512&digits=7");
}

static void a_hotp_uri_always_holds_its_counter(void **state MFA_UNUSED)
{
	struct token_spec spec = hotp_spec;
	assert_uri(&spec, "X", "taro",
		   "otpauth://hotp/X:taro?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		   "&issuer=X&counter=0");
	spec.counter = 42;
	assert_uri(&spec, "X", "taro",
		   "otpauth://hotp/X:taro?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		   "&issuer=X&counter=42");
}

static void names_in_a_uri_are_percent_encoded(void **state MFA_UNUSED)
{
	assert_uri(&totp_spec, "市 A:B", "a&secret=x/..?#%",
		   "otpauth://totp/%E5%B8%82%20A%3AB:a%26secret%3Dx%2F..%3F%23%25"
		   "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
		   "&issuer=%E5%B8%82%20A%3AB");
}

static unsigned count(const char *text, const char *word)
{
	unsigned found = 0;
	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
		found++;
	return found;
}

static void long_names_fit_into_a_uri(void **state MFA_UNUSED)
{
	char issuer[129];
	char user[256];
	struct mfa_token token;
	struct mfa_secret uri = { 0 };
	struct token_spec spec = totp_spec;
	spec.secret = "1234567890123456789012345678901234567890123456789012345678901234";
	spec.hash = MFA_HASH_SHA512;
	spec.digits = 8;
	spec.period = 60;
	memset(issuer, ' ', sizeof issuer);
	memset(user, '\xff', sizeof user);
	issuer[sizeof issuer - 1] = user[sizeof user - 1] = '\0';
	make_token(&spec, &token);
	assert_int_equal(mfa_oath_uri(&token, issuer, user, &uri), MFA_OK);
	const char *text = (const char *)uri.data;
	assert_non_null(memchr(text, '\0', uri.len));
	assert_non_null(strstr(text, "&algorithm=SHA512&digits=8&period=60"));
	assert_int_equal(count(text, "%FF"), sizeof user - 1);
	assert_int_equal(count(text, "%20"), 2 * (sizeof issuer - 1));
	mfa_secret_done(&uri);
}

static void the_longest_names_overrun_nothing(void **state MFA_UNUSED)
{
	char name[5000];
	struct mfa_token token;
	struct mfa_secret uri = { 0 };
	memset(name, ' ', sizeof name);
	name[sizeof name - 1] = '\0';
	make_token(&totp_spec, &token);
	for (size_t at = 0; at < sizeof name; at += 131) {
		assert_int_equal(mfa_oath_uri(&token, name + at, name + at, &uri),
				 MFA_OK);
		assert_non_null(memchr(uri.data, '\0', uri.len));
		mfa_secret_done(&uri);
	}
}

static void base32_is_shown_in_groups_of_four(void **state MFA_UNUSED)
{
	struct mfa_token token;
	struct mfa_secret text = { 0 };
	make_token(&totp_spec, &token);
	assert_int_equal(mfa_oath_base32(&token, &text), MFA_OK);
	assert_string_equal((const char *)text.data,
			    "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
	mfa_secret_done(&text);
	struct token_spec odd = totp_spec;
	odd.secret = "12345678901234567";
	make_token(&odd, &token);
	assert_int_equal(mfa_oath_base32(&token, &text), MFA_OK);
	assert_string_equal((const char *)text.data,
			    "GEZD GNBV GY3T QOJQ GEZD GNBV GY3Q");
	mfa_secret_done(&text);
}

static void another_factors_token_has_no_text(void **state MFA_UNUSED)
{
	struct mfa_token token = { .kind = MFA_KIND_RECOVERY };
	struct mfa_secret text = { 0 };
	assert_int_equal(mfa_oath_uri(&token, "X", "taro", &text), MFA_ERR_INTEGRITY);
	assert_int_equal(mfa_oath_base32(&token, &text), MFA_ERR_INTEGRITY);
	assert_null(text.data);
}

typedef int (*parse_fn)(const char *text, size_t len, struct mfa_secret *ret_secret);

static void assert_parses(parse_fn parse, const char *text)
{
	struct mfa_secret secret = { 0 };
	if (parse(text, strlen(text), &secret) != MFA_OK)
		fail_msg("\"%s\" is refused", text);
	assert_int_equal(secret.len, 20);
	assert_memory_equal(secret.data, "12345678901234567890", 20);
	mfa_secret_done(&secret);
}

static void assert_refuses(parse_fn parse, const char *text)
{
	struct mfa_secret secret = { 0 };
	if (parse(text, strlen(text), &secret) != MFA_ERR_INVALID)
		fail_msg("\"%s\" is accepted", text);
	assert_null(secret.data);
}

static void base32_is_read_as_people_write_it(void **state MFA_UNUSED)
{
	assert_parses(mfa_oath_parse_base32, BASE32);
	assert_parses(mfa_oath_parse_base32, "gezdgnbvgy3tqojqgezdgnbvgy3tqojq");
	assert_parses(mfa_oath_parse_base32, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
	assert_parses(mfa_oath_parse_base32,
		      "GEZD-GNBV-GY3T-QOJQ-gezd-gnbv-gy3t-qojq\r\n");
	assert_parses(mfa_oath_parse_base32, "\tGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ ====\n");
}

static void base32_needs_no_padding(void **state MFA_UNUSED)
{
	static const char *const same[] = { "GEZDGNBVGY3TQOJQGEZDGNBVGY3Q",
					    "GEZDGNBVGY3TQOJQGEZDGNBVGY3Q====" };
	for (size_t i = 0; i < MFA_COUNT(same); i++) {
		struct mfa_secret secret = { 0 };
		assert_int_equal(mfa_oath_parse_base32(same[i], strlen(same[i]), &secret),
				 MFA_OK);
		assert_int_equal(secret.len, 17);
		assert_memory_equal(secret.data, "12345678901234567", 17);
		mfa_secret_done(&secret);
	}
}

static void bad_base32_is_refused(void **state MFA_UNUSED)
{
	static const char *const bad[] = {
		"",
		"====",
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ0", /* no 0 in base32 */
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ8",
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ_",
		"GEZDGNBV=GY3TQOJQGEZDGNBVGY3TQOJQ",
		"ＧEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		"GEZDGNBVGY3TQOI", /* 9 bytes */
		"hello world",
	};
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		assert_refuses(mfa_oath_parse_base32, bad[i]);
	struct mfa_secret secret = { 0 };
	assert_int_equal(
		mfa_oath_parse_base32("GEZDGNBVGY3TQOJQ\0GEZDGNBVGY3TQOJQ", 33, &secret),
		MFA_ERR_INVALID);
}

/* A number of characters that no whole bytes make is a typing error. */
static void base32_of_an_impossible_length_is_refused(void **state MFA_UNUSED)
{
	char text[64];
	for (size_t len = 27; len < 60; len++) {
		struct mfa_secret secret = { 0 };
		size_t rest = len % 8;
		bool is_possible =
			rest == 0 || rest == 2 || rest == 4 || rest == 5 || rest == 7;
		memset(text, 'A', len);
		text[len] = '\0';
		int err = mfa_oath_parse_base32(text, len, &secret);
		if (err != (is_possible ? MFA_OK : MFA_ERR_INVALID))
			fail_msg("%zu characters: %d", len, err);
		mfa_secret_done(&secret);
	}
}

static void hexadecimal_is_read_as_people_write_it(void **state MFA_UNUSED)
{
	assert_parses(mfa_oath_parse_hex, HEX);
	assert_parses(mfa_oath_parse_hex,
		      "31323334 35363738 39303132 33343536 37383930\n");
	assert_parses(mfa_oath_parse_hex,
		      "31-32-33-34-35-36-37-38-39-30-31-32-33-34-35-36-"
		      "37-38-39-30");
	char upper[] = "3132333435363738393031323334353637383930";
	assert_parses(mfa_oath_parse_hex, upper);
	struct mfa_secret secret = { 0 };
	static const char letters[] = "AbCdEf0123456789aBcDeF0123456789";
	assert_int_equal(mfa_oath_parse_hex(letters, 32, &secret), MFA_OK);
	assert_int_equal(secret.data[0], 0xab);
	assert_int_equal(secret.data[2], 0xef);
	mfa_secret_done(&secret);
}

static void bad_hexadecimal_is_refused(void **state MFA_UNUSED)
{
	static const char *const bad[] = {
		"",
		"313233343536373839303132333435363738393", /* odd */
		"31323334353637383930313233343536373839zz",
		"0x3132333435363738393031323334353637383930",
		"3132333435363738393031323334353637383930g",
		"313233343536373839", /* 9 bytes */
		"31:32:33:34:35:36:37:38:39:30:31:32:33:34:35:36",
	};
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		assert_refuses(mfa_oath_parse_hex, bad[i]);
	struct mfa_secret secret = { 0 };
	char nul[33] = "31323334353637383930313233343536";
	nul[10] = '\0';
	assert_int_equal(mfa_oath_parse_hex(nul, 32, &secret), MFA_ERR_INVALID);
}

static void lengths_are_taken_to_their_bounds(void **state MFA_UNUSED)
{
	char text[1200];
	memset(text, 'a', sizeof text);
	for (size_t len = 0; len <= 80; len++) {
		struct mfa_secret secret = { 0 };
		bool is_good = len >= MFA_OATH_SECRET_MIN && len <= MFA_OATH_SECRET_MAX;
		assert_int_equal(mfa_oath_parse_hex(text, len * 2, &secret),
				 is_good ? MFA_OK : MFA_ERR_INVALID);
		assert_int_equal(secret.len, is_good ? len : 0);
		mfa_secret_done(&secret);
	}
	struct mfa_secret secret = { 0 };
	assert_int_equal(mfa_oath_parse_hex(text, sizeof text, &secret), MFA_ERR_INVALID);
	assert_int_equal(mfa_oath_parse_base32(text, sizeof text, &secret),
			 MFA_ERR_INVALID);
	assert_int_equal(mfa_oath_parse_base32(text, 104, &secret), MFA_ERR_INVALID);
	assert_null(secret.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_totp_uri_holds_no_defaults),
		cmocka_unit_test(a_totp_uri_holds_what_differs),
		cmocka_unit_test(a_hotp_uri_always_holds_its_counter),
		cmocka_unit_test(names_in_a_uri_are_percent_encoded),
		cmocka_unit_test(long_names_fit_into_a_uri),
		cmocka_unit_test(the_longest_names_overrun_nothing),
		cmocka_unit_test(base32_is_shown_in_groups_of_four),
		cmocka_unit_test(another_factors_token_has_no_text),
		cmocka_unit_test(base32_is_read_as_people_write_it),
		cmocka_unit_test(base32_needs_no_padding),
		cmocka_unit_test(bad_base32_is_refused),
		cmocka_unit_test(base32_of_an_impossible_length_is_refused),
		cmocka_unit_test(hexadecimal_is_read_as_people_write_it),
		cmocka_unit_test(bad_hexadecimal_is_refused),
		cmocka_unit_test(lengths_are_taken_to_their_bounds),
	};
	return group_main("oath_text", tests);
}
