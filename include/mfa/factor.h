/* SPDX-License-Identifier: BSD-2-Clause */
/* Factors: how each kind of token checks what a person typed. */
#pragma once

#include <stddef.h>

#include "mfa/config.h"
#include "mfa/record.h"
#include "mfa/secret.h"

/* The result of checking a code against one token. The highest among a user's tokens
 * counts. */
enum mfa_check {
	MFA_CHECK_MISFIT = 0, /* not the form of this token's codes */
	MFA_CHECK_CLOCK,      /* the clock is before the last accepted code */
	MFA_CHECK_WRONG,
	MFA_CHECK_USED, /* right, but accepted before */
	MFA_CHECK_RIGHT,
};

enum {
	MFA_DEVICE_ANSWER_SIZE = 256
};

/* The answer of a device in a port. Only the factor of its kind knows what the bytes are.
 */
struct mfa_device_answer {
	enum mfa_kind kind;
	_Alignas(max_align_t) unsigned char bytes[MFA_DEVICE_ANSWER_SIZE];
};

/* One typed code, normalized (mfa_text_normalize_code), or one answer of a device, with
 * its time and zone. */
struct mfa_attempt {
	const char *code; /* borrowed, not NUL-terminated */
	size_t len;
	int64_t now; /* seconds since 1970 */
	const struct mfa_zone *zone;
	const struct mfa_device_answer *answer; /* instead of a code; else NULL */
};

enum {
	MFA_DESCRIPTION_SIZE = 96
};

/* The state of a token after a right code. */
struct mfa_advance {
	uint64_t counter;
	int drift;
};

/* The difference between a token's clock and this host's, in seconds. */
struct mfa_clock {
	int64_t ahead;		/* of the host's, as last seen; negative: behind */
	int64_t ahead_at_first; /* the same at enrolment or the last resync */
	int64_t followed;	/* how far it may drift from then, or from 0 */
	bool is_far;		/* a quarter of that or less is left */
	bool is_used;		/* a code of it was accepted before */
	/* Every code before this time is refused, as the last accepted one is later. 0:
	 * none is. */
	int64_t refused_until;
};

struct mfa_factor_ops {
	enum mfa_kind kind;
	bool is_device; /* verify takes a device's answer, and never a code */
	/* Checks a code; changes nothing. ret_advance is set with MFA_CHECK_RIGHT. Takes
	 * the same time for all codes. MFA_ERR_INTEGRITY: the token's data are not this
	 * factor's; MFA_ERR_CRYPTO. */
	int (*verify)(const struct mfa_token *token, const struct mfa_attempt *attempt,
		      enum mfa_check *ret_check, struct mfa_advance *ret_advance);
	/* Makes the code that verify found right, and all before it, used. The caller
	 * commits the record before it lets anybody in. */
	int (*advance)(struct mfa_token *token, const struct mfa_advance *advance);
	/* For codes that a device types by itself, and that nobody guesses; NULL: people
	 * type this kind's. Whether a normalized answer is such a code; whether it is one
	 * garbled by the keyboard's layout; whether it is of this token (true also of one
	 * that cannot be read). */
	bool (*is_typed_code)(const char *code, size_t len);
	bool (*is_garbled_code)(const char *answer, size_t len);
	bool (*is_code_of)(const struct mfa_token *token, const char *code, size_t len);
	/* How many characters the token's codes have. */
	size_t (*code_len)(const struct mfa_token *token);
	/* How many codes it would accept now: a guess is right with one in
	 * 10^code_len/count. NULL: nobody guesses this kind's. */
	size_t (*count_codes)(const struct mfa_token *token, const struct mfa_zone *zone,
			      int64_t now);
	/* The parameters for an administrator to read; nothing secret. */
	void (*describe)(const struct mfa_token *token,
			 char ret_text[static MFA_DESCRIPTION_SIZE]);
	/* Resets the state from two codes in a row, within bounds. NULL: never needed.
	 * MFA_ERR_NOTFOUND: the codes do not fit. */
	int (*resync)(struct mfa_token *token, const struct mfa_attempt *first,
		      const struct mfa_attempt *second);
	/* Compares its clock with the host's. NULL: the kind has no clock. */
	int (*read_clock)(const struct mfa_token *token, const struct mfa_zone *zone,
			  int64_t now, struct mfa_clock *ret_clock);
	/* For a token that accepted a code while the clock was ahead, and so is refused
	 * until then: accepts codes later than the zone's present window again. For
	 * administrators who know that the clock is right. MFA_ERR_NOTFOUND: it is not
	 * refused. */
	int (*settle)(struct mfa_token *token, const struct mfa_zone *zone, int64_t now);
};

/* All factors of this build: lib/factors/table.c. */
extern const struct mfa_factor_ops *const mfa_factors[];
extern const size_t mfa_factor_count;

/* The factor of a kind, or NULL when this build has none. */
const struct mfa_factor_ops *mfa_factor_find(enum mfa_kind kind);

/* Makes an active token with a random secret for a decoy (see mfa_store_prepare). */
int mfa_factor_fill_decoy(struct mfa_token *token) MFA_MUST_CHECK;
