/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole logins through mfa_auth_run: a scripted dialog, a real store. */
#pragma once

#include "support.h"

/* One login. Zeroed members: the usual thing. */
struct attempt {
	const char *user; /* NULL: taro */
	const char *answer;
	size_t len;		    /* of the answer; 0: its strlen */
	int err;		    /* the dialog's */
	const char *const *answers; /* as struct script's, and the next */
	void (*meanwhile)(void *context, unsigned question);
	void *script_context;
	int64_t now; /* 0: NOW */
	const char *password;
	bool is_unknown;
	bool is_name_service_down;
	bool is_other_name; /* of somebody, but not the own one */
	bool has_uid;	    /* the name service tells it */
	uint32_t uid;
	bool wants_password;
	bool may_explain;
	bool is_behind_password;
	uint32_t caller;
	const char *tty;
	bool is_elsewhere; /* though no remote host is named */
	int64_t (*clock)(void);
	void (*conclude)(void *context, struct mfa_auth_result *result);
	void *context;
	const char *actor;
	const char *rhost;
	const char *plugin_folder;
};

struct outcome {
	enum mfa_verdict verdict;
	enum mfa_reason reason;
	char token[MFA_TOKEN_ID_SIZE];
	char password[256];
	char diag[512];
	struct script script;
};

/* *state is a struct test_host. */
struct outcome login(void **state, struct attempt attempt);
struct outcome login_on(struct test_host *host, const struct attempt *attempt);
void assert_outcome(struct outcome outcome, enum mfa_verdict verdict,
		    enum mfa_reason reason);

/* The last line of the audit trail holds these words. */
void assert_audited(void **state, const char *words);
/* How often they are in the trail. */
unsigned count_audited(void **state, const char *words);

struct mfa_store *store_of(void **state);
/* Where a record's file is; good as long as path_in's. */
const char *record_path(void **state, const char *file);
/* What reading the user's record says. */
int read_user(void **state, const char *user);
uint32_t failures_of(void **state, const char *user);
uint32_t generation_of(void **state, const char *user);
uint64_t counter_of(void **state, const char *user); /* of the first token */

/* The decoy that the login of a user without a record works on. */
struct decoy {
	char name[MFA_DECOY_NAME_SIZE];
};

struct decoy decoy_of(void **state, const char *user);

/* For cmocka: as on_host, and taro has a token made from totp_spec. */
int enrolled_setup(void **state);
#define enrolled(test) \
	cmocka_unit_test_setup_teardown(test, enrolled_setup, host_teardown)
