/* SPDX-License-Identifier: BSD-2-Clause */
/* polkit: rules that ask nobody. */
#include "check/parts.h"

#include <string.h>

#include "check/config_lines.h"

static void look_at_rules(struct check *check, const char *path, void *context MFA_UNUSED)
{
	MFA_CLEANUP(config_lines_done) struct config_lines file = { 0 };
	if (!config_lines_open(check, path, &file))
		return;
	for (char *line = NULL; (line = config_lines_next(&file, false)) != NULL;)
		if (strncmp(line, "//", 2) != 0 &&
		    strstr(line, "polkit.Result.YES") != NULL)
			check_add(check, CHECK_WARNING, "polkit-yes",
				  (struct check_place){ path, file.number }, "%s",
				  TR(check->app,
				     MFA_N_("polkit allows something without asking")));
}

void check_polkit(struct check *check)
{
	if (!check_wants(check, "polkit-1") || check_is_left_out(check, "polkit-1"))
		return;
	config_files_each(check, "/etc/polkit-1/rules.d", ".rules", look_at_rules, NULL);
}
