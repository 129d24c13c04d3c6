/* SPDX-License-Identifier: BSD-2-Clause */
/* crash --module PATH --enroll PATH [--short] [--only NAME] [--keys] FOLDER: the crash
 * test; with --keys of the operations that need software keys in the ports, alone.
 * Prints a line for each case; exit status 1 when one was not good. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash.h"

enum {
	NOW = 1800000000 /* a stopped clock makes TOTP the same each time */
};

struct wishes {
	const char *only;
	bool no_kill;
	bool no_power;
};

static bool read_options(int argc, char **argv, struct crash *crash,
			 struct wishes *wishes)
{
	static const struct option options[] = {
		{ "module", required_argument, NULL, 'm' },
		{ "enroll", required_argument, NULL, 'e' },
		{ "only", required_argument, NULL, 'o' },
		{ "short", no_argument, NULL, 's' },
		{ "no-kill", no_argument, NULL, 'k' },
		{ "no-power", no_argument, NULL, 'p' },
		{ "keys", no_argument, NULL, 'y' },
		{ NULL, 0, NULL, 0 },
	};
	int code = 0;
	while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (code == 'm')
			crash->fixture.module = optarg;
		else if (code == 'e')
			crash->fixture.enroll = optarg;
		else if (code == 'o')
			wishes->only = optarg;
		else if (code == 's')
			crash->is_short = true;
		else if (code == 'k')
			wishes->no_kill = true;
		else if (code == 'p')
			wishes->no_power = true;
		else if (code == 'y')
			crash->has_keys = true;
		else
			return false;
	}
	return optind + 1 == argc && crash->fixture.module != NULL &&
	       crash->fixture.enroll != NULL;
}

static void prepare(struct crash *crash)
{
	pam_fixture_lay(&crash->fixture);
	tree_load(crash->fixture.folder, &crash->bare);
	tree_restore(&(struct tree){ .count = 0 }, crash->fixture.folder);
	operations_prepare(&crash->fixture);
	tree_load(crash->fixture.folder, &crash->before);
}

static bool kill_all(struct crash *crash, const struct operation *operation)
{
	if (operation->is_of_usb)
		return crash_kill(crash, operation, VICTIM_USB);
	bool is_good = crash_kill(crash, operation, VICTIM_STEPS);
	for (int i = VICTIM_STEPS + 1; i < VICTIM_USB && operation->has_victims; i++)
		is_good = crash_kill(crash, operation, (enum victim)i) && is_good;
	return is_good;
}

int main(int argc, char **argv)
{
	static struct crash crash;
	struct wishes wishes = { .only = NULL };
	bool is_good = true;
	if (!read_options(argc, argv, &crash, &wishes)) {
		(void)fprintf(stderr,
			      "usage: crash --module PATH --enroll PATH [--short] "
			      "[--only ACT] [--no-kill] [--no-power] [--keys] "
			      "FOLDER\n");
		return 2;
	}
	(void)umask(022);
	(void)snprintf(crash.fixture.folder, sizeof crash.fixture.folder, "%s",
		       argv[optind]);
	/* workers outlive a service that is killed, until they see it */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
		pam_fixture_die("no subreaper");
	if (mfa_init() != MFA_OK)
		pam_fixture_die("the library cannot be used");
	pam_fixture_clock_stop(NOW);
	prepare(&crash);
	for (const struct operation *operation = operations; operation->name != NULL;
	     operation++) {
		if (crash.has_keys != (operation->key_secret != 0) ||
		    (wishes.only != NULL && strcmp(wishes.only, operation->name) != 0) ||
		    !operation_is_known(&crash.fixture, operation))
			continue;
		if (!wishes.no_kill)
			is_good = kill_all(&crash, operation) && is_good;
		if (operation->has_power && !wishes.no_power)
			is_good = crash_power(&crash, operation) && is_good;
	}
	pam_fixture_end_service(&crash.fixture);
	tree_done(&crash.before);
	tree_done(&crash.bare);
	return is_good ? 0 : 1;
}
