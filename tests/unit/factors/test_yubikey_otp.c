/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/factors/yubikey_otp.c, through the table of factors. Codes come from libyubikey and
 * from the software key. */
#include "mfa/yubikey_otp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <yubikey.h>

#include "key.h"
#include "mfa/factor.h"
#include "mfa/typed_code.h"
#include "support.h"

enum {
	CODE_LEN = MFA_YUBIKEY_CODE_LEN,
	CODE_SIZE = CODE_LEN + 1,
	ID_LEN = 2 * MFA_YUBIKEY_PUBLIC_LEN,
};

/* The key of the test vectors in libyubikey's documentation; its public id there is two
 * bytes shorter. */
static const unsigned char public_id[] = { 0x2d, 0x34, 0x4e, 0x83, 0, 1 };
static const unsigned char private_id[] = { 0x87, 0x92, 0xeb, 0xfe, 0x26, 0xcc };
static const unsigned char aes_key[] = { 0xec, 0xde, 0x18, 0xdb, 0xe7, 0x6f, 0xbd, 0x0c,
					 0x33, 0x33, 0x0f, 0x1c, 0x35, 0x48, 0x71, 0xdb };

static struct mfa_yubikey_otp otp_of(unsigned session, unsigned use)
{
	return (struct mfa_yubikey_otp){
		.counter = session << 8 | use,
		.public_id = public_id,
		.private_id = private_id,
		.aes_key = aes_key,
	};
}

static struct mfa_token token_at(unsigned session, unsigned use)
{
	struct mfa_token token = { .kind = MFA_KIND_YUBIKEY_OTP,
				   .state = MFA_STATE_ACTIVE };
	struct mfa_yubikey_otp otp = otp_of(session, use);
	assert_int_equal(mfa_yubikey_otp_save(&otp, &token), MFA_OK);
	return token;
}

static uint32_t counter_of(const struct mfa_token *token)
{
	struct mfa_yubikey_otp otp;
	assert_int_equal(mfa_yubikey_otp_load(token, &otp), MFA_OK);
	return otp.counter;
}

/* A ticket as the key makes it, but for what the test changes. */
static yubikey_token_st ticket_of(unsigned session, unsigned use)
{
	yubikey_token_st ticket = { .ctr = (uint16_t)session,
				    .tstpl = 0x1234,
				    .tstph = 0x56,
				    .use = (uint8_t)use,
				    .rnd = 0x789a };
	memcpy(ticket.uid, private_id, sizeof ticket.uid);
	return ticket;
}

static struct code_text {
	char text[CODE_SIZE];
} encode(yubikey_token_st ticket, const unsigned char *key, unsigned crc_error)
{
	struct code_text code;
	char block[YUBIKEY_OTP_SIZE + 1];
	ticket.crc = (uint16_t)~yubikey_crc16((const uint8_t *)&ticket,
					      YUBIKEY_BLOCK_SIZE - sizeof ticket.crc);
	ticket.crc ^= (uint16_t)crc_error;
	yubikey_generate(&ticket, key, block);
	mfa_yubikey_otp_format_id(public_id, code.text);
	memcpy(code.text + ID_LEN, block, YUBIKEY_OTP_SIZE);
	code.text[CODE_LEN] = '\0';
	return code;
}

static struct code_text code_at(unsigned session, unsigned use)
{
	return encode(ticket_of(session, use), aes_key, 0);
}

/* Checks a code, and spends it when it is right, as a login does. */
static enum mfa_check check(struct mfa_token *token, const char *code, size_t len)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_YUBIKEY_OTP);
	struct mfa_zone zone = default_zone();
	struct mfa_attempt attempt = { code, len, NOW, &zone, NULL };
	struct mfa_token before = *token;
	struct mfa_advance advance = { 0 };
	enum mfa_check check = MFA_CHECK_CLOCK;
	assert_int_equal(factor->verify(token, &attempt, &check, &advance), MFA_OK);
	assert_memory_equal(token, &before, sizeof before);
	if (check == MFA_CHECK_RIGHT)
		assert_int_equal(factor->advance(token, &advance), MFA_OK);
	return check;
}

