/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <liboath/oath.h>

#include "key_fixture.h"
#include "mfa/yubikey_otp.h"
#include "service_process.h"
#include "workers.h"

static const char SERVICE[] = "fixture";

/* Shared with the service; NULL: nobody has set it. */
static struct {
	_Atomic int64_t shift;
	_Atomic int64_t stand;
} * clock_hand;

void pam_fixture_die(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)fputs("fixture: ", stderr);
	(void)vfprintf(stderr, format, args);
	(void)fprintf(stderr, " (%s)\n", strerror(errno));
	va_end(args);
	exit(2);
}

void pam_fixture_report(const struct pam_fixture_case *which, bool is_good,
			const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)printf("%s %s %s%s%s: ", is_good ? "ok" : "FAIL", which->suite, which->name,
		     which->where != NULL ? "_" : "",
		     which->where != NULL ? which->where : "");
	(void)vprintf(format, args);
	(void)putchar('\n');
	(void)fflush(stdout);
	va_end(args);
}

static void make_folder(const struct pam_fixture *fixture, const char *name)
{
	char path[RIG_PATH_SIZE];
	(void)snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
	if (mkdir(path, 0700) != 0)
		pam_fixture_die("%s", path);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t len = strlen(text);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len || close(fd) != 0)
		pam_fixture_die("%s", path);
}

void pam_fixture_lay(struct pam_fixture *fixture)
{
	char text[4 * RIG_PATH_SIZE];
	char path[RIG_PATH_SIZE];
	make_folder(fixture, "etc");
	make_folder(fixture, "pam.d");
	(void)snprintf(fixture->config_path, sizeof fixture->config_path,
		       "%s/etc/mfa.conf", fixture->folder);
	(void)snprintf(text, sizeof text,
		       "[host]\nzone = fixture\nlanguage = en\nstore = file:%s/lib\n"
		       "key = file:%s/etc/store.key\naudit = %s/log/audit.jsonl\n"
		       "[zone fixture]\nservices = *\nmax_failures = 99\n"
		       "hotp_look_ahead = 2\nyubikey_any_session = yes\n%s",
		       fixture->folder, fixture->folder, fixture->folder,
		       fixture->zone != NULL ? fixture->zone : "");
	write_text(fixture->config_path, text);
	(void)snprintf(path, sizeof path, "%s/pam.d/%s", fixture->folder, SERVICE);
	(void)snprintf(text, sizeof text, "auth required %s conf=%s\n", fixture->module,
		       fixture->config_path);
	write_text(path, text);
}

void pam_fixture_make(struct pam_fixture *fixture)
{
	static const char *const init[] = { "init", "--in-memory", NULL };
	pam_fixture_lay(fixture);
	if (pam_fixture_enroll(fixture, init, NULL) != 0)
		pam_fixture_die("mfa-enroll init failed");
	pam_fixture_serve(fixture);
	pam_fixture_open(fixture);
}

static void make_clock(void)
{
	if (clock_hand == NULL)
		clock_hand = workers_memory(sizeof *clock_hand);
}

void pam_fixture_serve(struct pam_fixture *fixture)
{
	struct mfa_diag diag = { .text = "" };
	make_clock();
	if (service_start(fixture->config_path, &diag, &fixture->service) != MFA_OK)
		pam_fixture_die("%s", diag.text);
}

void pam_fixture_end_service(struct pam_fixture *fixture)
{
	service_stop(&fixture->service);
}

void pam_fixture_open(struct pam_fixture *fixture)
{
	struct mfa_diag diag = { .text = "" };
	int err = mfa_site_load(fixture->config_path, &diag, &fixture->host);
	if (err == MFA_OK)
		err = mfa_site_open(&fixture->host, &diag);
	if (err != MFA_OK)
		pam_fixture_die("%s", diag.text);
}

void pam_fixture_close(struct pam_fixture *fixture)
{
	mfa_site_done(&fixture->host);
}

void pam_fixture_fill_secret(unsigned secret, char bytes[static RIG_SECRET_LEN + 1])
{
	(void)snprintf(bytes, RIG_SECRET_LEN + 1, "%020u", secret);
}

static void save_oath(const struct pam_fixture_token *spec, struct mfa_token *token)
{
	char secret[RIG_SECRET_LEN + 1];
	pam_fixture_fill_secret(spec->secret, secret);
	const struct mfa_oath oath = {
		.hash = MFA_HASH_SHA1,
		.digits = RIG_DIGITS,
		.period = spec->kind == MFA_KIND_TOTP ? RIG_PERIOD : 0,
		.counter = spec->counter,
		.secret = (const unsigned char *)secret,
		.secret_len = RIG_SECRET_LEN,
	};
	if (mfa_oath_save(&oath, token) != MFA_OK)
		pam_fixture_die("cannot make a token");
}

