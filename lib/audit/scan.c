/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mfa/fs.h"

enum {
	CHUNK_SIZE = 32768
};

/* mends_writable: the chain shows changes by others. */
static const struct mfa_fs_rule read_rule = { 0, 0077, LOCK_SH, 0600, true };

static void restart_scan(struct audit_scan *scan)
{
	(void)crypto_generichash_init(&scan->before, NULL, 0, AUDIT_MAC_SIZE);
	scan->last = (struct audit_link){ 0 };
	scan->report = (struct mfa_audit_report){ 0 };
	scan->at = 0;
	scan->len = 0;
	scan->is_too_long = false;
}

int audit_scan_begin(const struct mfa_audit *audit, struct audit_scan *ret_scan)
{
	int err = mfa_seal_derive(audit->store_key, MFA_KEY_AUDIT, ret_scan->keys[0]);
	if (err != MFA_OK)
		return err;
	ret_scan->key_count = 1;
	ret_scan->device = 0;
	ret_scan->inode = 0;
	restart_scan(ret_scan);
	return audit_scan_use_next(audit, ret_scan);
}

void audit_scan_done(struct audit_scan *scan)
{
	mfa_wipe(scan->keys, sizeof scan->keys);
}

int audit_scan_use_next(const struct mfa_audit *audit, struct audit_scan *scan)
{
	if (audit->next_key == NULL)
		return MFA_OK;
	scan->key_count = 2;
	return mfa_seal_derive(audit->next_key, MFA_KEY_AUDIT, scan->keys[1]);
}

void audit_scan_hash(const struct audit_scan *scan,
		     unsigned char ret_hash[static AUDIT_MAC_SIZE])
{
	crypto_generichash_state state = scan->before;
	(void)crypto_generichash_final(&state, ret_hash, AUDIT_MAC_SIZE);
}

static bool has_right_mac(const struct audit_scan *scan, const unsigned char *before,
			  struct mfa_span text, const unsigned char *wanted)
{
	bool is_right = false;
	for (size_t i = 0; i < scan->key_count && !is_right; i++) {
		unsigned char mac[AUDIT_MAC_SIZE];
		audit_line_mac(scan->keys[i], before, text, mac);
		is_right = mfa_secret_is_equal(mac, wanted, sizeof mac);
	}
	return is_right;
}

static void note_bad(struct mfa_audit_report *report)
{
	if (report->first_bad == 0)
		report->first_bad = report->lines;
}

static void note_time(struct mfa_audit_report *report, struct mfa_span text)
{
	audit_line_time(text, report->last);
	if (report->first[0] == '\0')
		memcpy(report->first, report->last, sizeof report->first);
}

/* The bridge has the right mac, so somebody with one of the keys has made it. */
static void accept_bridge(struct audit_scan *scan, const struct audit_bridge *bridge,
			  const struct audit_link *link)
{
	struct mfa_audit_report *report = &scan->report;
	unsigned char hash[AUDIT_MAC_SIZE];
	audit_scan_hash(scan, hash);
	report->is_altered = !mfa_secret_is_equal(hash, bridge->hash, sizeof hash);
	report->first_bad = report->is_altered ? report->lines : 0;
	if (report->is_altered)
		return;
	report->bridge = report->lines;
	report->broken = bridge->broken;
	memcpy(report->bridged, report->last, sizeof report->bridged);
	scan->last = *link;
}

static void check_line(struct audit_scan *scan)
{
	struct mfa_span text;
	struct audit_link link;
	struct audit_bridge bridge;
	scan->report.lines++;
	if (scan->is_too_long || !audit_line_parse(scan->line, scan->len, &text, &link)) {
		note_bad(&scan->report);
		return;
	}
	note_time(&scan->report, text);
	if (audit_line_is_bridge(text, &bridge) &&
	    has_right_mac(scan, bridge.mac, text, link.mac)) {
		accept_bridge(scan, &bridge, &link);
		return;
	}
	if (scan->report.first_bad != 0) /* until the next bridge */
		return;
	if (link.seq == scan->last.seq + 1 &&
	    has_right_mac(scan, scan->last.mac, text, link.mac))
		scan->last = link;
	else
		note_bad(&scan->report);
}

static void hash_line(struct audit_scan *scan)
{
	(void)crypto_generichash_update(&scan->before, (const unsigned char *)scan->line,
					scan->len);
	scan->len = 0;
}

static void add_to_line(struct audit_scan *scan, const char *bytes, size_t len)
{
	while (len > 0) {
		size_t room = sizeof scan->line - scan->len;
		size_t part = len < room ? len : room;
		memcpy(scan->line + scan->len, bytes, part);
		scan->len += part;
		bytes += part;
		len -= part;
		if (len == 0)
			break;
		scan->is_too_long = true;
		hash_line(scan);
	}
}

void audit_scan_feed(struct audit_scan *scan, const char *bytes, size_t len)
{
	static const unsigned char feed = '\n';
	scan->at += (off_t)len;
	while (len > 0) {
		const char *end = memchr(bytes, '\n', len);
		size_t part = end != NULL ? (size_t)(end - bytes) : len;
		add_to_line(scan, bytes, part);
		if (end == NULL)
			return;
		check_line(scan);
		hash_line(scan);
		(void)crypto_generichash_update(&scan->before, &feed, 1);
		scan->is_too_long = false;
		bytes += part + 1;
		len -= part + 1;
	}
}

