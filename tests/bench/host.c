/* SPDX-License-Identifier: BSD-2-Clause */
#include "host.h"

#include "mfa/text.h"
#include "site_fixture.h"

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
	if (mfa_init() != MFA_OK)
		bench_die("libmfa cannot be used");
	int err = site_fixture_open(config_path, &diag, ret_host);
	if (err != MFA_OK)
		bench_die("%s", diag.text);
}
