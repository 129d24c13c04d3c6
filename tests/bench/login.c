/* SPDX-License-Identifier: BSD-2-Clause */
/* Samples all series in turns, and prints a line for each: NAME MEDIAN P90 REFUSED, in
 * microseconds. In each round every series has one turn, in an order of chance. A turn
 * begins with everything on the disk and one sample that does not count; so what one
 * login leaves for the file system to do later, the next one of its own kind waits for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sodium.h>

#include "mfa/authd_protocol.h"
#include "series.h"

enum {
	TURN = 10 /* samples */
};

static void shuffle(size_t *order, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t other = randombytes_uniform((uint32_t)i);
		size_t kept = order[i - 1];
		order[i - 1] = order[other];
		order[other] = kept;
	}
}

static void take_sample(struct series *series, bool is_kept)
{
	double us = series->kind->sample(series);
	if (us < 0)
		series->refused++;
	else if (is_kept)
		series->samples[series->count++] = us;
}

/* Each place has a service of its own; the module's socket leads to that of the turn. */
static void select_service(const struct series *series)
{
	char path[256];
	const char *service = series->login.service;
	if (service == NULL)
		return;
	(void)snprintf(path, sizeof path, "/run/bench/%s", service);
	if (access(path, F_OK) != 0)
		return;
	if ((unlink(MFA_AUTHD_SOCKET) != 0 && errno != ENOENT) ||
	    symlink(path, MFA_AUTHD_SOCKET) != 0)
		bench_die("%s", path);
}

static void take_turn(struct series *series, size_t samples)
{
	select_service(series);
	sync();
	for (size_t i = 0; i <= samples; i++)
		take_sample(series, i > 0);
}

static void run(struct series *all, size_t count, size_t samples)
{
	size_t *order = calloc(count, sizeof *order);
	if (order == NULL)
		bench_die("out of memory");
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t done = 0; done < samples; done += TURN) {
		size_t turn = samples - done < TURN ? samples - done : TURN;
		shuffle(order, count);
		for (size_t i = 0; i < count; i++)
			take_turn(&all[order[i]], turn);
		if (isatty(STDERR_FILENO))
			(void)fprintf(stderr, "\r%zu of %zu samples ", done + turn,
				      samples);
	}
	if (isatty(STDERR_FILENO))
		(void)fputs("\r\033[K", stderr);
	free(order);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		(void)fprintf(stderr, "usage: %s SAMPLES SERIES...\n", argv[0]);
		return 2;
	}
	size_t samples = bench_number(argv[1]);
	size_t count = (size_t)argc - 2;
	struct series *all = calloc(count, sizeof *all);
	if (all == NULL || mfa_init() != MFA_OK)
		bench_die("cannot begin");
	for (size_t i = 0; i < count; i++) {
		all[i] = series_parse(argv[i + 2]);
		all[i].samples = calloc(samples, sizeof *all[i].samples);
		if (all[i].samples == NULL)
			bench_die("out of memory");
	}
	run(all, count, samples);
	for (size_t i = 0; i < count; i++) {
		double median = bench_quantile(all[i].samples, all[i].count, 0.5);
		(void)printf("%s %.3f %.3f %zu\n", all[i].name, median,
			     bench_quantile(all[i].samples, all[i].count, 0.9),
			     all[i].refused);
		mfa_site_done(&all[i].host);
		free(all[i].samples);
		free(all[i].restored);
	}
	free(all);
	return 0;
}
