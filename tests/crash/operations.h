/* SPDX-License-Identifier: BSD-2-Clause */
/* The operations that are cut off: logins and what mfa-enroll does, as a table. */
#pragma once

#include "state.h"
#include "steps_fixture.h"
#include "trace.h"
#include "tree.h"

enum {
	PROBES_MAX = 2,
	CONTROL_SECRET = 9
};

/* A user whom no operation touches. */
#define CONTROL_USER "hanako"

/* A login afterwards, and whether it succeeds in the state before and behind the
 * operation. */
struct probe {
	const char *user; /* NULL: none */
	unsigned secret;
	uint64_t counter;
	bool before;
	bool after;
	enum probe_code {
		PROBE_COUNTED, /* the code of counter */
		PROBE_NOW,     /* TOTP: the code of now, counter steps on */
		PROBE_TYPED,   /* what a YubiKey types, at counter */
		PROBE_TOUCHED  /* Enter, and the YubiKey in the port answers */
	} code;
};

struct operation {
	const char *name;
	/* mfa-enroll's arguments; "@" and a label: taro's token with it; none: a login
	 * of probes[0]'s user, with its code or with another's */
	const char *words[RIG_WORDS_MAX];
	const char *input; /* standard input; NULL: none */
	const char *done;  /* what it prints when it is done */
	const char *login_user;
	unsigned login_secret;
	uint64_t login_counter;
	enum probe_code login_code;
	unsigned key_secret;   /* 0: none; else a YubiKey with it is in the port */
	bool is_from_nothing;  /* begins with a folder that has a configuration alone */
	bool is_resumed;       /* what a kill leaves is completed by doing it again */
	bool is_move;	       /* the same, and there are states between old and new, in
				  which probes[0] gets in, or nobody does */
	unsigned short_stride; /* the short form takes one point in so many; 0: 7 */
	bool has_victims;      /* a login in which each process of it is killed */
	bool is_of_usb;	       /* a login in which mfa-usb is killed, and nothing else */
	bool has_power;	       /* its writes are replayed for power loss as well */
	struct probe probes[PROBES_MAX];
};

extern const struct operation operations[]; /* ends with a NULL name */

/* The state that operations begin with: made once, in fixture->folder. */
void operations_prepare(struct pam_fixture *fixture);

/* Which process of a login is traced and killed; what mfa-enroll does has one alone. */
enum victim {
	VICTIM_STEPS,	/* the steps of a worker, in a process that has nothing else to do
			 */
	VICTIM_MODULE,	/* the application, with a sound service */
	VICTIM_WORKER,	/* of the service */
	VICTIM_SERVICE, /* its parent; another is started at once */
	VICTIM_USB,	/* mfa-usb, which the steps start; the next one is let alone */
	VICTIM_COUNT
};

/* An operation under way. */
struct run {
	enum victim victim;
	struct steps_fixture steps; /* VICTIM_STEPS */
	struct steps_heard heard;
	pid_t client; /* the application, or the steps, where another is traced */
	pid_t workers[16];
	const struct operation *operation;
	struct pam_fixture *fixture;
	struct trace trace;
	int input_fd;
	int output_fd;
	struct run_shared *shared;
	const char *words[RIG_WORDS_MAX];
	char ids[RIG_WORDS_MAX][MFA_TOKEN_ID_SIZE];
};

/* Whether this build knows the operation. */
bool operation_is_known(const struct pam_fixture *fixture,
			const struct operation *operation);

/* Begins an operation in processes of its own and stops where counting begins: before the
 * login's pam_authenticate or its steps, at the beginning of mfa-enroll's main. */
void run_begin(struct run *run, struct pam_fixture *fixture,
	       const struct operation *operation, enum victim victim);
/* Whether it has told of its end: a login of any decision, mfa-enroll of its success. */
bool run_is_reported(struct run *run);
/* What the login's application was told; -1: nothing. */
int run_answer(struct run *run);
/* The victim was killed: lets the other processes come to their end. */
void run_settle(struct run *run);
/* The trace has ended. Whether the operation itself ended as it should have. */
bool run_is_good(struct run *run);
void run_done(struct run *run);

/* The login of a probe: the PAM code. */
int probe_login(const struct pam_fixture *fixture, const struct probe *probe);
