/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum {
	OPT_HELP = 256,
	OPT_VERSION,
	OPT_CONF,
	OPT_JSON,
	OPT_YES,
	OPT_OWN
};

static const struct option common[] = {
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "conf", required_argument, NULL, OPT_CONF },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "yes", no_argument, NULL, OPT_YES },
};

static const struct option_spec common_help[] = {
	{ "conf", "FILE", MFA_N_("read this configuration (/etc/pam_mfa/mfa.conf)") },
	{ "json", NULL, MFA_N_("print JSON (list, show, check, verify, yubikey)") },
	{ "yes", NULL, MFA_N_("do not ask for a confirmation") },
	{ "help", NULL, MFA_N_("print this help") },
	{ "version", NULL, MFA_N_("print the version") },
};

enum {
	WORDS_WIDTH = 24,
	COMMAND_NAME_SIZE = 64,
};

/* Words in a column, what they mean behind it, or below when they are long. */
static void print_entry(const char *words, const char *meaning)
{
	if (strlen(words) > WORDS_WIDTH)
		(void)printf("  %s\n  %-*s  %s\n", words, WORDS_WIDTH, "", meaning);
	else
		(void)printf("  %-*s  %s\n", WORDS_WIDTH, words, meaning);
}

static void print_option(const struct app *app, const struct option_spec *option)
{
	char words[64];
	(void)snprintf(words, sizeof words, "--%s%s%s", option->name,
		       option->argument != NULL ? " " : "",
		       option->argument != NULL ? option->argument : "");
	print_entry(words, TR(app, option->help));
}

static bool takes_option(const struct command *command, const char *name)
{
	if (strcmp(name, "json") == 0)
		return command->has_json;
	return strcmp(name, "yes") != 0 || command->asks;
}

/* command NULL: of all. */
static void print_common(const struct app *app, const struct command *command)
{
	static const struct option_spec json = { "json", NULL, MFA_N_("print JSON") };
	for (size_t i = 0; i < MFA_COUNT(common_help); i++) {
		const struct option_spec *option = &common_help[i];
		if (command == NULL)
			print_option(app, option);
		else if (takes_option(command, option->name))
			print_option(app, strcmp(option->name, json.name) == 0 ? &json
									       : option);
	}
}

static void print_help(const struct app *app)
{
	(void)printf("%s\n\n%s\n",
		     TR(app, MFA_N_("usage: mfa-enroll [OPTIONS] COMMAND ...")),
		     TR(app, MFA_N_("Enrols people's authenticators for pam_mfa.")));
	(void)printf("\n%s\n", TR(app, MFA_N_("Commands:")));
	for (const struct command *const *command = commands; *command != NULL;
	     command++) {
		char words[64];
		(void)snprintf(words, sizeof words, "%s %s", (*command)->name,
			       (*command)->arguments);
		print_entry(words, TR(app, (*command)->summary));
	}
	(void)printf("\n%s\n", TR(app, MFA_N_("Options:")));
	print_common(app, NULL);
	(void)printf(
		"\n%s\n",
		TR(app,
		   MFA_N_("mfa-enroll COMMAND --help tells more; see mfa-enroll(8).")));
}

static void print_command_help(const struct app *app, const struct command *command)
{
	(void)printf(TR(app, MFA_N_("usage: mfa-enroll %s [OPTIONS]%s%s")), command->name,
		     command->arguments[0] != '\0' ? " " : "", command->arguments);
	(void)printf("\n\n%s\n", TR(app, command->summary));
	if (command->help != NULL)
		(void)printf("\n%s\n", TR(app, command->help));
	(void)printf("\n%s\n", TR(app, MFA_N_("Options:")));
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].help != NULL)
			print_option(app, &command->options[i]);
	print_common(app, command);
}