/* Reads on up to size; if that is unknown (0), to the end of the file. */
static int scan_chunks(struct audit_scan *scan, int fd, off_t size,
		       const struct mfa_watch *watch)
{
	char chunk[CHUNK_SIZE];
	while (size == 0 || scan->at < size) {
		size_t wanted = sizeof chunk;
		if (size > 0 && size - scan->at < (off_t)sizeof chunk)
			wanted = (size_t)(size - scan->at);
		ssize_t got = size == 0 ? read(fd, chunk, wanted)
					: pread(fd, chunk, wanted, scan->at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return mfa_err_from_errno(errno);
		if (got == 0) /* the file became shorter, unless its size was unknown */
			return size == 0 ? MFA_OK : MFA_ERR_CONFLICT;
		audit_scan_feed(scan, chunk, (size_t)got);
		if (watch != NULL && size > 0 &&
		    !watch->step(watch->context, (size_t)scan->at, (size_t)size))
			return MFA_ERR_ABORT;
	}
	return MFA_OK;
}

static int find_trail_size(struct audit_scan *scan, int fd, off_t *ret_size)
{
	struct stat status;
	if (fstat(fd, &status) != 0)
		return mfa_err_from_errno(errno);
	if (status.st_dev != scan->device || status.st_ino != scan->inode ||
	    status.st_size < scan->at)
		restart_scan(scan);
	scan->device = status.st_dev;
	scan->inode = status.st_ino;
	*ret_size = status.st_size;
	return MFA_OK;
}

int audit_scan_file(struct audit_scan *scan, int fd, const struct mfa_watch *watch)
{
	off_t size = 0;
	int err = find_trail_size(scan, fd, &size);
	return err != MFA_OK || size == 0 ? err : scan_chunks(scan, fd, size, watch);
}

static int fail_to_read(int err, const char *path, struct mfa_diag *diag)
{
	if (err == MFA_ERR_ABORT)
		return mfa_fail(diag, err, "stopped");
	if (err == MFA_ERR_CONFLICT)
		return mfa_fail(diag, err, "%s: it became shorter meanwhile", path);
	return mfa_fail(diag, err, "%s: cannot read: %s", path, mfa_strerror(err));
}

int audit_scan_trail(const struct mfa_audit *audit, struct audit_scan *scan,
		     const struct mfa_watch *watch, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	off_t size = 0;
	int err = mfa_fs_open(audit->path, O_RDONLY, &read_rule, diag, &fd);
	if (err != MFA_OK)
		return err;
	err = find_trail_size(scan, fd, &size);
	/* reading a big file takes longer than logins wait for the lock */
	if (err == MFA_OK && flock(fd, LOCK_UN) != 0)
		err = mfa_err_from_errno(errno);
	if (err == MFA_OK && size > 0)
		err = scan_chunks(scan, fd, size, watch);
	return err == MFA_OK ? MFA_OK : fail_to_read(err, audit->path, diag);
}

int audit_scan_result(const struct audit_scan *scan, const char *path,
		      struct mfa_diag *diag, struct mfa_audit_report *ret_report)
{
	struct mfa_audit_report report = scan->report;
	if (scan->len > 0 || scan->is_too_long) {
		report.lines++;
		note_bad(&report);
	}
	*ret_report = report;
	if (report.first_bad == 0)
		return MFA_OK;
	return mfa_fail(diag, MFA_ERR_INTEGRITY, "%s:%" PRIu64 ": %s", path,
			report.first_bad,
			report.is_altered
				? "the lines before are not those that this bridge seals"
				: "the chain is broken here");
}

static int scan_copy(struct audit_scan *scan, const char *path,
		     const struct mfa_watch *watch, struct mfa_diag *diag)
{
	struct stat status = { .st_size = 0 };
	MFA_CLEANUP(mfa_close_fd)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &status) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot open", path);
	if (S_ISDIR(status.st_mode))
		return mfa_fail(diag, MFA_ERR_INVALID, "%s: is a directory", path);
	off_t size = S_ISREG(status.st_mode) ? status.st_size : 0;
	int err = scan_chunks(scan, fd, size, watch);
	return err == MFA_OK ? MFA_OK : fail_to_read(err, path, diag);
}

int mfa_audit_inspect(struct mfa_audit *audit, const char *path,
		      const struct mfa_watch *watch, struct mfa_diag *diag,
		      struct mfa_audit_report *ret_report)
{
	MFA_CLEANUP(audit_scan_done) struct audit_scan scan = { .len = 0 };
	const char *name = path != NULL ? path : audit->path;
	int err = audit_scan_begin(audit, &scan);
	if (err != MFA_OK)
		return fail_to_read(err, name, diag);
	err = path != NULL ? scan_copy(&scan, path, watch, diag)
			   : audit_scan_trail(audit, &scan, watch, diag);
	return err == MFA_OK ? audit_scan_result(&scan, name, diag, ret_report) : err;
}

int mfa_audit_verify(struct mfa_audit *audit, struct mfa_diag *diag, uint64_t *ret_count)
{
	struct mfa_audit_report report = { .lines = 0 };
	int err = mfa_audit_inspect(audit, NULL, NULL, diag, &report);
	if (err == MFA_OK || err == MFA_ERR_INTEGRITY)
		*ret_count = err == MFA_OK ? report.lines : report.first_bad;
	return err;
}
