/* SPDX-License-Identifier: BSD-2-Clause */
#include "libpam.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include "fuzz.h"

struct pam_handle {
	const struct libpam_script *script;
	struct pam_conv conv;
	char *password;
	const char *user;
	void *data; /* the module's one datum */
	void (*clean)(pam_handle_t *handle, void *data, int status);
};

static int failure_of(unsigned faults)
{
	if ((faults & LIBPAM_CONV_ABORTS) != 0)
		return PAM_ABORT;
	return (faults & LIBPAM_CONV_NO_MEMORY) != 0 ? PAM_BUF_ERR : PAM_CONV_ERR;
}

static int converse(int count, const struct pam_message **messages,
		    struct pam_response **ret_responses, void *context)
{
	struct pam_handle *handle = context;
	unsigned faults = handle->script->faults;
	must(count == 1 && messages[0]->msg != NULL);
	bool is_prompt = messages[0]->msg_style == PAM_PROMPT_ECHO_OFF;
	must(is_prompt || (faults & LIBPAM_SILENT) == 0);
	if ((faults & LIBPAM_USER_CHANGES) != 0)
		handle->user = "root";
	if ((faults & LIBPAM_CONV_FAILS) != 0 && failure_of(faults) == PAM_CONV_ERR)
		return PAM_CONV_ERR;
	if ((faults & LIBPAM_NO_ANSWER) != 0 && is_prompt)
		return PAM_SUCCESS;
	struct pam_response *response = calloc(1, sizeof *response);
	must(response != NULL);
	if (is_prompt && (faults & LIBPAM_NULL_ANSWER) == 0)
		response->resp = strdup(handle->script->answer);
	*ret_responses = response;
	return (faults & LIBPAM_CONV_FAILS) != 0 ? failure_of(faults) : PAM_SUCCESS;
}

struct pam_handle *libpam_start(const struct libpam_script *script)
{
	struct pam_handle *handle = calloc(1, sizeof *handle);
	must(handle != NULL);
	handle->script = script;
	handle->user = script->user;
	handle->conv = (struct pam_conv){ converse, handle };
	if ((script->faults & LIBPAM_PASSWORD) != 0)
		handle->password = strdup(script->answer);
	return handle;
}

void libpam_end(struct pam_handle *handle)
{
	if (handle->clean != NULL)
		handle->clean(handle, handle->data, 0);
	free(handle->password);
	free(handle);
}

int pam_get_user(pam_handle_t *handle, const char **ret_user,
		 const char *prompt MFA_UNUSED)
{
	unsigned faults = handle->script->faults;
	if ((faults & LIBPAM_NO_USER) != 0)
		return failure_of(faults);
	*ret_user = (faults & LIBPAM_NULL_USER) != 0 ? NULL : handle->user;
	return PAM_SUCCESS;
}

int pam_get_item(const pam_handle_t *handle, int type, const void **ret_item)
{
	const struct libpam_script *script = handle->script;
	*ret_item = NULL;
	if ((script->faults & LIBPAM_ITEMS_FAIL) != 0 && type != PAM_CONV &&
	    type != PAM_USER)
		return PAM_BAD_ITEM;
	if (type == PAM_CONV && (script->faults & LIBPAM_NO_CONV) == 0)
		*ret_item = &handle->conv;
	else if (type == PAM_USER)
		*ret_item = handle->user;
	else if (type == PAM_SERVICE)
		*ret_item = "fuzz";
	else if (type == PAM_AUTHTOK)
		*ret_item = handle->password;
	else if (type == PAM_RHOST && (script->faults & LIBPAM_REMOTE) != 0)
		*ret_item = script->text;
	else if (type == PAM_TTY && (script->faults & LIBPAM_CONSOLE) != 0)
		*ret_item = script->text;
	return PAM_SUCCESS;
}

int pam_set_item(pam_handle_t *handle, int type, const void *item)
{
	must(type == PAM_AUTHTOK && item != NULL);
	if ((handle->script->faults & LIBPAM_SET_ITEM_FAILS) != 0)
		return PAM_BUF_ERR;
	free(handle->password);
	handle->password = strdup(item);
	return PAM_SUCCESS;
}

int pam_set_data(pam_handle_t *handle, const char *name MFA_UNUSED, void *data,
		 void (*clean)(pam_handle_t *handle, void *data, int status))
{
	if ((handle->script->faults & LIBPAM_SET_DATA_FAILS) != 0 && data != NULL)
		return PAM_BUF_ERR;
	if (handle->clean != NULL)
		handle->clean(handle, handle->data, PAM_DATA_REPLACE);
	handle->data = data;
	handle->clean = clean;
	return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *handle, const char *name MFA_UNUSED,
		 const void **ret_data)
{
	if (handle->clean == NULL)
		return PAM_NO_MODULE_DATA;
	*ret_data = handle->data;
	return PAM_SUCCESS;
}

void pam_syslog(const pam_handle_t *handle MFA_UNUSED, int priority MFA_UNUSED,
		const char *format, ...)
{
	char line[4096];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	must(len > 0 && (size_t)len < sizeof line);
	for (int i = 0; i < len; i++)
		must((unsigned char)line[i] >= 0x20 && line[i] != 0x7f);
}
