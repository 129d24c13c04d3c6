/* SPDX-License-Identifier: BSD-2-Clause */
/* A QR code in half blocks. */
#pragma once

#include "mfa/secret.h"

/* Whether the text makes a QR code of at most 24 rows. */
bool qr_fits(const struct mfa_secret *text);

/* Prints text as a QR code to standard output, within 80 columns and 24 rows when that is
 * possible at all. MFA_ERR_NOMEM, MFA_ERR_INVALID (too long). */
int qr_print(const struct mfa_secret *text) MFA_MUST_CHECK;
