/* SPDX-License-Identifier: BSD-2-Clause */
/* Roll-outs: zones that let people in who have no authenticator yet. */
#pragma once

#include "cli/app.h"

/* Whether people without an authenticator get in without one in this zone now. */
bool grace_is_running(const struct mfa_zone *zone);

/* Says so, or that it is over, of a zone with grace_until. The caller frees it; NULL: out
 * of memory. */
char *grace_text(const struct app *app, const struct mfa_zone *zone);
