/* SPDX-License-Identifier: BSD-2-Clause */
/* What "mfa-enroll check" asks: which configuration the service runs with, and whether it
 * can open key, store and trail. */
#pragma once

#include "desk.h"
#include "visit.h"

/* Answers root. Lines "version: ...", "configuration: PATH", "hash: ..." (struct
 * mfa_config), "problem: ..." if there is one, and "unwritable:
 * PATH" if it is that store or trail can only be read. */
void inquire_answer(struct desk *desk, const struct visit *visit);

/* The same problem as a service finds that begins now with this configuration (NULL: the
 * default one); diag says which. Also MFA_ERR_UNSUPPORTED if a record is of a newer
 * version, and what reading says if no record can be read. */
int inquire_test(const char *config, struct mfa_diag *diag) MFA_MUST_CHECK;
