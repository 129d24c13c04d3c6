/* SPDX-License-Identifier: BSD-2-Clause */
/* What closes a way around: one change of pam.d or mfa.conf, tried out on the stack. */
#pragma once

#include "mfa/inspect.h"

enum mfa_cure_kind {
	MFA_CURE_NONE,		  /* no single change closes it */
	MFA_CURE_REQUIRE,	  /* make the line required */
	MFA_CURE_BE_STRICT,	  /* give it [success=ok default=bad] */
	MFA_CURE_MOVE,		  /* put the line before the other */
	MFA_CURE_REQUIRE_OTHER,	  /* the line is not reached: make the other required */
	MFA_CURE_MOVE_OR_REQUIRE, /* either of these two */
	MFA_CURE_TAKE_OUT,	  /* the line lets in by itself */
	MFA_CURE_ADD_LAST,  /* add a required line of the module to the file, behind... */
	MFA_CURE_ADD_FIRST, /* or before its other lines of the phase */
	MFA_CURE_NAME,	    /* name the line's module in password_modules */
	MFA_CURE_NAME_STRICTLY, /* and give it [success=ok default=bad] */
	MFA_CURE_INSTALL,	/* the line's module is missing */
	MFA_CURE_GATE,		/* name the service in the zone's gate */
};

struct mfa_cure {
	enum mfa_cure_kind kind;
	const struct mfa_stack_line *line;  /* of the inspection, or NULL */
	const struct mfa_stack_line *other; /* the same */
	/* MFA_CURE_MOVE to before what the line's file includes: the first line of that
	 */
	const struct mfa_stack_line *before;
	const char *file;	     /* of the service, or NULL */
	const char *module;	     /* to be added, or NULL */
	const struct mfa_zone *zone; /* of MFA_CURE_GATE */
	bool is_whole; /* with it the phase is proved; else other ways are left */
};

/* For an inspection whose grade is MFA_GRADE_BYPASS, with the service that it was made
 * for. MFA_ERR_NOMEM. */
int mfa_cure_find(const struct mfa_inspector *inspector, const char *service,
		  struct mfa_inspection *inspection, struct mfa_cure *ret_cure)
	MFA_MUST_CHECK;

/* A stable name: "move". Never NULL. */
const char *mfa_cure_name(enum mfa_cure_kind kind);
