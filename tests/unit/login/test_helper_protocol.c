/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/helper_protocol.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

static const struct mfa_helper_begin sample = {
	.user = "taro",
	.service = "i3lock",
	.zone = "",
	.tty = ":0",
	.rhost = "",
	.wants_password = true,
	.is_japanese = true,
};

static struct mfa_span pack(const struct mfa_helper_begin *begin)
{
	static char packet[MFA_PACKET_SIZE];
	size_t len = 0;
	assert_int_equal(mfa_helper_pack_begin(begin, packet, &len), MFA_OK);
	return (struct mfa_span){ (unsigned char *)packet, len };
}

static void a_begin_arrives_as_it_was_sent(void **state MFA_UNUSED)
{
	struct mfa_helper_begin read = { 0 };
	assert_int_equal(mfa_helper_unpack_begin(pack(&sample), &read), MFA_OK);
	assert_string_equal(read.user, "taro");
	assert_string_equal(read.service, "i3lock");
	assert_string_equal(read.zone, "");
	assert_string_equal(read.tty, ":0");
	assert_string_equal(read.rhost, "");
	assert_true(read.wants_password);
	assert_false(read.may_explain);
	assert_true(read.is_japanese);
}

/* Every shorter payload, every longer one, every other first byte, unknown flags. */
static void only_a_whole_begin_is_one(void **state MFA_UNUSED)
{
	struct mfa_helper_begin read = { 0 };
	unsigned char bytes[MFA_PACKET_SIZE];
	struct mfa_span whole = pack(&sample);
	memcpy(bytes, whole.data, whole.len);
	bytes[whole.len] = '\0';
	struct mfa_span payload = { bytes, 0 };
	for (payload.len = 0; payload.len <= whole.len + 1; payload.len++)
		assert_int_equal(mfa_helper_unpack_begin(payload, &read) == MFA_OK,
				 payload.len == whole.len);
	payload.len = whole.len;
	for (unsigned version = 0; version < 256; version++) {
		bytes[0] = (unsigned char)version;
		assert_int_equal(mfa_helper_unpack_begin(payload, &read) == MFA_OK,
				 version == 1);
	}
	bytes[0] = 1;
	for (unsigned flags = 0; flags < 256; flags++) {
		bytes[1] = (unsigned char)flags;
		assert_int_equal(mfa_helper_unpack_begin(payload, &read) == MFA_OK,
				 flags < 8);
	}
}

static void a_long_string_is_refused_at_both_ends(void **state MFA_UNUSED)
{
	char name[MFA_HELPER_TEXT_MAX + 2];
	char packet[MFA_PACKET_SIZE];
	size_t len = 0;
	struct mfa_helper_begin read = { 0 };
	struct mfa_helper_begin begin = sample;
	memset(name, 'a', sizeof name);
	name[MFA_HELPER_TEXT_MAX] = '\0';
	begin.rhost = name;
	assert_int_equal(mfa_helper_unpack_begin(pack(&begin), &read), MFA_OK);
	name[MFA_HELPER_TEXT_MAX] = 'a';
	name[MFA_HELPER_TEXT_MAX + 1] = '\0';
	assert_int_equal(mfa_helper_pack_begin(&begin, packet, &len), MFA_ERR_INVALID);
	begin.rhost = "";
	unsigned char bytes[MFA_PACKET_SIZE] = { 1 };
	memset(bytes + 2, 'a', MFA_HELPER_TEXT_MAX + 1);
	struct mfa_span payload = { bytes, 2 + MFA_HELPER_TEXT_MAX + 1 + 5 };
	assert_int_equal(mfa_helper_unpack_begin(payload, &read), MFA_ERR_INVALID);
}

static void every_verdict_arrives(void **state MFA_UNUSED)
{
	static const enum mfa_verdict verdicts[] = { MFA_DENY,	    MFA_ALLOW,
						     MFA_EXEMPT,    MFA_UNAVAILABLE,
						     MFA_NO_DIALOG, MFA_GIVEN_UP,
						     MFA_NO_MEMORY };
	for (size_t i = 0; i < MFA_COUNT(verdicts); i++) {
		char payload[MFA_HELPER_VERDICT_SIZE];
		struct mfa_helper_verdict sent = { verdicts[i], 300 + i };
		struct mfa_helper_verdict read = { MFA_DENY, 0 };
		mfa_helper_pack_verdict(&sent, payload);
		struct mfa_span span = { (unsigned char *)payload, sizeof payload };
		assert_int_equal(mfa_helper_unpack_verdict(span, &read), MFA_OK);
		assert_int_equal(read.verdict, verdicts[i]);
		assert_int_equal(read.password_len, 300 + i);
	}
}

