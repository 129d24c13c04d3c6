/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/usb_wire.h"

#include <string.h>

#include "support.h"

static const enum mfa_usb_kind kinds[] = { MFA_USB_RESPOND, MFA_USB_LIST,
					   MFA_USB_PROGRAM };

static const struct mfa_turn sample_turn = {
	.number = 0x0123456789abcdef,
	.service = "su",
	.terminal = "pts/3",
	.user = "taro",
};

static struct mfa_usb_order sample_order(enum mfa_usb_kind kind)
{
	struct mfa_usb_order order = {
		.kind = kind,
		.timeout_ms = 15000,
		.folder = "/usr/lib/pam_mfa",
	};
	if (kind == MFA_USB_RESPOND) {
		order.count = MFA_TOKENS_MAX;
		for (unsigned i = 0; i < MFA_TOKENS_MAX; i++)
			order.slots[i] = (struct mfa_yubikey_slot){ 1000 + i, 1 + i % 2 };
		memset(order.challenge, 0xc5, sizeof order.challenge);
		order.turn = sample_turn;
		order.since_ms = INT64_MAX;
	}
	if (kind == MFA_USB_PROGRAM) {
		order.at = (struct mfa_yubikey_slot){ UINT32_MAX, 2 };
		order.wants_touch = order.has_ids = true;
		memset(order.secret, 0x5e, sizeof order.secret);
		memset(order.public_id, 0x1d, sizeof order.public_id);
		memset(order.private_id, 0x2d, sizeof order.private_id);
		order.may_overwrite = order.has_access_code = true;
		order.has_new_access_code = true;
		memset(order.access_code, 0xac, sizeof order.access_code);
		memset(order.new_access_code, 0xaa, sizeof order.new_access_code);
	}
	return order;
}

static struct mfa_usb_outcome sample_outcome(enum mfa_usb_kind kind)
{
	struct mfa_usb_outcome outcome = {
		.diag = { "YubiKey: what it says", "what was mended", MFA_WARNING_MENDED }
	};
	if (kind == MFA_USB_RESPOND) {
		outcome.from = (struct mfa_yubikey_slot){ 7654321, 2 };
		memset(outcome.response, 0xa5, sizeof outcome.response);
	}
	if (kind == MFA_USB_PROGRAM)
		outcome.write = MFA_YUBIKEY_WRITTEN;
	if (kind == MFA_USB_LIST) {
		outcome.count = MFA_YUBIKEYS_MAX;
		for (unsigned i = 0; i < MFA_YUBIKEYS_MAX; i++)
			outcome.ports[i] = (struct mfa_yubikey_port){
				.serial = i,
				.version = { 5, 4, 3 },
				.is_programmed = { (i & 1) != 0, (i & 2) != 0 },
				.wants_touch = { (i & 4) != 0, (i & 8) != 0 },
				.touch_s = (unsigned char)(16 * i),
			};
	}
	return outcome;
}

/* In a block of exactly its length. */
struct packed {
	unsigned char bytes[MFA_PACKET_SIZE];
	size_t len;
};

static struct packed pack_order(enum mfa_usb_kind kind)
{
	struct packed packed;
	const struct mfa_usb_order order = sample_order(kind);
	memset(packed.bytes, 0xff, sizeof packed.bytes);
	assert_int_equal(mfa_usb_pack_order(&order, packed.bytes, &packed.len), MFA_OK);
	return packed;
}

static struct packed pack_outcome(enum mfa_usb_kind kind)
{
	struct packed packed;
	const struct mfa_usb_outcome outcome = sample_outcome(kind);
	memset(packed.bytes, 0xff, sizeof packed.bytes);
	assert_int_equal(mfa_usb_pack_outcome(kind, &outcome, packed.bytes, &packed.len),
			 MFA_OK);
	return packed;
}

static int read_order(enum mfa_usb_kind kind, const struct packed *packed, size_t len)
{
	struct mfa_usb_order order;
	return mfa_usb_unpack_order((unsigned char)kind,
				    (struct mfa_span){ packed->bytes, len }, &order);
}

static int read_outcome(enum mfa_usb_kind kind, const struct packed *packed, size_t len)
{
	struct mfa_usb_outcome outcome;
	return mfa_usb_unpack_outcome(kind, (struct mfa_span){ packed->bytes, len },
				      &outcome);
}

