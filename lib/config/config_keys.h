/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of each section: their names, types, ranges and defaults. */
#pragma once

#include "config_file.h"
#include "mfa/config.h"

/* Gives a new, zeroed zone or configuration its defaults. MFA_ERR_NOMEM. */
int config_zone_init(struct mfa_zone *zone, const char *name) MFA_MUST_CHECK;
int config_host_init(struct mfa_config *config) MFA_MUST_CHECK;

void config_zone_done(struct mfa_zone *zone);
void config_host_done(struct mfa_config *config);

/* Sets one key from its text. MFA_ERR_CONFIG, MFA_ERR_NOMEM. */
int config_zone_set(struct mfa_zone *zone, const struct config_line *line,
		    struct mfa_diag *diag) MFA_MUST_CHECK;
int config_host_set(struct mfa_config *config, const struct config_line *line,
		    struct mfa_diag *diag) MFA_MUST_CHECK;
