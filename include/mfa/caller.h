/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is in front of a program, as far as that person cannot choose it. */
#pragma once

#include "mfa/zone.h"

/* Fills in caller, peer and is_nameless of this process' login: its real user id (0 for
 * root, and for what root has started), and the user at the other end of its standard
 * input, where that is a local socket, as polkit's helper is started for each client. The
 * login identity (loginuid) does not do for this: where it was never set, any process may
 * set its own. */
void caller_find(struct mfa_login *login);

/* The same of another process, whose real user id is caller. */
void caller_set(struct mfa_login *login, uint32_t caller, uint32_t peer);

/* The user id at the other end of this process' standard input, if that is a local
 * socket; 0: none. */
uint32_t caller_input_peer(void);
