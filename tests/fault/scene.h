/* What the fault drivers share: a host in a throwaway root, the ways to log in that are
 * tried, what must be true after each, and what is printed. */
#pragma once

#include <sys/types.h>

#include "mfa/host.h"

/* One way to call the module. */
struct way {
	const char *name;
	const char *service; /* pam.d file: see services[] in scene.c */
	const char *user;
	const char *password; /* typed in front of the code, or NULL */
	bool is_right;	      /* the code is the user's next one */
	bool is_account;      /* faults hit the account phase, not auth */
	bool skips_auth;
	bool is_in_short; /* the short form tries its allocations too */
	int expected;	  /* the PAM code when nothing fails */
};

extern const struct way ways[];
extern const size_t way_count;

/* What stands for PAM_IGNORE: the stack answers so when the module takes no part. */
extern const int scene_ignored;

/* What a login left behind. It lies in memory that the login's process shares. */
struct outcome {
	int code;      /* of the phase that faults hit */
	int auth_code; /* of auth before an account phase */
	bool is_done;
	bool has_leaked_memory;
	int open_fds[2]; /* before and after */
	int guards[2];	 /* guard pages of locked blocks, before and after */
	size_t allocations;
	char site[512]; /* the failed allocation: the product's functions on the stack */
};

struct scene {
	char folder[64];
	char config_path[96];
	char record_path[128];
	char audit_path[96];
	char code[64]; /* what the conversation answers */
	struct mfa_host host;
	unsigned char *record_bytes; /* as enrolled */
	off_t audit_size;
	uint64_t lines; /* in the audit trail */
	int log_fd;	/* /dev/log, where syslog(3) goes */
	struct outcome *outcome;
};

/* Ends the program. */
void die(const char *what) __attribute__((noreturn));

/* Makes the host below a fresh folder. Refuses to run outside a throwaway root. */
void scene_open(struct scene *scene, const char *module);
void scene_close(struct scene *scene);

/* Puts the record and the audit trail back to what scene_open made, sets the code that
 * way types, and clears outcome. */
void scene_reset(struct scene *scene, const struct way *way);

/* What the drivers hook into the login: called right before and behind the phase. */
struct hooks {
	void (*begin)(void *context);
	void (*end)(void *context);
	void *context;
};

/* Logs in and fills outcome; for a child process. */
void scene_login(struct scene *scene, const struct way *way, const struct hooks *hooks);

/* Checks what must hold after any login, whatever failed: the record is the old or the
 * new one, the audit trail whole, nothing left open, PAM_SUCCESS only with the new
 * record and its line, and the next login works. Says what does not, else NULL. */
const char *scene_check(struct scene *scene, const struct way *way);

/* Runs work in a child, with a limit of time; returns its wait status. */
int scene_run_child(void (*work)(void *context), void *context);

/* Counts cases and prints one line each; a failure says what. */
struct report {
	unsigned passed;
	unsigned failed;
};
void report_ok(struct report *report, const char *name, const char *format, ...)
	MFA_PRINTF(3, 4);
void report_fail(struct report *report, const char *name, const char *format, ...)
	MFA_PRINTF(3, 4);
/* Writes the numbers to a file; the exit status. */
int report_finish(const struct report *report, const char *tally);

/* The command line of both drivers. */
struct options {
	bool wants_all; /* the long form */
	bool wants_list;
	const char *tally;
	const char *module;
	char ways[128]; /* names, each between spaces; "": all */
};
struct options options_parse(int argc, char **argv);
bool options_want(const struct options *options, const struct way *way);

/* The name of a PAM code. */
const char *code_name(int code);
