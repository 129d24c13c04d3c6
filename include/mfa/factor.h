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
};

/* The factor of a kind, or NULL when this build has none. */
const struct mfa_factor_ops *mfa_factor_find(enum mfa_kind kind);

/* Makes an active token that nobody has, as the decoy's (see mfa_store_prepare). */
int mfa_factor_fill_decoy(struct mfa_token *token) MFA_MUST_CHECK;
