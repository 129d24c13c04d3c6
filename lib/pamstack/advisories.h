/* SPDX-License-Identifier: BSD-2-Clause */
/* What is to be said of a service besides whether it is proved. */
#pragma once

#include "mfa/inspect.h"

/* Adds a note; the last place is used again when there are too many. Never NULL. */
struct mfa_advisory *advisories_add(struct mfa_inspection *inspection,
				    enum mfa_advisory_kind kind,
				    const struct mfa_stack_line *line);

/* Adds a note about a zone (NULL: about the service), unless it is there already. */
void advisories_add_zone(struct mfa_inspection *inspection, enum mfa_advisory_kind kind,
			 const struct mfa_zone *zone);

/* Looks at one of its stacks, whose proof was made. */
void advisories_add_for_stack(const struct mfa_inspector *inspector,
			      struct mfa_inspection *inspection,
			      enum mfa_facility facility,
			      const struct mfa_line_facts *facts,
			      const struct mfa_proof *proof);
