/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process that takes steps of logins has, whichever login it is. */
#pragma once

#include "crowd.h"
#include "fold.h"
#include "mfa/language.h"
#include "mfa/secret.h"
#include "mfa/site.h"

struct desk {
	const char *config;    /* --conf, or NULL */
	bool is_once;	       /* this process is there for one login alone */
	char once_config[256]; /* then config, as the module named it */
	int connection;	       /* of the login whose step is being taken */
	/* in which its program shows questions, and lines */
	enum mfa_charset question_charset;
	enum mfa_charset line_charset;
	struct mfa_site site;	  /* kept from step to step (mfa_site_refresh) */
	struct mfa_secret packet; /* the last message, which may be a code */
	/* What the parent says with the step: the sources from which no login may begin,
	 * and the lines to be held back. None in a process of its own. */
	struct crowd crowd;
	struct fold_list held;
	/* What became of a line that may be. */
	struct fold_told told;
	bool is_worn; /* something failed: another process is to go on */
};

/* The caller ends ret_desk with desk_done. MFA_ERR_NOMEM. */
int desk_begin(const char *config, bool is_once, struct desk *ret_desk) MFA_MUST_CHECK;
void desk_done(struct desk *desk);

/* The configuration's path, and whether a module's conf= ("": none) means it. */
const char *desk_config(const struct desk *desk);
bool desk_has_config(const struct desk *desk, const char *path);

/* Has the one login of this process use another configuration. */
void desk_use_config(struct desk *desk, const char *path);
