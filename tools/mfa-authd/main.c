/* SPDX-License-Identifier: BSD-2-Clause */
/* mfa-authd: checks logins for pam_mfa.so, in a process that nobody else has started. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "channel.h"
#include "inquire.h"
#include "listener.h"
#include "mfa/clean_process.h"
#include "mfa/limits.h"
#include "mfa/log.h"
#include "mfa/priority.h"
#include "once.h"
#include "parent.h"

static const char USAGE[] =
	"usage: mfa-authd [--listen[=PATH]] [--test] [--conf=FILE]\n"
	"\n"
	"Checks logins for pam_mfa.so. systemd starts it (systemctl status\n"
	"mfa-authd.socket); nobody needs to run it by hand. See mfa-authd(8).\n"
	"\n"
	"  --listen[=PATH]  make the socket (" MFA_AUTHD_SOCKET "); without it\n"
	"                   systemd has to pass one\n"
	"  --conf=FILE      read this configuration instead of " MFA_CONFIG_PATH "\n"
	"  --test           open configuration, key, store and trail as a login does,\n"
	"                   say what is in the way, and exit\n"
	"  --once           check one login for the program at standard input;\n"
	"                   pam_mfa.so runs this when the service cannot be reached\n"
	"  --help           show this and exit\n"
	"  --version        show the version and exit\n";

enum {
	EXIT_USAGE = 2,
	DESCRIPTORS = 4096,
	LOG_PATIENCE_MS = 200,
};

struct options {
	const char *listen; /* NULL: systemd passes the socket */
	const char *config; /* NULL: the default one */
	bool is_once;
	bool is_test;
};

static int complain_of_usage(void)
{
	(void)fputs("Try: mfa-authd --help\n", stderr);
	return EXIT_USAGE;
}

/* The exit status, or -1: go on. */
static int read_options(int argc, char **argv, struct options *ret_options)
{
	static const struct option known[] = {
		{ "listen", optional_argument, NULL, 'l' },
		{ "conf", required_argument, NULL, 'c' },
		{ "once", no_argument, NULL, 'o' },
		{ "test", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int letter = 0;
	while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1)
		switch (letter) {
		case 'l':
			ret_options->listen = optarg != NULL ? optarg : MFA_AUTHD_SOCKET;
			break;
		case 'c':
			ret_options->config = optarg;
			break;
		case 'o':
			ret_options->is_once = true;
			break;
		case 't':
			ret_options->is_test = true;
			break;
		case 'h':
			(void)fputs(USAGE, stdout);
			return EXIT_SUCCESS;
		case 'V':
			(void)puts("mfa-authd " MFA_VERSION);
			return EXIT_SUCCESS;
		default:
			return complain_of_usage();
		}
	if (optind == argc)
		return -1;
	(void)fprintf(stderr, "mfa-authd: %s: too many arguments\n", argv[optind]);
	return complain_of_usage();
}

/* To the terminal of who started it by hand, and to syslog. */
static int complain(const struct mfa_diag *diag)
{
	(void)fprintf(stderr, "mfa-authd: %s\n", diag->text);
	mfa_log(LOG_ERR, "%s", diag->text);
	return EXIT_FAILURE;
}

/* Nothing of the environment is used from here on, no core is written, and no file that
 * is made is others' to read. */
static int protect_service(struct mfa_diag *diag)
{
	const struct rlimit none = { 0, 0 };
	const struct rlimit many = { DESCRIPTORS, DESCRIPTORS };
	struct mfa_limits limits;
	struct mfa_priority priority;
	mfa_limits_raise(&limits);
	mfa_priority_raise(&priority);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_NOFILE, &many);
	(void)umask(0077);
	if (clearenv() != 0 || chdir("/") != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return mfa_fail(diag, MFA_ERR_IO, "cannot protect the process");
	return MFA_OK;
}

static int serve(const struct options *options)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_close_fd) int listener = -1;
	if (geteuid() != 0) {
		(void)mfa_fail(&diag, MFA_ERR_UNSAFE, "must be started by root");
		return complain(&diag);
	}
	int err = listener_open(options->listen, &diag, &listener);
	if (err == MFA_OK)
		err = protect_service(&diag);
	if (err == MFA_OK)
		err = parent_serve(listener, options->config, &diag);
	return err == MFA_OK ? EXIT_SUCCESS : complain(&diag);
}

static int test_site(const char *config)
{
	struct mfa_diag diag = { .text = "" };
	if (inquire_test(config, &diag) == MFA_OK)
		return EXIT_SUCCESS;
	(void)fprintf(stderr, "mfa-authd: %s\n", diag.text);
	return EXIT_FAILURE;
}

/* Out of the reach of who started the program: its control group may be frozen. */
static void leave_control_group(void)
{
	FILE *group = fopen("/sys/fs/cgroup/cgroup.procs", "we");
	if (group == NULL)
		return;
	(void)fputs("0", group);
	(void)fclose(group);
}

/* Says why, and denies. */
static int refuse_once(const struct mfa_diag *diag)
{
	mfa_log(LOG_ERR, "%s", diag->text);
	once_refuse(STDIN_FILENO);
	return EXIT_FAILURE;
}

static int serve_once(void)
{
	struct mfa_diag diag = { .text = "" };
	MFA_CLEANUP(mfa_close_fd) int hold = -1;
	(void)setsid();
	bool has_channel = clean_process_has_channel();
	if (!has_channel)
		(void)fputs("mfa-authd: --once: pam_mfa.so runs this\n", stderr);
	if (clean_process_begin() != MFA_OK || !has_channel)
		return EXIT_USAGE;
	int err = MFA_OK;
	/* first: nobody but root can stop it from here on */
	if (setresuid(0, 0, 0) != 0)
		err = mfa_fail(&diag, MFA_ERR_UNSAFE, "must be started by root");
	if (err == MFA_OK)
		err = once_check(STDIN_FILENO, &diag, &hold);
	if (err != MFA_OK)
		return refuse_once(&diag);
	leave_control_group();
	err = once_serve(STDIN_FILENO, hold >= 0, &diag);
	return err == MFA_OK ? EXIT_SUCCESS : refuse_once(&diag);
}

int main(int argc, char **argv)
{
	struct options options = { .listen = NULL };
	int code = read_options(argc, argv, &options);
	if (code >= 0)
		return code;
	mfa_log_open("mfa-authd", LOG_PATIENCE_MS);
	if (mfa_init() != MFA_OK) {
		const struct mfa_diag diag = { .text = "a cryptographic library fails" };
		return complain(&diag);
	}
	if (options.is_test)
		return test_site(options.config);
	return options.is_once ? serve_once() : serve(&options);
}