static void all_arrives_as_it_was_sent(void **state MFA_UNUSED)
{
	for (size_t i = 0; i < MFA_COUNT(kinds); i++) {
		struct packed packed = pack_order(kinds[i]);
		struct mfa_usb_order order;
		struct mfa_usb_order sent = sample_order(kinds[i]);
		assert_int_equal(mfa_usb_unpack_order(
					 (unsigned char)kinds[i],
					 (struct mfa_span){ packed.bytes, packed.len },
					 &order),
				 MFA_OK);
		assert_memory_equal(&order, &sent, sizeof order);
		packed = pack_outcome(kinds[i]);
		struct mfa_usb_outcome outcome;
		struct mfa_usb_outcome came = sample_outcome(kinds[i]);
		assert_int_equal(mfa_usb_unpack_outcome(
					 kinds[i],
					 (struct mfa_span){ packed.bytes, packed.len },
					 &outcome),
				 MFA_OK);
		assert_memory_equal(&outcome, &came, sizeof outcome);
	}
}

/* Whose turn it was comes with two results, and with no other. */
static void the_turn_of_another_comes_with_its_result(void **state MFA_UNUSED)
{
	for (unsigned i = 0; i <= MFA_YUBIKEY_BROKEN; i++) {
		struct packed packed;
		struct mfa_usb_outcome back;
		struct mfa_usb_outcome outcome = { .result = (enum mfa_yubikey_result)i,
						   .from = { 7654321, 2 },
						   .other = sample_turn };
		bool has_other = i == MFA_YUBIKEY_BUSY || i == MFA_YUBIKEY_ELSEWHERE;
		outcome.other.serial = 7654321;
		outcome.other.answered_ms = 12345;
		assert_int_equal(mfa_usb_pack_outcome(MFA_USB_RESPOND, &outcome,
						      packed.bytes, &packed.len),
				 MFA_OK);
		assert_int_equal(mfa_usb_unpack_outcome(
					 MFA_USB_RESPOND,
					 (struct mfa_span){ packed.bytes, packed.len },
					 &back),
				 MFA_OK);
		assert_int_equal(back.other.number, has_other ? sample_turn.number : 0);
		assert_string_equal(back.other.terminal, has_other ? "pts/3" : "");
		assert_int_equal(mfa_usb_has_other(outcome.result), has_other);
		packed.bytes[packed.len - 1] = 'x'; /* behind the user's name */
		assert_int_equal(read_outcome(MFA_USB_RESPOND, &packed, packed.len),
				 MFA_ERR_INVALID);
	}
}

static void no_other_length_is_read(void **state MFA_UNUSED)
{
	for (size_t i = 0; i < MFA_COUNT(kinds); i++) {
		const struct packed order = pack_order(kinds[i]);
		const struct packed outcome = pack_outcome(kinds[i]);
		for (size_t len = 0; len < MFA_PACKET_SIZE; len++) {
			assert_int_equal(read_order(kinds[i], &order, len) == MFA_OK,
					 len == order.len);
			assert_int_equal(read_outcome(kinds[i], &outcome, len) == MFA_OK,
					 len == outcome.len);
		}
	}
}

static void one_kind_is_not_read_as_another(void **state MFA_UNUSED)
{
	for (size_t i = 0; i < MFA_COUNT(kinds); i++) {
		const struct packed order = pack_order(kinds[i]);
		const struct packed outcome = pack_outcome(kinds[i]);
		for (unsigned letter = 0; letter < 256; letter++) {
			enum mfa_usb_kind kind = (enum mfa_usb_kind)letter;
			bool is_right = kind == kinds[i];
			assert_int_equal(read_order(kind, &order, order.len) == MFA_OK,
					 is_right);
			assert_int_equal(read_outcome(kind, &outcome, outcome.len) ==
						 MFA_OK,
					 is_right);
		}
	}
}

static void another_version_is_told(void **state MFA_UNUSED)
{
	struct packed packed = pack_order(MFA_USB_LIST);
	packed.bytes[0] ^= 1;
	assert_int_equal(read_order(MFA_USB_LIST, &packed, packed.len),
			 MFA_ERR_UNSUPPORTED);
	packed = pack_order(MFA_USB_LIST);
	packed.bytes[sizeof MFA_VERSION] = 'x'; /* behind its end */
	assert_int_equal(read_order(MFA_USB_LIST, &packed, packed.len),
			 MFA_ERR_UNSUPPORTED);
}

static void a_stage_is_one_byte(void **state MFA_UNUSED)
{
	unsigned char bytes[MFA_USB_STAGE_LEN + 1] = { 0 };
	enum mfa_yubikey_stage stage = MFA_YUBIKEY_IN_USE;
	mfa_usb_pack_stage(MFA_YUBIKEY_BLINKS, bytes);
	for (size_t len = 0; len <= sizeof bytes; len++)
		assert_int_equal(mfa_usb_unpack_stage((struct mfa_span){ bytes, len },
						      &stage) == MFA_OK,
				 len == MFA_USB_STAGE_LEN);
	assert_int_equal(stage, MFA_YUBIKEY_BLINKS);
	bytes[0] = MFA_YUBIKEY_BLINKS + 1;
	assert_int_equal(mfa_usb_unpack_stage(
				 (struct mfa_span){ bytes, MFA_USB_STAGE_LEN }, &stage),
			 MFA_ERR_INVALID);
}

