/* SPDX-License-Identifier: BSD-2-Clause */
/* The line that is being written for many refusals (fold.h): a worker gets it in place of
 * a connection. */
#pragma once

#include "connection.h"

struct folded_line {
	bool is_there;
	struct fold_key key;
	struct connection connection; /* without a socket */
};

/* Takes a line that is due, or any at all; true: it is to be given to a worker. One at a
 * time. */
bool folded_line_take(struct folded_line *line, struct fold *fold, bool is_last);

/* The worker is back, or has ended (told: nothing): then the line may be there, or not,
 * and syslog is told. */
void folded_line_end(struct folded_line *line, struct fold *fold,
		     const struct fold_told *told);

/* Counts what a worker has done with a visit's line. One that cannot be counted is told
 * to syslog. */
void folded_line_count(struct fold *fold, const struct fold_told *told,
		       const struct visit *visit);
