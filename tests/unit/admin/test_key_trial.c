/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/key_trial.h"

#include "mfa/key.h"
#include "mfa/seal.h"
#include "support.h"

static struct mfa_key_trial try_key(const struct test_host *host,
				    const struct mfa_secret *key)
{
	struct mfa_diag diag = { .text = "" };
	struct mfa_key_trial trial = { 0 };
	assert_done(mfa_key_try(host->host.config, key, &diag, &trial), &diag);
	return trial;
}

static void the_key_opens_every_record(void **state)
{
	struct test_host *host = *state;
	size_t decoys = try_key(host, &host->key).opened;
	assert_true(decoys >= MFA_DECOYS);
	enroll(host->host.store, "taro", &totp_spec, 1);
	struct mfa_key_trial trial = try_key(host, &host->key);
	assert_int_equal(trial.opened, decoys + 1);
	assert_int_equal(trial.closed, 0);
}

static void another_key_opens_none(void **state)
{
	struct test_host *host = *state;
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret other = test_key(77);
	struct mfa_key_trial trial = try_key(host, &other);
	assert_int_equal(trial.opened, 0);
	assert_true(trial.closed > 0);
}

/* What a rekey that was cut off has sealed anew opens, and says nothing of this key. */
static void the_next_key_opens_what_it_has_sealed(void **state)
{
	struct test_host *host = *state;
	struct mfa_diag diag = { .text = "" };
	bool is_changed = false;
	enroll(host->host.store, "taro", &totp_spec, 1);
	enroll(host->host.store, "hanako", &totp_spec, 1);
	size_t all = try_key(host, &host->key).opened;
	assert_done(mfa_key_create_next(host->host.config->key, &host->key, &diag),
		    &diag);
	assert_done(mfa_site_use_next(&host->host, &diag), &diag);
	assert_done(mfa_store_reseal(host->host.store, "taro", &diag, &is_changed),
		    &diag);
	struct mfa_key_trial trial = try_key(host, &host->key);
	assert_int_equal(trial.opened, all - 1);
	assert_int_equal(trial.closed, 0);
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret other = test_key(77);
	trial = try_key(host, &other);
	assert_int_equal(trial.opened, 0);
	assert_int_equal(trial.closed, all - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_host(the_key_opens_every_record),
		on_host(another_key_opens_none),
		on_host(the_next_key_opens_what_it_has_sealed),
	};
	return group_main("key_trial", tests);
}
