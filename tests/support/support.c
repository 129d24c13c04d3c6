/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <liboath/oath.h>

#include "mfa/factor.h"
#include "mfa/key.h"
#include "site_fixture.h"
#include "user_namespace.h"

const struct token_spec totp_spec = {
	.kind = MFA_KIND_TOTP,
	.hash = MFA_HASH_SHA1,
	.digits = 6,
	.period = 30,
	.secret = "12345678901234567890",
	.state = MFA_STATE_ACTIVE,
};

const struct token_spec hotp_spec = {
	.kind = MFA_KIND_HOTP,
	.hash = MFA_HASH_SHA1,
	.digits = 6,
	.secret = "12345678901234567890",
	.state = MFA_STATE_ACTIVE,
};

bool is_root(void)
{
	if (geteuid() == 0)
		return true;
	(void)fprintf(stderr, "skipped: these tests need a real root\n");
	return false;
}

bool can_run_tests(void)
{
	if (geteuid() != 0 && !user_namespace_enter())
		return false;
	(void)umask(022);
	return mfa_init() == MFA_OK;
}

void assert_done(int err, const struct mfa_diag *diag)
{
	if (err != MFA_OK)
		fail_msg("%s: %s", mfa_strerror(err), diag->text);
}

void write_bytes(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	assert_int_equal(close(fd), 0);
}

void write_text(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text));
}

size_t read_bytes(const char *path, void *buffer, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ssize_t len = read(fd, buffer, size);
	assert_true(len >= 0);
	assert_int_equal(close(fd), 0);
	return (size_t)len;
}

char *read_text(const char *path)
{
	enum {
		SIZE = 1 << 20
	};
	char *text = calloc(1, SIZE);
	assert_non_null(text);
	(void)read_bytes(path, text, SIZE - 1);
	return text;
}

void make_token(const struct token_spec *spec, struct mfa_token *ret_token)
{
	struct mfa_oath oath = {
		.hash = spec->hash,
		.digits = spec->digits,
		.period = spec->period,
		.counter = spec->counter,
		.drift = spec->drift,
		.drift_base = spec->drift,
		.secret = (const unsigned char *)spec->secret,
		.secret_len = strlen(spec->secret),
	};
	*ret_token = (struct mfa_token){ .kind = spec->kind, .state = spec->state };
	(void)snprintf(ret_token->label, sizeof ret_token->label, "label");
	(void)snprintf(ret_token->created_by, sizeof ret_token->created_by, "root");
	assert_int_equal(mfa_oath_save(&oath, ret_token), MFA_OK);
}

struct mfa_oath read_token(const struct mfa_token *token)
{
	struct mfa_oath oath;
	assert_int_equal(mfa_oath_load(token, &oath), MFA_OK);
	return oath;
}

struct code code_of(const struct token_spec *spec, uint64_t counter)
{
	struct code code = { "" };
	size_t len = strlen(spec->secret);
	int flags = spec->hash == MFA_HASH_SHA256   ? OATH_TOTP_HMAC_SHA256
		    : spec->hash == MFA_HASH_SHA512 ? OATH_TOTP_HMAC_SHA512
						    : 0;
	unsigned period = spec->kind == MFA_KIND_TOTP ? spec->period : 1;
	int rc = 0;
	if (spec->kind == MFA_KIND_HOTP && spec->hash == MFA_HASH_SHA1)
		rc = oath_hotp_generate(spec->secret, len, counter, spec->digits, false,
					OATH_HOTP_DYNAMIC_TRUNCATION, code.text);
	else
		rc = oath_totp_generate2(spec->secret, len, (time_t)(counter * period),
					 period, 0, spec->digits, flags, code.text);
	assert_int_equal(rc, OATH_OK);
	return code;
}

struct code wrong_code(const struct token_spec *spec, uint64_t counter)
{
	for (unsigned guess = 0;; guess++) {
		struct code code = { "" };
		bool is_right = false;
		(void)snprintf(code.text, sizeof code.text, "%0*u", (int)spec->digits,
			       guess);
		uint64_t first = counter > 50 ? counter - 50 : 0;
		for (uint64_t at = first; at < counter + 50; at++)
			is_right |= strcmp(code_of(spec, at).text, code.text) == 0;
		if (!is_right)
			return code;
	}
}

struct mfa_zone default_zone(void)
{
	static char name[] = "main";
	return (struct mfa_zone){
		.name = name,
		.title = name,
		.factors = 1U << MFA_KIND_TOTP | 1U << MFA_KIND_HOTP,
		.max_failures = 5,
		.lock_time = 15 * 60,
		.totp_window = 1,
		.totp_drift = 10,
		.hotp_look_ahead = 10,
	};
}

