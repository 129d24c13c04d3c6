/* The cases of the race test. Each reports its lines and returns whether all were good. */
#pragma once

#include "rig.h"

struct race {
	struct rig rig;
	const char *where; /* the file system's name */
	unsigned rounds;   /* how many rounds one_code has in all */
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
/* Sessions that wait at the prompt do not stop others. */
bool race_prompt(struct race *race);
