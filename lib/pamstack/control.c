/* SPDX-License-Identifier: BSD-2-Clause */
#include "control.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

struct word {
	const char *name;
	int on_success; /* also if the password has to be changed */
	int on_ignore;
	int on_others;
};

static const struct word words[] = {
	{ "required", MFA_DO_OK, MFA_DO_IGNORE, MFA_DO_BAD },
	{ "requisite", MFA_DO_OK, MFA_DO_IGNORE, MFA_DO_DIE },
	{ "optional", MFA_DO_OK, MFA_DO_IGNORE, MFA_DO_IGNORE },
	{ "sufficient", MFA_DO_DONE, MFA_DO_IGNORE, MFA_DO_IGNORE },
};

void control_fill(int actions[static MFA_PAM_CODES], int action)
{
	for (int i = 0; i < MFA_PAM_CODES; i++)
		if (actions[i] == MFA_DO_UNSET)
			actions[i] = action;
}

static void set_all_actions(int actions[static MFA_PAM_CODES], int action)
{
	for (int i = 0; i < MFA_PAM_CODES; i++)
		actions[i] = action;
}

static const char *skip_space(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* The int of libpam 1.5 overflows, so that a large number becomes another action. */
static bool parse_jump(enum mfa_libpam version, const char **text, int *ret_action)
{
	bool overflows = version < MFA_LIBPAM_1_6;
	uint64_t number = 0;
	if (!isdigit((unsigned char)**text))
		return false;
	for (; isdigit((unsigned char)**text); (*text)++) {
		number = number * 10 + (uint64_t)(**text - '0');
		if (number > INT_MAX && !overflows)
			return false;
		number &= UINT32_MAX;
	}
	if (number == 0)
		return false;
	*ret_action = (int)(uint32_t)number;
	return true;
}

/* One "code=action". */
static bool parse_pair(enum mfa_libpam version, const char **text,
		       int actions[static MFA_PAM_CODES])
{
	int code = mfa_pam_code_read(*text, text);
	if (code < 0)
		return false;
	*text = skip_space(*text);
	if (**text != '=')
		return false;
	*text = skip_space(*text + 1);
	int action = mfa_pam_action_read(*text, text);
	if (action > 0 && !parse_jump(version, text, &action))
		return false;
	if (code == MFA_PAM_CODES)
		control_fill(actions, action);
	else
		actions[code] = action;
	return true;
}

bool control_parse(enum mfa_libpam version, const char *text,
		   int ret_actions[static MFA_PAM_CODES])
{
	bool is_right = true;
	set_all_actions(ret_actions, MFA_DO_UNSET);
	for (size_t i = 0; i < MFA_COUNT(words); i++) {
		if (strcasecmp(words[i].name, text) != 0)
			continue;
		ret_actions[MFA_PAM_SUCCESS] = words[i].on_success;
		ret_actions[MFA_PAM_NEW_AUTHTOK_REQD] = words[i].on_success;
		ret_actions[MFA_PAM_IGNORE] = words[i].on_ignore;
		control_fill(ret_actions, words[i].on_others);
		return true;
	}
	for (text = skip_space(text); *text != '\0' && is_right; text = skip_space(text))
		is_right = parse_pair(version, &text, ret_actions);
	if (!is_right)
		set_all_actions(ret_actions, MFA_DO_UNSET);
	control_fill(ret_actions, MFA_DO_BAD);
	return is_right;
}
