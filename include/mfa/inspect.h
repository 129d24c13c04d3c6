/* Whether a service of pam.d can let in somebody who has not shown password and code. */
#pragma once

#include "mfa/config.h"
#include "mfa/prove.h"

enum mfa_grade {
	MFA_GRADE_PROVED,
	MFA_GRADE_PROVED_BUT_ROOT,
	MFA_GRADE_NO_AUTH,     /* its program never asks who somebody is */
	MFA_GRADE_NOT_COVERED, /* a zone leaves it out on purpose (mfa = off) */
	MFA_GRADE_BYPASS,
	MFA_GRADE_ERROR, /* it cannot be judged: see diag */
};

enum mfa_advisory_kind {
	MFA_ADVISORY_NULLOK,	    /* an account without a password needs none */
	MFA_ADVISORY_ORACLE,	    /* tells a right password from a wrong one */
	MFA_ADVISORY_ORACLE_CHOSEN, /* the same, where pam_mfa says "explain" */
	MFA_ADVISORY_EXPLAIN,	    /* "explain", but a wrong password gets that far */
	MFA_ADVISORY_FORWARD_LATE,  /* forward_pass behind the module that asks */
	MFA_ADVISORY_FORWARD_UNUSED, /* forward_pass, but nothing behind takes the password */
	MFA_ADVISORY_ASKS_AGAIN,   /* a password module behind forward_pass asks itself */
	MFA_ADVISORY_NO_FILE,	   /* the module's file is missing */
	MFA_ADVISORY_STRANGE_FILE, /* a pam_mfa.so that is not in libpam's folders */
	MFA_ADVISORY_BAD_LINE,	   /* libpam cannot use the line, which fails */
	MFA_ADVISORY_PART_OFF,	   /* a zone leaves a part of its logins out */
	MFA_ADVISORY_UNGATED,	   /* a zone that can decide has no gate for it */
	MFA_ADVISORY_NOBODY,	   /* nobody gets in, whatever he shows */
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
	const struct mfa_config *config; /* NULL: cannot be used, and pam_mfa fails */
	struct mfa_strings modules;	 /* files in libpam's folders of modules */
	bool knows_modules;		 /* else every module counts as there */
	bool has_sshd_addresses; /* sshd names hosts to PAM by their addresses alone */
};

struct mfa_inspection {
	enum mfa_grade grade;
	struct mfa_service service;
	/* The walk that lets in: in this facility, line by line. Of an account stack: past
	 * the gate. */
	enum mfa_facility facility;
	struct mfa_proof proof;
	const struct mfa_zone *zone; /* the one that leaves the service out */
	/* Those that demand MFA and can decide at a line of pam_mfa in its auth stack. */
	const struct mfa_zone **zones;
	size_t zone_count;
	struct mfa_config **configs; /* of "conf=" arguments; owned */
	size_t config_count;
	bool is_gated; /* a zone's gate names it, and its account stack was looked at */
	bool is_gate_closed; /* and in no zone lets anybody by who skipped auth */
	size_t states;
	struct mfa_advisory advisories[MFA_ADVISORIES_MAX];
	size_t advisory_count;
	struct mfa_diag diag;
};

/* Looks for libpam's folders of modules in the tree. MFA_ERR_NOMEM. */
int mfa_inspector_init(struct mfa_inspector *inspector,
		       const struct mfa_pam_rootfs *rootfs,
		       const struct mfa_config *config) MFA_MUST_CHECK;
void mfa_inspector_done(struct mfa_inspector *inspector);

/* Inspects a service (NULL: the one for all without a file). What is wrong with it stands
 * in the result, which the caller ends with mfa_inspection_done. MFA_ERR_NOMEM. */
int mfa_inspect(const struct mfa_inspector *inspector, const char *service,
		struct mfa_inspection *ret_inspection) MFA_MUST_CHECK;
void mfa_inspection_done(struct mfa_inspection *inspection);

/* Stable words for both: "proved", "nullok". Never NULL. */
const char *mfa_grade_name(enum mfa_grade grade);
const char *mfa_advisory_name(enum mfa_advisory_kind kind);
