/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of "check" share: what they look at, and what they have found. */
#pragma once

#include "check/findings.h"
#include "cli/app.h"
#include "mfa/cure.h"

struct check_service {
	char *name;
	bool is_other; /* for every service without a file */
	/* A greeter's autologin that is switched off: nothing uses the service. */
	bool is_unused;
	/* The switch that is on, with its place: nothing else closes the way, since the
	 * greeter asks nobody. Owned; NULL: it is no such service. */
	char *autologin;
	struct mfa_inspection inspection;
	struct mfa_cure cure; /* of a way around */
};

struct check {
	struct app *app;
	const char *root; /* "" for this host */
	char *root_path;  /* or NULL; owned */
	bool is_live;	  /* this host itself: programs may be asked */
	const char *pam_folder;
	const char *libpam;		 /* --libpam, or NULL */
	const char *only;		 /* --service, or NULL */
	const struct mfa_config *config; /* NULL when it cannot be used */
	struct mfa_inspector inspector;
	struct check_service *services;
	size_t service_count;
	struct findings findings;
	struct mfa_strings programs; /* that are here, and were looked at */
	struct mfa_strings unknown;  /* that are here, and were not */
};

void check_add(struct check *check, enum check_level level, const char *id,
	       struct check_place place, const char *format, ...) MFA_PRINTF(5, 6);
void check_service_done(struct check_service *service);
void check_done(struct check *check);

/* The same, unless this has been found at that place before. */
void check_add_once(struct check *check, enum check_level level, const char *id,
		    struct check_place place, const char *format, ...) MFA_PRINTF(5, 6);

/* Something on this machine that may let people in, and of which nothing is known. */
void check_add_unknown(struct check *check, const char *name);

/* "a, b, c", which the caller frees; NULL: out of memory. */
char *check_join_names(const struct mfa_strings *names);

/* The configuration that is looked at, with the root; the caller frees it. NULL: out of
 * memory. */
char *check_config_path(const struct check *check);

/* Whether the service is to be looked at (--service). */
bool check_wants(const struct check *check, const char *service);

/* The service of that name, or NULL when there is none or it is not looked at. */
const struct check_service *check_find_service(const struct check *check,
					       const char *name);
/* What is proved of a service, also of one that is not looked at for itself. */
struct check_verdict {
	enum mfa_grade grade;
	bool is_gate_closed;
};
struct check_verdict check_judge(const struct check *check, const char *name);

/* Whether a login that skips auth is refused by the account stack of the service. */
bool check_is_gated(const struct check *check, const char *name);
/* Whether a zone leaves out all logins of the service. */
bool check_is_left_out(const struct check *check, const char *name);

/* Whether everything is proved, and nothing found that is a hole or locks
 * everybody out. */
bool check_is_passed(const struct check *check);
