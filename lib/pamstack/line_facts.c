/* SPDX-License-Identifier: BSD-2-Clause */
#include "line_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line_fault.h"
#include "modules.h"
#include "zone_coverage.h"

/* Set-uid programs that run PAM with the real uid of their caller. In all others
 * pam_rootok sees root's, and so admits everybody. */
static const char *const callers_services[] = { "chage", "chfn", "chsh",  "su",
						"su-l",	 "sudo", "sudo-i" };

static bool is_callers_service(const char *service)
{
	for (size_t i = 0; service != NULL && i < MFA_COUNT(callers_services); i++)
		if (strcmp(callers_services[i], service) == 0)
			return true;
	return false;
}

char *mfa_line_config_path(const struct mfa_inspector *inspector,
			   const struct mfa_stack_line *line)
{
	char *path = NULL;
	const char *named = mfa_stack_line_value(line, "conf=");
	if (named == NULL || asprintf(&path, "%s%s", inspector->rootfs.root, named) < 0)
		return NULL;
	return path;
}

static bool reads_common_config(const struct mfa_inspector *inspector,
				const struct mfa_stack_line *line)
{
	const char *named = mfa_stack_line_value(line, "conf=");
	return named == NULL ||
	       (strcmp(named, MFA_CONFIG_PATH) == 0 && inspector->config != NULL);
}

static const struct mfa_config *find_config(const struct mfa_inspection *inspection,
					    const char *path)
{
	for (size_t i = 0; i < inspection->config_count; i++)
		if (strcmp(inspection->configs[i]->path, path) == 0)
			return inspection->configs[i];
	return NULL;
}

static const struct mfa_config *load_config_once(struct mfa_inspection *inspection,
						 const char *path)
{
	const struct mfa_config *known = find_config(inspection, path);
	if (known != NULL)
		return known;
	struct mfa_config *config = NULL;
	struct mfa_config **configs =
		reallocarray(inspection->configs, inspection->config_count + 1,
			     sizeof(struct mfa_config *));
	if (configs == NULL)
		return NULL;
	inspection->configs = configs;
	if (mfa_config_load(path, NULL, &config) != MFA_OK)
		return NULL;
	configs[inspection->config_count++] = config;
	return config;
}

const struct mfa_config *line_config(const struct mfa_inspector *inspector,
				     const struct mfa_stack_line *line,
				     struct mfa_inspection *inspection)
{
	if (reads_common_config(inspector, line))
		return inspector->config;
	MFA_CLEANUP(mfa_free_string)
	char *path = mfa_line_config_path(inspector, line);
	return path != NULL ? load_config_once(inspection, path) : NULL;
}

const struct mfa_config *mfa_inspection_config(const struct mfa_inspector *inspector,
					       const struct mfa_inspection *inspection,
					       const struct mfa_stack_line *line)
{
	if (reads_common_config(inspector, line))
		return inspector->config;
	MFA_CLEANUP(mfa_free_string)
	char *path = mfa_line_config_path(inspector, line);
	return path != NULL ? find_config(inspection, path) : NULL;
}

/* What a line of pam_mfa can answer, and which zones decide there. */
static struct mfa_line_facts facts_of_mfa(const struct mfa_inspector *inspector,
					  const struct mfa_stack_line *line,
					  enum mfa_facility facility, const char *service,
					  struct mfa_inspection *inspection)
{
	const uint64_t fails = MFA_ANSWERS_UNGOOD & ~MFA_ANSWER(MFA_PAM_IGNORE) &
			       ~MFA_ANSWER(MFA_PAM_INVALID);
	struct mfa_line_facts facts = { .answers = fails };
	const struct mfa_config *config = line_config(inspector, line, inspection);
	enum mfa_advisory_kind fault;
	if (line_fault_find(inspector, line, inspection, &fault) &&
	    fault == MFA_ADVISORY_BAD_ARGUMENT)
		return facts;
	if (config == NULL)
		return facts;
	const char *zone = mfa_stack_line_value(line, "zone=");
	struct coverage coverage = coverage_of_service(config, service, zone);
	facts.gives = MFA_HAD_CODE;
	if (facility == MFA_FACILITY_ACCOUNT) {
		/* any of the zones may decide, so each of them needs the gate */
		bool is_closed = coverage.is_gated && !coverage.is_ungated;
		facts.answers |= MFA_ANSWER(MFA_PAM_IGNORE);
		facts.gives_on = is_closed ? MFA_ANSWER(MFA_PAM_IGNORE) : 0;
		return facts;
	}
	if (coverage.on != NULL) {
		facts.answers |= MFA_ANSWER(MFA_PAM_SUCCESS);
		facts.gives_on = MFA_ANSWER(MFA_PAM_SUCCESS);
	}
	/* a named zone is off for all logins; one of several is not part of the claim */
	if (coverage.on == NULL && coverage.off != NULL)
		facts.answers = (zone != NULL ? fails : 0) | MFA_ANSWER(MFA_PAM_IGNORE);
	if (mfa_stack_line_has(line, "explain"))
		facts.needs = MFA_HAD_PASSWORD;
	return facts;
}

struct mfa_line_facts *line_facts_new(const struct mfa_inspector *inspector,
				      const struct mfa_stack *stack,
				      enum mfa_facility facility, const char *service,
				      struct mfa_inspection *inspection)
{
	struct mfa_line_facts *facts = calloc(stack->count + 1, sizeof *facts);
	bool is_callers = is_callers_service(service);
	for (size_t i = 0; facts != NULL && i < stack->count; i++) {
		const struct mfa_stack_line *line = &stack->lines[i];
		if (module_role(inspector, line) == MODULE_MFA &&
		    !module_is_missing(inspector, line))
			facts[i] = facts_of_mfa(inspector, line, facility, service,
						inspection);
		else
			facts[i] = module_facts(inspector, line, facility, service);
		if (facts[i].gives == MFA_HAD_ROOT && !is_callers)
			facts[i].gives = 0;
	}
	return facts;
}

void line_facts_free(struct mfa_line_facts **facts)
{
	free(*facts);
	*facts = NULL;
}
