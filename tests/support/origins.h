/* SPDX-License-Identifier: BSD-2-Clause */
/* What real programs told PAM, and where they were: the captured files of origins/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	CAPTURED_MAX_PARENTS = 16,
	CAPTURED_MAX_GREETERS = 4,
};

#define CAPTURED_UNSET UINT32_MAX /* no loginuid, no audit session */

struct captured_terminal {
	unsigned major;
	unsigned minor; /* 0:0: none */
};

struct captured_process {
	pid_t pid;
	uid_t uid;
	struct captured_terminal terminal;
	uint32_t audit_session;
	const char *name; /* as the kernel cuts it: 15 bytes */
};

/* A file of /run/systemd/sessions. */
struct captured_session {
	const char *id; /* the file's name; NULL: there is none */
	char *record;	/* its text, line by line as logind wrote it; NULL as above */
};

struct captured_greeter {
	struct captured_session session;
	pid_t leader_parent; /* of the session's LEADER; 0: unknown */
};

/* Strings live as long as the origin. Items that the program did not set are NULL; that
 * is not the same as "". */
struct captured {
	char *name; /* of the file, without .txt */
	const char *program;
	const char *version;
	const char *captured;
	const char *note; /* or NULL */
	bool is_local;	  /* what is demanded of the product */
	const char *phase;
	const char *service;
	const char *user;
	const char *tty;
	const char *rhost;
	const char *ruser;
	const char *xdisplay;
	uid_t real_uid;
	uid_t effective_uid;
	uid_t saved_uid;
	const char *cgroup; /* the line "0::/..." of /proc/self/cgroup, without its end */
	uint32_t loginuid;
	uint32_t sessionid;
	struct captured_terminal terminal;
	pid_t pid;
	const char *process;				       /* its name */
	struct captured_process parents[CAPTURED_MAX_PARENTS]; /* the nearest first */
	size_t n_parents;
	struct captured_session session; /* in whose scope the process is */
	struct captured_greeter greeters[CAPTURED_MAX_GREETERS];
	size_t n_greeters;
	char *text; /* holds the strings */
};

struct origins {
	struct captured *list; /* by name */
	size_t count;
};

/* Reads a file's text into an origin without a name. Returns 0, or the number of the line
 * that is wrong, or one more than there are when a line is missing; then there is nothing
 * to free. */
unsigned captured_parse(const char *text, struct captured *ret_origin);
void captured_done(struct captured *origin);

/* Reads all files NAME.txt of the folder; fails the running test at the first bad one. */
void origins_load(const char *folder, struct origins *ret_origins);
void origins_done(struct origins *origins);
