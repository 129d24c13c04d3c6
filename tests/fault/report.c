/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_appl.h>

void die(const char *what)
{
	(void)fprintf(stderr, "fault: %s: %s\n", what, strerror(errno));
	exit(1);
}

void report_ok(struct report *report, const char *name, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)printf("ok fault %s: ", name);
	(void)vprintf(format, args);
	(void)printf("\n");
	va_end(args);
	report->passed++;
}

void report_fail(struct report *report, const char *name, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	(void)printf("FAIL fault %s: ", name);
	(void)vprintf(format, args);
	(void)printf("\n");
	va_end(args);
	report->failed++;
}

int report_finish(const struct report *report, const char *tally)
{
	if (tally != NULL) {
		FILE *file = fopen(tally, "we");
		if (file == NULL ||
		    fprintf(file, "%u %u\n", report->passed, report->failed) < 0 ||
		    fclose(file) != 0)
			die(tally);
	}
	return report->failed == 0 ? 0 : 1;
}

const char *code_name(int code)
{
	static char number[16];
	switch (code) {
	case PAM_SUCCESS:
		return "PAM_SUCCESS";
	case PAM_AUTH_ERR:
		return "PAM_AUTH_ERR";
	case PAM_AUTHINFO_UNAVAIL:
		return "PAM_AUTHINFO_UNAVAIL";
	case PAM_BUF_ERR:
		return "PAM_BUF_ERR";
	case PAM_CONV_ERR:
		return "PAM_CONV_ERR";
	case PAM_ABORT:
		return "PAM_ABORT";
	case PAM_PERM_DENIED:
		return "PAM_PERM_DENIED";
	case PAM_CRED_INSUFFICIENT:
		return "PAM_IGNORE";
	case -1:
		return "no code";
	default:
		(void)snprintf(number, sizeof number, "PAM code %d", code);
		return number;
	}
}

struct options options_parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "list", no_argument, NULL, 'l' },
		{ "only", required_argument, NULL, 'o' },
		{ "tally", required_argument, NULL, 't' },
		{ 0 },
	};
	struct options options = { 0 };
	int option = 0;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		size_t len = strlen(options.entry_points);
		options.wants_all |= option == 'a';
		options.wants_list |= option == 'l';
		if (option == 'o')
			(void)snprintf(options.entry_points + len,
				       sizeof options.entry_points - len, " %s ", optarg);
		if (option == 't')
			options.tally = optarg;
		if (option == '?')
			exit(2);
	}
	if (optind + 1 != argc) {
		(void)fprintf(stderr,
			      "usage: %s [--all] [--list] [--only WAY]... [--tally FILE] "
			      "MODULE\n",
			      argv[0]);
		exit(2);
	}
	options.module = argv[optind];
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	return options;
}

bool options_want(const struct options *options, const struct entry_point *entry)
{
	char name[32];
	(void)snprintf(name, sizeof name, " %s ", entry->name);
	return options->entry_points[0] == '\0' ||
	       strstr(options->entry_points, name) != NULL;
}
