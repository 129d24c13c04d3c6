/* SPDX-License-Identifier: BSD-2-Clause */
#include "auth_marker.h"

#include <stdlib.h>
#include <string.h>

static const char NAME[] = "pam_mfa_passed";

struct marker {
	char *user; /* PAM's name */
	struct identity identity;
};

static void free_marker(struct marker **marker)
{
	if (*marker == NULL)
		return;
	free((*marker)->user);
	nss_done(&(*marker)->identity);
	free(*marker);
	*marker = NULL;
}

/* login and su also run this in a child, as the target user, so it only frees memory. */
static void free_marker_data(pam_handle_t *handle MFA_UNUSED, void *data,
			     int status MFA_UNUSED)
{
	struct marker *marker = data;
	free_marker(&marker);
}

int auth_marker_set(pam_handle_t *handle, const char *user,
		    const struct identity *identity)
{
	MFA_CLEANUP(free_marker)
	struct marker *marker = calloc(1, sizeof *marker);
	if (marker == NULL)
		return PAM_BUF_ERR;
	marker->user = strdup(user);
	if (marker->user == NULL || nss_copy(identity, &marker->identity) != MFA_OK)
		return PAM_BUF_ERR;
	int code = pam_set_data(handle, NAME, marker, free_marker_data);
	if (code == PAM_SUCCESS)
		marker = NULL; /* now owned by the handle */
	return code;
}

static const struct marker *get_marker(pam_handle_t *handle)
{
	const void *data = NULL;
	return pam_get_data(handle, NAME, &data) == PAM_SUCCESS ? data : NULL;
}

void auth_marker_clear(pam_handle_t *handle)
{
	if (get_marker(handle) != NULL)
		(void)pam_set_data(handle, NAME, NULL, NULL);
}

const struct identity *auth_marker_find(pam_handle_t *handle, const char *user)
{
	const struct marker *marker = get_marker(handle);
	return marker != NULL && strcmp(marker->user, user) == 0 ? &marker->identity
								 : NULL;
}

bool auth_marker_is_for(pam_handle_t *handle, const struct identity *identity)
{
	const struct marker *marker = get_marker(handle);
	return marker != NULL && nss_are_same(&marker->identity, identity);
}
