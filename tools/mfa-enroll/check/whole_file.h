/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration that is read to its end, or said not to be. */
#pragma once

#include "check/check.h"

enum whole_file_limit {
	WHOLE_FILE_SIZE,   /* it is larger than what is read */
	WHOLE_FILE_NUL,	   /* a NUL byte is in it */
	WHOLE_FILE_ERROR,  /* reading it fails */
	WHOLE_FILE_DEPTH,  /* included by files that are included, and so on */
	WHOLE_FILE_ENTRIES /* more entries or files in all than are kept */
};

/* Reads a file of the tree, NUL-terminated. The caller frees ret_text. false: it is not
 * there, or no file; or it cannot be read, and that is added. A text that goes on behind
 * a NUL byte is added as well. */
bool whole_file_read(struct check *check, const char *path, char **ret_text,
		     size_t *ret_len);

/* Adds a hole: nobody can tell what the rest of the file says. */
void whole_file_add_unread(struct check *check, const char *path,
			   enum whole_file_limit limit);
