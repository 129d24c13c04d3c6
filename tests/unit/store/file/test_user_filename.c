/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/file/user_filename.h"

#include <string.h>

#include "support.h"

static void encodes_to_plain_file_names(void **state MFA_UNUSED)
{
	static const struct {
		const char *user;
		const char *name;
	} cases[] = {
		{ "taro", "taro" },
		{ "Taro.Yamada_1-2", "Taro.Yamada_1-2" },
		{ "a/b", "a%2Fb" },
		{ "..", "%2E." },
		{ ".", "%2E" },
		{ "../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd" },
		{ ".decoy", "%2Edecoy" },
		{ ".decoy-00", "%2Edecoy-00" },
		{ "\n0", "%0A0" },
		{ "\n000", "%0A000" },
		{ ".hidden", "%2Ehidden" },
		{ "/", "%2F" },
		{ "a%2Fb", "a%252Fb" },
		{ "a b\n", "a%20b%0A" },
		{ "\xff\x80", "%FF%80" },
		{ "太", "%E5%A4%AA" },
		{ "DOMAIN\\taro", "DOMAIN%5Ctaro" },
		{ "taro@example.jp", "taro%40example.jp" },
		{ "-rf", "-rf" },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		char name[STORE_NAME_SIZE];
		char user[STORE_NAME_SIZE];
		assert_int_equal(store_name_encode(cases[i].user, name), MFA_OK);
		assert_string_equal(name, cases[i].name);
		assert_int_equal(store_name_decode(name, user), MFA_OK);
		assert_string_equal(user, cases[i].user);
	}
}

static void every_byte_comes_back(void **state MFA_UNUSED)
{
	for (int a = 1; a < 256; a++)
		for (int b = 1; b < 256; b++) {
			char text[] = { (char)a, (char)b, '\0' };
			char name[STORE_NAME_SIZE];
			char user[STORE_NAME_SIZE];
			assert_int_equal(store_name_encode(text, name), MFA_OK);
			assert_null(strchr(name, '/'));
			assert_true(name[0] != '.');
			assert_int_equal(store_name_decode(name, user), MFA_OK);
			assert_string_equal(user, text);
		}
}

static void nobody_but_a_decoy_has_a_decoys_name(void **state MFA_UNUSED)
{
	static const struct {
		const char *user;
		const char *name;
	} cases[] = {
		{ "", ".decoy" },
		{ "\n00", ".decoy-00" },
		{ "\n63", ".decoy-63" },
	};
	for (size_t i = 0; i < MFA_COUNT(cases); i++) {
		char name[STORE_NAME_SIZE];
		char user[STORE_NAME_SIZE];
		assert_int_equal(store_name_encode(cases[i].user, name), MFA_OK);
		assert_string_equal(name, cases[i].name);
		assert_int_equal(store_name_decode(name, user), MFA_ERR_INVALID);
	}
}

static void too_long_a_name_is_refused(void **state MFA_UNUSED)
{
	char user[300];
	char name[STORE_NAME_SIZE] = "untouched";
	memset(user, 'a', sizeof user);
	user[256] = '\0';
	assert_int_equal(store_name_encode(user, name), MFA_ERR_INVALID);
	assert_string_equal(name, "untouched");
	user[255] = '\0';
	assert_int_equal(store_name_encode(user, name), MFA_OK);
	assert_string_equal(name, user);
	memset(user, '/', sizeof user); /* three characters each */
	user[85] = '\0';
	assert_int_equal(store_name_encode(user, name), MFA_OK);
	assert_int_equal(strlen(name), 255);
	user[85] = '/';
	user[86] = '\0';
	assert_int_equal(store_name_encode(user, name), MFA_ERR_INVALID);
}

static void decodes_only_what_encoding_makes(void **state MFA_UNUSED)
{
	static const char *const bad[] = {
		"",    "%",   "%2",	"a%2",	  "%2f",   "%61",	"a b",	 "a/b",
		".",   "..",  ".decoy", ".tmp",	  "%00",   "a%00b",	"%GG",	 "a%2Eb",
		"%-1", "% 1", "\xff",	"%2E%2E", "taro~", "taro.tmp%", "%0A00",
	};
	char user[STORE_NAME_SIZE] = "untouched";
	for (size_t i = 0; i < MFA_COUNT(bad); i++)
		if (store_name_decode(bad[i], user) != MFA_ERR_INVALID)
			fail_msg("\"%s\" is decoded to \"%s\"", bad[i], user);
	assert_string_equal(user, "untouched");
	char longest[300];
	memset(longest, 'a', sizeof longest);
	longest[256] = '\0';
	assert_int_equal(store_name_decode(longest, user), MFA_ERR_INVALID);
	longest[255] = '\0';
	assert_int_equal(store_name_decode(longest, user), MFA_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodes_to_plain_file_names),
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(nobody_but_a_decoy_has_a_decoys_name),
		cmocka_unit_test(too_long_a_name_is_refused),
		cmocka_unit_test(decodes_only_what_encoding_makes),
	};
	return group_main("user_filename", tests);
}
