/* SPDX-License-Identifier: BSD-2-Clause */
#include "host.h"

#include "mfa/key.h"
#include "mfa/text.h"

const char bench_secret[] = "12345678901234567890";

uint64_t bench_number(const char *text)
{
	int64_t number = 0;
	if (mfa_text_parse_number(text, &number) != MFA_OK)
		bench_die("%s: not a number", text);
	return (uint64_t)number;
}

void bench_open_host(const char *config_path, struct mfa_site *ret_host)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	bool is_made = false;
	if (mfa_init() != MFA_OK)
		bench_die("libmfa cannot be used");
	int err = mfa_site_load(config_path, &diag, ret_host);
	if (err != MFA_OK)
		bench_die("%s", diag.text);
	const struct mfa_config *config = ret_host->config;
	err = mfa_key_load(config->key, &diag, &key);
	if (err == MFA_ERR_NOTFOUND)
		err = mfa_key_create(config->key, &diag);
	if (err == MFA_OK && key.len == 0)
		err = mfa_key_load(config->key, &diag, &key);
	if (err == MFA_OK)
		err = mfa_store_prepare(config->store, &key, mfa_factor_fill_decoy, &diag,
					&is_made);
	if (err == MFA_OK)
		err = mfa_site_open(ret_host, &diag);
	if (err != MFA_OK)
		bench_die("%s", diag.text);
}
