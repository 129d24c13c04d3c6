/* SPDX-License-Identifier: BSD-2-Clause */
/* Verdicts as PAM codes. */
#pragma once

#include "mfa/verdict.h"

/* The code that pam_sm_authenticate returns. PAM_SUCCESS only for MFA_ALLOW, PAM_IGNORE
 * only for MFA_EXEMPT. */
int verdict_to_pam(enum mfa_verdict verdict);
