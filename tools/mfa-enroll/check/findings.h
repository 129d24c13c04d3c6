/* SPDX-License-Identifier: BSD-2-Clause */
/* What "check" has found, in the order in which it was found. */
#pragma once

#include "mfa/base.h"

enum check_level {
	CHECK_NOTE,
	CHECK_WARNING, /* nobody gets around, but something is not as it should be */
	CHECK_LOCKOUT, /* nobody gets around, and nobody gets in */
	CHECK_HOLE     /* somebody can get around, or nobody can tell */
};

/* Where something was found; file NULL: nowhere in particular. */
struct check_place {
	const char *file;
	unsigned line;
};

#define CHECK_NOWHERE ((struct check_place){ NULL, 0 })

struct finding {
	enum check_level level;
	const char *id; /* a stable word */
	char *file;	/* or NULL */
	unsigned line;	/* or 0 */
	char *text;	/* in the person's language */
};

struct findings {
	struct finding *items;
	size_t count;
	int err; /* MFA_ERR_NOMEM: something is missing in here */
};

void findings_add(struct findings *findings, enum check_level level, const char *id,
		  struct check_place place, const char *format, va_list args)
	MFA_PRINTF(5, 0);
void findings_done(struct findings *findings);

/* Whether one of them has this text. */
bool findings_have(const struct findings *findings, const char *text);
/* Whether one with this id is at this place. */
bool findings_have_at(const struct findings *findings, const char *id,
		      struct check_place place);
/* Drops what is from second on of which one from first on says the same. */
void findings_drop_repeated(struct findings *findings, size_t first, size_t second);
/* Whether one has this level. */
bool findings_have_level(const struct findings *findings, enum check_level level);

/* A list of names for one sentence: "a, b, c". Not more than a few are shown to people,
 * and all to programs: see findings_write_short. The caller ends it, also as cleanup. */
struct check_names {
	char *text; /* owned; NULL: there is none */
	size_t count;
};

void check_names_done(struct check_names *names);
void check_names_add(struct check_names *names, const char *name);
/* Adds "mfa-enroll VERB USER REST", to be typed as it is; rest may be "". */
void check_commands_add(struct check_names *commands, const char *verb, const char *user,
			const char *rest);

/* Copies of a finding's text, which the caller frees: for people, where a list of many
 * names ends in "..."; and whole. NULL: out of memory. */
char *findings_write_short(const struct finding *finding);
char *findings_write_whole(const struct finding *finding);
