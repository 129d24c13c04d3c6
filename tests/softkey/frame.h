/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol's two directions: a frame of 70 bytes to the key, and an answer from it,
 * both in feature reports of seven bytes and one that says what they are. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	REPORT_SIZE = 8,
	CHUNK_SIZE = REPORT_SIZE - 1,
	PAYLOAD_SIZE = 64,
	FRAME_SIZE = 70,   /* payload, command, CRC, three bytes of nothing */
	ANSWER_SIZE = 64,  /* of device information */
	CRC_GOOD = 0xf0b8, /* the CRC of anything followed by its inverted CRC */
};

/* Bits of a report's last byte. */
enum {
	REPORT_WRITE = 0x80,
	REPORT_PENDING = 0x40,
	REPORT_TOUCH = 0x20,
	REPORT_NUMBER = 0x1f,
	REPORT_RESET = 0x8f,
	REPORT_STARTING = 0x9f,
};

/* CRC-16 of ISO 13239, as ykpers and the key use it. */
uint16_t frame_crc(const void *bytes, size_t len);
/* Appends the inverted CRC. */
void frame_seal(uint8_t *bytes, size_t len);

struct frame {
	uint8_t bytes[FRAME_SIZE];
	bool open; /* its first chunk has come */
};

/* Takes a chunk; true when that was the last one and the frame's CRC is right. */
bool frame_take(struct frame *frame, const uint8_t report[static REPORT_SIZE]);

static inline uint8_t frame_command(const struct frame *frame)
{
	return frame->bytes[PAYLOAD_SIZE];
}

struct answer {
	uint8_t bytes[ANSWER_SIZE + CHUNK_SIZE];
	size_t len;
	unsigned next;
};

/* Makes the answer from up to ANSWER_SIZE - 2 bytes. */
void answer_make(struct answer *answer, const void *bytes, size_t len, bool bad_crc);
/* Gives the next report of it; false when that was the one that ends it. */
bool answer_give(struct answer *answer, uint8_t ret_report[static REPORT_SIZE]);
