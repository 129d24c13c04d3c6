/* SPDX-License-Identifier: BSD-2-Clause */
#include "series.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <liboath/oath.h>
#include <sodium.h>

#include "mfa/seal.h"

enum {
	WRITE_SIZE = 1024, /* a record of one token */
	FILE_SIZE = 16384,
	RECORD_SIZE = 640, /* the same before it is sealed */
	BATCH = 100,	   /* computations too short to be timed alone */
	PAUSE_US = 6000,
};

static void prepare_nothing(struct series *series MFA_UNUSED)
{
}

static void prepare_write(struct series *series)
{
	static const char zeros[FILE_SIZE] = { 0 };
	const char *path = series->words[0];
	series->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (series->fd < 0 ||
	    pwrite(series->fd, zeros, sizeof zeros, 0) != (ssize_t)sizeof zeros ||
	    fsync(series->fd) != 0)
		bench_die("%s", path);
}

/* No login follows another within a few milliseconds. After this pause the file's time
 * of change is a new one, which a write back to back would not have to note. */
static void pause_between(void)
{
	(void)usleep(PAUSE_US);
}

static double write_once(struct series *series)
{
	static const char block[WRITE_SIZE] = { 1 };
	off_t at = series->count % 2 == 0 ? 0 : FILE_SIZE / 2;
	double before = bench_now_us();
	if (pwrite(series->fd, block, sizeof block, at) != (ssize_t)sizeof block ||
	    fdatasync(series->fd) != 0)
		bench_die("bare write");
	return bench_now_us() - before;
}

static double sample_write(struct series *series)
{
	pause_between();
	return write_once(series);
}

static double sample_rewrite(struct series *series)
{
	pause_between();
	(void)write_once(series);
	return write_once(series);
}

static void prepare_relay(struct series *series)
{
	series->relay =
		relay_start(series->words[0], strcmp(series->words[1], "direct") == 0);
}

static double sample_relay(struct series *series)
{
	pause_between();
	return relay_sample(&series->relay);
}

static double sample_aead(struct series *series MFA_UNUSED)
{
	static const unsigned char key[MFA_KEY_SIZE] = { 1 };
	unsigned char plain[RECORD_SIZE] = { 2 };
	unsigned char sealed[RECORD_SIZE + MFA_SEAL_OVERHEAD];
	const struct mfa_span context = { key, sizeof key };
	double before = bench_now_us();
	for (int i = 0; i < BATCH; i++) {
		mfa_seal(key, context, (struct mfa_span){ plain, sizeof plain }, sealed);
		if (mfa_unseal(key, context, (struct mfa_span){ sealed, sizeof sealed },
			       plain) != MFA_OK)
			bench_die("unseal");
	}
	return (bench_now_us() - before) / BATCH;
}

static double sample_hmac(struct series *series MFA_UNUSED)
{
	static const unsigned char key[crypto_auth_hmacsha256_KEYBYTES] = { 1 };
	unsigned char record[RECORD_SIZE] = { 2 };
	double before = bench_now_us();
	for (int i = 0; i < BATCH; i++)
		(void)crypto_auth_hmacsha256(record, record, sizeof record, key);
	return (bench_now_us() - before) / BATCH;
}

/* A code that fits no step, so that all three of the window are computed. */
static double sample_validate(struct series *series MFA_UNUSED)
{
	int position = 0;
	double before = bench_now_us();
	for (int i = 0; i < BATCH; i++)
		(void)oath_totp_validate2(bench_secret, strlen(bench_secret), time(NULL),
					  30, 0, 1, &position, "xxxxxx");
	return (bench_now_us() - before) / BATCH;
}

static char *read_text(const char *path)
{
	char text[4096];
	FILE *file = fopen(path, "re");
	if (file == NULL)
		bench_die("%s", path);
	size_t len = fread(text, 1, sizeof text - 1, file);
	(void)fclose(file);
	text[len] = '\0';
	return strdup(text);
}

static void prepare_login(struct series *series)
{
	static const char store[] = "store:";
	static const char file[] = "file:";
	const char *reset = series->words[3];
	series->login = bench_login_parse(series->words);
	if (strncmp(reset, store, strlen(store)) == 0)
		bench_open_host(reset + strlen(store), &series->host);
	else if (strncmp(reset, file, strlen(file)) == 0)
		series->restored = read_text(reset + strlen(file));
}

/* Forgets the last accepted time step, so that the code of now is right again. */
static void reset_record(struct series *series)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_oath oath;
	struct mfa_store *store = series->host.store;
	struct mfa_record *record = mfa_store_workspace(store);
	int err = mfa_store_read(store, series->login.user, &diag, record);
	if (err == MFA_OK)
		err = mfa_oath_load(&record->tokens[0], &oath);
	oath.counter = 0;
	if (err == MFA_OK)
		err = mfa_oath_save(&oath, &record->tokens[0]);
	if (err == MFA_OK)
		err = mfa_store_swap(store, record, &diag);
	if (err != MFA_OK)
		bench_die("%s", diag.text);
}

/* In place, so that owner and mode stay; synced, so that nothing of it is left to write
 * while the login is timed. */
static void reset_file(const struct series *series)
{
	const char *path = strchr(series->words[3], ':') + 1;
	size_t len = strlen(series->restored);
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0 || write(fd, series->restored, len) != (ssize_t)len || fsync(fd) != 0)
		bench_die("%s", path);
}

static double sample_login(struct series *series)
{
	double us = 0;
	if (series->host.store != NULL)
		reset_record(series);
	if (series->restored != NULL)
		reset_file(series);
	pause_between();
	return bench_login_run(&series->login, &us) ? us : -1;
}

static const struct series_kind kinds[] = {
	{ "write", 1, prepare_write, sample_write },
	{ "rewrite", 1, prepare_write, sample_rewrite },
	{ "relay", 2, prepare_relay, sample_relay },
	{ "aead", 0, prepare_nothing, sample_aead },
	{ "hmac", 0, prepare_nothing, sample_hmac },
	{ "validate", 0, prepare_nothing, sample_validate },
	{ "login", 4, prepare_login, sample_login },
};

static const struct series_kind *find_kind(const char *name)
{
	for (size_t i = 0; name != NULL && i < MFA_COUNT(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	errno = 0;
	bench_die("%s: no such kind of series", name != NULL ? name : "");
}

struct series series_parse(char *text)
{
	char *rest = text;
	struct series series = { .name = strsep(&rest, " "), .fd = -1 };
	series.kind = find_kind(strsep(&rest, " "));
	for (size_t i = 0; i < series.kind->words; i++) {
		series.words[i] = strsep(&rest, " ");
		if (series.words[i] == NULL)
			bench_die("%s: words are missing", series.name);
	}
	series.kind->prepare(&series);
	return series;
}
