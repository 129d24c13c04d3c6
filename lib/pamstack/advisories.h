/* SPDX-License-Identifier: BSD-2-Clause */
/* Advice about a service, besides its proof. */
#pragma once

#include "mfa/inspect.h"

/* Adds an advisory; if there are too many, it replaces the last one. Never NULL. */
struct mfa_advisory *advisories_add(struct mfa_inspection *inspection,
				    enum mfa_advisory_kind kind,
				    const struct mfa_stack_line *line);

/* Adds an advisory about a zone (NULL: about the service), unless it exists. */
void advisories_add_zone(struct mfa_inspection *inspection, enum mfa_advisory_kind kind,
			 const struct mfa_zone *zone);

/* Adds all advisories for one of its stacks. proof: that stack's. */
void advisories_add_for_stack(const struct mfa_inspector *inspector,
			      struct mfa_inspection *inspection,
			      enum mfa_facility facility,
			      const struct mfa_line_facts *facts,
			      const struct mfa_proof *proof);
