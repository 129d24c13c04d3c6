/* SPDX-License-Identifier: BSD-2-Clause */
/* What the questions say, and that it fits: greeters cut a question after 18 full-width
 * characters or 30 others, and xscreensaver wraps it into a narrow column. */
#include <libintl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "login.h"
#include "mfa/text.h"

enum {
	/* of a line; units of a character, full-width or not: 18 or 30 fill it */
	LINE = 90,
	WIDE = LINE / 18,
	NARROW = LINE / 30,
	COLUMN = 21, /* xscreensaver's, where a full-width character takes two places */
};

static const char *catalogues; /* the folder of the built ones */

static const uint32_t codes = 1U << MFA_KIND_TOTP | 1U << MFA_KIND_YUBIKEY;

static const struct mfa_zone zones[] = {
	{ .factors = codes, .first_factor = MFA_KIND_TOTP },
	{ .factors = codes, .first_factor = MFA_KIND_YUBIKEY },
	{ .factors = 1U << MFA_KIND_YUBIKEY, .first_factor = MFA_KIND_YUBIKEY },
};

/* Kana, kanji, and full-width signs. */
static bool is_wide(uint32_t point)
{
	return (point >= 0x3000 && point <= 0x9fff) ||
	       (point >= 0xff01 && point <= 0xff60);
}

/* How much is left of the line that a word ends, in a column; more than COLUMN: its left
 * is cut. xscreensaver 6.06 breaks before the word that does not fit, and then forgets
 * the blank behind it, so that the next word stays on that line. */
static unsigned end_word(unsigned line, unsigned word, bool *inout_may_break)
{
	if (line <= COLUMN || !*inout_may_break) {
		*inout_may_break = true;
		return line;
	}
	*inout_may_break = false;
	return word;
}

/* Whether xscreensaver shows all of it. */
static bool is_wrapped_whole(const char *prompt, size_t len)
{
	unsigned line = 0;
	unsigned word = 0;
	bool may_break = false;
	for (size_t i = 0, used = 0; i < len; i += used) {
		uint32_t point = 0;
		used = mfa_text_decode(prompt + i, len - i, &point);
		if (used == 0)
			return false;
		unsigned width = is_wide(point) ? 2 : 1;
		if (point == ' ') {
			line = end_word(line, word, &may_break);
			if (line > COLUMN)
				return false;
			word = may_break ? 0 : word + width;
		} else {
			word += width;
		}
		line += width;
	}
	return end_word(line, word, &may_break) <= COLUMN;
}

static bool is_fitting(const char *prompt)
{
	size_t len = strlen(prompt);
	unsigned line = 0;
	if (len < 3 || len >= MFA_PROMPT_SIZE - 1 || strcmp(prompt + len - 2, ": ") != 0)
		return false;
	len -= 2; /* greeters leave it out */
	for (size_t i = 0, used = 0; i < len; i += used) {
		uint32_t point = 0;
		used = mfa_text_decode(prompt + i, len - i, &point);
		if (used == 0)
			return false;
		line += is_wide(point) ? WIDE : NARROW;
	}
	return line <= LINE && is_wrapped_whole(prompt, len + 1);
}

static void write_prompt(const struct mfa_auth_request *request,
			 const struct mfa_auth_state *state,
			 char ret_prompt[static MFA_PROMPT_SIZE])
{
	memset(ret_prompt, 0, MFA_PROMPT_SIZE);
	mfa_auth_prompt(request, state, ret_prompt);
}

static int count_misfits(const struct mfa_auth_request *request,
			 const struct mfa_auth_state *state)
{
	char prompt[MFA_PROMPT_SIZE];
	write_prompt(request, state, prompt);
	if (is_fitting(prompt))
		return 0;
	print_error("\"%s\" is too wide\n", prompt);
	return 1;
}

