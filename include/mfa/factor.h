/* Factors: how each kind of token checks what a person typed. */
#pragma once

#include "mfa/config.h"
#include "mfa/record.h"
#include "mfa/secret.h"
#include "mfa/yubikey.h"

/* What a token says of a typed code, from the least to the most telling: of all tokens
 * of a user, the highest answer counts. */
enum mfa_check {
	MFA_CHECK_MISFIT = 0, /* this token makes no such codes */
	MFA_CHECK_CLOCK,      /* the clock stands before the last accepted code */
	MFA_CHECK_WRONG,
	MFA_CHECK_USED, /* right, but accepted before */
	MFA_CHECK_RIGHT,
};

/* One typed code, normalized (mfa_text_normalize_code), or one answer of a YubiKey, and
 * when and where. */
struct mfa_attempt {
	const char *code; /* borrowed, not NUL-terminated */
	size_t len;
	int64_t now; /* seconds since 1970 */
	const struct mfa_zone *zone;
	const struct mfa_yubikey_answer *answer; /* instead of a code; else NULL */
};

enum {
	MFA_DESCRIPTION_SIZE = 96
};

/* Where a right code moves a token's state. */
struct mfa_advance {
	uint64_t counter;
	int drift;
};

/* How a token's clock and this host's agree, in seconds. */
struct mfa_clock {
	int64_t ahead;		/* of the host's, as last seen; negative: behind */
	int64_t ahead_at_first; /* the same at enrolment or the last resync */
	int64_t followed;	/* how far off from then, or from 0, it may come to be */
	bool is_far;		/* a quarter of that is left, or less */
	bool is_used;		/* a code of it was accepted before */
	/* Until this time every code is refused: the last accepted one is of then. 0: no
	 * such thing. */
	int64_t refused_until;
};

struct mfa_factor_ops {
	enum mfa_kind kind;
	/* Checks a code; changes nothing. ret_advance is set with MFA_CHECK_RIGHT. Takes
	 * the same time for any code. MFA_ERR_INTEGRITY: the token's data are not this
	 * factor's; MFA_ERR_CRYPTO. */
	int (*verify)(const struct mfa_token *token, const struct mfa_attempt *attempt,
		      enum mfa_check *ret_check, struct mfa_advance *ret_advance);
	/* Spends the code that verify found right, and all before it. The caller commits
	 * the record before it believes. */
	int (*advance)(struct mfa_token *token, const struct mfa_advance *advance);
	/* How many characters the token's codes have. */
	size_t (*code_len)(const struct mfa_token *token);
	/* The parameters for an administrator to read; nothing secret. */
	void (*describe)(const struct mfa_token *token,
			 char ret_text[static MFA_DESCRIPTION_SIZE]);
	/* Finds the state again from two codes in a row, within bounds, and sets it; NULL:
	 * nothing can be lost.
	 * MFA_ERR_NOTFOUND: the codes are not there. */
	int (*resync)(struct mfa_token *token, const struct mfa_attempt *first,
		      const struct mfa_attempt *second);
	/* How its clock and the host's agree; NULL: the kind knows no time. */
	int (*read_clock)(const struct mfa_token *token, const struct mfa_zone *zone,
			  int64_t now, struct mfa_clock *ret_clock);
	/* Makes a token that is refused until a later time useful again: accepts codes
	 * later than any that the zone would take now. An administrator's act, who knows
	 * that the clock is right. MFA_ERR_NOTFOUND: it is not refused. */
	int (*settle)(struct mfa_token *token, const struct mfa_zone *zone, int64_t now);
};

/* The factor of a kind, or NULL when this build has none. */
const struct mfa_factor_ops *mfa_factor_find(enum mfa_kind kind);

/* Makes an active token that nobody has, as the decoy's (see mfa_store_prepare). */
int mfa_factor_fill_decoy(struct mfa_token *token) MFA_MUST_CHECK;
