/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kinds of token share while one is enrolled; one file a kind. */
#pragma once

#include "cli/app.h"
#include "cli/interrupt.h"

/* The options of "add", of all kinds. */
enum add_option {
	ADD_SECRET_STDIN,
	ADD_LABEL,
	ADD_NO_CONFIRM,
	ADD_ALLOW_UNKNOWN,
	ADD_DIGITS,
	ADD_ALGORITHM,
	ADD_PERIOD,
	ADD_COUNTER,
	ADD_SLOT,
	ADD_SERIAL,
	ADD_TOUCH,
	ADD_NO_TOUCH,
	ADD_FORCE,
	ADD_NO_PROGRAM,
	ADD_ACCESS_CODE,
	ADD_SET_ACCESS_CODE,
	ADD_OPTION_COUNT
};

struct enrolment {
	const char *user;
	const char *const *values; /* of the options */
	struct mfa_token *token;   /* its data are the kind's */
	char id[MFA_TOKEN_ID_SIZE];
	struct interrupt interrupt; /* make may hold it; it is released in the end */
	int lock; /* -1: none; a descriptor that make may open, closed in the end */
};

struct add_kind {
	enum mfa_kind kind;
	uint32_t options; /* bits of those beyond the first four that it takes */
	/* Makes the token's data, and has the person or the key prove that it works. */
	enum exit_code (*make)(struct app *app, struct enrolment *enrolment);
	/* Whether the codes or answers of one would let in for the other. */
	bool (*is_same)(const struct mfa_token *one, const struct mfa_token *other);
	/* Prints what a failure after make leaves behind; NULL: nothing. */
	void (*rollback_notice)(struct app *app, const struct enrolment *enrolment);
};

extern const struct add_kind add_totp;
extern const struct add_kind add_hotp;
extern const struct add_kind add_yubikey;
extern const struct add_kind add_yubikey_otp;

/* Complains that an option has no value for this kind. */
enum exit_code add_misuse(const struct app *app, enum add_option option);

/* A number from low to high; without a text it stays as it is. */
bool add_take_number(const char *text, int64_t low, int64_t high, int64_t *inout_number);
