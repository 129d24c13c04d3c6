/* SPDX-License-Identifier: BSD-2-Clause */
#include "folded_line.h"

#include <syslog.h>

#include "mfa/log.h"

static void warn_of_lost(uint32_t count)
{
	mfa_log(LOG_ERR,
		"%lu refused logins have no line: a worker ended, or there were too many "
		"kinds at once",
		(unsigned long)count);
}

bool folded_line_take(struct folded_line *line, struct fold *fold, bool is_last)
{
	struct fold_line due;
	if (line->is_there || !fold_take(fold, mfa_monotonic_ms(), is_last, &due))
		return false;
	*line = (struct folded_line){ .is_there = true,
				      .key = due.key,
				      .connection = { .fd = -1,
						      .device = -1,
						      .where = CONNECTION_ELSEWHERE,
						      .repeats = due.repeats,
						      .visit = due.visit } };
	line->connection.visit.wait = VISIT_VERDICT;
	return true;
}

void folded_line_end(struct folded_line *line, struct fold *fold,
		     const struct fold_told *told)
{
	const struct fold_line again = { .key = line->key,
					 .repeats = line->connection.repeats,
					 .visit = line->connection.visit };
	line->is_there = false;
	line->connection.state = CONNECTION_WAITS;
	if (told->done == FOLD_NOTHING ||
	    (told->done == FOLD_HELD && !fold_put_back(fold, &again, mfa_monotonic_ms())))
		warn_of_lost(again.repeats.count);
}

void folded_line_count(struct fold *fold, const struct fold_told *told,
		       const struct visit *visit)
{
	if (told->done != FOLD_NOTHING &&
	    !fold_count(fold, told, visit, mfa_monotonic_ms()))
		warn_of_lost(1);
}
