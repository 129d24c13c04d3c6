/* SPDX-License-Identifier: BSD-2-Clause */
/* One login, as lean as a program can be, to see what a stack costs its process.
 * usage: bench-load SERVICE USER CODE; or bench-load --library FILE, which loads that
 * alone Prints a line "library PATH" for each that is mapped while the stack is loaded,
 * "accepted" or "refused", how long it took, and the peak of memory ("VmHWM: N kB"). */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"

static void show_libraries(void)
{
	char line[4096];
	FILE *maps = fopen("/proc/self/maps", "re");
	if (maps == NULL)
		bench_die("/proc/self/maps");
	while (fgets(line, sizeof line, maps) != NULL) {
		const char *path = strchr(line, '/');
		if (path != NULL && strstr(path, ".so") != NULL &&
		    strstr(line, " r-xp ") != NULL)
			(void)printf("library %s", path);
	}
	(void)fclose(maps);
}

static void show_peak(void)
{
	char line[256];
	FILE *status = fopen("/proc/self/status", "re");
	if (status == NULL)
		bench_die("/proc/self/status");
	while (fgets(line, sizeof line, status) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			(void)fputs(line, stdout);
	(void)fclose(status);
}

/* Says "accepted", as a login does. */
static bool load_library(const char *path, double *ret_us)
{
	double before = bench_now_us();
	if (dlopen(path, RTLD_NOW | RTLD_LOCAL) == NULL)
		bench_die("%s", dlerror());
	*ret_us = bench_now_us() - before;
	show_libraries();
	return true;
}

int main(int argc, char **argv)
{
	double us = 0;
	bool is_accepted = false;
	if (argc == 3 && strcmp(argv[1], "--library") == 0) {
		is_accepted = load_library(argv[2], &us);
	} else if (argc == 4) {
		is_accepted = bench_authenticate(argv[1], argv[2], argv[3],
						 show_libraries, &us);
	} else {
		(void)fprintf(stderr, "usage: %s SERVICE USER CODE\n", argv[0]);
		return 2;
	}
	(void)puts(is_accepted ? "accepted" : "refused");
	(void)printf("microseconds %.0f\n", us);
	show_peak();
	return 0;
}
