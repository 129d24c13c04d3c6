/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a service of pam.d can admit somebody without password and code. */
#pragma once

#include "mfa/config.h"
#include "mfa/prove.h"

enum mfa_grade {
	MFA_GRADE_PROVED,
	MFA_GRADE_PROVED_BUT_ROOT,
	MFA_GRADE_NO_AUTH,     /* its program never calls pam_authenticate */
	MFA_GRADE_NOT_COVERED, /* a zone switches MFA off for it (mfa = off) */
	MFA_GRADE_LOCKED_OUT,  /* a mistake in a line keeps everybody out, but root */
	MFA_GRADE_BYPASS,
	MFA_GRADE_ERROR, /* it cannot be inspected: see diag */
};

/* Whether nobody gets around pam_mfa, whom it asks, but perhaps root. */
static inline bool mfa_grade_is_proved(enum mfa_grade grade)
{
	return grade == MFA_GRADE_PROVED || grade == MFA_GRADE_PROVED_BUT_ROOT;
}

enum mfa_advisory_kind {
	MFA_ADVISORY_NULLOK,	     /* an account without a password needs none */
	MFA_ADVISORY_ORACLE,	     /* tells a right password from a wrong one */
	MFA_ADVISORY_ORACLE_CHOSEN,  /* the same, where pam_mfa says "explain" */
	MFA_ADVISORY_EXPLAIN,	     /* "explain", but a wrong password reaches it */
	MFA_ADVISORY_FORWARD_LATE,   /* forward_pass after the module that asks */
	MFA_ADVISORY_FORWARD_UNUSED, /* forward_pass, but no later module takes it */
	MFA_ADVISORY_FORWARD_GATED,  /* forward_pass, and a gate: it refuses everybody */
	MFA_ADVISORY_ASKS_AGAIN,   /* a password module after forward_pass asks itself */
	MFA_ADVISORY_NO_FILE,	   /* the module's file is missing */
	MFA_ADVISORY_STRANGE_FILE, /* a pam_mfa.so that is not in libpam's folders */
	MFA_ADVISORY_BAD_LINE,	   /* libpam cannot use the line: it fails */
	MFA_ADVISORY_PART_OFF,	   /* a zone switches MFA off for some of its logins */
	MFA_ADVISORY_UNGATED,  /* a zone that can decide has no gate for the service */
	MFA_ADVISORY_NOBODY,   /* nobody can log in, whatever they show */
	MFA_ADVISORY_MISSPELT, /* libpam cannot read the control: the line fails */
	MFA_ADVISORY_BAD_ARGUMENT, /* pam_mfa does not know an argument: it fails */
	MFA_ADVISORY_NO_CONFIG,	   /* pam_mfa cannot read its configuration: it fails */
	MFA_ADVISORY_NO_ZONE,	   /* "zone=", but no zone has the name: it fails */
	MFA_ADVISORY_ASKS_TWICE,   /* pam_mfa asks here, and at another line as well */
	MFA_ADVISORY_UNKNOWN, /* a way without a password goes through a module of which
				 nothing is known */
};

struct mfa_advisory {
	enum mfa_advisory_kind kind;
	const struct mfa_stack_line *line; /* or NULL */
	const struct mfa_zone *zone; /* MFA_ADVISORY_PART_OFF, MFA_ADVISORY_UNGATED */
};

enum {
	MFA_ADVISORIES_MAX = 32
};

/* What services are inspected against. */
struct mfa_inspector {
	struct mfa_pam_rootfs rootfs;
	const struct mfa_config *config; /* NULL: it cannot be read, and pam_mfa fails */
	struct mfa_strings modules;	 /* files in libpam's folders of modules */
	struct mfa_strings module_paths; /* of each of these, in the same order */
	struct mfa_strings impostors;	 /* those that are another one by that name */
	bool knows_modules;		 /* else every module is taken to exist */
	bool is_debian;			 /* some modules differ elsewhere */
	bool has_sshd_addresses; /* sshd gives PAM addresses only, never host names */
};

struct mfa_inspection {
	enum mfa_grade grade;
	struct mfa_service service;
	/* The path that admits somebody: the facility, and its lines. In an account
	 * stack: past the gate. */
	enum mfa_facility facility;
	struct mfa_proof proof;
	/* MFA_GRADE_LOCKED_OUT: the line with the mistake, and what it is. */
	const struct mfa_stack_line *culprit;
	enum mfa_advisory_kind fault;
	const struct mfa_zone *zone; /* the one that switches MFA off */
	/* Those that demand MFA and can decide at a line of pam_mfa in the auth stack. */
	const struct mfa_zone **zones;
	size_t zone_count;
	struct mfa_config **configs; /* of "conf=" arguments; owned */
	size_t config_count;
	bool is_gated; /* a zone's gate names it, so its account stack was inspected */
	bool is_gate_closed; /* and no zone lets anybody pass who skipped auth */
	size_t states;
	struct mfa_advisory advisories[MFA_ADVISORIES_MAX];
	size_t advisory_count;
	struct mfa_diag diag;
};

/* Lists libpam's folders of modules below the root; for a folder of service files none,
 * since this machine's modules are not its own. MFA_ERR_NOMEM. */
int mfa_inspector_init(struct mfa_inspector *inspector,
		       const struct mfa_pam_rootfs *rootfs,
		       const struct mfa_config *config) MFA_MUST_CHECK;
void mfa_inspector_done(struct mfa_inspector *inspector);

/* Where the module of the line is (below the root), borrowed; NULL: that is not known, or
 * it is missing. */
const char *mfa_module_path(const struct mfa_inspector *inspector,
			    const struct mfa_stack_line *line);

/* Inspects a service (NULL: "other"). What is wrong with it is in the result, which the
 * caller ends with mfa_inspection_done. MFA_ERR_NOMEM. */
int mfa_inspect(const struct mfa_inspector *inspector, const char *service,
		struct mfa_inspection *ret_inspection) MFA_MUST_CHECK;
void mfa_inspection_done(struct mfa_inspection *inspection);

/* Where the file is that conf= of the line names, with the root; the caller frees it.
 * NULL: the line has no conf=, or out of memory. */
char *mfa_line_config_path(const struct mfa_inspector *inspector,
			   const struct mfa_stack_line *line);
/* The configuration that a line of pam_mfa was inspected with, borrowed; NULL: it could
 * not be used. */
const struct mfa_config *mfa_inspection_config(const struct mfa_inspector *inspector,
					       const struct mfa_inspection *inspection,
					       const struct mfa_stack_line *line);

/* What is to be proved of the auth and the account phase. */
struct mfa_claim mfa_inspect_claim(enum mfa_facility facility);

/* Stable names: "proved", "nullok". Never NULL. */
const char *mfa_grade_name(enum mfa_grade grade);
const char *mfa_advisory_name(enum mfa_advisory_kind kind);
