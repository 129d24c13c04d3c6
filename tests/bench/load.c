/* One login, as lean as a program can be, to see what a stack costs its process.
 * usage: bench-load SERVICE USER CODE
 * Prints a line "library PATH" for each that is mapped while the stack is loaded,
 * "accepted" or "refused", and the peak of memory ("VmHWM: N kB"). */
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

int main(int argc, char **argv)
{
	if (argc != 4) {
		(void)fprintf(stderr, "usage: %s SERVICE USER CODE\n", argv[0]);
		return 2;
	}
	double us = 0;
	bool is_accepted =
		bench_authenticate(argv[1], argv[2], argv[3], show_libraries, &us);
	(void)puts(is_accepted ? "accepted" : "refused");
	show_peak();
	return 0;
}
