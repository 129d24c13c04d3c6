/* What "check" has found: services and what each of them proves, and other findings. Each
 * part of it looks at one thing, in a file of its own. */
#pragma once

#include "cli/app.h"
#include "mfa/inspect.h"

enum check_level {
	CHECK_NOTE,
	CHECK_WARNING, /* nobody gets around, but something is not as it should be */
	CHECK_HOLE     /* somebody can get around, or nobody can tell */
};

struct check_item {
	enum check_level level;
	const char *id; /* a stable word */
	char *file;	/* or NULL */
	unsigned line;	/* or 0 */
	char *text;	/* in the person's language */
};

struct check_service {
	char *name;
	bool is_other; /* stands for every service without a file */
	/* A greeter's autologin that is switched off: nothing uses the service. */
	bool is_unused;
	struct mfa_inspection inspection;
};

struct check {
	struct app *app;
	const char *root; /* "" for this host */
	bool is_live;	  /* this host itself: programs may be asked */
	const char *pam_folder;
	const char *only;		 /* --service, or NULL */
	const struct mfa_config *config; /* NULL when it cannot be used */
	struct mfa_inspector inspector;
	struct check_service *services;
	size_t service_count;
	struct check_item *items;
	size_t item_count;
	int err; /* MFA_ERR_NOMEM: something is missing in here */
};

/* Where something was found; file NULL: nowhere in particular. */
struct check_place {
	const char *file;
	unsigned line;
};

/* A list of names for one sentence: the first few of them. */
struct check_names {
	char text[512];
	size_t count;
};

void check_names_add(struct check_names *names, const char *name);
/* Adds "mfa-enroll VERB USER REST", to be typed as it stands; rest may be "". */
void check_commands_add(struct check_names *commands, const char *verb, const char *user,
			const char *rest);

#define CHECK_NOWHERE ((struct check_place){ NULL, 0 })

void check_add(struct check *check, enum check_level level, const char *id,
	       struct check_place place, const char *format, ...) MFA_PRINTF(5, 6);
void check_done(struct check *check);

/* The service of that name, or NULL when there is none or it is not looked at. */
const struct check_service *check_find_service(const struct check *check,
					       const char *name);
/* Whether a login that skips auth is refused by the account stack of the service. */
bool check_is_gated(const struct check *check, const char *name);
/* Whether a zone leaves out all logins of the service. */
bool check_is_left_out(const struct check *check, const char *name);

/* Whether the service is to be looked at (--service). */
bool check_wants(const struct check *check, const char *service);

/* The parts. */
void check_services(struct check *check);
void check_sshd(struct check *check);
void check_greeters(struct check *check);
void check_consoles(struct check *check);
void check_sudo(struct check *check);
void check_polkit(struct check *check);
void check_files(struct check *check);
void check_logrotate(struct check *check);
void check_grace(struct check *check);
void check_local(struct check *check);
void check_host(struct check *check);
void check_people(struct check *check);
void check_accounts(struct check *check);
void check_orphans(struct check *check);

/* Whether sshd names hosts to PAM by addresses alone: UseDNS is off. */
bool check_has_sshd_addresses(struct check *check);
void check_clock(struct check *check);
void check_locks(struct check *check);

/* Whether the greeter of this autologin service logs in by itself. */
bool check_has_autologin(const struct check *check, const char *service);

/* Whether people without an authenticator get in without one in this zone now. */
bool check_grace_is_running(const struct mfa_zone *zone);
/* Tells so, or that it is over, of a zone with grace_until. The caller frees it; NULL: out
 * of memory. */
char *check_grace_text(const struct app *app, const struct mfa_zone *zone);

/* Tells which zone decides for the user, the service and the remote host in words. */
enum exit_code check_explain(struct app *app, char *const *words, int count)
	MFA_MUST_CHECK;

/* The report. */
bool check_is_passed(const struct check *check);
void check_print(const struct check *check);
int check_print_json(const struct check *check) MFA_MUST_CHECK;

/* Sentences about a note of the prover, and a grade's word. */
const char *check_note_text(const struct app *app, enum mfa_advisory_kind kind);
enum check_level check_note_level(enum mfa_advisory_kind kind);
