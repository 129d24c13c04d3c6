/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame.h"

#include <string.h>

uint16_t frame_crc(const void *bytes, size_t len)
{
	const uint8_t *next = bytes;
	uint16_t crc = 0xffff;
	while (len-- > 0) {
		crc ^= *next++;
		for (int i = 0; i < 8; i++)
			crc = (uint16_t)((crc >> 1) ^ ((crc & 1) ? 0x8408 : 0));
	}
	return crc;
}

void frame_seal(uint8_t *bytes, size_t len)
{
	uint16_t crc = (uint16_t)~frame_crc(bytes, len);
	bytes[len] = (uint8_t)crc;
	bytes[len + 1] = (uint8_t)(crc >> 8);
}

bool frame_take(struct frame *frame, const uint8_t report[static REPORT_SIZE])
{
	unsigned number = report[CHUNK_SIZE] & REPORT_NUMBER;
	if (number == 0) {
		*frame = (struct frame){ .open = true };
	}
	if (!frame->open || number >= FRAME_SIZE / CHUNK_SIZE) {
		frame->open = false;
		return false;
	}
	// Chunks of zeros are not sent, but for the first and the last.
	memcpy(frame->bytes + number * CHUNK_SIZE, report, CHUNK_SIZE);
	if (number != FRAME_SIZE / CHUNK_SIZE - 1)
		return false;
	frame->open = false;
	const uint8_t *crc = frame->bytes + PAYLOAD_SIZE + 1;
	return frame_crc(frame->bytes, PAYLOAD_SIZE) == (crc[0] | crc[1] << 8);
}

void answer_make(struct answer *answer, const void *bytes, size_t len, bool bad_crc)
{
	*answer = (struct answer){ .len = len + 2 };
	memcpy(answer->bytes, bytes, len);
	frame_seal(answer->bytes, len);
	answer->bytes[len] ^= bad_crc;
}

bool answer_give(struct answer *answer, uint8_t ret_report[static REPORT_SIZE])
{
	unsigned number = answer->next++;
	memset(ret_report, 0, REPORT_SIZE);
	ret_report[CHUNK_SIZE] = REPORT_PENDING;
	if (number * CHUNK_SIZE >= answer->len)
		return false;
	memcpy(ret_report, answer->bytes + number * CHUNK_SIZE, CHUNK_SIZE);
	ret_report[CHUNK_SIZE] |= (uint8_t)number;
	return true;
}
