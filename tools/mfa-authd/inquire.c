/* SPDX-License-Identifier: BSD-2-Clause */
#include "inquire.h"

#include <stdio.h>
#include <syslog.h>
#include <time.h>

#include <sodium.h>

#include "channel.h"
#include "mfa/log.h"
#include "mfa/peer.h"

enum {
	STATE_SIZE = 2048
};

struct problem {
	int err;
	const char *place; /* which cannot be written; NULL: it is another problem */
	struct mfa_diag diag;
};

static void describe(const struct desk *desk, const struct problem *problem,
		     char ret_text[static STATE_SIZE])
{
	bool is_place = problem->err != MFA_OK && problem->place != NULL;
	char hash[2 * MFA_CONFIG_HASH_SIZE + 1] = "";
	const struct mfa_config *config = desk->site.config;
	if (config != NULL)
		(void)sodium_bin2hex(hash, sizeof hash, config->hash,
				     sizeof config->hash);
	(void)snprintf(ret_text, STATE_SIZE,
		       "version: %s\nconfiguration: %s\nhash: %s\n%s%s%s%s%s%s",
		       MFA_VERSION, desk_config(desk), hash,
		       problem->err != MFA_OK ? "problem: " : "",
		       problem->err != MFA_OK ? problem->diag.text : "",
		       problem->err != MFA_OK ? "\n" : "", is_place ? "unwritable: " : "",
		       is_place ? problem->place : "", is_place ? "\n" : "");
}

/* As a login begins, and whether it could end: both are written to. */
static void look_for_problem(struct desk *desk, struct problem *ret_problem)
{
	struct mfa_diag *diag = &ret_problem->diag;
	ret_problem->err = mfa_site_refresh(desk->config, diag, &desk->site);
	if (ret_problem->err == MFA_OK)
		ret_problem->err = mfa_site_open(&desk->site, diag);
	if (ret_problem->err == MFA_OK)
		ret_problem->err =
			mfa_site_check_writable(&desk->site, diag, &ret_problem->place);
}

/* A mode that opening has mended: the next login will find nothing to tell of. */
static void report_warning(struct desk *desk, const struct mfa_diag *warned)
{
	struct mfa_diag diag = { .text = "" };
	if (warned->warned == MFA_WARNING_NONE || !desk->site.is_open)
		return;
	mfa_log(LOG_WARNING, "%s", warned->warning);
	if (mfa_audit_append_warning(desk->site.audit, warned, NULL, time(NULL), &diag) !=
	    MFA_OK)
		mfa_log(LOG_ERR, "%s", diag.text);
}

void inquire_answer(struct desk *desk, const struct visit *visit)
{
	char text[STATE_SIZE];
	struct mfa_peer peer;
	struct problem problem = { .place = NULL };
	if (mfa_peer_read(desk->connection, visit->accepted_ms, &peer) != MFA_OK ||
	    peer.uid != 0)
		return;
	look_for_problem(desk, &problem);
	report_warning(desk, &problem.diag);
	describe(desk, &problem, text);
	if (desk->site.is_open)
		mfa_site_close(&desk->site);
	channel_send(desk, MFA_AUTHD_STATE, text);
}

struct reading {
	struct mfa_store *store;
	bool has_read; /* a record, at least */
	int err;
	struct mfa_diag diag;
};

/* One that is damaged keeps out one user; of a newer version, there are others to come.
 */
static int read_record(void *context, const char *user)
{
	struct reading *reading = context;
	struct mfa_diag diag = { .text = "" };
	int err = mfa_store_read(reading->store, user, &diag,
				 mfa_store_workspace(reading->store));
	if (err == MFA_OK) {
		reading->has_read = true;
	} else if (err != MFA_ERR_NOTFOUND) {
		reading->err = err;
		reading->diag = diag;
	}
	return err == MFA_ERR_UNSUPPORTED ? err : MFA_OK;
}

/* Whether this version knows what the store has. */
static void look_into_store(struct desk *desk, struct problem *problem)
{
	struct reading reading = { .store = desk->site.store };
	int err = mfa_store_list(reading.store, read_record, &reading, &problem->diag);
	if (reading.err == MFA_ERR_UNSUPPORTED ||
	    (reading.err != MFA_OK && !reading.has_read)) {
		err = reading.err;
		problem->diag = reading.diag;
	}
	problem->err = err;
}

int inquire_test(const char *config, struct mfa_diag *diag)
{
	MFA_CLEANUP(desk_done) struct desk desk = { .config = NULL };
	struct problem problem = { .place = NULL };
	int err = desk_begin(config, false, &desk);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s", mfa_strerror(err));
	look_for_problem(&desk, &problem);
	report_warning(&desk, &problem.diag);
	if (problem.err == MFA_OK)
		look_into_store(&desk, &problem);
	if (desk.site.is_open)
		mfa_site_close(&desk.site);
	*diag = problem.diag;
	return problem.err;
}
