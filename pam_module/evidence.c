#include "evidence.h"

#include <stdlib.h>
#include <string.h>

static const char NAME[] = "pam_mfa_passed";

/* login and su run this again in a child, as the target user: memory only. */
static void forget(pam_handle_t *handle MFA_UNUSED, void *data, int status MFA_UNUSED)
{
	free(data);
}

int evidence_set(pam_handle_t *handle, const char *user)
{
	char *copy = strdup(user);
	if (copy == NULL)
		return PAM_BUF_ERR;
	int code = pam_set_data(handle, NAME, copy, forget);
	if (code != PAM_SUCCESS)
		free(copy);
	return code;
}

void evidence_clear(pam_handle_t *handle)
{
	const void *data = NULL;
	if (pam_get_data(handle, NAME, &data) == PAM_SUCCESS && data != NULL)
		(void)pam_set_data(handle, NAME, NULL, NULL);
}

bool evidence_is_for(pam_handle_t *handle, const char *user)
{
	const void *data = NULL;
	return pam_get_data(handle, NAME, &data) == PAM_SUCCESS && data != NULL &&
	       strcmp(data, user) == 0;
}