static void no_other_verdict_is_one(void **state MFA_UNUSED)
{
	struct mfa_helper_verdict read = { MFA_DENY, 0 };
	unsigned good = 0;
	for (unsigned letter = 0; letter < 256; letter++) {
		unsigned char bytes[4] = { (unsigned char)letter };
		for (size_t len = 0; len <= 4; len++) {
			struct mfa_span span = { bytes, len };
			bool is_read = mfa_helper_unpack_verdict(span, &read) == MFA_OK;
			assert_true(!is_read || len == MFA_HELPER_VERDICT_SIZE);
			good += is_read;
		}
	}
	assert_int_equal(good, 7);
}

/* Two ends of a socket, and a buffer to receive into. */
struct line {
	int ends[2];
	struct mfa_secret buffer;
};

static int line_setup(void **state)
{
	static struct line line;
	*state = &line;
	if (mfa_secret_alloc(MFA_PACKET_SIZE, &line.buffer) != MFA_OK)
		return -1;
	return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, line.ends);
}

static int line_teardown(void **state)
{
	struct line *line = *state;
	mfa_close_fd(&line->ends[0]);
	mfa_close_fd(&line->ends[1]);
	mfa_secret_done(&line->buffer);
	return 0;
}

static int receive(struct line *line, unsigned char *ret_type,
		   struct mfa_span *ret_payload)
{
	return mfa_packet_receive(line->ends[1], &line->buffer, 20, ret_type,
				  ret_payload);
}

static void a_message_arrives_whole(void **state)
{
	struct line *line = *state;
	unsigned char type = MFA_HELPER_NONE;
	struct mfa_span payload = { 0 };
	unsigned char bytes[MFA_PACKET_SIZE];
	memset(bytes, 'x', sizeof bytes);
	for (size_t len = 0; len < MFA_PACKET_SIZE; len += 455) {
		struct mfa_span sent = { bytes, len };
		assert_int_equal(mfa_packet_send(line->ends[0], MFA_HELPER_ASK, sent, 20),
				 MFA_OK);
		assert_int_equal(receive(line, &type, &payload), MFA_OK);
		assert_int_equal(type, MFA_HELPER_ASK);
		assert_int_equal(payload.len, len);
		assert_memory_equal(payload.data, bytes, len);
	}
	struct mfa_span longer = { bytes, MFA_PACKET_SIZE };
	assert_int_equal(mfa_packet_send(line->ends[0], MFA_HELPER_ASK, longer, 20),
			 MFA_ERR_INVALID);
}

static void what_is_too_long_or_missing_is_an_error(void **state)
{
	struct line *line = *state;
	unsigned char type = MFA_HELPER_NONE;
	struct mfa_span payload = { 0 };
	char huge[MFA_PACKET_SIZE + 1] = "A";
	assert_int_equal(receive(line, &type, &payload), MFA_ERR_BUSY);
	assert_int_equal(send(line->ends[0], huge, sizeof huge, 0), sizeof huge);
	assert_int_equal(receive(line, &type, &payload), MFA_ERR_INVALID);
	assert_int_equal(send(line->ends[0], huge, 0, 0), 0);
	assert_int_equal(receive(line, &type, &payload), MFA_ERR_ABORT);
	mfa_close_fd(&line->ends[0]);
	assert_int_equal(receive(line, &type, &payload), MFA_ERR_ABORT);
	assert_int_equal(type, MFA_HELPER_NONE);
}

/* Without a signal, and without waiting for ever. */
static void nobody_listens(void **state)
{
	struct line *line = *state;
	struct mfa_span text = { (const unsigned char *)"x", 1 };
	int err = MFA_OK;
	for (int i = 0; err == MFA_OK && i < 100000; i++)
		err = mfa_packet_send(line->ends[0], MFA_HELPER_INFO, text, 20);
	assert_int_equal(err, MFA_ERR_BUSY);
	mfa_close_fd(&line->ends[1]);
	assert_int_equal(mfa_packet_send(line->ends[0], MFA_HELPER_INFO, text, 20),
			 MFA_ERR_IO);
}

#define on_line(test) cmocka_unit_test_setup_teardown(test, line_setup, line_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_begin_arrives_as_it_was_sent),
		cmocka_unit_test(only_a_whole_begin_is_one),
		cmocka_unit_test(a_long_string_is_refused_at_both_ends),
		cmocka_unit_test(every_verdict_arrives),
		cmocka_unit_test(no_other_verdict_is_one),
		on_line(a_message_arrives_whole),
		on_line(what_is_too_long_or_missing_is_an_error),
		on_line(nobody_listens),
	};
	return group_main("helper_protocol", tests);
}
