/* SPDX-License-Identifier: BSD-2-Clause */
#include "key.h"

#include <string.h>
#include <sys/random.h>

#include "info.h"

enum command {
	COMMAND_PROGRAM_1 = 0x01,
	COMMAND_PROGRAM_2 = 0x03,
	COMMAND_UPDATE_1 = 0x04,
	COMMAND_UPDATE_2 = 0x05,
	COMMAND_SERIAL = 0x10,
	COMMAND_INFO = 0x13,
	COMMAND_HMAC_1 = 0x30,
	COMMAND_HMAC_2 = 0x38,
};

enum {
	TOUCH_S = 15,
	SECOND_MS = 1000,
	TICK_MS = 125,
};

void key_init(struct key *key, const struct softkey_options *options)
{
	static const struct softkey_firmware usual = { 5, 4, 3 };
	*key = (struct key){ .serial = options->serial,
			     .serial_hidden = options->serial_hidden,
			     .info_serial = options->info_serial,
			     .touch_s = options->touch_s ? options->touch_s : TOUCH_S,
			     .firmware = options->firmware,
			     .faults = options->faults };
	if (key->firmware.major == 0)
		key->firmware = usual;
	for (int i = 0; i < SOFTKEY_SLOTS; i++) {
		slot_setup(&key->slot[i], &options->slot[i], options->serial_hidden);
		if (key->slot[i].valid)
			key->sequence = 1;
	}
}

static uint64_t end_of(uint64_t now, unsigned ms)
{
	return ms == SOFTKEY_NEVER ? UINT64_MAX : now + ms;
}

void key_set_faults(struct key *key, const struct softkey_faults *faults)
{
	key->faults = *faults;
	key->reclaimed = 0;
}

void key_power_up(struct key *key, uint64_t now)
{
	key->phase = KEY_IDLE;
	key->frame.open = false;
	key->powered = now;
	key->starting = end_of(now, key->faults.writing.start_ms);
	key->holding = key->lagging = now;
	key->reclaimed = 0;
	if (getrandom(&key->ticks, sizeof key->ticks, 0) != (ssize_t)sizeof key->ticks)
		key->ticks = 0;
	for (int i = 0; i < SOFTKEY_SLOTS; i++)
		slot_power_up(&key->slot[i]);
}

bool key_firmware_is(const struct key *key, unsigned major, unsigned minor)
{
	return key->firmware.major > major ||
	       (key->firmware.major == major && key->firmware.minor >= minor);
}

// Which slots are programmed, and which of them want a touch.
static uint8_t slot_bits(const struct key *key)
{
	unsigned bits = 0;
	for (unsigned i = 0; i < SOFTKEY_SLOTS; i++) {
		if (key->slot[i].valid && key_firmware_is(key, 2, 1))
			bits |= 1U << i;
		if (slot_wants_touch(&key->slot[i]) && key_firmware_is(key, 3, 0))
			bits |= 4U << i;
	}
	return (uint8_t)(bits ^ key->faults.lies);
}

static void show_status(const struct key *key, uint64_t now, uint8_t last,
			uint8_t *ret_report)
{
	bool lags = now < key->lagging;
	const uint8_t report[REPORT_SIZE] = {
		[1] = key->firmware.major,
		[2] = key->firmware.minor,
		[3] = key->firmware.build,
		[4] = lags ? key->old_sequence : key->sequence,
		[5] = lags ? key->old_bits : slot_bits(key),
		[CHUNK_SIZE] = last,
	};
	memcpy(ret_report, report, sizeof report);
}

static void wait_for_touch(struct key *key, uint64_t now, uint8_t *ret_report)
{
	unsigned touched = key->faults.touch_after;
	if (++key->polls > 1 && key->polls >= touched) {
		key->phase = KEY_BUSY;
		key->polls = 0;
		return;
	}
	if (now >= key->deadline) {
		key->phase = KEY_IDLE;
		show_status(key, now, 0, ret_report);
		return;
	}
	uint64_t seconds = (key->deadline - now + SECOND_MS - 1) / SECOND_MS;
	if (seconds > REPORT_NUMBER)
		seconds = REPORT_NUMBER;
	show_status(key, now, (uint8_t)(REPORT_TOUCH | seconds), ret_report);
}

