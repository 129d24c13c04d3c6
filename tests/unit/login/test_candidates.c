/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/login/candidates.c: which tokens a device is asked about. The device is this test's
 * own, and keeps what it is told. */
#include "login/candidates.h"

#include <string.h>

#include "support.h"

static char added[8];
static int add_err;

static int add_fake(const struct mfa_token *token,
		    struct mfa_device_candidates *inout_candidates)
{
	if (add_err != MFA_OK)
		return add_err;
	added[inout_candidates->count++] = token->label[0];
	return MFA_OK;
}

static const struct mfa_device_ops device_fake = { .kind = MFA_KIND_YUBIKEY,
						   .add_candidate = add_fake };

/* taro's: a suspended YubiKey "a", a code, and two YubiKeys in use, "b" and
 * "c". */
static void enroll_taro(struct test_host *host)
{
	static const char labels[] = "axbc";
	struct mfa_token tokens[4];
	for (size_t i = 0; i < MFA_COUNT(tokens); i++) {
		tokens[i] = (struct mfa_token){ .kind = MFA_KIND_YUBIKEY,
						.state = MFA_STATE_ACTIVE };
		tokens[i].label[0] = labels[i];
	}
	tokens[0].state = MFA_STATE_SUSPENDED;
	tokens[1].kind = MFA_KIND_TOTP;
	enroll_tokens(host->host.store, "taro", tokens, MFA_COUNT(tokens));
}

static int setup(void **state)
{
	int err = host_setup(state);
	if (err == 0)
		enroll_taro(*state);
	add_err = MFA_OK;
	return err;
}

#define with_taro(test) cmocka_unit_test_setup_teardown(test, setup, host_teardown)

static int find(struct test_host *host, const char *user, struct mfa_diag *diag,
		struct mfa_device_candidates *ret_candidates)
{
	const struct mfa_auth_request request = {
		.site = &host->host,
		.zone = &host->host.config->zones[0],
		.login = { .service = "test", .user = user, .now = NOW },
	};
	return candidates_find(&request, &device_fake, 0, ret_candidates, diag);
}

/* Those in use first: the others are asked too, and refused only then. */
static void all_tokens_of_the_kind_are_asked_about(void **state)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_device_candidates candidates = { .count = 0 };
	assert_done(find(*state, "taro", &diag, &candidates), &diag);
	assert_int_equal(candidates.count, 3);
	assert_int_equal(added[0], 'b');
	assert_int_equal(added[1], 'c');
	assert_int_equal(added[2], 'a');
}

/* The device is asked all the same, which takes as long. */
static void strangers_have_none_and_no_error(void **state)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_device_candidates candidates = { .count = 0 };
	assert_int_equal(find(*state, "nobody-here", &diag, &candidates), MFA_OK);
	assert_int_equal(candidates.count, 0);
	assert_string_equal(diag.text, "");
}

static void a_damaged_token_is_told_of(void **state)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_device_candidates candidates = { .count = 0 };
	add_err = MFA_ERR_INTEGRITY;
	assert_int_equal(find(*state, "taro", &diag, &candidates), MFA_ERR_INTEGRITY);
	assert_non_null(strstr(diag.text, "taro"));
}

/* A name that has come back to another person. */
static void a_record_of_another_account_gives_none(void **state)
{
	struct test_host *host = *state;
	struct mfa_diag diag = { .text = "" };
	struct mfa_device_candidates candidates = { .count = 0 };
	struct mfa_record *record = stored_record(host->host.store, "taro");
	record->has_uid = true;
	record->uid = 1001;
	assert_done(mfa_store_swap(host->host.store, record, &diag), &diag);
	mfa_record_free(&record);
	const struct mfa_auth_request request = {
		.site = &host->host,
		.zone = &host->host.config->zones[0],
		.login = { .service = "test",
			   .user = "taro",
			   .has_uid = true,
			   .uid = 1002,
			   .now = NOW },
	};
	assert_int_equal(candidates_find(&request, &device_fake, 0, &candidates, &diag),
			 MFA_OK);
	assert_int_equal(candidates.count, 0);
	assert_non_null(strstr(diag.text, "1001"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_taro(all_tokens_of_the_kind_are_asked_about),
		with_taro(strangers_have_none_and_no_error),
		with_taro(a_damaged_token_is_told_of),
		with_taro(a_record_of_another_account_gives_none),
	};
	return group_main("candidates", tests);
}
