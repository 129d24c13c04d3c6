/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth_marker.h"

#include <stdio.h>
#include <stdlib.h>

static const char NAME[] = "pam_mfa_passed";

/* login and su also run this in a child, as the target user, so it only frees memory. */
static void free_marker(pam_handle_t *handle MFA_UNUSED, void *data,
			int status MFA_UNUSED)
{
	free(data);
}

static struct auth_marker *get_marker(pam_handle_t *handle)
{
	const void *data = NULL;
	/* the handle's copy of a pointer that this module has given it */
	return pam_get_data(handle, NAME, &data) == PAM_SUCCESS
		       ? (struct auth_marker *)(uintptr_t)data
		       : NULL;
}

int auth_marker_prepare(pam_handle_t *handle)
{
	struct auth_marker *marker = calloc(1, sizeof *marker);
	if (marker == NULL)
		return PAM_BUF_ERR;
	int code = pam_set_data(handle, NAME, marker, free_marker);
	if (code != PAM_SUCCESS)
		free(marker);
	return code;
}

void auth_marker_set(pam_handle_t *handle, const char *user,
		     const struct mfa_authd_verdict *verdict)
{
	struct auth_marker *marker = get_marker(handle);
	if (marker == NULL)
		return;
	(void)snprintf(marker->user, sizeof marker->user, "%s", user);
	(void)snprintf(marker->name, sizeof marker->name, "%s", verdict->name);
	marker->has_uid = verdict->has_uid;
	marker->uid = verdict->uid;
	marker->is_set = true;
}

void auth_marker_clear(pam_handle_t *handle)
{
	struct auth_marker *marker = get_marker(handle);
	if (marker != NULL)
		marker->is_set = false;
}

const struct auth_marker *auth_marker_find(pam_handle_t *handle)
{
	const struct auth_marker *marker = get_marker(handle);
	return marker != NULL && marker->is_set ? marker : NULL;
}
