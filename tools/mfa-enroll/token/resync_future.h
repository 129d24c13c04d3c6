/* SPDX-License-Identifier: BSD-2-Clause */
/* The two halves of mfa-enroll resync. */
#pragma once

#include "cli/app.h"

/* Every token whose last accepted code lies in the future, after a question. */
enum exit_code resync_future(struct app *app) MFA_MUST_CHECK;
