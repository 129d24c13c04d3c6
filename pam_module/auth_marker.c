#include "auth_marker.h"

#include <stdlib.h>
#include <string.h>

static const char NAME[] = "pam_mfa_passed";

struct evidence {
	char *user; /* PAM's name */
	struct identity identity;
};

static void free_evidence(struct evidence **evidence)
{
	if (*evidence == NULL)
		return;
	free((*evidence)->user);
	nss_done(&(*evidence)->identity);
	free(*evidence);
	*evidence = NULL;
}

/* login and su run this again in a child, as the target user: memory only. */
static void free_marker_data(pam_handle_t *handle MFA_UNUSED, void *data,
			     int status MFA_UNUSED)
{
	struct evidence *evidence = data;
	free_evidence(&evidence);
}

int auth_marker_set(pam_handle_t *handle, const char *user,
		    const struct identity *identity)
{
	MFA_CLEANUP(free_evidence)
	struct evidence *evidence = calloc(1, sizeof *evidence);
	if (evidence == NULL)
		return PAM_BUF_ERR;
	evidence->user = strdup(user);
	if (evidence->user == NULL || nss_copy(identity, &evidence->identity) != MFA_OK)
		return PAM_BUF_ERR;
	int code = pam_set_data(handle, NAME, evidence, free_marker_data);
	if (code == PAM_SUCCESS)
		evidence = NULL; /* the handle's now */
	return code;
}

static const struct evidence *get_marker(pam_handle_t *handle)
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
	const struct evidence *evidence = get_marker(handle);
	return evidence != NULL && strcmp(evidence->user, user) == 0 ? &evidence->identity
								     : NULL;
}

bool auth_marker_is_for(pam_handle_t *handle, const struct identity *identity)
{
	const struct evidence *evidence = get_marker(handle);
	return evidence != NULL && nss_are_same(&evidence->identity, identity);
}
