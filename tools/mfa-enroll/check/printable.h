/* SPDX-License-Identifier: BSD-2-Clause */
/* What others have named (files, services, processes, users) on a terminal. */
#pragma once

/* A copy that no terminal obeys, which the caller frees; NULL: out of memory. Control
 * characters (a new line is one), those that mfa_text_is_hidden has, and bytes that are
 * no character in the charset of the locale are written as \xNN. */
char *printable_copy(const char *text);
