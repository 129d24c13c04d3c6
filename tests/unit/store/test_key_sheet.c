/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/key_sheet.h"

#include <stdio.h>
#include <string.h>

#include "mfa/seal.h"
#include "support.h"

static int write_sheet(void **state)
{
	struct mfa_key_sheet *sheet = mfa_locked_new(sizeof *sheet);
	struct mfa_secret key = test_key(1);
	assert_non_null(sheet);
	assert_int_equal(mfa_key_sheet_write(&key, sheet), MFA_OK);
	memset(sheet->bytes, 0, sizeof sheet->bytes); /* only the paper is left */
	mfa_secret_done(&key);
	*state = sheet;
	return 0;
}

static int drop_sheet(void **state)
{
	mfa_locked_free(*state);
	return 0;
}

static int type_line(struct mfa_key_sheet *sheet, unsigned index, const char *text)
{
	char typed[128];
	(void)snprintf(typed, sizeof typed, "%s", text);
	return mfa_key_sheet_read_line(sheet, index, typed, strlen(typed));
}

static void type_all(struct mfa_key_sheet *sheet)
{
	for (unsigned i = 0; i < MFA_KEY_LINES; i++)
		assert_int_equal(type_line(sheet, i, sheet->lines[i]), MFA_OK);
}

static void assert_key(const struct mfa_key_sheet *sheet)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret wanted = test_key(1);
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	assert_int_equal(mfa_key_sheet_read(sheet, &key), MFA_OK);
	assert_int_equal(key.len, MFA_KEY_SIZE);
	assert_memory_equal(key.data, wanted.data, MFA_KEY_SIZE);
}

static void what_was_written_down_comes_back(void **state)
{
	struct mfa_key_sheet *sheet = *state;
	for (unsigned i = 0; i < MFA_KEY_LINES; i++)
		assert_int_equal(strlen(sheet->lines[i]), MFA_KEY_LINE_SIZE - 1);
	type_all(sheet);
	assert_key(sheet);
}

static void no_letter_looks_like_another(void **state)
{
	const struct mfa_key_sheet *sheet = *state;
	for (unsigned i = 0; i < MFA_KEY_LINES; i++)
		assert_null(strpbrk(sheet->lines[i], "ILOUilou"));
}

static char lower_case(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void it_is_read_as_people_type_it(void **state)
{
	struct mfa_key_sheet *sheet = *state;
	for (unsigned i = 0; i < MFA_KEY_LINES; i++) {
		char typed[128] = "  ";
		size_t len = 2;
		for (const char *c = sheet->lines[i]; *c != '\0'; c++) {
			typed[len++] = *c == ' '   ? '-'
				       : *c == '0' ? 'o'
				       : *c == '1' ? (i % 2 == 0 ? 'l' : 'I')
						   : lower_case(*c);
		}
		(void)snprintf(typed + len, sizeof typed - len,
			       "\xe3\x80\x80"); /* wide */
		assert_int_equal(type_line(sheet, i, typed), MFA_OK);
	}
	assert_key(sheet);
}

static void each_wrong_letter_is_found_in_its_line(void **state)
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct mfa_key_sheet *sheet = *state;
	size_t missed = 0;
	for (unsigned i = 0; i < MFA_KEY_LINES; i++)
		for (size_t at = 0; at < MFA_KEY_LINE_SIZE - 1; at++)
			for (const char *letter = letters; *letter != '\0'; letter++) {
				char typed[MFA_KEY_LINE_SIZE];
				memcpy(typed, sheet->lines[i], sizeof typed);
				if (typed[at] == ' ' || typed[at] == *letter)
					continue;
				typed[at] = *letter;
				missed += type_line(sheet, i, typed) == MFA_OK;
			}
	assert_int_equal(missed, 0);
}

static void swapped_letters_and_lines_are_found(void **state)
{
	struct mfa_key_sheet *sheet = *state;
	for (unsigned i = 0; i < MFA_KEY_LINES; i++) {
		for (size_t at = 0; at + 2 < MFA_KEY_LINE_SIZE; at++) {
			char typed[MFA_KEY_LINE_SIZE];
			memcpy(typed, sheet->lines[i], sizeof typed);
			if (typed[at] == ' ' || typed[at + 1] == ' ' ||
			    typed[at] == typed[at + 1])
				continue;
			typed[at] = sheet->lines[i][at + 1];
			typed[at + 1] = sheet->lines[i][at];
			assert_int_equal(type_line(sheet, i, typed), MFA_ERR_INVALID);
		}
		unsigned other = (i + 1) % MFA_KEY_LINES;
		assert_int_equal(type_line(sheet, i, sheet->lines[other]),
				 MFA_ERR_INVALID);
	}
	assert_int_equal(type_line(sheet, MFA_KEY_LINES, sheet->lines[0]),
			 MFA_ERR_INVALID);
}

static void other_lengths_and_signs_are_refused(void **state)
{
	struct mfa_key_sheet *sheet = *state;
	char typed[64];
	assert_int_equal(type_line(sheet, 0, ""), MFA_ERR_INVALID);
	(void)snprintf(typed, sizeof typed, "%s0", sheet->lines[0]);
	assert_int_equal(type_line(sheet, 0, typed), MFA_ERR_INVALID);
	for (size_t len = 0; len + 1 < MFA_KEY_LINE_SIZE; len++) {
		(void)snprintf(typed, sizeof typed, "%.*s", (int)len, sheet->lines[0]);
		assert_int_equal(type_line(sheet, 0, typed), MFA_ERR_INVALID);
	}
	(void)snprintf(typed, sizeof typed, "%s", sheet->lines[0]);
	typed[0] = '*';
	assert_int_equal(type_line(sheet, 0, typed), MFA_ERR_INVALID);
}

static void lines_of_two_sheets_are_no_key(void **state)
{
	struct mfa_key_sheet *sheet = *state;
	struct mfa_secret unused = { 0 };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret other = test_key(9);
	struct mfa_key_sheet *second = mfa_locked_new(sizeof *second);
	assert_non_null(second);
	assert_int_equal(mfa_key_sheet_write(&other, second), MFA_OK);
	type_all(sheet);
	assert_int_equal(type_line(sheet, 3, second->lines[3]), MFA_OK);
	assert_int_equal(mfa_key_sheet_read(sheet, &unused), MFA_ERR_INTEGRITY);
	assert_null(unused.data);
	sheet->bytes[0][0]++;
	assert_int_equal(mfa_key_sheet_read(sheet, &unused), MFA_ERR_UNSUPPORTED);
	mfa_locked_free(second);
}

#define on_sheet(test) cmocka_unit_test_setup_teardown(test, write_sheet, drop_sheet)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_sheet(what_was_written_down_comes_back),
		on_sheet(no_letter_looks_like_another),
		on_sheet(it_is_read_as_people_type_it),
		on_sheet(each_wrong_letter_is_found_in_its_line),
		on_sheet(swapped_letters_and_lines_are_found),
		on_sheet(other_lengths_and_signs_are_refused),
		on_sheet(lines_of_two_sheets_are_no_key),
	};
	return group_main("key_sheet", tests);
}
