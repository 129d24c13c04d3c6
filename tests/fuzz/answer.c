/* SPDX-License-Identifier: BSD-2-Clause */
/* What a person types: normalized, and judged against a record with tokens. */
#include "fuzz.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "login/evaluate.h"
#include "mfa/typed_code.h"

enum {
	NOW = 1800000000,
	COUNTER = 7,
	LOOK_AHEAD = 10,
	STEP = NOW / 30,
	WINDOW = 1,
	LONGEST = 1500, /* what a login checks at most, and more */
};

static void fill(struct mfa_record *record, unsigned flags)
{
	static const enum mfa_kind kinds[] = { MFA_KIND_HOTP, MFA_KIND_TOTP,
					       MFA_KIND_YUBIKEY };
	memset(record, 0, sizeof *record);
	for (size_t i = 0; i < MFA_COUNT(kinds); i++) {
		struct mfa_token token;
		struct mfa_token *added = NULL;
		/* the TOTP token has another secret, so that its codes are not HOTP's */
		fuzz_token(kinds[i] == MFA_KIND_TOTP ? MFA_KIND_TOTP : MFA_KIND_HOTP,
			   COUNTER, &token);
		if (kinds[i] == MFA_KIND_TOTP)
			fuzz_change_secret(&token);
		token.kind = kinds[i];
		if ((flags & 1U << i) != 0)
			token.state = MFA_STATE_SUSPENDED;
		must(mfa_record_add(record, &token, &added) == MFA_OK);
	}
	if ((flags & 8) != 0)
		record->locked_until = NOW + 100;
	if ((flags & 128) != 0)
		record->failures = MFA_LOCKOUT_CEILING;
}

static bool may_totp(unsigned flags)
{
	return (flags & 64) != 0 && (flags & 2) == 0;
}

/* Keys that type HOTP may type their token identifier in front. */
static bool has_identifier(const char *answer, size_t len)
{
	size_t letters = 0;
	while (letters < len && isalnum((unsigned char)answer[letters]))
		letters++;
	return len == 12 + 6 && letters >= 12;
}

static bool is_right(const char *answer, size_t len, unsigned flags)
{
	bool is_line = (flags & 16) != 0;
	bool is_hotp = false;
	bool is_totp = false;
	for (uint64_t at = COUNTER; (flags & 1) == 0 && at <= COUNTER + LOOK_AHEAD; at++)
		is_hotp |= fuzz_ends_in_code(answer, len, at);
	for (uint64_t at = STEP - WINDOW; may_totp(flags) && at <= STEP + WINDOW; at++)
		is_totp |= fuzz_ends_in_other_code(answer, len, at);
	return (is_hotp && (is_line || len == 6 || has_identifier(answer, len))) ||
	       (is_totp && (is_line || len == 6));
}

/* Normalizes, which makes no letter or digit, and a second time changes nothing. */
static size_t normalize(char *answer, size_t typed)
{
	bool has_code = mfa_text_has_code(answer, typed);
	size_t len = mfa_text_normalize_code(answer, typed);
	must(len <= typed);
	for (size_t i = len; i < typed; i++)
		must(answer[i] == '\0');
	must(mfa_text_has_code(answer, len) == has_code);
	char *again = malloc(len + 1);
	must(again != NULL);
	memcpy(again, answer, len);
	must(mfa_text_normalize_code(again, len) == len);
	must(memcmp(again, answer, len) == 0);
	free(again);
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mfa_record record;
	static char name[] = "main";
	struct mfa_zone zone = {
		.name = name,
		.title = name,
		.factors = 1U << MFA_KIND_HOTP | 1U << MFA_KIND_YUBIKEY,
		.max_failures = 5,
		.lock_time = 900,
		.totp_window = WINDOW,
		.totp_drift = 10,
		.hotp_look_ahead = LOOK_AHEAD,
	};
	struct input input = { data, size < LONGEST ? size : LONGEST };
	unsigned flags = input_byte(&input);
	bool has_password = (flags & 16) != 0;
	if ((flags & 64) != 0)
		zone.factors |= 1U << MFA_KIND_TOTP;
	size_t typed = 0;
	char *answer = input_rest(&input, &typed);
	size_t len = has_password ? typed : normalize(answer, typed);
	struct evaluation_input what = {
		.zone = &zone,
		.bounds = &zone,
		.answer = answer,
		.len = len,
		.has_password = has_password,
		.is_no_guess = (flags & 32) != 0,
		.now = NOW,
	};
	struct evaluation evaluation = { 0 };
	fill(&record, flags);
	must(evaluate(&record, &what, &evaluation) == MFA_OK);
	bool may = (flags & (8 | 128)) == 0 && is_right(answer, len, flags);
	/* key sequences belong to a password, unless they are behind the code */
	bool has_keys = memchr(answer, '\033', len) != NULL;
	must(evaluation.reason != MFA_REASON_RIGHT || may);
	must((evaluation.reason == MFA_REASON_RIGHT) == may || has_keys);
	must(evaluation.code_len <= len);
	must(evaluation.reason != MFA_REASON_RIGHT ||
	     (record.failures == 0 && record.last_success == NOW));
	must(evaluation.reason != MFA_REASON_WRONG || record.failures == 1);
	free(answer);
	return 0;
}
