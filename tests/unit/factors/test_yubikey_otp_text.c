/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/factors/yubikey_otp_text.c: garbled codes, and the lines of personalization tools.
 */
#include "mfa/yubikey_otp.h"

#include <stdlib.h>
#include <string.h>

#include "mfa/text.h"
#include "support.h"

static const char code[] = "dteffujecccbdcflcindvdbrblehecuitvjkjevvehjd";

static bool is_garbled(const char *answer)
{
	return mfa_yubikey_otp_is_garbled(answer, strlen(answer));
}

/* The code as other keyboards type it: a character for each of modhex. */
static char *retype(const char *const characters[16])
{
	static const char modhex[] = "cbdefghijklnrtuv";
	static char text[sizeof code * 4];
	text[0] = '\0';
	for (const char *at = code; *at != '\0'; at++)
		(void)strcat(text, characters[strchr(modhex, *at) - modhex]);
	return text;
}

#define RETYPE(...) retype((const char *const[16]){ __VA_ARGS__ })

/* Roman letters made kana, also with Caps Lock: which letters they were is not known. */
static void what_japanese_input_makes_of_a_code_is_garbled(void **state MFA_UNUSED)
{
	assert_true(is_garbled(
		"ｄてっふじぇっっｃｂｄｃｆｌしｎｄｖｄｂｒｂぇへくいｔｖｊｋじぇ"
		"ｖべｈｊｄ"));
	assert_true(is_garbled(RETYPE("あ", "こ", "し", "い", "は", "き", "く", "に",
				      "ま", "の", "り", "み", "す", "か", "な", "ひ")));
}

/* Each of these may be right. */
static void what_may_be_a_code_is_not_garbled(void **state MFA_UNUSED)
{
	static const char *const codes[] = {
		"",
		code,
		"cccccccccccccccccccccccccccccccccccccccccccc",
		"123456",
		"12345678",
		"１２３４５６",
		"１２３４５６７",
		"１２３４５６７８",
		"１２３　４５６",
		"１２３４ー５６７８",
		"ｕｂｈｅ０００００００１１２３４５６７８",
		"ubhe0000000112345678",
		"ABCD-EFGH-JKMN-PQRS",
		"ＡＢＣＤ－ＥＦＧＨ－ＪＫＭＮ－ＰＱＲＳ",
	};
	for (size_t i = 0; i < MFA_COUNT(codes); i++)
		assert_false(is_garbled(codes[i]));
	assert_false(is_garbled("DTEFFUJECCCBDCFLCINDVDBRBLEHECUITVJKJEVVEHJD"));
	assert_false(is_garbled(RETYPE("j", "x", "e", ".", "u", "i", "d", "c", "h", "t",
				       "n", "b", "p", "y", "g", "k")));
	assert_false(is_garbled(RETYPE("そ", "こ", "し", "い", "は", "き", "く", "に",
				       "ま", "の", "り", "み", "す", "か", "な", "ひ")));
	assert_false(is_garbled(RETYPE("ｿ", "ｺ", "ｼ", "ｲ", "ﾊ", "ｷ", "ｸ", "ﾆ", "ﾏ", "ﾉ",
				       "ﾘ", "ﾐ", "ｽ", "ｶ", "ﾅ", "ﾋ")));
	assert_false(is_garbled(RETYPE("Ｃ", "Ｂ", "Ｄ", "Ｅ", "Ｆ", "Ｇ", "Ｈ", "Ｉ",
				       "Ｊ", "Ｋ", "Ｌ", "Ｎ", "Ｒ", "Ｔ", "Ｕ", "Ｖ")));
	assert_false(is_garbled(RETYPE("ｃ", "ｂ", "ｄ", "ｅ", "ｆ", "ｇ", "ｈ", "ｉ",
				       "ｊ", "ｋ", "ｌ", "ｎ", "ｒ", "ｔ", "ｕ", "ｖ")));
}

static void other_answers_are_not_garbled(void **state MFA_UNUSED)
{
	char longest[4096];
	assert_false(is_garbled("パスワード"));
	assert_false(is_garbled("correct horse battery staple"));
	assert_false(is_garbled("DTEFFUJECCCBDCFLCINDVDBRBLEHECUITVJKJEVVEHJ"));
	assert_false(is_garbled("DTEFFUJECCCBDCFLCINDVDBRBLEHECUITVJKJEVVEHJDD"));
	assert_false(is_garbled("DTEFFUJECCCBDCFLCINDVDBRBLEHECUITVJKJEVVEHJA"));
	assert_false(is_garbled("dteffujecccbDCFLCINDVDBRBLEHECUITVJKJEVVEHJD"));
	assert_false(is_garbled("\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe"
				"\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe"));
	memset(longest, 'A', sizeof longest);
	assert_false(mfa_yubikey_otp_is_garbled(longest, sizeof longest));
	memset(longest, '\0', sizeof longest);
	assert_false(mfa_yubikey_otp_is_garbled(longest, MFA_YUBIKEY_CODE_LEN));
}

static void the_public_id_is_written_in_modhex(void **state MFA_UNUSED)
{
	static const unsigned char ids[][MFA_YUBIKEY_PUBLIC_LEN] = {
		{ 0x01, 0x23, 0x45, 0x67, 0x89, 0xab }, { 0xcd, 0xef, 0, 0, 0xff, 0xff }
	};
	char text[MFA_YUBIKEY_MODHEX_SIZE];
	mfa_yubikey_otp_format_id(ids[0], text);
	assert_string_equal(text, "cbdefghijkln");
	mfa_yubikey_otp_format_id(ids[1], text);
	assert_string_equal(text, "rtuvccccvvvv");
}

