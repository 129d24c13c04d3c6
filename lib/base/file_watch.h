/* SPDX-License-Identifier: BSD-2-Clause */
/* Has the kernel tell whether anything at some paths has changed. It never misses a
 * change: where the kernel cannot tell, the watch is off, and is never silent. */
#pragma once

#include "mfa/snapshot.h"

/* Begins with no path. Where that fails, the watch is off. */
void file_watch_begin(struct mfa_file_watch *watch);

/* Adds what is at an absolute path, or, if that is missing, that something comes there.
 * is_place: only identity, owner and mode matter, not what is in it. May be repeated. */
void file_watch_add(struct mfa_file_watch *watch, const char *path, bool is_place);

/* Whether nothing has changed since it was asked last, at any path. What has happened is
 * forgotten; the paths are to be added anew, and looked at after that. */
bool file_watch_is_silent(struct mfa_file_watch *watch);

void file_watch_end(struct mfa_file_watch *watch);
