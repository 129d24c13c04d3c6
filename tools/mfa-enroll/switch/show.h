/* SPDX-License-Identifier: BSD-2-Clause */
/* A plan, for people. */
#pragma once

#include "switch/plan.h"

/* The files by name; with their lines that go and come. */
void show_files(const struct plan *plan);
void show_diff(const struct plan *plan);

/* What prevents it, each on a line; whether there is anything. */
bool show_problems(const struct plan *plan);
