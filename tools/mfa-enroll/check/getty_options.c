/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/getty_options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "check/unit.h"

/* agetty(8). The first sign has options behind other words read as well. */
static const char letters[] = "-8a:cC:d:Ef:hH:iI:Jl:L::mnNo:pP:r:Rst:Uw";

static const struct option names[] = {
	{ "8bits", no_argument, NULL, '8' },
	{ "autologin", required_argument, NULL, 'a' },
	{ "chdir", required_argument, NULL, 'C' },
	{ "chroot", required_argument, NULL, 'r' },
	{ "delay", required_argument, NULL, 'd' },
	{ "detect-case", no_argument, NULL, 'U' },
	{ "erase-chars", required_argument, NULL, 'x' },
	{ "extract-baud", no_argument, NULL, 'm' },
	{ "flow-control", no_argument, NULL, 'h' },
	{ "hangup", no_argument, NULL, 'R' },
	{ "help", no_argument, NULL, 'x' },
	{ "host", required_argument, NULL, 'H' },
	{ "init-string", required_argument, NULL, 'I' },
	{ "issue-file", required_argument, NULL, 'f' },
	{ "keep-baud", no_argument, NULL, 's' },
	{ "kill-chars", required_argument, NULL, 'x' },
	{ "list-speeds", no_argument, NULL, 'x' },
	{ "local-line", optional_argument, NULL, 'L' },
	{ "login-options", required_argument, NULL, 'o' },
	{ "login-pause", no_argument, NULL, 'p' },
	{ "login-program", required_argument, NULL, 'l' },
	{ "long-hostname", no_argument, NULL, 'x' },
	{ "nice", required_argument, NULL, 'P' },
	{ "noclear", no_argument, NULL, 'J' },
	{ "nohints", no_argument, NULL, 'x' },
	{ "nohostname", no_argument, NULL, 'x' },
	{ "noissue", no_argument, NULL, 'i' },
	{ "nonewline", no_argument, NULL, 'N' },
	{ "noreset", no_argument, NULL, 'c' },
	{ "reload", no_argument, NULL, 'x' },
	{ "remote", no_argument, NULL, 'E' },
	{ "show-issue", no_argument, NULL, 'x' },
	{ "skip-login", no_argument, NULL, 'n' },
	{ "timeout", required_argument, NULL, 't' },
	{ "version", no_argument, NULL, 'x' },
	{ "wait-cr", no_argument, NULL, 'w' },
	{ NULL, 0, NULL, 0 },
};

static bool is_program(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	return strcmp(slash != NULL ? slash + 1 : path, name) == 0;
}

static bool is_login(const char *program)
{
	return is_program(program, "login");
}

/* Another program of that name may ask nobody. */
static bool is_systems_login(const char *path)
{
	return strcmp(path, "login") == 0 || strcmp(path, "/bin/login") == 0 ||
	       strcmp(path, "/usr/bin/login") == 0;
}

/* Whether a word of sulogin(8)'s is --force, or -e, alone or among others. */
static bool is_force(const char *word)
{
	return strncmp(word, "--f", strlen("--f")) == 0 ||
	       (word[0] == '-' && word[1] != '-' && strchr(word, 'e') != NULL);
}

/* Whether a word of login(1)'s is -f, alone or among others. */
static bool is_f(const char *word)
{
	return word[0] == '-' && word[1] != '-' && strchr(word, 'f') != NULL;
}

static void take_login_options(char *words, struct getty_options *options)
{
	char *rest = NULL;
	for (const char *word = strtok_r(words, " \t", &rest);
	     word != NULL && strcmp(word, "--") != 0; word = strtok_r(NULL, " \t", &rest))
		options->skips_password |= is_f(word);
}

static void take_getty_words(char **words, int count, struct getty_options *options)
{
	int letter = 0;
	optind = 0; /* glibc: begin anew */
	opterr = 0;
	while ((letter = getopt_long(count, words, letters, names, NULL)) != -1) {
		if (letter == 'a')
			options->logs_in = true;
		else if (letter == 'o')
			take_login_options(optarg, options);
		else if (letter == 'l')
			options->has_other_program |= !is_systems_login(optarg);
	}
}

static void take_command(char *line, char **words, struct getty_options *options)
{
	int count = 0;
	bool is_of_login = false;
	bool is_of_sulogin = false;
	for (char *word = NULL; (word = unit_next_word(&line)) != NULL;) {
		/* what a shell is given is a command line of its own */
		if (count == 0 && strpbrk(word, " \t") != NULL) {
			take_command(word, words, options);
			continue;
		}
		bool begins = count == 0 && strstr(word, "getty") != NULL;
		if (begins || count > 0)
			words[count++] = word;
		const char *program = word + strspn(word, "-@:+!|");
		options->skips_password |= is_of_login && is_f(word);
		options->forces_shell |= is_of_sulogin && is_force(word);
		is_of_login |= count == 0 && is_login(program);
		is_of_sulogin |= count == 0 && is_program(program, "sulogin");
	}
	if (count > 0)
		take_getty_words(words, count, options);
}

int getty_options_read(const char *line, struct getty_options *ret_options)
{
	struct getty_options options = { .logs_in = false };
	MFA_CLEANUP(mfa_free_string) char *copy = strdup(line);
	char **words = calloc(strlen(line) / 2 + 2, sizeof *words);
	if (copy == NULL || words == NULL) {
		free(words);
		return MFA_ERR_NOMEM;
	}
	take_command(copy, words, &options);
	free(words);
	*ret_options = options;
	return MFA_OK;
}