static void add_token(struct mfa_record *record, const struct pam_fixture_token *spec)
{
	struct mfa_token *added = NULL;
	MFA_CLEANUP(mfa_token_free) struct mfa_token *token = mfa_token_new();
	if (token == NULL)
		pam_fixture_die("no memory");
	token->kind = spec->kind;
	token->state = MFA_STATE_ACTIVE;
	(void)snprintf(token->label, sizeof token->label, "%s", spec->label);
	if (spec->kind == MFA_KIND_TOTP || spec->kind == MFA_KIND_HOTP)
		save_oath(spec, token);
	else
		key_fixture_save(spec, token);
	if (mfa_record_add(record, token, &added) != MFA_OK)
		pam_fixture_die("cannot add a token");
}

void pam_fixture_enrol(struct pam_fixture *fixture, const char *user,
		       const struct pam_fixture_token *tokens, size_t count)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_record_free) struct mfa_record *record = mfa_record_new();
	if (record == NULL)
		pam_fixture_die("no memory");
	(void)snprintf(record->user, sizeof record->user, "%s", user);
	for (size_t i = 0; i < count; i++)
		add_token(record, &tokens[i]);
	if (mfa_store_create(fixture->host.store, record, &diag) != MFA_OK)
		pam_fixture_die("%s: %s", user, diag.text);
}

struct mfa_record *pam_fixture_read(struct pam_fixture *fixture, const char *user)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_record *record = mfa_record_new();
	if (record == NULL ||
	    mfa_store_read(fixture->host.store, user, &diag, record) != MFA_OK)
		pam_fixture_die("%s: %s", user, diag.text);
	return record;
}

struct mfa_token *pam_fixture_token_of(struct mfa_record *record, const char *label)
{
	for (size_t i = 0; i < record->token_count; i++)
		if (strcmp(record->tokens[i].label, label) == 0)
			return &record->tokens[i];
	return NULL;
}

uint64_t pam_fixture_counter_of(const struct mfa_token *token)
{
	struct mfa_oath oath = { .counter = 0 };
	struct mfa_yubikey_otp otp = { .counter = 0 };
	bool is_typed = token->kind == MFA_KIND_YUBIKEY_OTP;
	if ((is_typed ? mfa_yubikey_otp_load(token, &otp)
		      : mfa_oath_load(token, &oath)) != MFA_OK)
		pam_fixture_die("a token cannot be read");
	return is_typed ? otp.counter : oath.counter;
}

void pam_fixture_reset(struct pam_fixture *fixture, const char *user)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_record_free)
	struct mfa_record *record = pam_fixture_read(fixture, user);
	for (size_t i = 0; i < record->token_count; i++) {
		struct mfa_oath oath;
		if (mfa_oath_load(&record->tokens[i], &oath) != MFA_OK)
			pam_fixture_die("a token cannot be read");
		oath.counter = 0;
		oath.drift = 0;
		if (mfa_oath_save(&oath, &record->tokens[i]) != MFA_OK)
			pam_fixture_die("a token cannot be made anew");
	}
	mfa_lockout_clear(record);
	if (mfa_store_swap(fixture->host.store, record, &diag) != MFA_OK)
		pam_fixture_die("%s: %s", user, diag.text);
}

struct pam_fixture_code pam_fixture_code(unsigned secret, uint64_t counter)
{
	char bytes[RIG_SECRET_LEN + 1];
	struct pam_fixture_code code = { "" };
	pam_fixture_fill_secret(secret, bytes);
	if (oath_totp_generate2(bytes, RIG_SECRET_LEN, (time_t)counter, 1, 0, RIG_DIGITS,
				0, code.text) != OATH_OK)
		pam_fixture_die("liboath makes no code");
	return code;
}

struct pam_fixture_secret pam_fixture_secret(unsigned secret)
{
	char bytes[RIG_SECRET_LEN + 1];
	struct pam_fixture_secret hex = { "" };
	pam_fixture_fill_secret(secret, bytes);
	for (size_t i = 0; i < RIG_SECRET_LEN; i++)
		(void)snprintf(hex.text + 2 * i, 4, "%02x\n", (unsigned char)bytes[i]);
	return hex;
}

static char *answer(struct pam_fixture_session *session, const char *prompt)
{
	(void)snprintf(session->prompt, sizeof session->prompt, "%s", prompt);
	if (session->at_prompt != NULL && !session->was_asked)
		session->at_prompt(session->context);
	if (session->at_again != NULL && session->was_asked)
		session->at_again(session->context, prompt);
	session->was_asked = true;
	return strdup(session->code.text);
}

