/* SPDX-License-Identifier: BSD-2-Clause */
/* The report of "check", for a person and for a program. */
#pragma once

#include "check/check.h"

void report_print(const struct check *check);
int report_print_json(const struct check *check) MFA_MUST_CHECK;
