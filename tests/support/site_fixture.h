/* SPDX-License-Identifier: BSD-2-Clause */
/* A site to log in at, from its configuration: what all tests build theirs with, also
 * those without cmocka. */
#pragma once

#include "mfa/site.h"

/* Reads the configuration, makes what is missing of key and store, and opens the site.
 * The caller ends ret_site with mfa_site_done, also after an error. */
int site_fixture_open(const char *config_path, struct mfa_diag *diag,
		      struct mfa_site *ret_site) MFA_MUST_CHECK;
