/* SPDX-License-Identifier: BSD-2-Clause */
#include "switch/witnesses.h"

#include <string.h>

/* A confirmation knows sessions by what pam_loginuid(8) sets (see switch/session.c). */
static bool begins_session(const struct check_service *service)
{
	const struct mfa_stack *stack =
		mfa_service_stack(&service->inspection.service, MFA_FACILITY_SESSION);
	for (size_t i = 0; i < stack->count; i++)
		if (strcmp(mfa_stack_line_module(&stack->lines[i]), "pam_loginuid.so") ==
		    0)
			return true;
	return false;
}

static bool has_witness(const struct plan *plan, const struct check *check)
{
	for (size_t i = 0; i < check->service_count; i++)
		if (mfa_strings_have(&plan->edits.services, check->services[i].name) &&
		    begins_session(&check->services[i]))
			return true;
	return false;
}

int witnesses_add(struct plan *plan, const struct check *check)
{
	int err = MFA_OK;
	if (plan->edits.count == 0 || has_witness(plan, check))
		return MFA_OK;
	for (size_t i = 0; err == MFA_OK && i < check->service_count; i++) {
		const struct check_service *service = &check->services[i];
		if (!service->is_unused && begins_session(service) &&
		    mfa_grade_is_proved(service->inspection.grade) &&
		    !mfa_strings_have(&plan->edits.services, service->name))
			err = mfa_strings_add(&plan->edits.services, service->name);
	}
	if (err == MFA_OK && !has_witness(plan, check))
		plan_object(plan, "%s",
			    TR(plan->app,
			       MFA_N_("none of these services begins a session, so "
				      "nobody could confirm: name login or sshd as "
				      "well")));
	return err;
}
