/* SPDX-License-Identifier: BSD-2-Clause */
/* A process of this host, by the kernel's word: its title is what it likes. */
#pragma once

#include <stdbool.h>

enum {
	PROCESS_PROGRAM_SIZE = 512
};

/* The file that the process runs, also one that was replaced meanwhile. pid: the name of
 * its folder in /proc. false: it has none, has ended, or the path is longer. */
bool process_program(const char *pid, char ret_path[static PROCESS_PROGRAM_SIZE]);

/* Whether real, effective, saved and file system user id are root's. */
bool process_is_roots(const char *pid);
