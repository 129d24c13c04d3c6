#include "progress.h"

#include <stdio.h>
#include <unistd.h>

enum {
	BAR_WIDTH = 40,
	PERMILLE = 1000,
};

struct progress progress_begin(void)
{
	return (struct progress){ isatty(STDERR_FILENO) == 1, PERMILLE + 1 };
}

void progress_draw(struct progress *progress, size_t done, size_t total)
{
	size_t permille = done * PERMILLE / total;
	if (!progress->has_bar || permille == progress->shown)
		return;
	progress->shown = permille;
	(void)fputs("\r[", stderr);
	for (size_t i = 0; i < BAR_WIDTH; i++)
		(void)fputc(i * PERMILLE < permille * BAR_WIDTH ? '#' : '.', stderr);
	(void)fprintf(stderr, "] %zu/%zu", done, total);
}

void progress_end(struct progress *progress)
{
	if (progress->has_bar && progress->shown <= PERMILLE)
		(void)fputc('\n', stderr);
	progress->has_bar = false;
}
