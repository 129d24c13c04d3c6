/* SPDX-License-Identifier: BSD-2-Clause */
/* A series: one operation, sampled many times. */
#pragma once

#include "host.h"
#include "relay.h"
#include "stack.h"

struct series;

struct series_kind {
	const char *name;
	size_t words; /* behind the kind */
	void (*prepare)(struct series *series);
	/* Microseconds; negative: refused. */
	double (*sample)(struct series *series);
};

enum {
	SERIES_WORDS_MAX = 4
};

struct series {
	const char *name;
	const struct series_kind *kind;
	char *words[SERIES_WORDS_MAX];
	double *samples;
	size_t count;
	size_t refused;
	/* of a login: */
	struct bench_login login;
	struct mfa_site host; /* where a time step must be forgotten before each login */
	char *restored;	      /* a file's text that is written back before each login */
	/* of a bare write: */
	int fd;
	/* of a service that does nothing: */
	struct relay relay;
};

/* From "NAME KIND WORD...", which is cut into pieces. KIND is
 *   write FILE                         pwrite and fdatasync in place
 *   rewrite FILE                       the same right after another
 *   relay FILE parent|direct           through a service that does nothing
 *   aead, hmac, validate               what a login computes at least
 *   login SERVICE USER FACTOR RESET    RESET: -, store:CONFIG or file:FILE */
struct series series_parse(char *text);
