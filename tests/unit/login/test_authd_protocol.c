/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/authd_protocol.h"

#include <string.h>

#include "support.h"

static const struct mfa_authd_begin sample = {
	.phase = MFA_AUTHD_AUTH,
	.user = "taro",
	.service = "i3lock",
	.tty = ":0",
	.rhost = "192.0.2.7",
	.display = "",
	.peer = "1001",
	.config = "",
	.zone = "mynumber",
	.locale = "ja_JP.UTF-8",
	.charset = "UTF-8",
	.passed_as = "TARO",
	.passed = "taro",
	.passed_uid = "1001",
	.wants_password = true,
	.is_debug = true,
};

static unsigned char packet[MFA_PACKET_SIZE];

static struct mfa_span pack(const struct mfa_authd_begin *begin)
{
	size_t len = 0;
	assert_int_equal(mfa_authd_pack_begin(begin, packet, &len), MFA_OK);
	return (struct mfa_span){ packet, len };
}

static void a_begin_arrives_as_it_was_sent(void **state MFA_UNUSED)
{
	struct mfa_authd_begin read;
	assert_int_equal(mfa_authd_unpack_begin(pack(&sample), &read), MFA_OK);
	assert_int_equal(read.phase, MFA_AUTHD_AUTH);
	assert_string_equal(read.user, "taro");
	assert_string_equal(read.service, "i3lock");
	assert_string_equal(read.tty, ":0");
	assert_string_equal(read.rhost, "192.0.2.7");
	assert_string_equal(read.display, "");
	assert_string_equal(read.peer, "1001");
	assert_string_equal(read.zone, "mynumber");
	assert_string_equal(read.locale, "ja_JP.UTF-8");
	assert_string_equal(read.charset, "UTF-8");
	assert_string_equal(read.passed_as, "TARO");
	assert_string_equal(read.passed, "taro");
	assert_string_equal(read.passed_uid, "1001");
	assert_true(read.wants_password && read.is_debug);
	assert_false(read.may_explain);
}

/* Every shorter payload and every longer one, other phases, unknown flags. */
static void only_a_whole_begin_is_one(void **state MFA_UNUSED)
{
	struct mfa_authd_begin read;
	unsigned char bytes[MFA_PACKET_SIZE];
	struct mfa_span whole = pack(&sample);
	memcpy(bytes, whole.data, whole.len);
	bytes[whole.len] = '\0';
	for (size_t len = 0; len <= whole.len + 1; len++)
		assert_int_equal(mfa_authd_unpack_begin((struct mfa_span){ bytes, len },
							&read) == MFA_OK,
				 len == whole.len);
	struct mfa_span payload = { bytes, whole.len };
	unsigned phases = 0;
	unsigned flags = 0;
	for (unsigned value = 0; value < 256; value++) {
		bytes[1] = (unsigned char)value;
		phases += mfa_authd_unpack_begin(payload, &read) == MFA_OK;
	}
	bytes[1] = MFA_AUTHD_ACCOUNT;
	for (unsigned value = 0; value < 256; value++) {
		bytes[2] = (unsigned char)value;
		flags += mfa_authd_unpack_begin(payload, &read) == MFA_OK;
	}
	assert_int_equal(phases, 2);
	assert_int_equal(flags, 8);
}

static void another_version_is_told_apart(void **state MFA_UNUSED)
{
	struct mfa_authd_begin read;
	struct mfa_span payload = pack(&sample);
	packet[0] = MFA_AUTHD_VERSION + 1;
	assert_int_equal(mfa_authd_unpack_begin(payload, &read), MFA_ERR_UNSUPPORTED);
}

static void a_long_string_is_refused_at_both_ends(void **state MFA_UNUSED)
{
	char text[MFA_AUTHD_TEXT_MAX + 2];
	size_t len = 0;
	struct mfa_authd_begin read;
	struct mfa_authd_begin begin = sample;
	memset(text, 'a', sizeof text);
	text[MFA_AUTHD_TEXT_MAX] = '\0';
	begin.rhost = text;
	assert_int_equal(mfa_authd_unpack_begin(pack(&begin), &read), MFA_OK);
	text[MFA_AUTHD_TEXT_MAX] = 'a';
	text[MFA_AUTHD_TEXT_MAX + 1] = '\0';
	assert_int_equal(mfa_authd_pack_begin(&begin, packet, &len), MFA_ERR_INVALID);
	memset(packet, 'a', sizeof packet);
	memcpy(packet, "\1a", 3);
	assert_int_equal(mfa_authd_unpack_begin((struct mfa_span){ packet, 300 }, &read),
			 MFA_ERR_INVALID);
}

/* All strings as long as they may be. */
static void the_longest_begin_fits(void **state MFA_UNUSED)
{
	char text[MFA_AUTHD_TEXT_MAX + 1];
	struct mfa_authd_begin read;
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	const struct mfa_authd_begin begin = {
		MFA_AUTHD_AUTH, text, text, text, text, text, text, text, text,
		text,		text, text, text, text, true, true, true,
	};
	struct mfa_span payload = pack(&begin);
	assert_true(payload.len < MFA_PACKET_SIZE);
	assert_int_equal(mfa_authd_unpack_begin(payload, &read), MFA_OK);
	assert_string_equal(read.passed_uid, text);
}

static struct mfa_span pack_reply(const struct mfa_authd_reply *reply)
{
	size_t len = 0;
	assert_int_equal(mfa_authd_pack_reply(reply, packet, &len), MFA_OK);
	return (struct mfa_span){ packet, len };
}