// What it is doing that takes no reports; 0: nothing.
static uint8_t busy_with(const struct key *key, uint64_t now)
{
	if (now < key->starting)
		return REPORT_STARTING;
	return now < key->holding ? REPORT_WRITE : 0;
}

static bool count_down(unsigned *inout_count)
{
	return *inout_count > 0 && (*inout_count)-- > 0;
}

// A status has no checksum.
static void show_idle(struct key *key, uint64_t now, uint8_t *ret_report)
{
	show_status(key, now, 0, ret_report);
	if (!count_down(&key->faults.damaged_status))
		return;
	for (unsigned i = 1; i < CHUNK_SIZE; i++)
		ret_report[i] ^= 0xa5;
}

void key_read(struct key *key, uint64_t now, uint8_t ret_report[static REPORT_SIZE])
{
	uint8_t busy = busy_with(key, now);
	if (key->phase == KEY_IDLE && !busy)
		show_idle(key, now, ret_report);
	else
		show_status(key, now, busy, ret_report);
	if (busy)
		return;
	if (key->phase == KEY_TOUCH)
		wait_for_touch(key, now, ret_report);
	if (key->phase == KEY_BUSY && key->polls++ >= key->faults.answer_after)
		key->phase = KEY_ANSWERING;
	if (key->phase == KEY_ANSWERING && !answer_give(&key->answer, ret_report))
		key->phase = KEY_IDLE;
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	while (len > 0 && *bytes == 0)
		bytes++, len--;
	return len == 0;
}

// Challenge-response came with 2.2; what an older key makes of its flags is not
// published.
static bool can_hold(const struct key *key, const struct slot *slot)
{
	return slot_kind(slot) != SOFTKEY_HMAC || key_firmware_is(key, 2, 2);
}

static bool program(const struct key *key, struct slot *slot, const uint8_t *config)
{
	struct slot changed = { 0 };
	if (!is_zero(config, CONFIG_SIZE) &&
	    (!slot_program(&changed, config) || !can_hold(key, &changed)))
		return false;
	*slot = changed;
	return true;
}

// "Block update of config 2 unless config 2 is configured and has this bit set".
static bool is_blocked(const struct key *key, const struct slot *slot)
{
	return slot == &key->slot[1] && slot_protects_second(&key->slot[0]) &&
	       !slot_protects_second(slot);
}

// What a key does not accept, it ignores: the sequence number stays.
static void write_slot(struct key *key, struct slot *slot, uint64_t now)
{
	if (now >= key->lagging) {
		key->old_sequence = key->sequence;
		key->old_bits = slot_bits(key);
	}
	key->holding = end_of(now, key->faults.writing.held_ms);
	key->lagging = end_of(now, key->faults.writing.lag_ms);
	const uint8_t *config = key->frame.bytes;
	uint8_t command = frame_command(&key->frame);
	bool update = command == COMMAND_UPDATE_1 || command == COMMAND_UPDATE_2;
	bool done = !key->faults.writing.ignored && !is_blocked(key, slot) &&
		    slot_opens_with(slot, config + CONFIG_SIZE);
	if (done && update)
		done = key_firmware_is(key, 2, 3) && slot_update(slot, config);
	else if (done)
		done = program(key, slot, config);
	if (!done)
		return;
	slot->used = false;
	key->writes++;
	key->sequence = key->sequence == UINT8_MAX ? 1 : (uint8_t)(key->sequence + 1);
	if (!key->slot[0].valid && !key->slot[1].valid)
		key->sequence = 0;
}

static bool has_visible_serial(const struct key *key)
{
	for (int i = 0; i < SOFTKEY_SLOTS; i++)
		if (key->slot[i].valid &&
		    (key->slot[i].config[CONFIG_EXT] & EXT_SERIAL_API))
			return true;
	return key->sequence == 0 && !key->serial_hidden;
}

