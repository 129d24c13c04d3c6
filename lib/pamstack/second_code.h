/* SPDX-License-Identifier: BSD-2-Clause */
/* Two lines of pam_mfa in one login: each asks for a code, and none is accepted twice. */
#pragma once

#include "login_trial.h"

/* Adds the advisory to the line that can be spared: the service's own, where the other is
 * in a file that it includes. */
void second_code_advise(const struct view *view, struct mfa_inspection *inspection);
