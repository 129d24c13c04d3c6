/* SPDX-License-Identifier: BSD-2-Clause */
/* The prover's advisories in words. */
#pragma once

#include "check/findings.h"
#include "cli/app.h"
#include "mfa/inspect.h"

const char *advisory_text(const struct app *app, enum mfa_advisory_kind kind);
enum check_level advisory_level(enum mfa_advisory_kind kind);
