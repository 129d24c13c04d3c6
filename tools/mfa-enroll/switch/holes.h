/* SPDX-License-Identifier: BSD-2-Clause */
/* Ways in that no line of pam.d closes. */
#pragma once

#include "check/check.h"

/* Warns of those that check would name as holes, sshd's excepted, which are refused.
 * check: its services are judged as planned. */
void holes_warn(struct check *check);
