/* SPDX-License-Identifier: BSD-2-Clause */
/* The records that belong to nobody, found among all. */
#pragma once

#include "cli/app.h"
#include "records/accounts.h"

struct orphan_record {
	char *user;
	enum orphan kind; /* not ORPHAN_NONE */
	bool has_uid;
	uint32_t uid;	   /* the record's */
	uid_t account_uid; /* the account's, where there is one */
	size_t tokens;
	int64_t last_success;
};

struct orphans {
	struct orphan_record *items; /* in the order of their names */
	size_t count;
	size_t size;
	size_t records; /* that were looked at */
	struct accounts accounts;
};

/* Looks at all records that can be read. Zero *orphans before, and end it with
 * orphans_done. MFA_ERR_NOMEM, or what listing the records said. */
int orphans_collect(struct app *app, struct orphans *orphans) MFA_MUST_CHECK;

/* The same for a command: of all records, or of those of these names. A record that
 * cannot be read is complained of, and the others follow; signals stop it. */
enum exit_code orphans_find(struct app *app, char *const *names, int count,
			    struct orphans *orphans) MFA_MUST_CHECK;
void orphans_done(struct orphans *orphans);

/* Takes out those of other kinds than these: bits 1 << kind. */
void orphans_keep(struct orphans *orphans, unsigned kinds);

/* Whether the user is among them. */
bool orphans_have(const struct orphans *orphans, const char *user);

/* Whether the name service could be asked for all of them; complains of the first that it
 * could not be asked for. */
bool orphans_are_sure(const struct app *app, const struct orphans *orphans);

/* Prints a table of them. */
void orphans_print(const struct orphans *orphans);

/* What is done to one of them; ret_is_done: it is, whatever comes of its line. */
typedef enum exit_code orphan_change_fn(struct app *app,
					const struct orphan_record *orphan,
					const void *context, bool *ret_is_done);

/* Does it to each; signals stop it between two records. The first failure that is no
 * reason to leave the others out comes back at the end. ret_done: to how many. */
enum exit_code orphans_each(struct app *app, const struct orphans *orphans,
			    orphan_change_fn *change, const void *context,
			    size_t *ret_done);
