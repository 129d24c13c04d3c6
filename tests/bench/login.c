/* How long one login takes, beside the disk write that it cannot do without. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <liboath/oath.h>
#include <security/pam_appl.h>

#include "mfa/host.h"
#include "mfa/key.h"
#include "mfa/oath.h"

enum {
	ROUNDS_DEFAULT = 400,
	WARM_UP = 20,
	WRITE_SIZE = 1024,
	FILE_SIZE = 16384
};

static const char SECRET[] = "12345678901234567890";

struct bench {
	char folder[512];
	char config_path[600];
	struct mfa_host host;
	char code[16]; /* what the conversation answers */
	int file_fd;   /* of the bare write */
};

static void die(const char *what)
{
	(void)fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		die(path);
}

static void prepare_host(struct bench *bench)
{
	char text[4096];
	char path[600];
	struct mfa_diag diag = { "" };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	bool is_made = false;
	(void)snprintf(bench->config_path, sizeof bench->config_path, "%s/mfa.conf",
		       bench->folder);
	(void)snprintf(
		text, sizeof text,
		"[host]\nstore = file:%s/store\nkey = file:%s/key\naudit = %s/audit\n"
		"[zone bench]\nservices = *\n",
		bench->folder, bench->folder, bench->folder);
	write_file(bench->config_path, text);
	(void)snprintf(path, sizeof path, "file:%s/key", bench->folder);
	if (mfa_key_create(path, &diag) != MFA_OK ||
	    mfa_host_load(bench->config_path, &diag, &bench->host) != MFA_OK ||
	    mfa_key_load(path, &diag, &key) != MFA_OK ||
	    mfa_store_prepare(bench->host.config->store, &key, &diag, &is_made) !=
		    MFA_OK ||
	    mfa_host_open(&bench->host, &diag) != MFA_OK) {
		(void)fprintf(stderr, "bench: %s\n", diag.text);
		exit(1);
	}
	(void)snprintf(path, sizeof path, "%s/bench", bench->folder);
	(void)snprintf(text, sizeof text,
		       "auth required %s conf=%s\naccount required pam_permit.so\n",
		       getenv("PAM_MFA_SO"), bench->config_path);
	write_file(path, text);
}

static void enrol(struct bench *bench, const char *user, enum mfa_kind kind)
{
	struct mfa_diag diag = { "" };
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	MFA_CLEANUP(mfa_token_free) struct mfa_token *token = mfa_token_new();
	struct mfa_token *added = NULL;
	const struct mfa_oath oath = {
		.hash = MFA_HASH_SHA1,
		.digits = 6,
		.period = kind == MFA_KIND_TOTP ? 30 : 0,
		.secret = (const unsigned char *)SECRET,
		.secret_len = strlen(SECRET),
	};
	token->kind = kind;
	token->state = MFA_STATE_ACTIVE;
	(void)snprintf(record->user, sizeof record->user, "%s", user);
	if (mfa_oath_save(&oath, token) != MFA_OK ||
	    mfa_record_add(record, token, &added) != MFA_OK ||
	    mfa_store_create(bench->host.store, record, &diag) != MFA_OK)
		die("enrol");
}

/* Forgets the last accepted step, outside the measured time, so that the code of now is
 * right again; for HOTP gives the next counter. */
static uint64_t next_factor(struct bench *bench, const char *user, enum mfa_kind kind)
{
	struct mfa_diag diag = { "" };
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	struct mfa_oath oath;
	if (mfa_store_read(bench->host.store, user, &diag, record) != MFA_OK ||
	    mfa_oath_load(&record->tokens[0], &oath) != MFA_OK)
		die("read");
	if (kind == MFA_KIND_HOTP)
		return oath.counter;
	oath.counter = 0;
	if (mfa_oath_save(&oath, &record->tokens[0]) != MFA_OK ||
	    mfa_store_swap(bench->host.store, record, &diag) != MFA_OK)
		die("reset");
	return (uint64_t)time(NULL) / 30;
}

static int converse(int count, const struct pam_message **messages MFA_UNUSED,
		    struct pam_response **ret_responses, void *context)
{
	const struct bench *bench = context;
	struct pam_response *responses = calloc((size_t)count, sizeof *responses);
	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		responses[i].resp = strdup(bench->code);
	*ret_responses = responses;
	return PAM_SUCCESS;
}

