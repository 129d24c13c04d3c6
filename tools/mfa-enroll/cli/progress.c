/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

enum {
	BAR_WIDTH = 40,
	PERMILLE = 1000,
	LEAST = 10, /* fewer are done before anybody could read it */
};

struct progress progress_begin(void)
{
	return (struct progress){ isatty(STDERR_FILENO) == 1, PERMILLE + 1, 0 };
}

void progress_draw(struct progress *progress, size_t done, size_t total)
{
	size_t permille = done * PERMILLE / total;
	if (!progress->has_bar || total < LEAST || permille == progress->shown)
		return;
	progress->shown = permille;
	(void)fputs("\r[", stderr);
	for (size_t i = 0; i < BAR_WIDTH; i++)
		(void)fputc(i * PERMILLE < permille * BAR_WIDTH ? '#' : '.', stderr);
	int width = fprintf(stderr, "] %zu/%zu", done, total);
	/* over what is left of longer ones, of another work */
	(void)fprintf(stderr, "%*s",
		      progress->width > width ? progress->width - width : 0, "");
	progress->width = width;
}

void progress_end(struct progress *progress)
{
	if (progress->has_bar && progress->shown <= PERMILLE)
		(void)fputc('\n', stderr);
	progress->has_bar = false;
}
