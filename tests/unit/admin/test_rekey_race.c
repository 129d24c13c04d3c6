/* SPDX-License-Identifier: BSD-2-Clause */
/* lib/admin/rekey.c while others are at work. */
#include "login.h"
#include "mfa/rekey.h"

static int login_often(void *context, unsigned index)
{
	struct test_host *host = context;
	const char *user = index % 2 == 0 ? "taro" : "jiro";
	for (unsigned i = 0; i < 60; i++) {
		struct mfa_site mine = { 0 };
		const char *path = path_in(&host->box, "mfa.conf");
		if (mfa_site_load(path, NULL, &mine) != MFA_OK)
			return 1;
		struct test_host other = { .host = mine };
		const struct attempt attempt = { .user = user, .answer = "wrong!" };
		struct outcome outcome = login_on(&other, &attempt);
		mfa_site_done(&other.host);
		if (outcome.verdict != MFA_DENY)
			return 2;
	}
	return 0;
}

static int64_t moment(void)
{
	return NOW;
}

/* Every other one changes the trail's half too. */
static int rekey_often(void *context)
{
	struct test_host *host = context;
	for (int i = 0; i < 5; i++) {
		const struct mfa_rekey_options options = { .clock = moment,
							   .has_trail = i % 2 == 0 };
		struct mfa_rekey_report report = { 0 };
		struct mfa_site mine = { 0 };
		const char *path = path_in(&host->box, "mfa.conf");
		if (mfa_site_load(path, NULL, &mine) != MFA_OK ||
		    mfa_site_open(&mine, NULL) != MFA_OK ||
		    mfa_rekey_run(&mine, &options, NULL, &report) != MFA_OK)
			return 1;
		mfa_site_done(&mine);
	}
	return 0;
}

static int login_or_rekey(void *context, unsigned index)
{
	return index == 0 ? rekey_often(context) : login_often(context, index);
}

static void logins_go_on_while_keys_change(void **state)
{
	struct test_host *host = *state;
	struct mfa_diag diag = { .text = "" };
	enroll(host->host.store, "taro", &totp_spec, 1);
	enroll(host->host.store, "jiro", &totp_spec, 1);
	mfa_site_done(&host->host); /* nobody holds the key */
	assert_int_equal(count_processes(5, 0, login_or_rekey, *state), 5);
	assert_done(mfa_site_load(path_in(&host->box, "mfa.conf"), &diag, &host->host),
		    &diag);
	assert_done(mfa_site_open(&host->host, &diag), &diag);
	uint64_t lines = 0;
	assert_int_equal(mfa_audit_verify(host->host.audit, NULL, &lines), MFA_OK);
	assert_int_equal(lines, 4 * 60 + 3); /* with the bridges */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_host(logins_go_on_while_keys_change),
	};
	return group_main("rekey_race", tests);
}