static int converse(int count, const struct pam_message **messages,
		    struct pam_response **ret_responses, void *context)
{
	struct pam_fixture_session *session = context;
	struct pam_response *responses = calloc((size_t)count, sizeof *responses);
	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			responses[i].resp = answer(session, messages[i]->msg);
	*ret_responses = responses;
	return PAM_SUCCESS;
}

void pam_fixture_session_open(const struct pam_fixture *fixture, const char *user,
			      struct pam_fixture_session *session)
{
	const struct pam_conv conv = { converse, session };
	char services[RIG_PATH_SIZE];
	(void)snprintf(services, sizeof services, "%s/pam.d", fixture->folder);
	if (pam_start_confdir(SERVICE, user, &conv, services, &session->handle) !=
	    PAM_SUCCESS)
		pam_fixture_die("pam_start failed");
	if (session->host != NULL &&
	    pam_set_item(session->handle, PAM_RHOST, session->host) != PAM_SUCCESS)
		pam_fixture_die("pam_set_item failed");
}

int pam_fixture_session_run(struct pam_fixture_session *session)
{
	return pam_authenticate(session->handle, 0);
}

void pam_fixture_session_close(struct pam_fixture_session *session)
{
	(void)pam_end(session->handle, PAM_SUCCESS);
	session->handle = NULL;
}

int pam_fixture_login(const struct pam_fixture *fixture, const char *user,
		      struct pam_fixture_code code)
{
	struct pam_fixture_session session = { .code = code };
	pam_fixture_session_open(fixture, user, &session);
	int answer = pam_fixture_session_run(&session);
	pam_fixture_session_close(&session);
	return answer;
}

void pam_fixture_choose_host(unsigned number, char ret_host[static PAM_FIXTURE_HOST_SIZE])
{
	(void)snprintf(ret_host, PAM_FIXTURE_HOST_SIZE, "10.%u.%u.%u",
		       number / 62500 % 250, number / 250 % 250, number % 250 + 1);
}

int pam_fixture_login_from(const struct pam_fixture *fixture, unsigned number,
			   const char *user, struct pam_fixture_code code)
{
	char host[PAM_FIXTURE_HOST_SIZE];
	struct pam_fixture_session session = { .code = code, .host = host };
	pam_fixture_choose_host(number, host);
	pam_fixture_session_open(fixture, user, &session);
	int answer = pam_fixture_session_run(&session);
	pam_fixture_session_close(&session);
	return answer;
}

int pam_fixture_memory_file(const char *text)
{
	int fd = memfd_create("fixture", MFD_CLOEXEC);
	size_t len = strlen(text);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0)
		pam_fixture_die("a file in memory");
	return fd;
}

void pam_fixture_become_enroll(const struct pam_fixture *fixture,
			       const char *const *words, int input_fd, int output_fd)
{
	const char *arguments[RIG_WORDS_MAX + 4] = { fixture->enroll, "--conf",
						     fixture->config_path };
	char *environment[] = { (char[]){ "LANG=C.UTF-8" },
				(char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" }, NULL };
	for (size_t i = 0; i < RIG_WORDS_MAX && words[i] != NULL; i++)
		arguments[i + 3] = words[i];
	if (dup2(input_fd, STDIN_FILENO) < 0 || dup2(output_fd, STDOUT_FILENO) < 0)
		_exit(127);
	char *const *copied = NULL;
	memcpy(&copied, &(const char *const *){ arguments }, sizeof copied);
	(void)execve(fixture->enroll, copied, environment);
	_exit(127);
}

int pam_fixture_enroll(const struct pam_fixture *fixture, const char *const *words,
		       const char *input)
{
	MFA_CLEANUP(mfa_close_fd)
	int in = pam_fixture_memory_file(input != NULL ? input : "");
	MFA_CLEANUP(mfa_close_fd) int out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int status = 0;
	pid_t pid = fork();
	if (pid == 0)
		pam_fixture_become_enroll(fixture, words, in, out);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		pam_fixture_die("mfa-enroll cannot run");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void pam_fixture_clock_shift(int64_t seconds)
{
	make_clock();
	clock_hand->shift = seconds;
}

void pam_fixture_clock_stop(int64_t now)
{
	make_clock();
	clock_hand->stand = now;
}

int64_t pam_fixture_now(void)
{
	struct timespec now;
	if (clock_hand != NULL && clock_hand->stand != 0)
		return clock_hand->stand;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec + (clock_hand != NULL ? clock_hand->shift : 0);
}

/* Comes before the C library's: of the service, which is this program, and for the module
 * that libpam loads. */
MFA_PUBLIC time_t time(time_t *ret_time)
{
	time_t now = (time_t)pam_fixture_now();
	if (ret_time != NULL)
		*ret_time = now;
	return now;
}

int64_t pam_fixture_ticks(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}