static void assert_parsed(const char *line, uint32_t serial)
{
	static const unsigned char wanted[] = {
		0x2d, 0x34, 0x4e, 0x83, 0x00, 0x01, /* public */
		0xca, 0x62, 0xba, 0xca, 0x62, 0xba, /* private */
		0xec, 0xde, 0x18, 0xdb, 0xe7, 0x6f, 0xbd, 0x0c,
		0x33, 0x33, 0x0f, 0x1c, 0x35, 0x48, 0x71, 0xdb,
	};
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret secret = { 0 };
	uint32_t found = 99;
	assert_int_equal(mfa_yubikey_otp_parse(line, strlen(line), &secret, &found),
			 MFA_OK);
	assert_int_equal(secret.len, sizeof wanted);
	assert_memory_equal(secret.data, wanted, sizeof wanted);
	assert_int_equal(found, serial);
}

/* The formats that the personalization tool calls "Yubico" and "Traditional". */
static void the_lines_of_the_tools_are_read(void **state MFA_UNUSED)
{
	assert_parsed("4711,dteffujecccb,ca62baca62ba,"
		      "ecde18dbe76fbd0c33330f1c354871db,be70aeca62ba,"
		      "2009-01-22 00:25:11,",
		      4711);
	assert_parsed("4294967295,dteffujecccb,CA62BACA62BA,"
		      "ECDE18DBE76FBD0C33330F1C354871DB,000000000000,"
		      "2009-01-22T00:25:11,2009-02-13T00:05:40,4711",
		      4294967295U);
	assert_parsed("Yubico OTP,2026-11-21 10:00,2,dteffujecccb,ca62baca62ba,"
		      "ecde18dbe76fbd0c33330f1c354871db,,000000000000,0,0,0,0",
		      0);
	assert_parsed("dteffujecccb,ca62baca62ba,ecde18dbe76fbd0c33330f1c354871db", 0);
}

static void a_strange_first_field_is_no_serial_number(void **state MFA_UNUSED)
{
	static const char rest[] =
		",dteffujecccb,ca62baca62ba,ecde18dbe76fbd0c33330f1c354871db";
	static const char *const firsts[] = { "",      "-1",
					      "+5",    "4294967296",
					      "0x1",   "12345678901",
					      " 4711", "4711 ",
					      "a",     "99999999999999999999999999" };
	for (size_t i = 0; i < MFA_COUNT(firsts); i++) {
		char line[256] = "";
		(void)strcat(strcat(line, firsts[i]), rest);
		assert_parsed(line, 0);
	}
}

static void other_lines_are_refused(void **state MFA_UNUSED)
{
	static const char *const lines[] = {
		"",
		",",
		",,,,,,,,,,,,,,,,",
		"4711",
		"4712,,ca62baca62ba,ecde18dbe76fbd0c33330f1c354871db,be70aeca62ba,,",
		"4712,dteffujecccb,,ecde18dbe76fbd0c33330f1c354871db,,,",
		"4712,dteffujecccb,ca62baca62ba,,,,",
		"4712,dteffujecccb,ca62baca62ba,ecde18dbe76fbd0c33330f1c354871d,,",
		"4712,dteffujecccb,ca62baca62ba,ecde18dbe76fbd0c33330f1c354871dbb,,",
		"4712,dteffujecccb,ca62baca62bg,ecde18dbe76fbd0c33330f1c354871db,,",
		"4712,dteffujeccca,ca62baca62ba,ecde18dbe76fbd0c33330f1c354871db,,",
		"4712,DTEFFUJECCCB,ca62baca62ba,ecde18dbe76fbd0c33330f1c354871db,,",
		"4712,dteffujecccbcc,ca62baca62ba,ecde18dbe76fbd0c33330f1c354871db,,",
		"ecde18dbe76fbd0c33330f1c354871db,ca62baca62ba,dteffujecccb",
		"dteffujecccb;ca62baca62ba;ecde18dbe76fbd0c33330f1c354871db",
	};
	for (size_t i = 0; i < MFA_COUNT(lines); i++) {
		struct mfa_secret secret = { 0 };
		uint32_t serial = 99;
		assert_int_equal(mfa_yubikey_otp_parse(lines[i], strlen(lines[i]),
						       &secret, &serial),
				 MFA_ERR_INVALID);
		assert_null(secret.data);
		assert_int_equal(serial, 99);
	}
}

static void a_line_ends_where_it_ends(void **state MFA_UNUSED)
{
	static const char line[] =
		"1,dteffujecccb,ca62baca62ba,ecde18dbe76fbd0c33330f1c354871db";
	struct mfa_secret secret = { 0 };
	uint32_t serial = 0;
	for (size_t len = 0; len < sizeof line - 1; len++) {
		char *cut = malloc(len + 1);
		assert_non_null(cut);
		memcpy(cut + 1, line, len);
		assert_int_equal(mfa_yubikey_otp_parse(cut + 1, len, &secret, &serial),
				 MFA_ERR_INVALID);
		free(cut);
	}
	assert_null(secret.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_japanese_input_makes_of_a_code_is_garbled),
		cmocka_unit_test(what_may_be_a_code_is_not_garbled),
		cmocka_unit_test(other_answers_are_not_garbled),
		cmocka_unit_test(the_public_id_is_written_in_modhex),
		cmocka_unit_test(the_lines_of_the_tools_are_read),
		cmocka_unit_test(a_strange_first_field_is_no_serial_number),
		cmocka_unit_test(other_lines_are_refused),
		cmocka_unit_test(a_line_ends_where_it_ends),
	};
	return group_main("yubikey_otp_text", tests);
}
