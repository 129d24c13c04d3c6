/* SPDX-License-Identifier: BSD-2-Clause */
/* race --module PATH --enroll PATH --where NAME [--rounds N] [--keys] FOLDER: the race
 * test on one file system; with --keys what needs software keys in the ports, alone.
 * Prints a line for each case; exit status 1 when one was not good. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "race.h"

enum {
	ROUNDS = 2000
};

static const struct {
	const char *name;
	bool (*run)(struct race *race);
	unsigned limit; /* seconds, after which it is stuck; rounds come on top */
	bool wants_keys;
} cases[] = {
	{ "one_code", race_one_code, 60, false },
	{ "wrong_codes", race_wrong_codes, 60, false },
	{ "own_users", race_own_users, 60, false },
	{ "changes", race_changes, 60, false },
	{ "rekey", race_rekey, 60, false },
	{ "strangers", race_strangers, 60, false },
	{ "decoys", race_decoys, 60, false },
	{ "prompt", race_prompt, 15, false },
	{ "one_key", race_one_key, 60, true },
	{ "held_key", race_held_key, 60, true },
};

static const char *volatile running;

/* A process that waits for ever: the others die with this one. */
static void give_up(int signal_number MFA_UNUSED)
{
	static const char text[] = ": stuck: a process waits and waits\n";
	(void)!write(STDOUT_FILENO, "FAIL race ", 10);
	(void)!write(STDOUT_FILENO, running, strlen(running));
	(void)!write(STDOUT_FILENO, text, sizeof text - 1);
	_exit(1);
}

static bool run_case(struct race *race, size_t number)
{
	running = cases[number].name;
	if (signal(SIGALRM, give_up) == SIG_ERR)
		pam_fixture_die("no alarm");
	(void)alarm(cases[number].limit + race->rounds / 10);
	bool is_good = cases[number].run(race);
	(void)alarm(0);
	return is_good;
}

static bool read_options(int argc, char **argv, struct race *race, const char **ret_only)
{
	static const struct option options[] = {
		{ "module", required_argument, NULL, 'm' },
		{ "enroll", required_argument, NULL, 'e' },
		{ "where", required_argument, NULL, 'w' },
		{ "rounds", required_argument, NULL, 'r' },
		{ "only", required_argument, NULL, 'o' },
		{ "keys", no_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 },
	};
	int code = 0;
	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (code == 'm')
			race->fixture.module = optarg;
		else if (code == 'e')
			race->fixture.enroll = optarg;
		else if (code == 'w')
			race->where = optarg;
		else if (code == 'r')
			race->rounds = (unsigned)strtoul(optarg, NULL, 10);
		else if (code == 'o')
			*ret_only = optarg;
		else if (code == 'k')
			race->has_keys = true;
		else
			return false;
	}
	return optind + 1 == argc && race->fixture.module != NULL &&
	       race->fixture.enroll != NULL && race->rounds > 0;
}

int main(int argc, char **argv)
{
	struct race race = { .where = "here", .rounds = ROUNDS };
	const char *only = NULL;
	bool is_good = true;
	if (!read_options(argc, argv, &race, &only)) {
		(void)fprintf(stderr,
			      "usage: race --module PATH --enroll PATH [--where NAME] "
			      "[--rounds N] [--only CASE] [--keys] FOLDER\n");
		return 2;
	}
	(void)umask(022);
	(void)snprintf(race.fixture.folder, sizeof race.fixture.folder, "%s",
		       argv[optind]);
	if (mfa_init() != MFA_OK)
		pam_fixture_die("the library cannot be used");
	if (race.has_keys)
		race.fixture.zone = race_key_zone;
	pam_fixture_make(&race.fixture);
	for (size_t i = 0; i < MFA_COUNT(cases); i++)
		if (cases[i].wants_keys == race.has_keys &&
		    (only == NULL || strcmp(only, cases[i].name) == 0))
			is_good = run_case(&race, i) && is_good;
	pam_fixture_close(&race.fixture);
	pam_fixture_end_service(&race.fixture);
	return is_good ? 0 : 1;
}
