/* SPDX-License-Identifier: BSD-2-Clause */
#include "factors/modhex_layout.h"

#include <string.h>

#include "mfa/text.h"
#include "support.h"

static const char code[] = "dteffujecccbdcflcindvdbrblehecuitvjkjevvehjd";

/* The keys of a US keyboard, row by row, and what stands on them elsewhere. */
static const char us_keys[] = "qwertyuiopasdfghjkl;zxcvbnm,./";
static const char *const keyboards[] = {
	"qwertyuiopasdfghjkl;zxcvbnm,./", /* US */
	"qwertzuiopasdfghjklöyxcvbnm,.-", /* German */
	"azertyuiopqsdfghjklmwxcvbn,;:!", /* French */
	"',.pyfgcrlaoeuidhtns;qjkxbmwvz", /* Dvorak */
	"qwfpgjluy;arstdhneiozxcvbkm,./", /* Colemak */
	"qwfpbjluy;arstgmneioxcdvzkh,./", /* Colemak DH */
	"qdrwbjfup;ashtgyneoizxmcvkl,./", /* Workman */
	"qwdfkjurl;asetgyniohzxcvbpm,./", /* Norman */
	"bépoè^vdljauie,ctsrnàyx.k'qghf", /* bépo */
	"たていすかんなにらせちとしはきくまのりれつさそひこみもねるめ",
	"タテイスカンナニラセチトシハキクマノリレツサソヒコミモネルメ",
	"ﾀﾃｲｽｶﾝﾅﾆﾗｾﾁﾄｼﾊｷｸﾏﾉﾘﾚﾂｻｿﾋｺﾐﾓﾈﾙﾒ",
};

/* The n-th character of a row. */
static size_t find_character(const char *row, size_t n, const char **ret_at)
{
	uint32_t point = 0;
	const char *at = row;
	for (size_t i = 0;; i++) {
		size_t used = mfa_text_decode(at, strlen(at), &point);
		assert_true(used > 0);
		if (i == n) {
			*ret_at = at;
			return used;
		}
		at += used;
	}
}

static size_t type(const char *keyboard, const char *letters, char *ret_text)
{
	size_t len = 0;
	for (const char *letter = letters; *letter != '\0'; letter++) {
		const char *at = NULL;
		size_t key = (size_t)(strchr(us_keys, *letter) - us_keys);
		size_t used = find_character(keyboard, key, &at);
		memcpy(ret_text + len, at, used);
		len += used;
	}
	ret_text[len] = '\0';
	return len;
}

static bool is_read(const char *text, size_t len)
{
	struct modhex_reading readings[MODHEX_LAYOUTS];
	size_t count = modhex_read(text, len, readings);
	bool is_there = false;
	for (size_t i = 0; i < count; i++) {
		is_there |= strcmp(readings[i].code, code) == 0;
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(readings[i].code, readings[j].code);
	}
	return is_there;
}

static void a_code_is_read_through_each_keyboard(void **state MFA_UNUSED)
{
	char text[256];
	for (size_t i = 0; i < MFA_COUNT(keyboards); i++) {
		size_t len = type(keyboards[i], code, text);
		if (!is_read(text, len))
			fail_msg("keyboard %zu: %s", i, text);
	}
}

static void caps_lock_makes_no_difference(void **state MFA_UNUSED)
{
	char text[256];
	for (size_t i = 0; i < MFA_COUNT(keyboards); i++) {
		size_t len = type(keyboards[i], code, text);
		for (size_t j = 0; j < len; j++)
			if (text[j] >= 'a' && text[j] <= 'z')
				text[j] -= 'a' - 'A';
			else if (memcmp(text + j, "è", 2) == 0)
				memcpy(text + j, "È", 2);
		if (!is_read(text, len))
			fail_msg("keyboard %zu: %s", i, text);
	}
}

static void what_is_on_no_key_of_modhex_is_no_code(void **state MFA_UNUSED)
{
	static const char *const strange[] = { "q", "1", "?", "あ", "é", "\xff" };
	struct modhex_reading readings[MODHEX_LAYOUTS];
	char text[256];
	for (size_t i = 0; i < MFA_COUNT(keyboards); i++)
		for (size_t j = 0; j < MFA_COUNT(strange); j++) {
			size_t len = type(keyboards[i], code + 1, text);
			memcpy(text + len, strange[j], strlen(strange[j]));
			len += strlen(strange[j]);
			assert_int_equal(modhex_read(text, len, readings), 0);
		}
}

static void a_code_has_its_length(void **state MFA_UNUSED)
{
	struct modhex_reading readings[MODHEX_LAYOUTS];
	char text[512]; /* two codes, whose characters have three bytes */
	for (size_t i = 0; i < MFA_COUNT(keyboards); i++) {
		size_t len = type(keyboards[i], code + 1, text);
		assert_int_equal(modhex_read(text, len, readings), 0);
		size_t more = type(keyboards[i], code, text + len);
		assert_int_equal(modhex_read(text, len + more, readings), 0);
	}
	assert_int_equal(modhex_read("", 0, readings), 0);
}

/* Letters of two layouts in one text are no code of either. */
static void one_layout_has_all_letters(void **state MFA_UNUSED)
{
	struct modhex_reading readings[MODHEX_LAYOUTS];
	static const char mixed[] = "dteffujecccbdcflcindvdbrblehecuitvjkjevvehj.";
	assert_int_equal(modhex_read(mixed, strlen(mixed), readings), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_is_read_through_each_keyboard),
		cmocka_unit_test(caps_lock_makes_no_difference),
		cmocka_unit_test(what_is_on_no_key_of_modhex_is_no_code),
		cmocka_unit_test(a_code_has_its_length),
		cmocka_unit_test(one_layout_has_all_letters),
	};
	return group_main("modhex_layout", tests);
}
