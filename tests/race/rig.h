/* SPDX-License-Identifier: BSD-2-Clause */
/* What the race and crash tests share: a host in a folder of its own, its users, and
 * logins through the built module. Whatever goes wrong in here ends the program. */
#pragma once

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

struct rig {
	char folder[RIG_PATH_SIZE / 2]; /* etc/ lib/ log/ pam.d/ */
	char config_path[RIG_PATH_SIZE];
	const char *module; /* pam_mfa.so */
	const char *enroll; /* mfa-enroll */
	const char *zone;   /* more lines for the zone; NULL: none */
	struct mfa_site host;
};

_Noreturn void rig_die(const char *format, ...) MFA_PRINTF(1, 2);

/* One line of a suite's report: "ok SUITE NAME what it found", or FAIL. */
struct rig_case {
	const char *suite;
	const char *name;
	const char *where; /* the file system, or NULL */
};
void rig_report(const struct rig_case *which, bool is_good, const char *format, ...)
	MFA_PRINTF(3, 4);

/* Writes the configuration and the PAM service into rig->folder, which is there and
 * empty. rig->module and rig->enroll are set. */
void rig_lay(struct rig *rig);
/* rig_lay, mfa-enroll init, rig_open. */
void rig_make(struct rig *rig);
/* Opens rig->host; closes it. */
void rig_open(struct rig *rig);
void rig_close(struct rig *rig);

/* A token: its secret is made from a number. */
struct rig_token {
	enum mfa_kind kind;
	unsigned secret;
	uint64_t counter;
	const char *label;
};

void rig_enrol(struct rig *rig, const char *user, const struct rig_token *tokens,
	       size_t count);

/* The record of a user. The caller frees it. */
struct mfa_record *rig_read(struct rig *rig, const char *user);
/* The token with that label, or NULL. */
struct mfa_token *rig_token_of(struct mfa_record *record, const char *label);
/* The counter or last step of a token. */
uint64_t rig_counter_of(const struct mfa_token *token);
/* Forgets what was accepted, failures and locks, so that the codes of now are right. */
void rig_reset(struct rig *rig, const char *user);

struct rig_code {
	char text[48];
};

/* The code of a counter, or of a time step; rig_key.h has a YubiKey's. */
struct rig_code rig_code(unsigned secret, uint64_t counter);
void rig_fill_secret(unsigned secret, char bytes[static RIG_SECRET_LEN + 1]);
/* The secret in hexadecimal and a line feed, as add --secret-stdin hex takes it. */
struct rig_secret {
	char text[64];
} rig_secret(unsigned secret);

/* A login: the module is loaded by rig_session_open, before the clock of a race runs. */
struct rig_session {
	pam_handle_t *handle;
	struct rig_code code;		  /* the answer */
	void (*at_prompt)(void *context); /* called when the prompt is there; or NULL */
	/* called at each later one; or NULL */
	void (*at_again)(void *context, const char *prompt);
	void *context;
	bool was_asked;
	char prompt[128]; /* the last one */
};
void rig_session_open(const struct rig *rig, const char *user,
		      struct rig_session *session);
int rig_session_run(struct rig_session *session); /* pam_authenticate */
void rig_session_close(struct rig_session *session);

/* All of it; the PAM code. */
int rig_login(const struct rig *rig, const char *user, struct rig_code code);

/* Runs mfa-enroll; the exit code. words ends with NULL; input: standard input or NULL. */
int rig_enroll(const struct rig *rig, const char *const *words, const char *input);
/* Becomes mfa-enroll, with input_fd and output_fd as standard input and output. */
_Noreturn void rig_become_enroll(const struct rig *rig, const char *const *words,
				 int input_fd, int output_fd);
/* A file in memory with this text, at its beginning. */
int rig_memory_file(const char *text);

/* The clock that this process and the module in it see: the system's and an offset, or
 * a moment at which it stands. */
void rig_clock_shift(int64_t seconds);
void rig_clock_stop(int64_t now);
int64_t rig_now(void);

/* Nanoseconds since some moment, the same for all processes. */
int64_t rig_ticks(void);
