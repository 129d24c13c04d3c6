/* SPDX-License-Identifier: BSD-2-Clause */
/* Little-endian numbers in byte arrays, for the formats on disk. */
#pragma once

#include <stdint.h>

static inline uint16_t mfa_get16(const unsigned char *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t mfa_get32(const unsigned char *bytes)
{
	return mfa_get16(bytes) | (uint32_t)mfa_get16(bytes + 2) << 16;
}

static inline uint64_t mfa_get64(const unsigned char *bytes)
{
	return mfa_get32(bytes) | (uint64_t)mfa_get32(bytes + 4) << 32;
}

static inline void mfa_put16(unsigned char *bytes, uint16_t value)
{
	bytes[0] = (unsigned char)value;
	bytes[1] = (unsigned char)(value >> 8);
}

static inline void mfa_put32(unsigned char *bytes, uint32_t value)
{
	mfa_put16(bytes, (uint16_t)value);
	mfa_put16(bytes + 2, (uint16_t)(value >> 16));
}

static inline void mfa_put64(unsigned char *bytes, uint64_t value)
{
	mfa_put32(bytes, (uint32_t)value);
	mfa_put32(bytes + 4, (uint32_t)(value >> 32));
}
