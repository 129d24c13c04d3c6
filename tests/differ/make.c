/* SPDX-License-Identifier: BSD-2-Clause */
#include "make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "script.h"

enum {
	CHAIN = 18, /* files; libpam includes up to 15 in each other */
	DEEP_SIZE = sizeof "/etc/pam.d/deep99",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const files[] = {
	"/etc/pam.d/probe",	"/etc/pam.d/inner0", "/etc/pam.d/inner1",
	"/etc/pam.d/inner2",	"/etc/pam.d/inner3", "/etc/pam.d/other",
	"/usr/lib/pam.d/probe", "/etc/free",	     "/etc/pam.conf",
};

static unsigned below(struct maker *maker, unsigned limit)
{
	return (unsigned)(script_random(&maker->random) >> 33) % limit;
}

/* True once in so many times. */
static int once_in(struct maker *maker, unsigned times)
{
	return below(maker, times) == 0;
}

static const char *pick(struct maker *maker, const char *const *words, size_t count)
{
	return words[below(maker, (unsigned)count)];
}

static void put_blank(struct maker *maker, FILE *file)
{
	static const char *const blanks[] = {
		" ",	  " ",		 "\t",	     " \t  ",
		"\\\n",	  " \\\n ",	 " \\ \n",   "\\\n# x \\\n",
		"\\\n\n", " \\\n \t\n ", "\\\n# x\n"
	};
	(void)fputs(pick(maker, blanks, once_in(maker, 8) ? COUNT(blanks) : 4), file);
}

static void put_facility(struct maker *maker, FILE *file)
{
	static const char *const usual[] = { "auth", "auth", "auth", "account", "-auth" };
	static const char *const rare[] = { "AUTH",   "Account",  "session", "password",
					    "-auth",  "-account", "atuh",    "-",
					    "[auth]", "--auth",	  "authx" };
	if (once_in(maker, 10))
		(void)fputs(pick(maker, rare, COUNT(rare)), file);
	else
		(void)fputs(pick(maker, usual, COUNT(usual)), file);
}

static void put_action(struct maker *maker, FILE *file)
{
	static const char *const words[] = {
		"ignore", "ok", "done", "bad", "die", "reset"
	};
	static const char *const odd[] = { "0",		 "99",	       "4294967294",
					   "4294967297", "4294967296", "4294967196",
					   "okay",	 "x",	       "-1",
					   "4294967290" };
	unsigned choice = below(maker, 100);
	if (choice < 70)
		(void)fputs(pick(maker, words, COUNT(words)), file);
	else if (choice < 96)
		(void)fprintf(file, "%u", 1 + below(maker, 4));
	else
		(void)fputs(pick(maker, odd, COUNT(odd)), file);
}

static void put_pairs(struct maker *maker, FILE *file)
{
	static const char *const codes[] = {
		"success",
		"auth_err",
		"ignore",
		"user_unknown",
		"new_authtok_reqd",
		"default",
		"default",
		"authinfo_unavail",
		"perm_denied",
		"module_unknown",
		"abort",
		"acct_expired",
		"authtok_err",
		"incomplete",
		"maxtries",
		"Success",
		"wrong",
	};
	unsigned count = 1 + below(maker, 4);
	(void)fputc('[', file);
	for (unsigned i = 0; i < count; i++) {
		size_t limit = once_in(maker, 30) ? COUNT(codes) : COUNT(codes) - 2;
		(void)fputs(pick(maker, codes, limit), file);
		(void)fputs(once_in(maker, 20) ? " = " : "=", file);
		put_action(maker, file);
		(void)fputs(i + 1 < count || once_in(maker, 8) ? " " : "", file);
	}
	(void)fputs(once_in(maker, 80) ? "\\]]" : "]", file);
}

static void put_control(struct maker *maker, FILE *file)
{
	static const char *const words[] = { "required",   "required",	 "requisite",
					     "optional",   "sufficient", "REQUIRED",
					     "Sufficient", "[required]" };
	if (once_in(maker, 60))
		(void)fputs("nonsense", file);
	else if (below(maker, 2) == 0)
		(void)fputs(pick(maker, words, COUNT(words)), file);
	else
		put_pairs(maker, file);
}

static void put_arguments(struct maker *maker, FILE *file)
{
	static const char *const words[] = { "plain",	"a=b",	"[in brackets]",
					     "[a\\]b]", "x[y",	"[open",
					     "[]",	"a\\b", "[x]y" };
	(void)fprintf(file, "id%u", maker->next_id++);
	while (once_in(maker, 4)) {
		put_blank(maker, file);
		(void)fputs(pick(maker, words, COUNT(words)), file);
	}
}

static void put_module(struct maker *maker, FILE *file)
{
	static const char *const rare[] = {
		"pam_missing.so",
		"/stub/pam_account.so",
		"pam_other_missing.so",
		"/stub/missing.so",
		"?.so",
		"pam_in_path.so",
		"/stub/$ISA/pam_x.so",
	};
	if (!once_in(maker, 8))
		(void)fputs("/stub/pam_stub.so", file);
	else
		(void)fputs(pick(maker, rare, once_in(maker, 20) ? COUNT(rare) : 4),
			    file);
	put_blank(maker, file);
	put_arguments(maker, file);
}

/* Files include only those behind them in the list, so that none includes itself. */
static void put_include(struct maker *maker, FILE *file, unsigned index)
{
	static const char *const words[] = { "include", "substack", "substack",
					     "INCLUDE" };
	int is_plain = once_in(maker, 3);
	if (is_plain) {
		(void)fputs("@include", file);
	} else {
		put_facility(maker, file);
		put_blank(maker, file);
		(void)fputs(pick(maker, words, COUNT(words)), file);
	}
	put_blank(maker, file);
	if (once_in(maker, is_plain ? 80 : 25))
		(void)fputs(once_in(maker, 2) ? "gone" : "/etc/gone", file);
	else if (index < 4 && !once_in(maker, 6))
		(void)fprintf(file, "%sinner%u", once_in(maker, 4) ? "/etc/pam.d/" : "",
			      index + below(maker, 4 - index));
	else
		(void)fputs("/etc/free", file);
}

static void put_oddity(struct maker *maker, FILE *file)
{
	static const char *const lines[] = {
		"# a comment \\\n",
		"\n",
		"   \t\n",
		"auth\n",
		"auth required\n",
		"auth required #\n",
		"#\n",
		"x\n",
		"\\\n",
		"account [\n",
		"auth include gone #\n",
		"account [success=ok] \n",
		"auth [default=2147483648] /stub/pam_stub.so idx\n",
		"auth [default=21474836470] /stub/pam_stub.so idx\n",
		"auth [default=2147483647] /stub/pam_stub.so idx\n",
	};
	if (once_in(maker, 12))
		(void)fprintf(file, "auth required%c /stub/pam_stub.so id%u \\\n x\n", 0,
			      maker->next_id++);
	else if (once_in(maker, 12)) /* a comment longer than libpam's buffer */
		(void)fprintf(file, "# %0*u auth required /stub/pam_stub.so id%u\n",
			      950 + (int)below(maker, 150), 0U, maker->next_id++);
	else if (once_in(maker, 12)) /* longer than libpam's buffer */
		(void)fprintf(file, "auth required /stub/pam_stub.so id%u %0*u\n",
			      maker->next_id++, 900 + (int)below(maker, 300), 0U);
	else
		(void)fputs(pick(maker, lines, COUNT(lines)), file);
}

/* index: which files it may include; service: what each line of pam.conf begins with. */
static void put_line(struct maker *maker, FILE *file, unsigned index, const char *service)
{
	if (once_in(maker, 40)) {
		put_oddity(maker, file);
		return;
	}
	if (service != NULL) {
		(void)fputs(service, file);
		put_blank(maker, file);
	}
	if (once_in(maker, 20))
		put_blank(maker, file);
	if (index <= 4 && once_in(maker, 6)) {
		put_include(maker, file, index);
	} else {
		put_facility(maker, file);
		put_blank(maker, file);
		put_control(maker, file);
		put_blank(maker, file);
		put_module(maker, file);
	}
	(void)fputs(once_in(maker, 15) ? " # behind\n" : "\n", file);
}

static void write_file(struct maker *maker, const char *path, unsigned index,
		       unsigned lines)
{
	FILE *file = fopen(path, "w");
	if (file == NULL)
		abort();
	for (unsigned i = 0; i < lines; i++)
		put_line(maker, file, index, NULL);
	if (once_in(maker, 200))
		(void)fputs("auth required \\", file);
	(void)fclose(file);
}

static void write_conf(struct maker *maker)
{
	static const char *const services[] = { "probe", "probe", "probe",
						"PROBE", "other", "login" };
	FILE *file = fopen("/etc/pam.conf", "w");
	if (file == NULL)
		abort();
	for (unsigned i = 2 + below(maker, 12); i > 0; i--)
		put_line(maker, file, 4, pick(maker, services, COUNT(services)));
	(void)fclose(file);
}

static void name_deep(unsigned number, char ret_path[static DEEP_SIZE])
{
	(void)snprintf(ret_path, DEEP_SIZE, "/etc/pam.d/deep%u", number % 100);
}

/* Files that include each other, deeper than libpam goes. */
static void write_chain(struct maker *maker, FILE *file)
{
	static const char *const words[] = { "auth include", "auth substack",
					     "@include" };
	for (unsigned i = 0; i < CHAIN; i++) {
		char path[DEEP_SIZE];
		(void)fprintf(file, "%s deep%u\n",
			      pick(maker, words, once_in(maker, 8) ? 3 : 2), i);
		(void)fclose(file);
		name_deep(i, path);
		file = fopen(path, "w");
		if (file == NULL)
			abort();
		put_line(maker, file, 5, NULL);
	}
	(void)fclose(file);
}

static void add_chain(struct maker *maker)
{
	FILE *file = fopen("/etc/pam.d/probe", "a");
	if (file == NULL)
		abort();
	write_chain(maker, file);
}

static void write_folder(struct maker *maker)
{
	for (unsigned i = 0; i < 4; i++)
		write_file(maker, files[1 + i], i + 1, below(maker, 6));
	if (!once_in(maker, 12))
		write_file(maker, "/etc/pam.d/probe", 0, below(maker, 14));
	if (once_in(maker, 6))
		write_file(maker, "/usr/lib/pam.d/probe", 0, below(maker, 6));
	if (!once_in(maker, 12))
		write_file(maker, "/etc/pam.d/other", 3, below(maker, 5));
	if (once_in(maker, 40))
		add_chain(maker);
}

void make_files(struct maker *maker)
{
	for (size_t i = 0; i < COUNT(files); i++)
		(void)unlink(files[i]);
	for (unsigned i = 0; i < CHAIN; i++) {
		char path[DEEP_SIZE];
		name_deep(i, path);
		(void)unlink(path);
	}
	(void)rmdir("/usr/lib/pam.d");
	(void)rmdir("/etc/pam.d");
	maker->next_id = 0;
	maker->has_conf = once_in(maker, 12);
	write_file(maker, "/etc/free", 5, below(maker, 4));
	if (maker->has_conf) {
		write_conf(maker);
		return;
	}
	/* Debian's includes want /etc/pam.d itself */
	if (mkdir("/etc/pam.d", 0755) != 0 || mkdir("/usr/lib/pam.d", 0755) != 0)
		abort();
	write_folder(maker);
}