static enum mfa_check check_text(struct mfa_token *token, const char *code)
{
	return check(token, code, strlen(code));
}

static enum mfa_check check_at(struct mfa_token *token, unsigned session, unsigned use)
{
	return check_text(token, code_at(session, use).text);
}

static void the_documented_vectors_are_right(void **state MFA_UNUSED)
{
	struct mfa_token token = token_at(0, 0);
	assert_int_equal(
		check_text(&token, "dteffujecccbdcflcindvdbrblehecuitvjkjevvehjd"),
		MFA_CHECK_RIGHT);
	assert_int_equal(counter_of(&token), 19 << 8 | 16);
	assert_int_equal(
		check_text(&token, "dteffujecccbhknhfjbrjnlnldnhcujvddbikngjrtgh"),
		MFA_CHECK_RIGHT);
	assert_int_equal(counter_of(&token), 19 << 8 | 17);
	assert_int_equal(
		check_text(&token, "dteffujecccbdcflcindvdbrblehecuitvjkjevvehjd"),
		MFA_CHECK_USED);
}

static void the_counters_only_move_forward(void **state MFA_UNUSED)
{
	struct mfa_token token = token_at(7, 3);
	assert_int_equal(check_at(&token, 7, 3), MFA_CHECK_USED);
	assert_int_equal(check_at(&token, 7, 2), MFA_CHECK_USED);
	assert_int_equal(check_at(&token, 6, 255), MFA_CHECK_USED);
	assert_int_equal(check_at(&token, 0, 0), MFA_CHECK_USED);
	assert_int_equal(counter_of(&token), 7 << 8 | 3);
	assert_int_equal(check_at(&token, 7, 4), MFA_CHECK_RIGHT);   /* next use */
	assert_int_equal(check_at(&token, 7, 4), MFA_CHECK_USED);    /* once only */
	assert_int_equal(check_at(&token, 7, 200), MFA_CHECK_RIGHT); /* uses elsewhere */
	assert_int_equal(check_at(&token, 7, 255), MFA_CHECK_RIGHT);
	assert_int_equal(check_at(&token, 7, 0), MFA_CHECK_USED);  /* not around again */
	assert_int_equal(check_at(&token, 8, 0), MFA_CHECK_RIGHT); /* plugged in anew */
	assert_int_equal(check_at(&token, 7, 255), MFA_CHECK_USED);
	assert_int_equal(check_at(&token, 32767, 255), MFA_CHECK_RIGHT);
	assert_int_equal(check_at(&token, 32767, 255), MFA_CHECK_USED);
	assert_int_equal(counter_of(&token), 32767 << 8 | 255);
}

static void caps_lock_in_the_session_counter_does_not_count(void **state MFA_UNUSED)
{
	struct mfa_token token = token_at(7, 3);
	assert_int_equal(check_at(&token, 0x8000 | 7, 3), MFA_CHECK_USED);
	assert_int_equal(check_at(&token, 0x8000 | 7, 4), MFA_CHECK_RIGHT);
	assert_int_equal(counter_of(&token), 7 << 8 | 4);
}

static void what_another_key_made_is_wrong(void **state MFA_UNUSED)
{
	struct mfa_token token = token_at(7, 3);
	yubikey_token_st ticket = ticket_of(8, 0);
	unsigned char key[MFA_YUBIKEY_AES_LEN];
	memcpy(key, aes_key, sizeof key);
	key[15] ^= 1;
	assert_int_equal(check_text(&token, encode(ticket, key, 0).text),
			 MFA_CHECK_WRONG);
	for (unsigned bit = 0; bit < 16; bit++)
		assert_int_equal(
			check_text(&token, encode(ticket, aes_key, 1U << bit).text),
			MFA_CHECK_WRONG);
	for (unsigned i = 0; i < sizeof ticket.uid; i++) {
		yubikey_token_st other = ticket;
		other.uid[i] ^= 0x80;
		assert_int_equal(check_text(&token, encode(other, aes_key, 0).text),
				 MFA_CHECK_WRONG);
	}
	assert_int_equal(counter_of(&token), 7 << 8 | 3);
	assert_int_equal(check_text(&token, encode(ticket, aes_key, 0).text),
			 MFA_CHECK_RIGHT);
}

