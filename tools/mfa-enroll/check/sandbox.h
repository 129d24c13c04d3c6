/* SPDX-License-Identifier: BSD-2-Clause */
/* What the unit of mfa-authd and its drop-ins allow, as far as check compares it with the
 * configuration and the name service. */
#pragma once

#include "check/check.h"

#define SANDBOX_UNIT	 "mfa-authd.service"
#define SANDBOX_DROP_INS "/etc/systemd/system/" SANDBOX_UNIT ".d"

struct sandbox {
	char *unit;	    /* its file; NULL: systemd does not start mfa-authd here */
	bool is_read_only;  /* the system, but for the paths below */
	bool hides_homes;   /* no folder is bound in there either */
	bool has_own_homes; /* the same, but for bound ones */
	bool has_own_tmp;
	bool is_local;		     /* no sockets of the Internet */
	struct mfa_strings writable; /* folders and files */
	struct mfa_strings made;     /* folders that systemd makes for it: the same */
	struct mfa_strings own;	     /* where it has folders of its own, empty ones */
	struct mfa_strings bound;    /* the host's, also where it has its own */
	struct mfa_strings shown;    /* the same, to be read only */
};

/* Reads the unit of this host, or of the tree; without drop-ins of the name except,
 * unless it is NULL. */
void sandbox_read(struct check *check, const char *except, struct sandbox *ret_sandbox);
void sandbox_done(struct sandbox *sandbox);

/* Whether it has the path of the host, and can write to it. */
bool sandbox_shows(const struct sandbox *sandbox, const char *path);
bool sandbox_lets_write(const struct sandbox *sandbox, const char *path);
