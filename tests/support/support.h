/* SPDX-License-Identifier: BSD-2-Clause */
/* What the unit tests share: temporary folders, tokens and codes, a host, a scripted
 * dialog, processes. Helpers fail the running test themselves. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

#include <cmocka.h>

#include "mfa/auth.h"
#include "mfa/oath.h"
#include "sandbox.h"

/* A moment at which a time step of 30 s and one of 60 s begin. */
enum {
	NOW = 1800000000,
	STEP = NOW / 30,
	EXIT_SKIPPED = 77, /* meson's exit code for a skipped test */
};

/* Prepares the library, and makes a process that is not root the root of a user
 * namespace. False, with the reason on standard error, where that cannot be: the tests
 * fail then. */
bool can_run_tests(void);
/* For tests that need several users, set-uid programs or all of root's capabilities; they
 * belong to the suite "root" and are skipped where this says that it is not there. */
bool is_root(void);

/* Runs a group from main: group_main("unit", tests). */
#define group_main(name, tests)                                                       \
	(can_run_tests() && cmocka_run_group_tests_name(name, tests, NULL, NULL) == 0 \
		 ? EXIT_SUCCESS                                                       \
		 : EXIT_FAILURE)
/* The same with tests that need root. */
#define root_group_main(name, tests) (is_root() ? group_main(name, tests) : EXIT_SKIPPED)

/* Fails the test with the diagnosis unless err is MFA_OK. */
void assert_done(int err, const struct mfa_diag *diag);

void write_bytes(const char *path, const void *bytes, size_t len);
void write_text(const char *path, const char *text); /* both: mode 0600 */
size_t read_bytes(const char *path, void *buffer, size_t size);
char *read_text(const char *path); /* the caller frees it */

/* An OATH token to make. */
struct token_spec {
	enum mfa_kind kind;
	enum mfa_hash hash;
	unsigned digits;
	unsigned period;
	const char *secret;
	uint64_t counter; /* as struct mfa_oath's */
	int drift;
	enum mfa_state state;
};

extern const struct token_spec totp_spec; /* SHA-1, 6 digits, 30 s */
extern const struct token_spec hotp_spec; /* SHA-1, 6 digits, counter 0 */

void make_token(const struct token_spec *spec, struct mfa_token *ret_token);
/* The token's state as its factor left it; points into the token. */
struct mfa_oath read_token(const struct mfa_token *token);

struct code {
	char text[16];
};

/* The code of a counter or a time step, straight from liboath. */
struct code code_of(const struct token_spec *spec, uint64_t counter);
/* One that none of the counters around is right for. */
struct code wrong_code(const struct token_spec *spec, uint64_t counter);

/* A zone with the defaults of mfa.conf. */
struct mfa_zone default_zone(void);

/* A store key that is the same in every test. */
struct mfa_secret test_key(unsigned char first);

/* A host in a sandbox: configuration, key, store with its decoys, audit trail. */
struct test_host {
	struct sandbox box;
	struct mfa_secret key;
	struct mfa_site host;
};

/* host_lines are written into [host], zone_lines into [zone main] and behind it. Without
 * a line "factors" only typed codes are taken. */
void host_open(struct test_host *host, const char *host_lines, const char *zone_lines);
/* The same with a store of before there were many decoys: with the common one alone. */
void host_open_old(struct test_host *host);
void host_close(struct test_host *host);
/* For cmocka: *state is a struct test_host with the default configuration. */
int host_setup(void **state);
int host_teardown(void **state);
#define on_host(test) cmocka_unit_test_setup_teardown(test, host_setup, host_teardown)

void enroll(struct mfa_store *store, const char *user, const struct token_spec *specs,
	    size_t count);
/* The same with tokens of any kind. */
void enroll_tokens(struct mfa_store *store, const char *user,
		   const struct mfa_token *tokens, size_t count);
/* The stored record of a user, which must exist. The caller frees it. */
struct mfa_record *stored_record(struct mfa_store *store, const char *user);

/* A dialog that gives one answer, or several, and keeps what it was asked and told. */
struct script {
	const char *answer;
	size_t len; /* 0: strlen(answer) */
	int err;    /* not MFA_OK: returned instead of an answer */
	/* Instead of answer: one for each question, NULL behind the last; then the person
	 * gives up. */
	const char *const *answers;
	/* Called at each question, before the answer. */
	void (*meanwhile)(void *context, unsigned question);
	void *context;
	unsigned asked;
	unsigned told;
	char prompt[256];
	char prompts[4][256]; /* the first questions */
	char line[1024];
};

struct mfa_dialog script_dialog(struct script *script);

/* Whether work, in a thread of its own, leaves these bytes on its stack. */
bool leaves_on_stack(const void *bytes, size_t len, void (*work)(void *context),
		     void *context);

/* Starts work in a process of its own. */
pid_t start_process(int (*work)(void *context, unsigned index), void *context);
/* The same, and waits until it has opened the file at path:
 * for what happens while it waits for a lock there. */
pid_t start_opening(const char *path, int (*work)(void *context, unsigned index),
		    void *context);
/* How many descriptors of the process are of this file. */
unsigned count_open(pid_t pid, const char *path);
/* The exit status of a process. */
int end_of(pid_t pid);
/* Runs work in a process of its own, whose ids and limits it may change; its exit status.
 */
int in_child(int (*work)(void));

/* Whether this process may raise hard limits, as root of a container or of a user
 * namespace may not. */
bool may_raise_limits(void);

/* Runs work in count processes that start together; returns how many of them gave back
 * (exit status) the wanted value. */
unsigned count_processes(unsigned count, int wanted,
			 int (*work)(void *context, unsigned index), void *context);
