/* SPDX-License-Identifier: BSD-2-Clause */
#include "event_fields.h"

#include <string.h>

#define FIELD(name) .key = #name, .offset = offsetof(struct mfa_event, name)

const struct event_field event_fields[] = {
	{ FIELD(event), .is_outcome = true },
	{ FIELD(zone) },
	/* what the kernel says, before what programs and people say */
	{ FIELD(caller), .is_array = true },
	{ FIELD(service) },
	{ FIELD(user) },
	{ FIELD(typed) },
	{ FIELD(token) },
	{ FIELD(kind) },
	{ FIELD(actor) },
	{ FIELD(rhost) },
	{ FIELD(tty) },
	{ FIELD(process), .is_array = true },
	{ FIELD(parent), .is_array = true },
	{ FIELD(repeats), .is_array = true },
	{ FIELD(since), .is_array = true },
	{ FIELD(result), .is_outcome = true },
	{ FIELD(reason), .is_outcome = true },
	{ FIELD(detail), .is_long = true },
};

const size_t event_field_count = MFA_COUNT(event_fields);

const char *event_field_value(const struct event_field *field,
			      const struct mfa_event *event)
{
	const char *place = (const char *)event + field->offset;
	const char *value = place;
	if (!field->is_array)
		memcpy(&value, place, sizeof value);
	return value != NULL && value[0] != '\0' ? value : NULL;
}
