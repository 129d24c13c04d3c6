/* SPDX-License-Identifier: BSD-2-Clause */
/* Secrets in memory: locked against swapping, left out of core dumps, between guard
 * pages, wiped when they go. */
#pragma once

#include "mfa/base.h"

/* A run of bytes, borrowed. */
struct mfa_span {
	const unsigned char *data;
	size_t len;
};

struct mfa_secret {
	unsigned char *data; /* NULL when empty */
	size_t len;	     /* bytes at data */
};

/* A secret of len zero bytes (len 0: one empty, non-NULL block). The caller owns it
 * and ends it with mfa_secret_done. MFA_ERR_NOMEM. */
int mfa_secret_alloc(size_t len, struct mfa_secret *ret_secret) MFA_MUST_CHECK;

/* A copy of len bytes. MFA_ERR_NOMEM. */
int mfa_secret_copy(const void *data, size_t len, struct mfa_secret *ret_secret)
	MFA_MUST_CHECK;

/* len bytes from the system's random source. MFA_ERR_NOMEM. */
int mfa_secret_random(size_t len, struct mfa_secret *ret_secret) MFA_MUST_CHECK;

/* Wipes and frees; safe to call twice and on a zeroed struct. */
void mfa_secret_done(struct mfa_secret *secret);

/* A zeroed block for a struct that holds secrets; mfa_locked_free wipes it.
 * NULL when there is no memory. */
void *mfa_locked_new(size_t size) MFA_MUST_CHECK;
void mfa_locked_free(void *block);

/* Compares len bytes in a time that does not depend on them. */
bool mfa_secret_is_equal(const void *a, const void *b, size_t len) MFA_MUST_CHECK;

/* Overwrites len bytes with zeros in a way that the compiler keeps. */
void mfa_wipe(void *data, size_t len);
