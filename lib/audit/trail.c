/* SPDX-License-Identifier: BSD-2-Clause */
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "event_fields.h"
#include "mfa/fs.h"
#include "mfa/snapshot.h"
#include "mfa/text.h"

/* mends_writable: the chain shows changes by others. */
static const struct mfa_fs_rule append_rule = { 0, 0077, LOCK_EX, 0600, true };

int mfa_audit_open(const char *path, const struct mfa_secret *store_key,
		   struct mfa_audit **ret_audit)
{
	MFA_CLEANUP(mfa_audit_close) struct mfa_audit *audit = calloc(1, sizeof *audit);
	if (audit == NULL)
		return MFA_ERR_NOMEM;
	audit->store_key = store_key;
	audit->path = strdup(path);
	if (audit->path == NULL)
		return MFA_ERR_NOMEM;
	*ret_audit = MFA_TAKE(audit);
	return MFA_OK;
}

void mfa_audit_use_next(struct mfa_audit *audit, const struct mfa_secret *next_key)
{
	audit->next_key = next_key;
}

void mfa_audit_close(struct mfa_audit **audit)
{
	if (*audit == NULL)
		return;
	free((*audit)->path);
	free(*audit);
	*audit = NULL;
}

void mfa_audit_keep(struct mfa_audit *audit, struct mfa_snapshot *snapshot)
{
	audit->is_kept = true;
	mfa_snapshot_add_place(snapshot, audit->path);
}

static const char *host_name(struct utsname *name)
{
	return uname(name) == 0 ? name->nodename : "";
}

void audit_line_begin(struct mfa_json *json, const struct mfa_event *event, uint64_t seq)
{
	char when[MFA_TIME_SIZE];
	struct utsname name;
	mfa_text_format_time(event->time, when);
	mfa_json_open(json, '{');
	mfa_json_count(json, "seq", (int64_t)seq);
	mfa_json_field(json, "time", when);
	mfa_json_field(json, "event", event->event);
	const char *host = host_name(&name);
	if (host[0] != '\0')
		mfa_json_field(json, "host", host);
	for (size_t i = 1; i < event_field_count; i++) { /* the first is there already */
		const char *value = event_field_value(&event_fields[i], event);
		if (value != NULL)
			mfa_json_field(json, event_fields[i].key, value);
	}
}

static int write_line(const struct mfa_audit *audit, int fd,
		      const struct mfa_event *event, bool is_rehearsal)
{
	struct audit_end end;
	int err = audit_end_read(fd, &end);
	if (err != MFA_OK)
		return err;
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	MFA_CLEANUP(mfa_free_string) char *line = NULL;
	audit_line_begin(&json, event, end.link.seq + 1);
	return is_rehearsal ? audit_line_make(audit->store_key, &json, &end, &line)
			    : audit_line_append(audit->store_key, &json, fd, &end);
}

int mfa_audit_check_limit(const struct mfa_audit *audit, struct mfa_diag *diag)
{
	struct stat status = { .st_size = 0 };
	struct rlimit limit;
	if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
		return mfa_fail_errno(diag, errno, "%s: cannot append", audit->path);
	if (limit.rlim_cur == RLIM_INFINITY)
		return MFA_OK;
	(void)stat(audit->path,
		   &status); /* mfa_audit_append reports what is wrong with it */
	if ((rlim_t)status.st_size + AUDIT_LINE_MAX <= limit.rlim_cur)
		return MFA_OK;
	return mfa_fail(diag, MFA_ERR_LIMIT, "%s: cannot append: %s", audit->path,
			mfa_strerror(MFA_ERR_LIMIT));
}

int mfa_audit_check_writable(const struct mfa_audit *audit, struct mfa_diag *diag)
{
	const char *slash = strrchr(audit->path, '/');
	if (slash == NULL || access(audit->path, F_OK) == 0)
		return mfa_fs_check_writable(audit->path, diag);
	size_t len = (size_t)(slash - audit->path);
	MFA_CLEANUP(mfa_free_string)
	char *folder = len > 0 ? strndup(audit->path, len) : strdup("/");
	return folder != NULL ? mfa_fs_check_writable(folder, diag)
			      : mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
}

static int open_trail(struct mfa_audit *audit, struct mfa_diag *diag, int *ret_fd)
{
	const struct mfa_fs_entry entry = { AT_FDCWD, audit->path, audit->path };
	const int flags = O_RDWR | O_CREAT | O_APPEND;
	if (audit->is_place_sound)
		return mfa_fs_open_at(&entry, flags, &append_rule, diag, ret_fd);
	int err = mfa_fs_open(audit->path, flags, &append_rule, diag, ret_fd);
	audit->is_place_sound = err == MFA_OK && audit->is_kept;
	return err;
}

static int open_and_write(struct mfa_audit *audit, const struct mfa_event *event,
			  bool is_rehearsal, struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = open_trail(audit, diag, &fd);
	if (err != MFA_OK)
		return err;
	err = write_line(audit, fd, event, is_rehearsal);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot append: %s", audit->path,
				mfa_strerror(err));
	return MFA_OK;
}

int mfa_audit_append(struct mfa_audit *audit, const struct mfa_event *event,
		     struct mfa_diag *diag)
{
	return open_and_write(audit, event, false, diag);
}

int mfa_audit_rehearse(struct mfa_audit *audit, const struct mfa_event *event,
		       struct mfa_diag *diag)
{
	return open_and_write(audit, event, true, diag);
}
