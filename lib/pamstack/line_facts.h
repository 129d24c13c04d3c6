/* SPDX-License-Identifier: BSD-2-Clause */
/* The facts of a stack's lines for the proof: modules.h has those of other modules, the
 * zones decide about pam_mfa's. */
#pragma once

#include "mfa/inspect.h"

/* The configuration that a line of pam_mfa reads, kept in the inspection; NULL: it cannot
 * be used. */
const struct mfa_config *line_config(const struct mfa_inspector *inspector,
				     const struct mfa_stack_line *line,
				     struct mfa_inspection *inspection);

/* The facts of each line. NULL: out of memory. Ended by line_facts_free, also as cleanup.
 */
struct mfa_line_facts *line_facts_new(const struct mfa_inspector *inspector,
				      const struct mfa_stack *stack,
				      enum mfa_facility facility, const char *service,
				      struct mfa_inspection *inspection);
void line_facts_free(struct mfa_line_facts **facts);
