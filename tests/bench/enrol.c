/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes records through lib/store. usage: bench-enrol CONFIG totp|hotp|yubikey USER...
 * A user "STEM*COUNT" means COUNT users STEM1, STEM2, ... A user who has a record
 * already gets it anew: no time step is remembered. */
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mfa/yubikey_driver.h"

enum {
	BENCH_SERIAL = 7654321, /* yubikey.py has it too */
	BAR = 40,
	PROGRESS_EVERY = 250
};

struct enrolment {
	struct mfa_site host;
	struct mfa_record *record;
	struct mfa_token *token;
};

static int save_key(struct mfa_token *token)
{
	const struct mfa_yubikey key = { .serial = BENCH_SERIAL,
					 .slot = 2,
					 .secret = (const unsigned char *)bench_secret };
	return mfa_yubikey_save(&key, token);
}

static void prepare_token(struct mfa_token *token, enum mfa_kind kind)
{
	const struct mfa_oath oath = {
		.hash = MFA_HASH_SHA1,
		.digits = 6,
		.period = kind == MFA_KIND_TOTP ? 30 : 0,
		.secret = (const unsigned char *)bench_secret,
		.secret_len = strlen(bench_secret),
	};
	token->kind = kind;
	token->state = MFA_STATE_ACTIVE;
	int err =
		kind == MFA_KIND_YUBIKEY ? save_key(token) : mfa_oath_save(&oath, token);
	if (err != MFA_OK)
		bench_die("cannot make a token");
}

static void enrol(struct enrolment *enrolment, const char *user)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_token *added = NULL;
	struct mfa_record *record = enrolment->record;
	struct mfa_store *store = enrolment->host.store;
	int err = mfa_store_read(store, user, &diag, record);
	if (err == MFA_OK)
		err = mfa_store_remove(store, record, &diag);
	if (err == MFA_OK || err == MFA_ERR_NOTFOUND) {
		memset(record, 0, sizeof *record);
		(void)snprintf(record->user, sizeof record->user, "%s", user);
		err = mfa_record_add(record, enrolment->token, &added);
	}
	if (err == MFA_OK)
		err = mfa_store_create(store, record, &diag);
	if (err != MFA_OK)
		bench_die("%s", diag.text);
}

static void show_progress(uint64_t done, uint64_t all)
{
	int full = (int)(done * BAR / all);
	if (!isatty(STDERR_FILENO) || (done % PROGRESS_EVERY != 0 && done != all))
		return;
	(void)fprintf(stderr, "\renrolling [%.*s%*s] %llu of %llu", full,
		      "########################################", BAR - full, "",
		      (unsigned long long)done, (unsigned long long)all);
	if (done == all)
		(void)fputs("\r\033[K", stderr);
}

static void enrol_many(struct enrolment *enrolment, const char *pattern)
{
	const char *star = strchr(pattern, '*');
	if (star == NULL) {
		enrol(enrolment, pattern);
		return;
	}
	uint64_t count = bench_number(star + 1);
	for (uint64_t i = 1; i <= count; i++) {
		char user[MFA_USER_SIZE];
		(void)snprintf(user, sizeof user, "%.*s%llu", (int)(star - pattern),
			       pattern, (unsigned long long)i);
		enrol(enrolment, user);
		show_progress(i, count);
	}
}

int main(int argc, char **argv)
{
	enum mfa_kind kind = argc > 3 ? mfa_kind_from_name(argv[2]) : MFA_KIND_NONE;
	if (kind != MFA_KIND_TOTP && kind != MFA_KIND_HOTP && kind != MFA_KIND_YUBIKEY) {
		(void)fprintf(stderr, "usage: %s CONFIG totp|hotp|yubikey USER...\n",
			      argv[0]);
		return 2;
	}
	struct enrolment enrolment = { 0 };
	bench_open_host(argv[1], &enrolment.host);
	enrolment.record = mfa_record_new();
	enrolment.token = mfa_token_new();
	if (enrolment.record == NULL || enrolment.token == NULL)
		bench_die("out of memory");
	prepare_token(enrolment.token, kind);
	for (int i = 3; i < argc; i++)
		enrol_many(&enrolment, argv[i]);
	mfa_record_free(&enrolment.record);
	mfa_token_free(&enrolment.token);
	mfa_site_done(&enrolment.host);
	return 0;
}