static enum exit_code complain_of_usage(const struct app *app,
					const struct command *command, bool *ret_is_over)
{
	*ret_is_over = true;
	(void)fprintf(stderr, TR(app, MFA_N_("Try: mfa-enroll %s%s--help")),
		      command != NULL ? command->name : "", command != NULL ? " " : "");
	(void)fputc('\n', stderr);
	return EXIT_USAGE;
}

/* Takes one common option; false: the program is to end. */
static bool take_common(struct app *app, int code)
{
	switch (code) {
	case OPT_CONF:
		app->config_path = optarg;
		return true;
	case OPT_JSON:
		app->wants_json = true;
		return true;
	case OPT_YES:
		app->says_yes = true;
		return true;
	case OPT_VERSION:
		(void)puts("mfa-enroll " MFA_VERSION);
		return false;
	default:
		return false;
	}
}

enum exit_code options_read_common(struct app *app, int argc, char **argv, int *ret_next,
				   bool *ret_is_over)
{
	struct option table[MFA_COUNT(common) + 1] = { 0 };
	memcpy(table, common, sizeof common);
	int code = 0;
	optind = 0;
	while ((code = getopt_long(argc, argv, "+hV", table, NULL)) != -1) {
		if (code == '?')
			return complain_of_usage(app, NULL, ret_is_over);
		if (code == 'h' || code == OPT_HELP)
			print_help(app);
		if (code == 'h' || !take_common(app, code == 'V' ? OPT_VERSION : code)) {
			*ret_is_over = true;
			return EXIT_DONE;
		}
	}
	if (optind >= argc) {
		print_help(app);
		*ret_is_over = true;
		return EXIT_USAGE;
	}
	*ret_next = optind;
	return EXIT_DONE;
}

static void make_table(const struct command *command, struct option *table)
{
	memcpy(table, common, sizeof common);
	for (size_t i = 0; i < command->option_count; i++) {
		const struct option_spec *spec = &command->options[i];
		table[MFA_COUNT(common) + i] = (struct option){
			.name = spec->name,
			.has_arg =
				spec->argument != NULL ? required_argument : no_argument,
			.val = OPT_OWN + (int)i,
		};
	}
}

static bool is_count_right(const struct app *app, const struct command *command,
			   int count)
{
	if (count < command->least)
		app_complain(TR(app, MFA_N_("%s: too few arguments")), command->name);
	else if (count > command->most)
		app_complain(TR(app, MFA_N_("%s: too many arguments")), command->name);
	else
		return true;
	return false;
}

enum exit_code options_read_command(struct app *app, const struct command *command,
				    int argc, char **argv,
				    struct invocation *ret_invocation, bool *ret_is_over)
{
	struct option table[MFA_COUNT(common) + OPTIONS_MAX + 1] = { 0 };
	struct invocation invocation = { 0 };
	static char name[COMMAND_NAME_SIZE]; /* argv keeps it */
	int code = 0;
	make_table(command, table);
	/* getopt_long begins its messages with it */
	(void)snprintf(name, sizeof name, "mfa-enroll: %s", command->name);
	argv[0] = name;
	optind = 0;
	while ((code = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (code == '?')
			return complain_of_usage(app, command, ret_is_over);
		if (code >= OPT_OWN) {
			invocation.values[code - OPT_OWN] = optarg != NULL ? optarg : "";
			continue;
		}
		if (code == 'h' || code == OPT_HELP)
			print_command_help(app, command);
		if (code == 'h' || !take_common(app, code)) {
			*ret_is_over = true;
			return EXIT_DONE;
		}
	}
	invocation.arguments = argv + optind;
	invocation.count = argc - optind;
	if (!is_count_right(app, command, invocation.count))
		return complain_of_usage(app, command, ret_is_over);
	if (app->wants_json && !command->has_json) {
		app_complain(TR(app, MFA_N_("%s: prints no data, so there is no --json")),
			     command->name);
		return complain_of_usage(app, command, ret_is_over);
	}
	*ret_invocation = invocation;
	return EXIT_DONE;
}
