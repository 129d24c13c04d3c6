/* SPDX-License-Identifier: BSD-2-Clause */
/* Actions of polkit by which its clients run what they like as root. */
#pragma once

#include "check/check.h"

extern const char *const polkit_root_actions[];
extern const size_t polkit_root_action_count;

/* Whether one of them is in the text. */
bool polkit_names_root_action(const char *text);

/* Tells of those whose defaults ask nobody; and of files of actions that run a program as
 * root and ask nobody, that nothing is known of them. */
void polkit_look_at_actions(struct check *check);
