/* SPDX-License-Identifier: BSD-2-Clause */
/* The process that waits: for connections, for persons and devices, for workers. It takes
 * no step itself and reads no message, so whatever a login runs into cannot end the
 * service. */
#pragma once

#include "mfa/base.h"

/* Serves until SIGTERM or SIGINT; then takes no new connection, finishes what is being
 * worked on, and leaves the rest to the modules, which connect anew. Borrows all.
 * MFA_ERR_NOMEM, MFA_ERR_IO: it could not begin. */
int parent_serve(int listener, const char *config, struct mfa_diag *diag) MFA_MUST_CHECK;