static void any_changed_character_spoils_a_code(void **state MFA_UNUSED)
{
	struct mfa_token token = token_at(7, 3);
	for (size_t at = 0; at < CODE_LEN; at++) {
		struct code_text code = code_at(8, 0);
		code.text[at] = code.text[at] == 'c' ? 'b' : 'c';
		assert_int_equal(check_text(&token, code.text),
				 at < ID_LEN ? MFA_CHECK_MISFIT : MFA_CHECK_WRONG);
	}
}

static void what_is_no_such_code_does_not_fit(void **state MFA_UNUSED)
{
	struct mfa_token token = token_at(0, 0);
	struct code_text code = code_at(1, 0);
	char longer[CODE_LEN + 2];
	(void)snprintf(longer, sizeof longer, "%sc", code.text);
	assert_int_equal(check_text(&token, longer), MFA_CHECK_MISFIT);
	assert_int_equal(check(&token, code.text, CODE_LEN - 1), MFA_CHECK_MISFIT);
	assert_int_equal(check_text(&token, code.text + ID_LEN), MFA_CHECK_MISFIT);
	assert_int_equal(check(&token, "", 0), MFA_CHECK_MISFIT);
	for (size_t at = 0; at < CODE_LEN; at += 7) {
		static const char strange[] = { 'a', 'Q', '1', '\0', '\x80', '.' };
		for (size_t i = 0; i < sizeof strange; i++) {
			struct code_text bad = code;
			bad.text[at] = strange[i];
			assert_int_equal(check(&token, bad.text, CODE_LEN),
					 MFA_CHECK_MISFIT);
		}
	}
}

/* Behind the code there is nothing, not even a NUL. */
static void no_more_than_the_code_is_read(void **state MFA_UNUSED)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(map != MAP_FAILED);
	assert_int_equal(mprotect(map + page, page, PROT_NONE), 0);
	char *code = map + page - CODE_LEN;
	memcpy(code, code_at(1, 0).text, CODE_LEN);
	struct mfa_token token = token_at(0, 0);
	assert_int_equal(check(&token, code, CODE_LEN), MFA_CHECK_RIGHT);
	assert_int_equal(munmap(map, 2 * page), 0);
}

static void decrypt(void *context)
{
	yubikey_aes_decrypt(context, aes_key);
}

static void verify(void *context)
{
	const struct mfa_attempt attempt = { context, CODE_LEN, NOW, NULL, NULL };
	struct mfa_token *token = mfa_token_new();
	enum mfa_check check = MFA_CHECK_MISFIT;
	struct mfa_advance advance;
	struct mfa_yubikey_otp otp = otp_of(0, 0);
	token->kind = MFA_KIND_YUBIKEY_OTP;
	assert_int_equal(mfa_yubikey_otp_save(&otp, token), MFA_OK);
	assert_int_equal(mfa_factor_find(MFA_KIND_YUBIKEY_OTP)
				 ->verify(token, &attempt, &check, &advance),
			 MFA_OK);
	assert_int_equal(check, MFA_CHECK_RIGHT);
	mfa_token_free(&token);
}

static void no_key_is_left_on_the_stack(void **state MFA_UNUSED)
{
	static unsigned char block[YUBIKEY_BLOCK_SIZE];
	static struct code_text code;
	code = code_at(1, 0);
	/* libyubikey alone does leave it: else this is no test */
	assert_true(leaves_on_stack(aes_key, sizeof aes_key, decrypt, block));
	assert_false(leaves_on_stack(aes_key, sizeof aes_key, verify, code.text));
	assert_false(leaves_on_stack(private_id, sizeof private_id, verify, code.text));
}

