/* SPDX-License-Identifier: BSD-2-Clause */
#include "stack.h"

#include <string.h>
#include <time.h>

#include <liboath/oath.h>

#include "host.h"

struct bench_login bench_login_parse(char *const words[static 3])
{
	static const char hotp[] = "hotp:";
	struct bench_login login = { .service = words[0], .user = words[1] };
	if (strcmp(words[2], "totp") == 0) {
		login.factor = BENCH_TOTP;
	} else if (strncmp(words[2], hotp, strlen(hotp)) == 0) {
		login.factor = BENCH_HOTP;
		login.counter = bench_number(words[2] + strlen(hotp));
	} else if (strcmp(words[2], "none") != 0) {
		bench_die("%s: not a factor", words[2]);
	}
	return login;
}

/* A module that refuses a right code may have used it up or not: every second refusal
 * moves on to the next. */
static void prepare_code(struct bench_login *login)
{
	uint64_t counter = login->counter + login->refused / 2;
	if (login->factor == BENCH_NO_CODE)
		return;
	if (login->factor == BENCH_TOTP)
		counter = (uint64_t)time(NULL) / 30;
	if (oath_hotp_generate(bench_secret, strlen(bench_secret), counter, 6, false,
			       OATH_HOTP_DYNAMIC_TRUNCATION, login->code) != OATH_OK)
		bench_die("cannot make a code");
}

static void count(struct bench_login *login, bool is_accepted)
{
	if (!is_accepted) {
		login->refused++;
		return;
	}
	login->counter += 1 + login->refused / 2;
	login->refused = 0;
}

bool bench_login_run(struct bench_login *login, double *ret_us)
{
	prepare_code(login);
	bool is_accepted = bench_authenticate(login->service, login->user, login->code,
					      NULL, ret_us);
	count(login, is_accepted);
	return is_accepted;
}