struct mfa_secret test_key(unsigned char first)
{
	unsigned char bytes[MFA_KEY_SIZE];
	struct mfa_secret key = { 0 };
	for (unsigned i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(first + i);
	assert_int_equal(mfa_secret_copy(bytes, sizeof bytes, &key), MFA_OK);
	return key;
}

static void begin_host(struct test_host *host, const char *host_lines,
		       const char *zone_lines)
{
	char text[4096];
	*host = (struct test_host){ .key = test_key(1) };
	struct sandbox *box = &host->box;
	sandbox_open(box);
	write_bytes(path_in(box, "store.key"), host->key.data, host->key.len);
	(void)snprintf(
		text, sizeof text,
		"[host]\nzone = main\nlanguage = en\nstore = file:%s\nkey = file:%s\n"
		"audit = %s\n%s\n[zone main]\n%s\n%s\n",
		path_in(box, "store"), path_in(box, "store.key"),
		path_in(box, "audit.jsonl"), host_lines,
		strstr(zone_lines, "factors") == NULL ? "factors = totp hotp" : "",
		zone_lines);
	write_text(path_in(box, "mfa.conf"), text);
}

void host_open(struct test_host *host, const char *host_lines, const char *zone_lines)
{
	struct mfa_diag diag = { .text = "" };
	begin_host(host, host_lines, zone_lines);
	assert_done(
		site_fixture_open(path_in(&host->box, "mfa.conf"), &diag, &host->host),
		&diag);
}

void host_open_old(struct test_host *host)
{
	struct mfa_diag diag = { .text = "" };
	begin_host(host, "", "");
	assert_int_equal(mkdir(path_in(&host->box, "store"), 0700), 0);
	assert_int_equal(mkdir(path_in(&host->box, "store/users"), 0700), 0);
	assert_done(mfa_site_load(path_in(&host->box, "mfa.conf"), &diag, &host->host),
		    &diag);
	assert_done(mfa_site_open(&host->host, &diag), &diag);
	struct mfa_token token = { .kind = MFA_KIND_NONE };
	assert_int_equal(mfa_factor_fill_decoy(&token), MFA_OK);
	enroll_tokens(host->host.store, MFA_DECOY_USER, &token, 1);
}

void host_close(struct test_host *host)
{
	mfa_site_done(&host->host);
	mfa_secret_done(&host->key);
	sandbox_close(&host->box);
}

int host_setup(void **state)
{
	struct test_host *host = calloc(1, sizeof *host);
	if (host == NULL)
		return -1;
	host_open(host, "", "");
	*state = host;
	return 0;
}

int host_teardown(void **state)
{
	host_close(*state);
	free(*state);
	return 0;
}

void enroll(struct mfa_store *store, const char *user, const struct token_spec *specs,
	    size_t count)
{
	struct mfa_token tokens[MFA_TOKENS_MAX];
	assert_in_range(count, 0, MFA_COUNT(tokens));
	for (size_t i = 0; i < count; i++)
		make_token(&specs[i], &tokens[i]);
	enroll_tokens(store, user, tokens, count);
}

void enroll_tokens(struct mfa_store *store, const char *user,
		   const struct mfa_token *tokens, size_t count)
{
	struct mfa_record *record = mfa_record_new();
	assert_non_null(record);
	(void)snprintf(record->user, sizeof record->user, "%s", user);
	for (size_t i = 0; i < count; i++) {
		struct mfa_token *added = NULL;
		assert_int_equal(mfa_record_add(record, &tokens[i], &added), MFA_OK);
	}
	assert_int_equal(mfa_store_create(store, record, NULL), MFA_OK);
	mfa_record_free(&record);
}

struct mfa_record *stored_record(struct mfa_store *store, const char *user)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_record *record = mfa_record_new();
	assert_non_null(record);
	int err = mfa_store_read(store, user, &diag, record);
	assert_done(err, &diag);
	return record;
}

static int script_ask(void *context, const char *prompt, struct mfa_secret *ret_answer)
{
	struct script *script = context;
	unsigned question = script->asked++;
	(void)snprintf(script->prompt, sizeof script->prompt, "%s", prompt);
	if (question < MFA_COUNT(script->prompts))
		memcpy(script->prompts[question], script->prompt, sizeof script->prompt);
	if (script->meanwhile != NULL)
		script->meanwhile(script->context, question);
	if (script->err != MFA_OK)
		return script->err;
	const char *answer = script->answer;
	if (script->answers != NULL)
		answer = *script->answers != NULL ? *script->answers++ : NULL;
	if (answer == NULL)
		return MFA_ERR_ABORT;
	size_t len = script->len > 0 ? script->len : strlen(answer);
	return mfa_secret_copy(answer, len, ret_answer);
}

static void script_tell(void *context, enum mfa_tone tone MFA_UNUSED, const char *text)
{
	struct script *script = context;
	script->told++;
	(void)snprintf(script->line, sizeof script->line, "%s", text);
}

struct mfa_dialog script_dialog(struct script *script)
{
	return (struct mfa_dialog){
		.ask = script_ask,
		.tell = script_tell,
		.context = script,
	};
}