static void assert_no_order(const struct mfa_usb_order *order)
{
	struct packed packed;
	assert_int_equal(mfa_usb_pack_order(order, packed.bytes, &packed.len),
			 MFA_ERR_INVALID);
}

static void values_out_of_range_are_not_sent(void **state MFA_UNUSED)
{
	struct packed packed;
	struct mfa_usb_order order = sample_order(MFA_USB_RESPOND);
	order.count++;
	assert_no_order(&order);
	order = sample_order(MFA_USB_RESPOND);
	order.slots[3].slot = 3;
	assert_no_order(&order);
	order.slots[3].slot = 0;
	assert_no_order(&order);
	order = sample_order(MFA_USB_RESPOND);
	order.turn.serial = 7654321; /* a key has answered: it asks for nothing */
	order.turn.answered_ms = 1;
	assert_no_order(&order);
	order = sample_order(MFA_USB_RESPOND);
	order.since_ms = -1;
	assert_no_order(&order);
	order = sample_order(MFA_USB_RESPOND);
	order.turn = (struct mfa_turn){ .number = 0 }; /* since when, then? */
	assert_no_order(&order);
	order = sample_order(MFA_USB_PROGRAM);
	order.at.slot = 0;
	assert_no_order(&order);
	order = sample_order(MFA_USB_LIST);
	order.timeout_ms = -1;
	assert_no_order(&order);
	order.timeout_ms = MFA_USB_TIMEOUT_MAX_MS + 1;
	assert_no_order(&order);
	order = sample_order(MFA_USB_LIST);
	memcpy(order.folder, "plug-ins", sizeof "plug-ins");
	assert_no_order(&order);
	memset(order.folder, '/', sizeof order.folder);
	assert_no_order(&order);
	struct mfa_usb_outcome outcome = sample_outcome(MFA_USB_LIST);
	outcome.count++;
	assert_int_equal(
		mfa_usb_pack_outcome(MFA_USB_LIST, &outcome, packed.bytes, &packed.len),
		MFA_ERR_INVALID);
}

/* What is behind an end, or not used, is zero; and so are the bits of no meaning.
 */
static void nothing_is_hidden_in_a_packet(void **state MFA_UNUSED)
{
	for (size_t i = 0; i < MFA_COUNT(kinds); i++) {
		struct packed packed = pack_order(kinds[i]);
		packed.bytes[200] = 'x';
		assert_int_equal(read_order(kinds[i], &packed, packed.len),
				 MFA_ERR_INVALID);
		packed = pack_outcome(kinds[i]);
		packed.bytes[400] = 'x';
		assert_int_equal(read_outcome(kinds[i], &packed, packed.len),
				 MFA_ERR_INVALID);
		packed = pack_outcome(kinds[i]);
		packed.bytes[0] = MFA_YUBIKEY_BROKEN + 1;
		assert_int_equal(read_outcome(kinds[i], &packed, packed.len),
				 MFA_ERR_INVALID);
	}
	struct packed packed = pack_outcome(MFA_USB_LIST);
	packed.bytes[packed.len - 2] |= 0x10;
	assert_int_equal(read_outcome(MFA_USB_LIST, &packed, packed.len),
			 MFA_ERR_INVALID);
	packed = pack_outcome(MFA_USB_RESPOND);
	packed.bytes[0] = MFA_YUBIKEY_UNTOUCHED; /* and yet an answer */
	assert_int_equal(read_outcome(MFA_USB_RESPOND, &packed, packed.len),
			 MFA_ERR_INVALID);
	packed = pack_outcome(MFA_USB_PROGRAM);
	packed.bytes[0] = MFA_YUBIKEY_REFUSED; /* and yet written */
	assert_int_equal(read_outcome(MFA_USB_PROGRAM, &packed, packed.len),
			 MFA_ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_arrives_as_it_was_sent),
		cmocka_unit_test(the_turn_of_another_comes_with_its_result),
		cmocka_unit_test(no_other_length_is_read),
		cmocka_unit_test(one_kind_is_not_read_as_another),
		cmocka_unit_test(another_version_is_told),
		cmocka_unit_test(a_stage_is_one_byte),
		cmocka_unit_test(values_out_of_range_are_not_sent),
		cmocka_unit_test(nothing_is_hidden_in_a_packet),
	};
	return group_main("usb_wire", tests);
}
