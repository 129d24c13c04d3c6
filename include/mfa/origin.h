/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the person is: at this machine, or somewhere else. A program's word is no proof
 * of it (many that serve a network name no host to PAM); the kernel's and logind's are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "mfa/zone.h"

enum {
	ORIGIN_NAME_SIZE = 64
};

/* A session as systemd-logind has it written down (/run/systemd/sessions). */
struct origin_session {
	bool is_there;
	char id[ORIGIN_NAME_SIZE];   /* also that of its scope */
	char seat[ORIGIN_NAME_SIZE]; /* "": none */
	char display[ORIGIN_NAME_SIZE];
	unsigned vt; /* number of its virtual terminal; 0: none */
	uid_t uid;   /* whose it is */
	bool is_remote;
	bool is_greeter;
	pid_t leader;
	/* The leader is root's own process, as login and a display manager: su of a
	 * person's has a session made too, and tells logind what it is told. */
	bool is_by_root;
};

/* What the kernel says of a process, and logind of its session. */
struct origin {
	uid_t real_uid;
	bool has_logind;	       /* it runs on this host */
	bool is_in_scope;	       /* the control group is a session's */
	bool is_in_service;	       /* it is a service of the system */
	struct origin_session session; /* of the scope */
	/* Of a greeter whose parent is this process's as well, at the named display. */
	struct origin_session greeter;
	bool is_audited;
	unsigned long audit_session;
	unsigned vt;	   /* virtual terminal that is the process's own; 0: none */
	unsigned vt_above; /* ... or that of a parent in the same audit session */
};

/* What the program told PAM; NULL or "" where it told nothing. */
struct origin_claims {
	const char *service;
	const char *rhost;
	const char *display; /* PAM_XDISPLAY, or PAM_TTY where that is a display */
	const char *host;    /* this machine's own name */
};

/* Whether there are facts that prove, with these claims, that the person is at this
 * machine: if not, none have to be read. */
bool origin_may_be_local(uid_t real_uid, const struct origin_claims *claims);

/* Whether facts and claims together prove that the person is at this machine. In doubt
 * not. */
bool origin_proves_local(const struct origin *origin, const struct origin_claims *claims);

/* Whether the session is the user's own, or there is none yet: su to somebody else is in
 * the caller's. */
bool origin_is_own(const struct origin *origin, uid_t user);

/* Whether both processes are in the same control groups and audit session: one that has
 * started the other without leaving them is. In doubt not. */
bool origin_are_together(pid_t one, pid_t other);

/* Whether kernel and logind alone say that the process serves somebody at this machine: a
 * reason to keep a place for it, and no proof for a token. The process may say later that
 * it serves others. */
bool origin_is_here(const struct origin *origin);

/* Reads the facts of a process, and of its parents where there is no logind. real_uid: of
 * the person's process, which may have started this one. claims: NULL: it has told
 * nothing yet, and its greeter may be at any display. What cannot be read proves
 * nothing. */
void origin_read(pid_t pid, uid_t real_uid, const struct origin_claims *claims,
		 struct origin *ret_origin);

/* All of it; the machine's name is found out. */
enum mfa_place origin_place(pid_t pid, uid_t real_uid, uid_t user,
			    const struct origin_claims *claims);