static struct softkey_options soft_options(void)
{
	struct softkey_options options = { .serial = 1,
					   .slot[0] = { .kind = SOFTKEY_OTP } };
	memcpy(options.slot[0].public_id, public_id, sizeof public_id);
	memcpy(options.slot[0].private_id, private_id, sizeof private_id);
	memcpy(options.slot[0].secret, aes_key, sizeof aes_key);
	return options;
}

/* Through all that a key lives through: uses, more than a session holds, new sessions. */
static void what_the_software_key_types_is_right_once(void **state MFA_UNUSED)
{
	struct mfa_token token = token_at(0, 0);
	struct softkey_options options = soft_options();
	struct key key;
	key_init(&key, &options);
	for (unsigned session = 0; session < 3; session++) {
		key_power_up(&key, session * 1000);
		for (unsigned use = 0; use < 300; use++) {
			char code[SOFTKEY_CODE_SIZE];
			key_type(&key, 1, session * 1000 + use, code);
			assert_int_equal(check_text(&token, code), MFA_CHECK_RIGHT);
			assert_int_equal(check_text(&token, code), MFA_CHECK_USED);
		}
	}
}

/* Each ASCII character as an input method widens it. */
static size_t widen(const char *text, char *ret_wide)
{
	size_t len = 0;
	for (; *text != '\0'; text++) {
		unsigned offset = (unsigned)(*text - '!') + 1;
		ret_wide[len++] = '\xef';
		ret_wide[len++] = (char)(0xbc + offset / 64);
		ret_wide[len++] = (char)(0x80 + offset % 64);
	}
	ret_wide[len] = '\0';
	return len;
}

static void a_full_width_code_is_right(void **state MFA_UNUSED)
{
	char wide[3 * CODE_LEN + 1];
	struct mfa_token token = token_at(0, 0);
	size_t len = widen(code_at(1, 0).text, wide);
	assert_false(mfa_yubikey_otp_is_garbled(wide, len));
	len = mfa_text_normalize_code(wide, len);
	assert_int_equal(check(&token, wide, len), MFA_CHECK_RIGHT);
}

/* As a layout of keyboards makes it: the token's own key says which. */
static void a_code_through_another_layout_is_right_once(void **state MFA_UNUSED)
{
	static const char *const layouts[] = { "CBDEFGHIJKLNRTUV", "jxe.uidchtnbpygk",
					       "cbsftdhuneikpglv", "cbedtgyrniopfkuv" };
	for (size_t i = 0; i < MFA_COUNT(layouts); i++) {
		struct mfa_token token = token_at(7, 3);
		for (unsigned session = 6; session < 9; session++) {
			struct code_text typed = code_at(session, 0);
			for (size_t at = 0; at < CODE_LEN; at++)
				typed.text[at] = layouts[i][strchr(YUBIKEY_MODHEX_MAP,
								   typed.text[at]) -
							    YUBIKEY_MODHEX_MAP];
			assert_int_equal(check_text(&token, typed.text),
					 session > 7 ? MFA_CHECK_RIGHT : MFA_CHECK_USED);
			typed.text[CODE_LEN - 1] =
				typed.text[CODE_LEN - 1] == layouts[i][0] ? layouts[i][1]
									  : layouts[i][0];
			assert_int_equal(check_text(&token, typed.text), MFA_CHECK_WRONG);
		}
	}
}

