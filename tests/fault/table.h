/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of system calls: how each may fail, and which failures the product may
 * get over. */
#pragma once

#include "mfa/base.h"

enum target {
	TARGET_NONE,
	TARGET_PATH, /* the first argument */
	TARGET_AT,   /* the second one, or the descriptor in the first */
	TARGET_FD,
	TARGET_ADDRESS, /* of a socket, in the second argument */
	TARGET_MAP
};

enum {
	KINDS_MAX = 72,
	ERRORS_MAX = 10
};

/* Traits of a call. */
enum {
	IS_TRANSFER = 1 << 0, /* of the length in the third argument: it may be short */
	IS_RELEASE = 1 << 1,  /* done even where it fails */
	IS_MEMORY = 1 << 2,   /* any failure is one of memory */
	IS_FILE = 1 << 3,     /* --all: fails as any file may, whatever its manual says */
};

struct call_kind {
	long number;
	const char *name;
	enum target target;
	int errors[ERRORS_MAX]; /* plausible ones, up to a 0 */
	unsigned traits;
};

/* Never NULL: there is an entry for calls that are not known. */
const struct call_kind *call_kind(long number);
size_t call_kind_index(long number);
const char *call_kind_name(size_t index);

/* Whether the call is simply made again after this error. */
bool call_is_retried(int errnum);

/* What a failing call must lead to. */
enum effect {
	REFUSES,	    /* PAM_AUTHINFO_UNAVAIL */
	REFUSES_FOR_MEMORY, /* PAM_BUF_ERR */
	GOES_ON,	    /* as if nothing had been */
	MAY_GO_ON,	    /* so, or PAM_AUTHINFO_UNAVAIL; PAM_BUF_ERR for ENOMEM */
	/* the person is asked again, and the key may answer then; or it is refused in any
	 * of the entry points above, or as if the key were not there */
	ASKS_AGAIN,
	/* as if nothing had been; or the login is broken off: PAM_CONV_ERR, or
	 * PAM_AUTHINFO_UNAVAIL where there is no verdict */
	BREAKS_OFF,
	OFFERS_NO_KEY /* as if nothing had been, but for the YubiKey in the port */
};

/* table.c gives the reason for each call that may fail without a refusal. */
enum effect call_effect(bool is_module, long number, const char *name, const char *target,
			int errnum);