static void answer_info(struct key *key)
{
	uint8_t bytes[INFO_SIZE];
	bool has_serial = key->info_serial || has_visible_serial(key);
	if (!key_firmware_is(key, 4, 1) || key->faults.mute)
		return;
	size_t len = info_make(&key->firmware, has_serial ? key->serial : 0, key->touch_s,
			       bytes);
	answer_make(&key->answer, bytes, len, false);
	key->phase = KEY_ANSWERING;
}

static void answer_serial(struct key *key)
{
	if (!has_visible_serial(key) || !key_firmware_is(key, 2, 2) || key->faults.mute)
		return;
	uint8_t serial[4];
	for (unsigned i = 0; i < sizeof serial; i++)
		serial[i] = (uint8_t)(key->serial >> (24 - 8 * i));
	answer_make(&key->answer, serial, sizeof serial,
		    count_down(&key->faults.damaged_serial));
	key->phase = KEY_ANSWERING;
}

static void answer_challenge(struct key *key, const struct slot *slot, uint64_t now)
{
	uint8_t digest[SOFTKEY_SECRET_SIZE];
	if (slot_kind(slot) != SOFTKEY_HMAC)
		return;
	key->challenges++;
	bool blind = !key_firmware_is(key, 2, 3) &&
		     !(slot->config[CONFIG_CFG] & CFG_HMAC_LT64);
	if (blind)
		slot_answer_blindly(slot, digest);
	else
		slot_answer(slot, key->frame.bytes, digest);
	if (key->faults.mute)
		return;
	answer_make(&key->answer, digest, sizeof digest, key->faults.bad_crc);
	key->polls = 0;
	key->phase = slot_wants_touch(slot) ? KEY_TOUCH : KEY_BUSY;
	key->deadline = now + (key->faults.touch_ms ? key->faults.touch_ms
						    : key->touch_s * SECOND_MS);
}

static void execute(struct key *key, uint64_t now)
{
	switch (frame_command(&key->frame)) {
	case COMMAND_PROGRAM_1:
	case COMMAND_UPDATE_1:
		write_slot(key, &key->slot[0], now);
		break;
	case COMMAND_PROGRAM_2:
	case COMMAND_UPDATE_2:
		write_slot(key, &key->slot[1], now);
		break;
	case COMMAND_SERIAL:
		answer_serial(key);
		break;
	case COMMAND_INFO:
		answer_info(key);
		break;
	case COMMAND_HMAC_1:
		answer_challenge(key, &key->slot[0], now);
		break;
	case COMMAND_HMAC_2:
		answer_challenge(key, &key->slot[1], now);
		break;
	}
}

static bool is_in_reclaim(struct key *key, uint64_t now)
{
	if (key->faults.reclaim_ms == 0 || key_firmware_is(key, 5, 6))
		return false;
	if (key->reclaimed == 0)
		key->reclaimed = now + key->faults.reclaim_ms;
	return now < key->reclaimed;
}

void key_write(struct key *key, uint64_t now, const uint8_t report[static REPORT_SIZE])
{
	uint8_t last = report[CHUNK_SIZE];
	if (!(last & REPORT_WRITE) || busy_with(key, now) || is_in_reclaim(key, now))
		return;
	// Whatever is written ends a wait or an answer that was being read.
	key->phase = KEY_IDLE;
	if (last == REPORT_RESET)
		key->frame.open = false;
	else if (frame_take(&key->frame, report))
		execute(key, now);
}

void key_type(struct key *key, unsigned slot, uint64_t now,
	      char ret_code[static SOFTKEY_CODE_SIZE])
{
	ret_code[0] = '\0';
	if (slot >= 1 && slot <= SOFTKEY_SLOTS)
		slot_type(&key->slot[slot - 1],
			  key->ticks + (uint32_t)((now - key->powered) / TICK_MS),
			  ret_code);
}
