/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of an event: one table for the audit trail and for syslog. */
#pragma once

#include <stddef.h>

#include "mfa/audit.h"

struct event_field {
	const char *key;
	size_t offset;	 /* in struct mfa_event */
	bool is_array;	 /* the text itself is there, and no pointer to it */
	bool is_long;	 /* takes what is left of a line for syslog; the last one */
	bool is_outcome; /* comes first in syslog, and before the detail in the trail */
};

/* In the order of the trail, without host and time. */
extern const struct event_field event_fields[];
extern const size_t event_field_count;

/* NULL: the event does not have it. */
const char *event_field_value(const struct event_field *field,
			      const struct mfa_event *event);
