/* SPDX-License-Identifier: BSD-2-Clause */
/* The cases of the race test. Each reports its lines and returns whether all were good.
 */
#pragma once

#include "pam_fixture.h"

struct race {
	struct pam_fixture fixture;
	const char *where; /* the file system's name */
	unsigned rounds;   /* one_code has half as many of each kind of code */
	bool has_keys;	   /* there are software keys: tests/softkey/enter */
};

/* One code from 2, 4, 8, 16 processes at once is accepted once. */
bool race_one_code(struct race *race);
/* Wrong codes of many processes are all counted. */
bool race_wrong_codes(struct race *race);
/* Each process its own user: nobody is refused. */
bool race_own_users(struct race *race);
/* Logins against mfa-enroll: every outcome has an order that explains it. */
bool race_changes(struct race *race);
/* Nobody is refused while the store key is changed. */
bool race_rekey(struct race *race);
/* Names without a record are refused, at once and by turns. */
bool race_strangers(struct race *race);
/* So they are while decoys are removed and made, and the store key is changed. */
bool race_decoys(struct race *race);
/* Sessions that wait at the prompt do not stop others. */
bool race_prompt(struct race *race);
/* Lines of the configuration for these two. */
extern const char race_key_zone[];
/* Logins at once by one YubiKey in the port: one after the other, and nobody by another's
 * answer. */
bool race_one_key(struct race *race);
/* One that waits for a touch keeps the others waiting, not for ever, and not when it
 * dies. */
bool race_held_key(struct race *race);