/* Each result of each device, and each reason that is told. */
static int count_misfits_again(const struct mfa_auth_request *request,
			       struct mfa_auth_state state)
{
	int misfits = count_misfits(request, &state);
	for (unsigned i = 0; i < MFA_REASON_COUNT; i++) {
		state.problem = (enum mfa_reason)i;
		misfits += count_misfits(request, &state);
	}
	state.problem = MFA_REASON_NONE;
	for (unsigned i = 0; state.has_device && i < MFA_DEVICE_RESULT_COUNT; i++) {
		state.device_result = (enum mfa_device_result)i;
		for (unsigned device = 0; device < mfa_device_count; device++) {
			state.device = state.problem_device = device;
			misfits += count_misfits(request, &state);
		}
	}
	return misfits;
}

static int count_misfits_in(const struct mfa_language *language)
{
	int misfits = 0;
	for (size_t i = 0; i < MFA_COUNT(zones); i++)
		for (unsigned ways = 0; ways < 4; ways++) {
			const struct mfa_auth_request request = {
				.zone = &zones[i],
				.language = language,
				.wants_password = (ways & 1U) != 0,
			};
			const struct mfa_auth_state state = {
				.step = MFA_STEP_QUESTION,
				.has_device = (ways & 2U) != 0,
			};
			misfits += count_misfits_again(&request, state);
		}
	return misfits;
}

static void every_question_fits_in_english(void **state MFA_UNUSED)
{
	assert_int_equal(count_misfits_in(NULL), 0);
}

/* In a process of its own: glibc 2.36 loses the memory of LOCPATH. */
static int measure_japanese(void *context, unsigned index MFA_UNUSED)
{
	struct sandbox *box = context;
	if (setenv("LOCPATH", box->root, 1) != 0)
		return 1;
	struct mfa_language *language = mfa_language_open(MFA_LANGUAGE_JA, NULL);
	(void)bindtextdomain("pam_mfa", catalogues);
	bool is_japanese = strcmp(mfa_text(language, "code"), "code") != 0;
	int misfits = count_misfits_in(language);
	mfa_language_close(&language);
	return is_japanese && misfits == 0 ? 0 : 1;
}

static void every_question_fits_in_japanese(void **state)
{
	const char *locale = path_in(*state, "ja_JP.UTF-8");
	assert_int_equal(symlink("/usr/lib/locale/C.utf8", locale), 0);
	assert_int_equal(count_processes(1, 0, measure_japanese, *state), 1);
}

static void what_does_not_fit_is_found(void **state MFA_UNUSED)
{
	assert_true(is_fitting("123456789 123456789 1234567890: "));
	assert_false(is_fitting("123456789 123456789 12345678901: "));
	assert_true(is_fitting("一二三四五六七八 九十一二三四五六七: "));
	assert_false(is_fitting("一二三四五六七八九 十一二三四五六七八九: "));
	assert_true(is_fitting("一二三四五六七八九十: "));
	assert_false(is_fitting("一二三四五六七八九十一: "));
	assert_false(is_fitting("no colon"));
}

/* As in pictures of xscreensaver 6.06. */
static void what_xscreensaver_cuts_is_found(void **state MFA_UNUSED)
{
	assert_true(is_fitting("YubiKey: Enter 後タッチ: "));
	assert_false(is_fitting("YubiKey (Enter、タッチ) かコード: "));
	assert_false(is_fitting("YubiKey 設定なし。Enter かコード: "));
	assert_true(is_fitting("タッチなし。Enter かコード: "));
}

