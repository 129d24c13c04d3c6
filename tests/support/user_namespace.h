/* SPDX-License-Identifier: BSD-2-Clause */
/* For a developer who is not root: a user namespace in which he is. */
#pragma once

#include <stdbool.h>

/* Where sandboxes are made there. It and the folder above are root's, as the product
 * wants the folders on the way to its files to be. */
#define USER_NAMESPACE_FOLDER "/box"

/* Moves this process, which must have one thread, to a user namespace, in which its own
 * user and group are 0 and all others are nobody's, and a mount namespace, whose / is
 * root's and has the folders of the old one but /sys. False, with the reason on standard
 * error, where the kernel or the administrator forbids that. */
bool user_namespace_enter(void);
bool user_namespace_is_entered(void);