static double now_us(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* pam_authenticate alone, after a handle that has the module loaded. */
static double time_login(struct bench *bench, const char *user, enum mfa_kind kind)
{
	const struct pam_conv conv = { converse, bench };
	pam_handle_t *handle = NULL;
	uint64_t factor = next_factor(bench, user, kind);
	if (oath_totp_generate2(SECRET, strlen(SECRET), (time_t)factor, 1, 0, 6, 0,
				bench->code) != OATH_OK)
		die("code");
	if (pam_start_confdir("bench", user, &conv, bench->folder, &handle) !=
	    PAM_SUCCESS)
		die("pam_start");
	double before = now_us();
	int code = pam_authenticate(handle, 0);
	double after = now_us();
	(void)pam_end(handle, code);
	if (code != PAM_SUCCESS) {
		(void)fprintf(stderr, "bench: a right code was refused: %d\n", code);
		exit(1);
	}
	return after - before;
}

static double time_write(struct bench *bench)
{
	static const char block[WRITE_SIZE] = { 1 };
	double before = now_us();
	if (pwrite(bench->file_fd, block, sizeof block, 8192) != (ssize_t)sizeof block ||
	    fdatasync(bench->file_fd) != 0)
		die("bare write");
	return now_us() - before;
}

static void prepare_file(struct bench *bench)
{
	static const char zeros[FILE_SIZE] = { 0 };
	char path[600];
	(void)snprintf(path, sizeof path, "%s/bare", bench->folder);
	bench->file_fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (bench->file_fd < 0 || pwrite(bench->file_fd, zeros, sizeof zeros, 0) < 0 ||
	    fsync(bench->file_fd) != 0)
		die(path);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return (x > y) - (x < y);
}

static double quantile(double *samples, size_t count, double at)
{
	qsort(samples, count, sizeof *samples, compare);
	return samples[(size_t)(at * (double)(count - 1))];
}

enum {
	BARE,
	TOTP,
	HOTP,
	SERIES
};

static void print_row(const char *name, double *samples, size_t count, double floor)
{
	double median = quantile(samples, count, 0.5);
	(void)printf("%-34s %9.0f us %9.0f us %7.2f x\n", name, median,
		     quantile(samples, count, 0.9), median / floor);
}

int main(int argc, char **argv)
{
	if (argc < 2 || getenv("PAM_MFA_SO") == NULL) {
		(void)fprintf(stderr,
			      "usage: PAM_MFA_SO=/path/pam_mfa.so %s FOLDER [ROUNDS]\n",
			      argv[0]);
		return 2;
	}
	size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : ROUNDS_DEFAULT;
	struct bench bench = { .file_fd = -1 };
	(void)snprintf(bench.folder, sizeof bench.folder, "%s", argv[1]);
	double *samples[SERIES];
	for (int i = 0; i < SERIES; i++)
		samples[i] = calloc(rounds, sizeof **samples);
	if (rounds == 0 || samples[BARE] == NULL || samples[TOTP] == NULL ||
	    samples[HOTP] == NULL || mfa_init() != MFA_OK)
		die("init");
	prepare_host(&bench);
	prepare_file(&bench);
	enrol(&bench, "root", MFA_KIND_TOTP);
	enrol(&bench, "daemon", MFA_KIND_HOTP);
	for (size_t i = 0; i < rounds + WARM_UP; i++) {
		size_t at = i < WARM_UP ? 0 : i - WARM_UP;
		samples[BARE][at] = time_write(&bench);
		samples[TOTP][at] = time_login(&bench, "root", MFA_KIND_TOTP);
		samples[HOTP][at] = time_login(&bench, "daemon", MFA_KIND_HOTP);
	}
	(void)printf("%-34s %12s %12s %9s\n", "", "median", "90 %", "ratio");
	double floor = quantile(samples[BARE], rounds, 0.5);
	print_row("bare pwrite + fdatasync", samples[BARE], rounds, floor);
	print_row("pam_mfa, TOTP", samples[TOTP], rounds, floor);
	print_row("pam_mfa, HOTP", samples[HOTP], rounds, floor);
	mfa_host_done(&bench.host);
	for (int i = 0; i < SERIES; i++)
		free(samples[i]);
	return 0;
}
