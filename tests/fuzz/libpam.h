/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of libpam that the module calls, played from a script. */
#pragma once

#include "mfa/base.h"

enum {
	LIBPAM_NO_USER = 1 << 0,
	LIBPAM_CONV_FAILS = 1 << 1,
	LIBPAM_NO_ANSWER = 1 << 2,
	LIBPAM_USER_CHANGES = 1 << 3, /* while the person is asked */
	LIBPAM_SET_DATA_FAILS = 1 << 4,
	LIBPAM_REMOTE = 1 << 5,	  /* the host is the script's text */
	LIBPAM_PASSWORD = 1 << 6, /* the same as the answer was typed before */
	LIBPAM_CONSOLE = 1 << 7,  /* the terminal is the script's text */
	LIBPAM_SILENT = 1 << 8,	  /* the program wants no messages */
	LIBPAM_NULL_ANSWER = 1 << 9,
	LIBPAM_NO_CONV = 1 << 10,
	LIBPAM_CONV_ABORTS = 1 << 11, /* with CONV_FAILS: this code, after an answer */
	LIBPAM_CONV_NO_MEMORY = 1 << 12,
	LIBPAM_SET_ITEM_FAILS = 1 << 13,
	LIBPAM_NULL_USER = 1 << 14,
	LIBPAM_ITEMS_FAIL = 1 << 15, /* all but the conversation and the user */
};

struct libpam_script {
	const char *user;
	const char *answer;
	const char *text;
	unsigned faults;
};

struct pam_handle;

struct pam_handle *libpam_start(const struct libpam_script *script);
void libpam_end(struct pam_handle *handle);
