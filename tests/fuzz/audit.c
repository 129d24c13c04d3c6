/* SPDX-License-Identifier: BSD-2-Clause */
/* The audit trail: reading any file, appending any event behind it, and its form for
 * syslog. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "mfa/audit.h"
#include "mfa/text.h"

enum {
	FIELDS = 8,
	LEAST_TOO_LONG = 1200, /* bytes of all fields, each six in a line of 8192 */
};

static void check_syslog(const struct mfa_event *event)
{
	char text[300];
	mfa_event_format(event, text, sizeof text);
	must(strlen(text) < sizeof text);
	for (size_t i = 0; text[i] != '\0'; i++)
		must((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MFA_CLEANUP(mfa_secret_done) struct mfa_secret key = { 0 };
	MFA_CLEANUP(mfa_audit_close) struct mfa_audit *audit = NULL;
	struct input input = { data, size };
	struct mfa_diag diag = { .text = "" };
	char *fields[FIELDS];
	uint64_t before = 0;
	uint64_t after = 0;
	unsigned flags = input_byte(&input);
	const char *path = fuzz_path("audit.jsonl");
	size_t total = 0;
	for (size_t i = 0; i < FIELDS; i++) {
		fields[i] = input_text(&input);
		total += strlen(fields[i]);
	}
	struct mfa_event event = {
		.event = (flags & 64) != 0 ? MFA_AUDIT_BRIDGE : "auth",
		.user = fields[0],
		.service = fields[1],
		.rhost = fields[2],
		.tty = fields[3],
		.zone = fields[4],
		.detail = fields[5],
		.actor = fields[6],
		.token = fields[7],
		.time = (int64_t)flags << 32,
	};
	fuzz_key(&key);
	must(mfa_audit_open(path, &key, &audit) == MFA_OK);
	fuzz_write(path, "", 0);
	/* the trail: what the fuzzer says, or two lines of ours and then that */
	for (unsigned i = 0; i < flags % 3; i++)
		must(mfa_audit_append(audit, &event, NULL) == MFA_OK ||
		     total > LEAST_TOO_LONG);
	if ((flags & 128) != 0)
		fuzz_write(path, input.data, input.len);
	int verified = mfa_audit_verify(audit, &diag, &before);
	must(verified == MFA_OK || verified == MFA_ERR_INTEGRITY);
	must((flags & 128) != 0 || verified == MFA_OK);
	/* nobody without the key makes a line that passes */
	must((flags & 128) == 0 || verified != MFA_OK || before == 0);
	int err = mfa_audit_append(audit, &event, &diag);
	must(err == MFA_OK || (err == MFA_ERR_INVALID && total > LEAST_TOO_LONG));
	int again = mfa_audit_verify(audit, &diag, &after);
	if (verified == MFA_OK)
		must(again == MFA_OK && after == before + (err == MFA_OK ? 1 : 0));
	check_syslog(&event);
	for (size_t i = 0; i < FIELDS; i++)
		free(fields[i]);
	return 0;
}
