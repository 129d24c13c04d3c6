/* SPDX-License-Identifier: BSD-2-Clause */
/* The questions. They contain all that the person must know: greeters keep a message over
 * the next question, and xscreensaver shows it as a page of its own. */
#include "mfa/auth.h"

#include <stdio.h>
#include <string.h>

#include "mfa/text.h"

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

static bool takes_codes(const struct mfa_zone *zone)
{
	for (size_t i = 0; i < mfa_factor_count; i++)
		if (!mfa_factors[i]->is_device &&
		    (zone->factors & 1U << mfa_factors[i]->kind) != 0)
			return true;
	return false;
}

static enum mfa_device_lead find_lead(const struct mfa_zone *zone)
{
	if (!takes_codes(zone))
		return MFA_LEAD_NO_CODE;
	for (size_t i = 0; i < mfa_device_count; i++)
		if (mfa_devices[i]->kind == zone->first_factor)
			return MFA_LEAD_DEVICE;
	return MFA_LEAD_CODE;
}

/* What codes are called: the zone's word, or this one. */
static const char *code_name(const struct mfa_auth_request *request, const char *text)
{
	const char *own = request->zone->prompt;
	return mfa_text_is_empty(own) ? mfa_text(request->language, text) : own;
}

/* The first question, without its colon. */
static void write_first(const struct mfa_auth_request *request,
			const struct mfa_auth_state *state,
			char ret_text[static MFA_PROMPT_SIZE])
{
	enum mfa_device_lead lead = find_lead(request->zone);
	const char *name = code_name(request, lead == MFA_LEAD_CODE ? MFA_N_("Code")
								    : MFA_N_("code"));
	if (request->wants_password)
		(void)snprintf(ret_text, MFA_PROMPT_SIZE,
			       mfa_text(request->language,
					state->has_device ? MFA_N_("Password (and %s)")
							  : MFA_N_("Password, then %s")),
			       code_name(request, MFA_N_("code")));
	else if (!state->has_device)
		(void)snprintf(ret_text, MFA_PROMPT_SIZE, "%s",
			       code_name(request, MFA_N_("One-time code")));
	else
		(void)snprintf(ret_text, MFA_PROMPT_SIZE,
			       mfa_text(request->language,
					mfa_devices[state->device]->request(lead)),
			       name);
}

/* Why a device is asked for once more; "": it is not. */
static void write_problem(const struct mfa_auth_request *request,
			  const struct mfa_auth_state *state,
			  char ret_text[static MFA_PROMPT_SIZE])
{
	char where[2 * MFA_TURN_WHERE_SIZE + MFA_TURN_USER_SIZE + 8];
	const struct mfa_device_ops *device = mfa_devices[state->problem_device];
	const char *problem = device->problem(state->device_result);
	if (tells_of_other(state) && format_other(request, state, where, sizeof where))
		(void)snprintf(ret_text, MFA_PROMPT_SIZE,
			       mfa_text(request->language,
					device->problem_named(state->device_result)),
			       where);
	else
		(void)snprintf(ret_text, MFA_PROMPT_SIZE, "%s",
			       problem[0] == '\0' ? ""
						  : mfa_text(request->language, problem));
}

/* The reason comes first, and what is wanted last: some programs cut the left, others the
 * right. */
static void write_again(const struct mfa_auth_request *request, const char *problem,
			char ret_prompt[static MFA_PROMPT_SIZE])
{
	const struct mfa_language *language = request->language;
	char wanted[MFA_PROMPT_SIZE];
	if (takes_codes(request->zone)) /* TRANSLATORS: %s: "code" */
		(void)snprintf(wanted, sizeof wanted,
			       mfa_text(language, MFA_N_("Enter or %s")),
			       code_name(request, MFA_N_("code")));
	else
		(void)snprintf(wanted, sizeof wanted, "%s",
			       mfa_text(language, MFA_N_("Enter")));
	/* TRANSLATORS: "No YubiKey.", "Enter or code" */
	(void)snprintf(ret_prompt, MFA_PROMPT_SIZE, mfa_text(language, MFA_N_("%s %s: ")),
		       problem, wanted);
}

void mfa_auth_prompt(const struct mfa_auth_request *request,
		     const struct mfa_auth_state *state,
		     char ret_prompt[static MFA_PROMPT_SIZE])
{
	char text[MFA_PROMPT_SIZE] = "";
	const char *of_reason = mfa_reason_prompt(state->problem);
	if (state->step == MFA_STEP_DEVICE_QUESTION) {
		(void)snprintf(ret_prompt, MFA_PROMPT_SIZE, "%s", state->device_question);
		return;
	}
	if (of_reason != NULL && !request->wants_password) {
		(void)snprintf(ret_prompt, MFA_PROMPT_SIZE, "%s",
			       mfa_text(request->language, of_reason));
		return;
	}
	if (state->has_device)
		write_problem(request, state, text);
	if (text[0] != '\0') {
		write_again(request, text, ret_prompt);
		return;
	}
	write_first(request, state, text);
	(void)snprintf(ret_prompt, MFA_PROMPT_SIZE, "%.*s: ", MFA_PROMPT_SIZE - 3, text);
}
