/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/audit_bridge.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "mfa/fs.h"

enum {
	HEX_SIZE = 2 * AUDIT_MAC_SIZE + 1
};

static const struct mfa_fs_rule bridge_rule = { 0, 0077, LOCK_EX, 0600, true };

static void put_bytes(struct mfa_json *json, const char *key,
		      const unsigned char bytes[static AUDIT_MAC_SIZE])
{
	char hex[HEX_SIZE];
	(void)sodium_bin2hex(hex, sizeof hex, bytes, AUDIT_MAC_SIZE);
	mfa_json_field(json, key, hex);
}

/* Only the last bridge can be verified, so it repeats what an earlier one says is
 * broken. */
static uint64_t find_broken(const struct mfa_audit_report *report)
{
	return report->broken != 0 ? report->broken : report->first_bad;
}

static int append_line(const struct mfa_audit *audit,
		       const struct audit_bridge_options *options,
		       const struct audit_sealed *sealed, int fd)
{
	struct audit_end end;
	int err = audit_end_read(fd, &end);
	if (err != MFA_OK)
		return err;
	const struct mfa_event event = {
		.event = MFA_AUDIT_BRIDGE,
		.result = "done",
		.actor = options->actor,
		.time = options->time,
	};
	uint64_t broken = find_broken(&sealed->report);
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	audit_line_begin(&json, &event, end.link.seq + 1);
	if (broken > 0)
		mfa_json_count(&json, "broken", (int64_t)broken);
	put_bytes(&json, "before_mac", end.link.mac);
	put_bytes(&json, "before_hash", sealed->hash);
	err = audit_line_append(audit->next_key, &json, fd, &end);
	/* if a crash lost the bridge but kept the new key, nothing would verify */
	if (err == MFA_OK && fdatasync(fd) != 0)
		err = mfa_err_from_errno(errno);
	return err;
}

int audit_bridge_append(const struct mfa_audit *audit,
			const struct audit_bridge_options *options,
			struct audit_scan *scan, struct mfa_diag *diag,
			struct audit_sealed *ret_sealed)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = mfa_fs_open(audit->path, O_RDWR | O_CREAT | O_APPEND, &bridge_rule,
			      diag, &fd);
	if (err != MFA_OK)
		return err;
	err = audit_scan_use_next(audit, scan);
	if (err == MFA_OK)
		err = audit_scan_file(scan, fd, NULL);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", audit->path,
				mfa_strerror(err));
	struct audit_sealed sealed;
	err = audit_scan_result(scan, audit->path, diag, &sealed.report);
	if (err != MFA_OK && !options->takes_broken)
		return err;
	/* a missing line feed of the last line is written together with the bridge */
	if (scan->len > 0 || scan->is_too_long)
		audit_scan_feed(scan, "\n", 1);
	audit_scan_hash(scan, sealed.hash);
	err = append_line(audit, options, &sealed, fd);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot append: %s", audit->path,
				mfa_strerror(err));
	*ret_sealed = sealed;
	return MFA_OK;
}
