/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fault drivers share: a host in a throwaway root, the entry points that are
 * tried, and what must be true after each. Faults hit the steps of mfa-authd, in a
 * process that plays the service; or the module, which has a sound service. */
#pragma once

#include <sys/types.h>

#include "mfa/site.h"

/* One login, and how the module is called. */
struct entry_point {
	const char *name;
	const char *service; /* pam.d file: see services[] in fixture.c */
	const char *user;
	const char *password; /* typed in front of the code, or NULL */
	enum mfa_kind
		kind;	 /* HOTP, YUBIKEY_OTP; YUBIKEY: Enter, and the key in the port */
	bool is_right;	 /* the code is the user's next one; the key holds the secret */
	bool is_module;	 /* faults hit the module, not the service */
	bool is_account; /* faults hit the account phase, not auth */
	bool skips_auth;
	bool is_in_short; /* the short form tries its allocations too */
	unsigned part;	  /* the short form tries one call or allocation of so many */
	int expected;	  /* the PAM code when nothing fails */
};

extern const struct entry_point entry_points[];
extern const size_t entry_point_count;

/* Instead of PAM_IGNORE: the stack answers so when the module takes no part. */
extern const int fault_fixture_ignored;

/* What a login left behind. It lies in memory that the login's process shares. */
struct outcome {
	int code;      /* of the phase that faults hit */
	int auth_code; /* of auth before an account phase */
	bool is_done;
	bool has_leaked_memory;
	bool has_session; /* the service has a device or a site open */
	int open_fds[2];  /* before and after */
	int guards[2];	  /* guard pages of locked blocks, before and after */
	size_t allocations;
	char site[512]; /* the failed allocation: the product's functions on the stack */
};

struct fault_fixture {
	char folder[64];
	char config_path[96];
	char record_path[128];
	char audit_path[96];
	char code[80]; /* what the conversation answers */
	struct mfa_site host;
	unsigned char *record_bytes; /* as enrolled */
	off_t audit_size;
	uint64_t lines; /* in the audit trail */
	pid_t service;	/* mfa-authd, for the module; 0: none */
	pid_t log;	/* who reads /dev/log, where syslog(3) goes */
	struct outcome *outcome;
};

/* Makes the host below a fresh folder. Refuses to run outside a throwaway root. */
void fault_fixture_open(struct fault_fixture *fixture, const char *module);
void fault_fixture_close(struct fault_fixture *fixture);

/* Puts the record and the audit trail back to what fault_fixture_open made, sets the code
 * that entry point types, and clears outcome. */
void fault_fixture_reset(struct fault_fixture *fixture, const struct entry_point *entry);

/* The person's tokens: the user, the secret of all, and the counter that
 * fault_fixture_open gives them. A YubiKey that is touched has no counter: when it was
 * used it counts as one more.
 */
extern const char fault_fixture_user[];
extern const char fault_fixture_secret[];
enum {
	SCENE_COUNTER = 7
};
enum mfa_kind fault_fixture_kind(size_t token);
enum {
	SCENE_TOKENS = 3
};

/* Sets the code of that counter, behind the password if there is one. */
void fault_fixture_set_code(struct fault_fixture *fixture,
			    const struct entry_point *entry, uint64_t counter);

/* keys.c: the person's YubiKey. */
void keys_save(enum mfa_kind kind, struct mfa_token *token);
/* What it types at a counter. */
void keys_type(uint64_t counter, char *code, size_t size);
/* It is in the port, or one with another secret is. */
void keys_plug(bool is_right);
/* Until nobody asks it any more: what a login before has left behind ends by a deadline
 * of its own. */
void keys_wait(void);

/* What the drivers hook into the login: called right before and behind the phase. */
struct hooks {
	void (*begin)(void *context);
	void (*end)(void *context);
	void *context;
};

/* Logs in and fills outcome; for a child process. */
void fault_fixture_login(struct fault_fixture *fixture, const struct entry_point *entry,
			 const struct hooks *hooks);

/* steps.c: the same of what the service does. */
void fault_fixture_take_steps(struct fault_fixture *fixture,
			      const struct entry_point *entry, const struct hooks *hooks);

/* Checks what must hold after any login, whatever failed: the record is the old or the
 * new one, the audit trail whole, nothing left open, PAM_SUCCESS only with the new
 * record and its line, and the next login works. Says what does not, else NULL. */
const char *fault_fixture_check(struct fault_fixture *fixture,
				const struct entry_point *entry);

/* Runs work in a child, with a limit of time; returns its wait status. */
int fault_fixture_run_child(void (*work)(void *context), void *context);
