/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <security/pam_appl.h>

void bench_die(const char *format, ...)
{
	int errnum = errno;
	va_list args;
	(void)fputs("bench: ", stderr);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	if (errnum != 0)
		(void)fprintf(stderr, ": %s", strerror(errnum));
	(void)fputc('\n', stderr);
	exit(1);
}

double bench_now_us(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;
	return (x > y) - (x < y);
}

double bench_quantile(double *samples, size_t count, double at)
{
	if (count == 0)
		return 0;
	qsort(samples, count, sizeof *samples, compare);
	return samples[(size_t)(at * (double)(count - 1))];
}

static int converse(int count, const struct pam_message **messages MFA_UNUSED,
		    struct pam_response **ret_responses, void *context)
{
	struct pam_response *responses = calloc((size_t)count, sizeof *responses);
	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		responses[i].resp = strdup(context);
	*ret_responses = responses;
	return PAM_SUCCESS;
}

bool bench_authenticate(const char *service, const char *user, char *code,
			void (*look)(void), double *ret_us)
{
	const struct pam_conv conv = { converse, code };
	pam_handle_t *handle = NULL;
	if (pam_start_confdir(service, user, &conv, BENCH_PAM_FOLDER, &handle) !=
	    PAM_SUCCESS)
		bench_die("%s: pam_start failed", service);
	double before = bench_now_us();
	int result = pam_authenticate(handle, 0);
	*ret_us = bench_now_us() - before;
	if (look != NULL)
		look();
	(void)pam_end(handle, result);
	return result == PAM_SUCCESS;
}
