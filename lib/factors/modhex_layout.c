/* SPDX-License-Identifier: BSD-2-Clause */
#include "modhex_layout.h"

#include <string.h>
#include <uchar.h>

#include <yubikey.h>

#include "mfa/text.h"

enum {
	LETTERS = sizeof YUBIKEY_MODHEX_MAP - 1
};

/* In the order of modhex; as in the files of xkeyboard-config. */
static const char32_t layouts[MODHEX_LAYOUTS][LETTERS] = {
	U"cbdefghijklnrtuv", /* US, Japanese, German, French and others */
	U"jxe.uidchtnbpygk", /* Dvorak */
	U"cbsftdhuneikpglv", /* Colemak */
	U"dzsftgmuneikpblv", /* Colemak DH */
	U"mvhrtgyuneokwbfc", /* Workman */
	U"cbedtgyrniopfkuv", /* Norman */
	U"xkipe,cdtsr'oèv.", /* bépo */
	U"そこしいはきくにまのりみすかなひ",
	U"ｿｺｼｲﾊｷｸﾆﾏﾉﾘﾐｽｶﾅﾋ",
};

/* Caps Lock changes ASCII and è; an input method may be set to katakana. */
static char32_t to_plain(char32_t point)
{
	bool is_upper =
		(point >= 'A' && point <= 'Z') || (point >= 0xc0 && point <= 0xde);
	bool is_katakana = point >= 0x30a1 && point <= 0x30f6;
	if (is_upper)
		return point + ('a' - 'A');
	return is_katakana ? point - 0x60 : point;
}

/* The letter of modhex, or NUL. */
static char find_letter(const char32_t *layout, char32_t point)
{
	for (size_t i = 0; i < LETTERS; i++)
		if (layout[i] == point)
			return YUBIKEY_MODHEX_MAP[i];
	return '\0';
}

/* The characters of a text that is as long as a code. */
static bool decode_characters(const char *text, size_t len,
			      char32_t ret_points[static MFA_YUBIKEY_CODE_LEN])
{
	size_t count = 0;
	for (size_t at = 0; at < len; count++) {
		uint32_t point = 0;
		size_t used = mfa_text_decode(text + at, len - at, &point);
		if (used == 0 || count == MFA_YUBIKEY_CODE_LEN)
			return false;
		ret_points[count] = to_plain(point);
		at += used;
	}
	return count == MFA_YUBIKEY_CODE_LEN;
}

static bool read_letters(const char32_t *layout, const char32_t *points,
			 struct modhex_reading *ret_reading)
{
	bool is_code = true;
	for (size_t i = 0; i < MFA_YUBIKEY_CODE_LEN; i++) {
		ret_reading->code[i] = find_letter(layout, points[i]);
		is_code = is_code && ret_reading->code[i] != '\0';
	}
	ret_reading->code[MFA_YUBIKEY_CODE_LEN] = '\0';
	return is_code;
}

size_t modhex_read(const char *text, size_t len,
		   struct modhex_reading ret_readings[static MODHEX_LAYOUTS])
{
	char32_t points[MFA_YUBIKEY_CODE_LEN];
	size_t count = 0;
	if (!decode_characters(text, len, points))
		return 0;
	for (size_t i = 0; i < MODHEX_LAYOUTS; i++) {
		struct modhex_reading *reading = &ret_readings[count];
		bool is_new = read_letters(layouts[i], points, reading);
		for (size_t j = 0; is_new && j < count; j++)
			is_new = memcmp(&ret_readings[j], reading, sizeof *reading) != 0;
		count += is_new;
	}
	mfa_wipe(points, sizeof points);
	return count;
}
