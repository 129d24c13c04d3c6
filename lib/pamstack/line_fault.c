/* SPDX-License-Identifier: BSD-2-Clause */
#include "line_fault.h"

#include "line_facts.h"
#include "mfa/arguments.h"
#include "modules.h"

/* pam_mfa fails every login with an argument that it does not know, a configuration that
 * it cannot read, a zone that is not there. */
static bool find_fault_of_mfa(const struct mfa_inspector *inspector,
			      const struct mfa_stack_line *line,
			      struct mfa_inspection *inspection,
			      enum mfa_advisory_kind *ret_kind)
{
	for (size_t i = 0; i < line->arg_count; i++)
		if (!mfa_argument_is_known(line->args[i])) {
			*ret_kind = MFA_ADVISORY_BAD_ARGUMENT;
			return true;
		}
	const struct mfa_config *config = line_config(inspector, line, inspection);
	if (config == NULL) {
		*ret_kind = MFA_ADVISORY_NO_CONFIG;
		return true;
	}
	const char *zone = mfa_stack_line_value(line, "zone=");
	*ret_kind = MFA_ADVISORY_NO_ZONE;
	return zone != NULL && mfa_config_zone(config, zone) == NULL;
}

bool line_fault_find(const struct mfa_inspector *inspector,
		     const struct mfa_stack_line *line, struct mfa_inspection *inspection,
		     enum mfa_advisory_kind *ret_kind)
{
	if (line->kind == MFA_LINE_SUBSTACK)
		return false;
	if (line->kind == MFA_LINE_BAD) {
		*ret_kind = MFA_ADVISORY_BAD_LINE;
		return true;
	}
	if (line->is_misspelt) {
		*ret_kind = MFA_ADVISORY_MISSPELT;
		return true;
	}
	if (module_is_missing(inspector, line)) {
		*ret_kind = MFA_ADVISORY_NO_FILE;
		return true;
	}
	return module_role(inspector, line) == MODULE_MFA &&
	       find_fault_of_mfa(inspector, line, inspection, ret_kind);
}
