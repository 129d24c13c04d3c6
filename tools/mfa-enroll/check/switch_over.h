/* SPDX-License-Identifier: BSD-2-Clause */
/* Before the first login asks for a code, a cure is no single line: mfa-enroll enable
 * looks at who is enrolled, changes all services together, and puts all back unless
 * somebody gets in. */
#pragma once

#include "check/check.h"

enum switch_over {
	SWITCH_OVER_DONE,    /* some service asks for a code, or it is not the host's */
	SWITCH_OVER_NO_INIT, /* there is no configuration yet */
	SWITCH_OVER_AHEAD,
};

enum switch_over switch_over_find(const struct check *check);
