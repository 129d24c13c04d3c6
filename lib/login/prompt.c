/* SPDX-License-Identifier: BSD-2-Clause */
/* The questions. They contain all that the person must know: greeters keep a message over
 * the next question, and xscreensaver shows it as a page of its own. */
#include "mfa/auth.h"

#include <stdio.h>
#include <string.h>

/* "su, pts/3, taro", as far as it is known; false: nothing is. */
static bool format_other(const struct mfa_auth_request *request,
			 const struct mfa_auth_state *state, char *ret_text, size_t size)
{
	const struct mfa_turn *other = &state->other;
	bool is_own_user = strcmp(other->user, state->own.user) == 0;
	const char *const parts[] = { other->service, other->terminal,
				      is_own_user ? other->user : "" };
	/* TRANSLATORS: between the parts of "su, pts/3, taro" */
	const char *comma = mfa_text(request->language, MFA_N_(", "));
	size_t len = 0;
	ret_text[0] = '\0';
	for (size_t i = 0; i < MFA_COUNT(parts); i++) {
		if (parts[i][0] == '\0' || strcmp(parts[i], "?") == 0)
			continue;
		int more = snprintf(ret_text + len, size - len, "%s%s",
				    len > 0 ? comma : "", parts[i]);
		if (more > 0 && (size_t)more < size - len)
			len += (size_t)more;
	}
	return len > 0;
}

static bool tells_of_other(const struct mfa_auth_state *state)
{
	return state->device_result == MFA_DEVICE_BUSY ||
	       state->device_result == MFA_DEVICE_ELSEWHERE;
}

static const char *prompt_text(const struct mfa_auth_request *request,
			       const struct mfa_auth_state *state)
{
	const char *of_reason = mfa_reason_prompt(state->problem);
	if (request->wants_password)
		return MFA_N_("Password and one-time password: ");
	if (of_reason != NULL)
		return of_reason;
	if (!state->has_device)
		return MFA_N_("One-time password: ");
	return mfa_devices[state->problem_device]->prompt(state->device_result);
}

void mfa_auth_prompt(const struct mfa_auth_request *request,
		     const struct mfa_auth_state *state,
		     char ret_prompt[static MFA_PROMPT_SIZE])
{
	const struct mfa_language *language = request->language;
	char where[2 * MFA_TURN_WHERE_SIZE + MFA_TURN_USER_SIZE + 8];
	if (state->step == MFA_STEP_DEVICE_QUESTION)
		(void)snprintf(ret_prompt, MFA_PROMPT_SIZE, "%s", state->device_question);
	else if (tells_of_other(state) &&
		 format_other(request, state, where, sizeof where))
		(void)snprintf(ret_prompt, MFA_PROMPT_SIZE,
			       mfa_text(language,
					mfa_devices[state->problem_device]->prompt_named(
						state->device_result)),
			       where);
	else
		(void)snprintf(ret_prompt, MFA_PROMPT_SIZE, "%s",
			       mfa_text(language, prompt_text(request, state)));
}
