/* SPDX-License-Identifier: BSD-2-Clause */
#include "check/switch_over.h"

#include <string.h>
#include <unistd.h>

static bool has_code(const struct mfa_service *service)
{
	const struct mfa_stack *stack = mfa_service_stack(service, MFA_FACILITY_AUTH);
	for (size_t i = 0; i < stack->count; i++)
		if (strcmp(mfa_stack_line_module(&stack->lines[i]), "pam_mfa.so") == 0)
			return true;
	return false;
}

/* Of all services, also of those that --service leaves out. */
static bool has_any_code(const struct check *check)
{
	MFA_CLEANUP(mfa_strings_done) struct mfa_strings names = { 0 };
	if (mfa_service_list(&check->inspector.rootfs, NULL, &names) != MFA_OK)
		return true;
	for (size_t i = 0; i < names.count; i++) {
		MFA_CLEANUP(mfa_service_done) struct mfa_service service = { 0 };
		if (mfa_service_read(&check->inspector.rootfs, names.items[i], NULL,
				     &service) == MFA_OK &&
		    has_code(&service))
			return true;
	}
	return false;
}

static bool has_config(const struct check *check)
{
	MFA_CLEANUP(mfa_free_string) char *path = check_config_path(check);
	return path == NULL || access(path, F_OK) == 0;
}

enum switch_over switch_over_find(const struct check *check)
{
	if (check->pam_folder != NULL || has_any_code(check))
		return SWITCH_OVER_DONE;
	return has_config(check) ? SWITCH_OVER_AHEAD : SWITCH_OVER_NO_INIT;
}
