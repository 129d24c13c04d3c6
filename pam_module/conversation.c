/* SPDX-License-Identifier: BSD-2-Clause */
#include "conversation.h"

#include <stdlib.h>
#include <string.h>

static void free_response(struct pam_response **response)
{
	if (*response == NULL)
		return;
	char *text = (*response)->resp;
	if (text != NULL)
		mfa_wipe(text, strlen(text));
	free(text);
	free(*response);
	*response = NULL;
}

static int call_conversation(pam_handle_t *handle, int style, const char *text,
			     struct pam_response **ret_response)
{
	const void *item = NULL;
	if (pam_get_item(handle, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
		return PAM_CONV_ERR;
	const struct pam_conv *conv = item;
	if (conv->conv == NULL)
		return PAM_CONV_ERR;
	struct pam_message message = { .msg_style = style, .msg = text };
	const struct pam_message *messages = &message;
	return conv->conv(1, &messages, ret_response, conv->appdata_ptr);
}

static int conversation_ask(void *context, const char *prompt,
			    struct mfa_secret *ret_answer)
{
	struct conversation *self = context;
	MFA_CLEANUP(free_response) struct pam_response *response = NULL;
	int code =
		call_conversation(self->handle, PAM_PROMPT_ECHO_OFF, prompt, &response);
	if (code == PAM_BUF_ERR)
		return MFA_ERR_NOMEM;
	if (code == PAM_ABORT)
		return MFA_ERR_ABORT;
	if (code != PAM_SUCCESS || response == NULL)
		return MFA_ERR_CONV;
	if (response->resp == NULL) /* the person gave no answer at all */
		return MFA_ERR_ABORT;
	/* used in place: one copy less to wipe */
	char *text = MFA_TAKE(response->resp);
	self->answer_len = strlen(text);
	*ret_answer = (struct mfa_secret){ (unsigned char *)text, self->answer_len };
	return MFA_OK;
}

/* The text may have been shortened in place, so its original length is wiped. */
static void conversation_forget(void *context, struct mfa_secret *answer)
{
	struct conversation *self = context;
	if (answer->data != NULL)
		mfa_wipe(answer->data, self->answer_len);
	free(answer->data);
	*answer = (struct mfa_secret){ 0 };
}

static void conversation_tell(void *context, enum mfa_tone tone, const char *text)
{
	struct conversation *self = context;
	MFA_CLEANUP(free_response) struct pam_response *response = NULL;
	if (!self->is_silent)
		(void)call_conversation(self->handle,
					tone == MFA_TELL_INFO ? PAM_TEXT_INFO
							      : PAM_ERROR_MSG,
					text, &response);
}

struct mfa_dialog conversation_dialog(struct conversation *conversation)
{
	return (struct mfa_dialog){ .ask = conversation_ask,
				    .forget = conversation_forget,
				    .tell = conversation_tell,
				    .context = conversation };
}
