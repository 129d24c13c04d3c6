/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a command as root: of this machine, or where this process is not root, of a user
 * namespace of its own, whose temporary folder is root's. usage: as-root COMMAND... */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "user_namespace.h"

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	if (geteuid() != 0 &&
	    (!user_namespace_enter() || setenv("TMPDIR", USER_NAMESPACE_FOLDER, 1) != 0))
		return EXIT_FAILURE;
	(void)execvp(argv[1], argv + 1);
	perror(argv[1]);
	return EXIT_FAILURE;
}
