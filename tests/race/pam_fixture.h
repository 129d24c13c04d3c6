/* SPDX-License-Identifier: BSD-2-Clause */
/* What the race and crash tests share: a host in a folder of its own, its users, and
 * logins through the built module. Whatever goes wrong in here ends the program. */
#pragma once

#include <sys/types.h>

#include <security/pam_appl.h>

#include "mfa/lockout.h"
#include "mfa/oath.h"
#include "mfa/site.h"

enum {
	RIG_PATH_SIZE = 512,
	RIG_WORDS_MAX = 16,
	RIG_DIGITS = 8, /* so many that no code fits another token by chance */
	RIG_PERIOD = 30,
	RIG_SECRET_LEN = 20,
};

struct pam_fixture {
	char folder[RIG_PATH_SIZE / 2]; /* etc/ lib/ log/ pam.d/ */
	char config_path[RIG_PATH_SIZE];
	const char *module; /* pam_mfa.so */
	const char *enroll; /* mfa-enroll */
	const char *zone;   /* more lines for the zone; NULL: none */
	struct mfa_site host;
	pid_t service; /* mfa-authd; 0: none */
};

_Noreturn void pam_fixture_die(const char *format, ...) MFA_PRINTF(1, 2);

/* One line of a suite's report: "ok SUITE NAME what it found", or FAIL. */
struct pam_fixture_case {
	const char *suite;
	const char *name;
	const char *where; /* the file system, or NULL */
};
void pam_fixture_report(const struct pam_fixture_case *which, bool is_good,
			const char *format, ...) MFA_PRINTF(3, 4);

/* Writes the configuration and the PAM service into fixture->folder, which is there and
 * empty. fixture->module and fixture->enroll are set. */
void pam_fixture_lay(struct pam_fixture *fixture);
/* pam_fixture_lay, mfa-enroll init, pam_fixture_serve, pam_fixture_open. */
void pam_fixture_make(struct pam_fixture *fixture);
/* Starts mfa-authd, in a /run of the test's own; ends it. While it is started the host
 * must not be open: who has it open holds the key. */
void pam_fixture_serve(struct pam_fixture *fixture);
void pam_fixture_end_service(struct pam_fixture *fixture);
/* Opens fixture->host; closes it. */
void pam_fixture_open(struct pam_fixture *fixture);
void pam_fixture_close(struct pam_fixture *fixture);

/* A token: its secret is made from a number. */
struct pam_fixture_token {
	enum mfa_kind kind;
	unsigned secret;
	uint64_t counter;
	const char *label;
};

void pam_fixture_enrol(struct pam_fixture *fixture, const char *user,
		       const struct pam_fixture_token *tokens, size_t count);

/* The record of a user. The caller frees it. */
struct mfa_record *pam_fixture_read(struct pam_fixture *fixture, const char *user);
/* The token with that label, or NULL. */
struct mfa_token *pam_fixture_token_of(struct mfa_record *record, const char *label);
/* The counter or last step of a token. */
uint64_t pam_fixture_counter_of(const struct mfa_token *token);
/* Forgets what was accepted, failures and locks, so that the codes of now are right. */
void pam_fixture_reset(struct pam_fixture *fixture, const char *user);

struct pam_fixture_code {
	char text[48];
};

/* The code of a counter, or of a time step; key_fixture.h has a YubiKey's. */
struct pam_fixture_code pam_fixture_code(unsigned secret, uint64_t counter);
void pam_fixture_fill_secret(unsigned secret, char bytes[static RIG_SECRET_LEN + 1]);
/* The secret in hexadecimal and a line feed, as add --secret-stdin hex takes it. */
struct pam_fixture_secret {
	char text[64];
} pam_fixture_secret(unsigned secret);

/* A login: the module is loaded by pam_fixture_session_open, before the clock of a race
 * runs. */
struct pam_fixture_session {
	pam_handle_t *handle;
	struct pam_fixture_code code;	  /* the answer */
	const char *host;		  /* where it comes from; NULL: here */
	void (*at_prompt)(void *context); /* called when the prompt is there; or NULL */
	/* called at each later one; or NULL */
	void (*at_again)(void *context, const char *prompt);
	void *context;
	bool was_asked;
	char prompt[128]; /* the last one */
};
void pam_fixture_session_open(const struct pam_fixture *fixture, const char *user,
			      struct pam_fixture_session *session);
int pam_fixture_session_run(struct pam_fixture_session *session); /* pam_authenticate */
void pam_fixture_session_close(struct pam_fixture_session *session);

/* All of it; the PAM code. */
int pam_fixture_login(const struct pam_fixture *fixture, const char *user,
		      struct pam_fixture_code code);
enum {
	PAM_FIXTURE_HOST_SIZE = 48
};

/* An address of its own for each number: many wrong codes from one place have to wait. */
void pam_fixture_choose_host(unsigned number,
			     char ret_host[static PAM_FIXTURE_HOST_SIZE]);

/* As pam_fixture_login, from there. */
int pam_fixture_login_from(const struct pam_fixture *fixture, unsigned number,
			   const char *user, struct pam_fixture_code code);

/* Runs mfa-enroll; the exit code. words ends with NULL; input: standard input or NULL. */
int pam_fixture_enroll(const struct pam_fixture *fixture, const char *const *words,
		       const char *input);
/* Becomes mfa-enroll, with input_fd and output_fd as standard input and output. */
_Noreturn void pam_fixture_become_enroll(const struct pam_fixture *fixture,
					 const char *const *words, int input_fd,
					 int output_fd);
/* A file in memory with this text, at its beginning. */
int pam_fixture_memory_file(const char *text);

/* The clock that this process, its children and the service see: the system's and an
 * offset, or a moment at which it has stopped. */
void pam_fixture_clock_shift(int64_t seconds);
void pam_fixture_clock_stop(int64_t now);
int64_t pam_fixture_now(void);

/* Nanoseconds since some moment, the same for all processes. */
int64_t pam_fixture_ticks(void);
