/* SPDX-License-Identifier: BSD-2-Clause */
/* What all programs of the bench share: time, quantiles, one call of pam_authenticate.
 * Nothing of libmfa, so that a program can be without it. */
#pragma once

#include "mfa/base.h"

/* Ends the program with a message; errno's text follows when errno is set. */
void bench_die(const char *format, ...) MFA_PRINTF(1, 2) __attribute__((noreturn));

double bench_now_us(void);

/* Sorts samples; at: 0.5 is the median. 0 when there are none. */
double bench_quantile(double *samples, size_t count, double at);

/* Logs in with a fresh handle through a stack of BENCH_PAM_FOLDER; every prompt gets the
 * code. True when it was accepted; ret_us: the time of pam_authenticate alone. look, if
 * not NULL, is called before the handle ends. */
bool bench_authenticate(const char *service, const char *user, char *code,
			void (*look)(void), double *ret_us);