static void a_reply_arrives_as_it_was_sent(void **state MFA_UNUSED)
{
	struct mfa_authd_reply read;
	const struct mfa_authd_reply sent = {
		.user = "TARO",
		.text = { (const unsigned char *)"123456", 6 },
		.is_cut = true,
	};
	assert_int_equal(mfa_authd_unpack_reply(pack_reply(&sent), &read), MFA_OK);
	assert_string_equal(read.user, "TARO");
	assert_int_equal(read.text.len, 6);
	assert_memory_equal(read.text.data, "123456", 6);
	assert_true(read.is_cut);
	assert_false(read.is_again);
}

static void an_empty_reply_and_the_longest_arrive(void **state MFA_UNUSED)
{
	static unsigned char text[MFA_AUTHD_REPLY_MAX + 1];
	char user[MFA_AUTHD_TEXT_MAX + 1];
	size_t len = 0;
	struct mfa_authd_reply read;
	struct mfa_authd_reply reply = { .user = "" };
	assert_int_equal(mfa_authd_unpack_reply(pack_reply(&reply), &read), MFA_OK);
	assert_int_equal(read.text.len, 0);
	memset(text, '1', sizeof text);
	memset(user, 'u', sizeof user - 1);
	user[sizeof user - 1] = '\0';
	reply = (struct mfa_authd_reply){ .user = user,
					  .text = { text, MFA_AUTHD_REPLY_MAX } };
	struct mfa_span payload = pack_reply(&reply);
	assert_true(payload.len < MFA_PACKET_SIZE);
	assert_int_equal(mfa_authd_unpack_reply(payload, &read), MFA_OK);
	assert_int_equal(read.text.len, MFA_AUTHD_REPLY_MAX);
	reply.text.len++;
	assert_int_equal(mfa_authd_pack_reply(&reply, packet, &len), MFA_ERR_INVALID);
}

static void what_nobody_types_is_no_reply(void **state MFA_UNUSED)
{
	static const char *const payloads[] = { "\0\0001\0002", "\4\0001", "\2\0001" };
	static const size_t lens[] = { 5, 3, 3 };
	struct mfa_authd_reply read;
	for (size_t i = 0; i < MFA_COUNT(payloads); i++)
		assert_int_equal(
			mfa_authd_unpack_reply(
				(struct mfa_span){ (const unsigned char *)payloads[i],
						   lens[i] },
				&read),
			MFA_ERR_INVALID);
	assert_int_equal(mfa_authd_unpack_reply((struct mfa_span){ packet, 0 }, &read),
			 MFA_ERR_INVALID);
}

static struct mfa_span pack_verdict(enum mfa_verdict verdict)
{
	size_t len = 0;
	const struct mfa_authd_verdict sent = {
		.verdict = verdict,
		.code_len = 44,
		.is_marked = verdict == MFA_ALLOW,
		.name = "taro",
		.has_uid = true,
		.uid = 4000000000,
	};
	assert_int_equal(mfa_authd_pack_verdict(&sent, packet, &len), MFA_OK);
	return (struct mfa_span){ packet, len };
}

static void every_verdict_arrives(void **state MFA_UNUSED)
{
	static const enum mfa_verdict verdicts[] = { MFA_DENY,	    MFA_ALLOW,
						     MFA_EXEMPT,    MFA_UNAVAILABLE,
						     MFA_NO_DIALOG, MFA_GIVEN_UP,
						     MFA_NO_MEMORY };
	for (size_t i = 0; i < MFA_COUNT(verdicts); i++) {
		struct mfa_authd_verdict read = { .verdict = MFA_DENY };
		assert_int_equal(
			mfa_authd_unpack_verdict(pack_verdict(verdicts[i]), &read),
			MFA_OK);
		assert_int_equal(read.verdict, verdicts[i]);
		assert_int_equal(read.code_len, 44);
		assert_string_equal(read.name, "taro");
		assert_true(read.has_uid && read.uid == 4000000000);
		assert_int_equal(read.is_marked, verdicts[i] == MFA_ALLOW);
	}
}

static void no_other_verdict_is_one(void **state MFA_UNUSED)
{
	struct mfa_authd_verdict read;
	struct mfa_span payload = pack_verdict(MFA_DENY);
	unsigned letters = 0;
	for (size_t len = 0; len < payload.len; len++)
		assert_int_equal(
			mfa_authd_unpack_verdict((struct mfa_span){ packet, len }, &read),
			MFA_ERR_INVALID);
	packet[payload.len] = '\0';
	assert_int_equal(mfa_authd_unpack_verdict(
				 (struct mfa_span){ packet, payload.len + 1 }, &read),
			 MFA_ERR_INVALID);
	for (unsigned letter = 0; letter < 256; letter++) {
		packet[0] = (unsigned char)letter;
		letters += mfa_authd_unpack_verdict(payload, &read) == MFA_OK;
	}
	assert_int_equal(letters, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_begin_arrives_as_it_was_sent),
		cmocka_unit_test(only_a_whole_begin_is_one),
		cmocka_unit_test(another_version_is_told_apart),
		cmocka_unit_test(a_long_string_is_refused_at_both_ends),
		cmocka_unit_test(the_longest_begin_fits),
		cmocka_unit_test(a_reply_arrives_as_it_was_sent),
		cmocka_unit_test(an_empty_reply_and_the_longest_arrive),
		cmocka_unit_test(what_nobody_types_is_no_reply),
		cmocka_unit_test(every_verdict_arrives),
		cmocka_unit_test(no_other_verdict_is_one),
	};
	return group_main("authd_protocol", tests);
}