static void the_form_is_saved_and_loaded_strictly(void **state MFA_UNUSED)
{
	struct mfa_token token = token_at(7, 3);
	struct mfa_yubikey_otp otp = otp_of(7, 3);
	otp.serial = 4000000000U;
	otp.slot = 2;
	memset(token.data, 0xff, sizeof token.data);
	assert_int_equal(mfa_yubikey_otp_save(&otp, &token), MFA_OK);
	struct mfa_yubikey_otp back;
	assert_int_equal(mfa_yubikey_otp_load(&token, &back), MFA_OK);
	assert_int_equal(back.serial, 4000000000U);
	assert_int_equal(back.slot, 2);
	assert_int_equal(back.counter, 7 << 8 | 3);
	assert_memory_equal(back.public_id, public_id, sizeof public_id);
	assert_memory_equal(back.private_id, private_id, sizeof private_id);
	assert_memory_equal(back.aes_key, aes_key, sizeof aes_key);
	for (size_t i = 48; i < sizeof token.data; i++)
		assert_int_equal(token.data[i], 0);
	/* from and to the same token, as a change of it does */
	back.slot = 1;
	assert_int_equal(mfa_yubikey_otp_save(&back, &token), MFA_OK);
	assert_int_equal(mfa_yubikey_otp_load(&token, &back), MFA_OK);
	assert_int_equal(back.slot, 1);
	assert_memory_equal(back.aes_key, aes_key, sizeof aes_key);
}

static void what_cannot_be_is_not_saved_or_loaded(void **state MFA_UNUSED)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_YUBIKEY_OTP);
	struct mfa_token token = token_at(7, 3);
	struct mfa_token before = token;
	struct mfa_yubikey_otp otp = otp_of(7, 3);
	otp.slot = 3;
	assert_int_equal(mfa_yubikey_otp_save(&otp, &token), MFA_ERR_INVALID);
	otp = otp_of(0x8000, 0);
	assert_int_equal(mfa_yubikey_otp_save(&otp, &token), MFA_ERR_INVALID);
	const struct mfa_advance beyond = { .counter = 0x800000 };
	assert_int_equal(factor->advance(&token, &beyond), MFA_ERR_INVALID);
	assert_memory_equal(&token, &before, sizeof before);
	token.data[0] = 3;
	assert_int_equal(mfa_yubikey_otp_load(&token, &otp), MFA_ERR_INTEGRITY);
	token = before;
	token.data[10] = 0x80;
	assert_int_equal(mfa_yubikey_otp_load(&token, &otp), MFA_ERR_INTEGRITY);
	token = before;
	token.kind = MFA_KIND_YUBIKEY;
	assert_int_equal(mfa_yubikey_otp_load(&token, &otp), MFA_ERR_INTEGRITY);
}

static void a_description_holds_no_secret(void **state MFA_UNUSED)
{
	const struct mfa_factor_ops *factor = mfa_factor_find(MFA_KIND_YUBIKEY_OTP);
	char text[MFA_DESCRIPTION_SIZE];
	struct mfa_token token = token_at(19, 16);
	factor->describe(&token, text);
	assert_string_equal(text, "public id dteffujecccb, session 19, use 16");
	struct mfa_yubikey_otp otp = otp_of(32767, 255);
	otp.serial = 4000000000U;
	assert_int_equal(mfa_yubikey_otp_save(&otp, &token), MFA_OK);
	factor->describe(&token, text);
	assert_string_equal(text, "serial 4000000000, public id dteffujecccb, "
				  "session 32767, use 255");
	assert_int_equal(factor->code_len(&token), CODE_LEN);
	assert_null(factor->resync);
	token.data[0] = 3;
	factor->describe(&token, text);
	assert_string_equal(text, "unreadable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_documented_vectors_are_right),
		cmocka_unit_test(the_counters_only_move_forward),
		cmocka_unit_test(caps_lock_in_the_session_counter_does_not_count),
		cmocka_unit_test(what_another_key_made_is_wrong),
		cmocka_unit_test(any_changed_character_spoils_a_code),
		cmocka_unit_test(what_is_no_such_code_does_not_fit),
		cmocka_unit_test(no_more_than_the_code_is_read),
		cmocka_unit_test(no_key_is_left_on_the_stack),
		cmocka_unit_test(what_the_software_key_types_is_right_once),
		cmocka_unit_test(a_full_width_code_is_right),
		cmocka_unit_test(a_code_through_another_layout_is_right_once),
		cmocka_unit_test(the_form_is_saved_and_loaded_strictly),
		cmocka_unit_test(what_cannot_be_is_not_saved_or_loaded),
		cmocka_unit_test(a_description_holds_no_secret),
	};
	return group_main("yubikey_otp", tests);
}
