/* SPDX-License-Identifier: BSD-2-Clause */
/* The encoded record: decoding any bytes, and that what was decoded is encoded again. */
#include "fuzz.h"

#include <string.h>

enum {
	HEAD_FIRST = 128, /* of version 1 */
	HEAD = 280,
};

/* An older version is encoded as the newest one, with the same tokens. */
static bool is_same(const uint8_t *data, size_t size, const unsigned char *bytes,
		    size_t len)
{
	size_t head = data[0] == 1 ? HEAD_FIRST : HEAD;
	return size - head == len - HEAD &&
	       memcmp(data + head, bytes + HEAD, len - HEAD) == 0 &&
	       (data[0] == 1 || memcmp(data, bytes, HEAD) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mfa_record record;
	static struct mfa_record again;
	static unsigned char bytes[MFA_RECORD_SIZE];
	size_t len = 0;
	memset(&record, 0, sizeof record);
	memset(&again, 0, sizeof again);
	if (mfa_record_decode(data, size, &record) != MFA_OK)
		return 0;
	must(record.token_count <= MFA_TOKENS_MAX);
	must(mfa_record_encode(&record, bytes, &len) == MFA_OK);
	must(is_same(data, size, bytes, len));
	must(mfa_record_decode(bytes, len, &again) == MFA_OK);
	must(memcmp(&record, &again, sizeof record) == 0);
	for (size_t i = 0; i < record.token_count; i++) {
		struct mfa_oath oath;
		struct mfa_token *token = &record.tokens[i];
		must(mfa_record_find(&record, token->id) != NULL);
		if (mfa_oath_load(token, &oath) == MFA_OK)
			must(oath.secret_len <= MFA_OATH_SECRET_MAX);
	}
	return 0;
}
