/* SPDX-License-Identifier: BSD-2-Clause */
#include "trail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int trail_setup(void **state)
{
	struct trail *trail = calloc(1, sizeof *trail);
	if (trail == NULL)
		return -1;
	*state = trail;
	sandbox_open(&trail->box);
	trail->key = test_key(1);
	(void)snprintf(trail->path, sizeof trail->path, "%s/audit", trail->box.root);
	return mfa_audit_open(trail->path, &trail->key, &trail->audit);
}

int trail_teardown(void **state)
{
	struct trail *trail = *state;
	mfa_audit_close(&trail->audit);
	mfa_secret_done(&trail->key);
	sandbox_close(&trail->box);
	free(trail);
	return 0;
}

int trail_append(struct trail *trail, const char *user)
{
	const struct mfa_event event = {
		.event = "auth", .result = "denied", .user = user, .time = NOW
	};
	return mfa_audit_append(trail->audit, &event, NULL);
}

void trail_append_lines(struct trail *trail, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char user[16];
		(void)snprintf(user, sizeof user, "user%u", i + 1);
		assert_int_equal(trail_append(trail, user), MFA_OK);
	}
}

void assert_whole(struct trail *trail, uint64_t lines)
{
	uint64_t count = 999;
	struct mfa_diag diag = { .text = "" };
	int err = mfa_audit_verify(trail->audit, &diag, &count);
	assert_done(err, &diag);
	assert_int_equal(count, lines);
}

void assert_broken(struct trail *trail, uint64_t line)
{
	uint64_t count = 999;
	char where[128];
	struct mfa_diag diag = { .text = "" };
	assert_int_equal(mfa_audit_verify(trail->audit, &diag, &count),
			 MFA_ERR_INTEGRITY);
	assert_int_equal(count, line);
	(void)snprintf(where, sizeof where, "%s:%u:", trail->path, (unsigned)line);
	assert_non_null(strstr(diag.text, where));
}

size_t line_start(const char *text, unsigned line)
{
	const char *at = text;
	for (; line > 1; line--)
		at = strchr(at, '\n') + 1;
	return (size_t)(at - text);
}