/* A name does not take the place of what the person must know. */
static void who_has_the_key_is_named_behind_the_warning(void **state MFA_UNUSED)
{
	char prompt[MFA_PROMPT_SIZE];
	const struct mfa_auth_request request = { .zone = &zones[1] };
	struct mfa_auth_state of_other = {
		.has_device = true,
		.device_result = MFA_DEVICE_BUSY,
	};
	mfa_turn_make("su", "pts/3", "taro", &of_other.other);
	of_other.own = of_other.other;
	write_prompt(&request, &of_other, prompt);
	assert_string_equal(prompt, "Don't touch yet (su, pts/3, taro). Enter or code: ");
	memset(of_other.other.user, 'u', sizeof of_other.other.user - 1);
	memset(of_other.own.user, 'u', sizeof of_other.own.user - 1);
	memset(of_other.other.service, 's', sizeof of_other.other.service - 1);
	memset(of_other.other.terminal, 't', sizeof of_other.other.terminal - 1);
	write_prompt(&request, &of_other, prompt);
	assert_non_null(strstr(prompt, "uuuu). Enter or code: "));
}

static const char *first_prompt(const struct mfa_zone *zone, bool has_device,
				bool wants_password)
{
	static char prompt[MFA_PROMPT_SIZE];
	const struct mfa_auth_request request = { .zone = zone,
						  .wants_password = wants_password };
	const struct mfa_auth_state state = { .has_device = has_device };
	write_prompt(&request, &state, prompt);
	return prompt;
}

static void what_the_zone_names_first_leads(void **state MFA_UNUSED)
{
	static const char *const prompts[] = {
		"Code (YubiKey: Enter, touch): ",
		"YubiKey: Enter, touch; or code: ",
		"YubiKey: Enter, then touch: ",
	};
	for (size_t i = 0; i < MFA_COUNT(zones); i++) {
		assert_string_equal(first_prompt(&zones[i], true, false), prompts[i]);
		assert_string_equal(first_prompt(&zones[i], false, false),
				    "One-time code: ");
	}
}

/* It is the word for the code, and no more. */
static void the_zones_own_word_is_in_each_question(void **state MFA_UNUSED)
{
	char prompt[MFA_PROMPT_SIZE];
	char word[] = "認証番号 %s";
	struct mfa_zone zone = zones[0];
	zone.prompt = word;
	assert_string_equal(first_prompt(&zone, false, false), "認証番号 %s: ");
	assert_string_equal(first_prompt(&zone, false, true),
			    "Password, then 認証番号 %s: ");
	assert_string_equal(first_prompt(&zone, true, false),
			    "認証番号 %s (YubiKey: Enter, touch): ");
	zone.first_factor = MFA_KIND_YUBIKEY;
	assert_string_equal(first_prompt(&zone, true, false),
			    "YubiKey: Enter, touch; or 認証番号 %s: ");
	const struct mfa_auth_request request = { .zone = &zone };
	const struct mfa_auth_state absent = { .has_device = true,
					       .device_result = MFA_DEVICE_ABSENT };
	write_prompt(&request, &absent, prompt);
	assert_string_equal(prompt, "No YubiKey. Enter or 認証番号 %s: ");
	const struct mfa_auth_state garbled = { .problem = MFA_REASON_GARBLED };
	write_prompt(&request, &garbled, prompt);
	assert_string_equal(prompt, "Garbled: Japanese IME? Code: ");
}

/* Scripts look for "assword" and answer with a password. */
static void no_question_for_a_code_looks_like_one_for_a_password(void **state MFA_UNUSED)
{
	for (size_t i = 0; i < MFA_COUNT(zones); i++)
		for (unsigned has_device = 0; has_device < 2; has_device++)
			assert_null(strstr(first_prompt(&zones[i], has_device, false),
					   "assword"));
}

int main(int argc, char **argv)
{
	catalogues = argc > 1 ? argv[1] : "po";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_is_found),
		cmocka_unit_test(what_xscreensaver_cuts_is_found),
		cmocka_unit_test(every_question_fits_in_english),
		in_sandbox(every_question_fits_in_japanese),
		cmocka_unit_test(who_has_the_key_is_named_behind_the_warning),
		cmocka_unit_test(what_the_zone_names_first_leads),
		cmocka_unit_test(the_zones_own_word_is_in_each_question),
		cmocka_unit_test(no_question_for_a_code_looks_like_one_for_a_password),
	};
	return group_main("prompt", tests);
}
