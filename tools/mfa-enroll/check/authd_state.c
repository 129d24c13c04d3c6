/* SPDX-License-Identifier: BSD-2-Clause */
/* What systemd says of the service of mfa-authd. */
#include "check/parts.h"

#include <string.h>
#include <unistd.h>

#include "check/ask_program.h"
#include "check/sandbox.h"

bool check_is_authd_failing(void)
{
	static const char *const failing[] = { "failed\n", "auto-restart\n" };
	char path[] = "/usr/bin/systemctl";
	char verb[] = "show";
	char property[] = "--property=SubState";
	char value[] = "--value";
	char unit[] = SANDBOX_UNIT;
	char *argv[] = { path, verb, property, value, unit, NULL };
	char text[64] = "";
	if (access("/run/systemd/system", F_OK) != 0 ||
	    !ask_program(argv, text, sizeof text))
		return false;
	return strcmp(text, failing[0]) == 0 || strcmp(text, failing[1]) == 0;
}
