/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to and from the module. Nothing here waits for it: it may be stopped. */
#pragma once

#include "desk.h"
#include "mfa/authd_protocol.h"
#include "mfa/dialog.h"

/* Takes the message that has come. MFA_ERR_ABORT: the module has gone; MFA_ERR_INVALID:
 * too long, or with descriptors; then it stays where it is.
 */
int channel_receive(struct desk *desk, unsigned char *ret_letter,
		    struct mfa_span *ret_payload) MFA_MUST_CHECK;

void channel_send(const struct desk *desk, unsigned char letter, const char *text);
/* The same of a text that a person reads, in the charset for questions. */
void channel_show(const struct desk *desk, unsigned char letter, const char *text);
void channel_send_verdict(const struct desk *desk,
			  const struct mfa_authd_verdict *verdict);

/* The greeting of a new connection. */
void channel_greet(int connection);

/* The verdict of a login that nobody can decide. */
void channel_refuse(int connection);

/* Finds out in which charset the program shows texts, by its own and its tty: in ASCII
 * where it could show nothing else. ssh(1) escapes what is said behind the
 * last question. */
void channel_set_charset(struct desk *desk, enum mfa_charset charset, const char *tty);

/* A dialog that shows lines through the module. It asks nothing, since nobody waits here,
 * and wipes answers. Its context is the desk. */
struct mfa_dialog channel_dialog(struct desk *desk);
