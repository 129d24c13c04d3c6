/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes random service files: everything that libpam's syntax has, and what it has not.
 */
#pragma once

#include <stdint.h>

/* Where the files go: below the current root. */
struct maker {
	uint64_t random;
	unsigned next_id; /* each line of the stub has an argument of its own */
	int has_conf;	  /* pam.conf, and no folder */
};

/* Removes what was there and writes new files of the service "probe" and what it
 * includes. */
void make_files(struct maker *maker);
