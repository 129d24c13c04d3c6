#include "mfa/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <sodium.h>

#include "mfa/fs.h"
#include "mfa/json.h"
#include "mfa/seal.h"
#include "mfa/text.h"

/* What others could write, the chain shows. */
static const struct mfa_fs_rule append_rule = { 0, 0077, LOCK_EX, 0600, true };
static const struct mfa_fs_rule read_rule = { 0, 0077, LOCK_SH, 0600, true };

enum {
	MAC_SIZE = 32,
	MAC_HEX = 2 * MAC_SIZE,
	LINE_MAX_SIZE = 8192, /* a longer line is not ours */
	VERIFY_MAX = 1 << 30,
};

static const char SEQ_KEY[] = "{\"seq\":";
static const char MAC_KEY[] = ",\"mac\":\"";
static const char LINE_END[] = "\"}\n";

struct mfa_audit {
	char *path;
	const struct mfa_secret *store_key;
};

/* The end of a chain: what the next line is bound to. */
struct link {
	uint64_t seq;
	unsigned char mac[MAC_SIZE];
};

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

void mfa_audit_close(struct mfa_audit **audit)
{
	if (*audit == NULL)
		return;
	free((*audit)->path);
	free(*audit);
	*audit = NULL;
}

/* mac = BLAKE2b(key, mac of the line before || text of this line before its mac) */
static int chain(const struct mfa_audit *audit, const unsigned char *before,
		 struct mfa_span text, unsigned char *ret_mac)
{
	unsigned char key[MFA_SUBKEY_SIZE];
	crypto_generichash_state state;
	int err = mfa_seal_derive(audit->store_key, MFA_KEY_AUDIT, key);
	if (err != MFA_OK)
		return err;
	(void)crypto_generichash_init(&state, key, sizeof key, MAC_SIZE);
	(void)crypto_generichash_update(&state, before, MAC_SIZE);
	(void)crypto_generichash_update(&state, text.data, text.len);
	(void)crypto_generichash_final(&state, ret_mac, MAC_SIZE);
	mfa_wipe(key, sizeof key);
	mfa_wipe(&state, sizeof state);
	return MFA_OK;
}

/* Splits one line, without its line feed, into the text that the mac covers, its number
 * and its mac. */
static bool parse_line(const char *line, size_t len, struct mfa_span *ret_text,
		       struct link *ret_link)
{
	size_t tail = strlen(MAC_KEY) + MAC_HEX + strlen(LINE_END) - 1;
	size_t head = strlen(SEQ_KEY);
	if (len < head + tail || memcmp(line, SEQ_KEY, head) != 0)
		return false;
	const char *mac = line + len - tail;
	if (memcmp(mac, MAC_KEY, strlen(MAC_KEY)) != 0 ||
	    memcmp(line + len - 2, LINE_END, 2) != 0)
		return false;
	size_t mac_len = 0;
	if (sodium_hex2bin(ret_link->mac, MAC_SIZE, mac + strlen(MAC_KEY), MAC_HEX, NULL,
			   &mac_len, NULL) != 0 ||
	    mac_len != MAC_SIZE)
		return false;
	ret_link->seq = strtoull(line + head, NULL, 10);
	*ret_text = (struct mfa_span){ (const unsigned char *)line, len - tail };
	return true;
}

/* What a trail ends with. */
struct end {
	struct link link;
	off_t size;
	bool is_open; /* the last line has no line feed */
};

/* Reads the end of the trail. An empty file begins at zero. A last line that is not
 * whole or not ours (a crash, a hand) starts the chain anew at zero behind it:
 * mfa_audit_verify points at it. */
static int read_end(int fd, struct end *ret_end)
{
	char tail[LINE_MAX_SIZE];
	struct stat status;
	if (fstat(fd, &status) != 0)
		return mfa_err_from_errno(errno);
	struct end end = { .size = status.st_size };
	size_t wanted = end.size > LINE_MAX_SIZE ? LINE_MAX_SIZE : (size_t)end.size;
	size_t len = 0;
	int err = mfa_fs_read(fd, tail, wanted, end.size - (off_t)wanted, &len);
	if (err != MFA_OK)
		return err;
	end.is_open = len > 0 && tail[len - 1] != '\n';
	if (len > 0 && !end.is_open) {
		const char *before = memrchr(tail, '\n', len - 1);
		const char *line = before != NULL ? before + 1 : tail;
		struct mfa_span text;
		if (!parse_line(line, (size_t)(tail + len - 1 - line), &text, &end.link))
			end.link = (struct link){ 0 };
	}
	*ret_end = end;
	return MFA_OK;
}

static const char *host_name(struct utsname *name)
{
	return uname(name) == 0 ? name->nodename : "";
}

static void write_fields(struct mfa_json *json, const struct mfa_event *event,
			 uint64_t seq)
{
	char when[MFA_TIME_SIZE];
	struct utsname name;
	const struct {
		const char *key;
		const char *value;
	} fields[] = {
		{ "host", host_name(&name) },  { "zone", event->zone },
		{ "service", event->service }, { "user", event->user },
		{ "typed", event->typed },     { "token", event->token },
		{ "kind", event->kind },       { "actor", event->actor },
		{ "rhost", event->rhost },     { "tty", event->tty },
		{ "result", event->result },   { "reason", event->reason },
		{ "detail", event->detail },
	};
	mfa_text_format_time(event->time, when);
	mfa_json_open(json, '{');
	mfa_json_count(json, "seq", (int64_t)seq);
	mfa_json_field(json, "time", when);
	mfa_json_field(json, "event", event->event);
	for (size_t i = 0; i < MFA_COUNT(fields); i++)
		if (fields[i].value != NULL && fields[i].value[0] != '\0')
			mfa_json_field(json, fields[i].key, fields[i].value);
}

static int write_line(const struct mfa_audit *audit, int fd,
		      const struct mfa_event *event)
{
	struct end end;
	int err = read_end(fd, &end);
	if (err != MFA_OK)
		return err;
	MFA_CLEANUP(mfa_json_done) struct mfa_json json = MFA_JSON_INIT;
	write_fields(&json, event, end.link.seq + 1);
	if (json.err != MFA_OK)
		return json.err;
	unsigned char mac[MAC_SIZE];
	char hex[MAC_HEX + 1];
	struct mfa_span text = { (unsigned char *)json.text, json.len };
	err = chain(audit, end.link.mac, text, mac);
	if (err != MFA_OK)
		return err;
	(void)sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
	MFA_CLEANUP(mfa_free_string) char *line = NULL;
	int len = asprintf(&line, "%s%s%s%s%s", end.is_open ? "\n" : "", json.text,
			   MAC_KEY, hex, LINE_END);
	if (len < 0) {
		line = NULL;
		return MFA_ERR_NOMEM;
	}
	if (len > LINE_MAX_SIZE)
		return MFA_ERR_INVALID;
	err = mfa_fs_write(fd, line, (size_t)len, end.size);
	/* half a line would break the chain for the next one */
	if (err != MFA_OK && ftruncate(fd, end.size) != 0)
		return MFA_ERR_IO;
	return err;
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
		   &status); /* what is wrong with it, mfa_audit_append tells */
	if ((rlim_t)status.st_size + LINE_MAX_SIZE <= limit.rlim_cur)
		return MFA_OK;
	return mfa_fail(diag, MFA_ERR_LIMIT, "%s: cannot append: %s", audit->path,
			mfa_strerror(MFA_ERR_LIMIT));
}

int mfa_audit_append(struct mfa_audit *audit, const struct mfa_event *event,
		     struct mfa_diag *diag)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = mfa_fs_open(audit->path, O_RDWR | O_CREAT | O_APPEND, &append_rule,
			      diag, &fd);
	if (err != MFA_OK)
		return err;
	err = write_line(audit, fd, event);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot append: %s", audit->path,
				mfa_strerror(err));
	return MFA_OK;
}

static int verify_text(const struct mfa_audit *audit, const char *text, size_t len,
		       uint64_t *ret_count)
{
	struct link before = { 0 };
	uint64_t count = 0;
	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line_len = end != NULL ? (size_t)(end - text) - at : len - at;
		struct link link;
		struct mfa_span covered;
		unsigned char mac[MAC_SIZE];
		*ret_count = ++count;
		if (end == NULL || !parse_line(text + at, line_len, &covered, &link))
			return MFA_ERR_INTEGRITY;
		int err = chain(audit, before.mac, covered, mac);
		if (err != MFA_OK)
			return err;
		if (!mfa_secret_is_equal(mac, link.mac, MAC_SIZE) ||
		    link.seq != before.seq + 1)
			return MFA_ERR_INTEGRITY;
		before = link;
		at += line_len + 1;
	}
	*ret_count = count;
	return MFA_OK;
}

int mfa_audit_verify(struct mfa_audit *audit, struct mfa_diag *diag, uint64_t *ret_count)
{
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = mfa_fs_open(audit->path, O_RDONLY, &read_rule, diag, &fd);
	if (err != MFA_OK)
		return err;
	struct stat status;
	if (fstat(fd, &status) != 0 || status.st_size > VERIFY_MAX)
		err = MFA_ERR_IO;
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", audit->path,
				mfa_strerror(err));
	MFA_CLEANUP(mfa_free_string) char *text = malloc((size_t)status.st_size + 1);
	if (text == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	size_t len = 0;
	err = mfa_fs_read(fd, text, (size_t)status.st_size, 0, &len);
	if (err == MFA_OK)
		err = verify_text(audit, text, len, ret_count);
	if (err == MFA_ERR_INTEGRITY)
		return mfa_fail(diag, err, "%s:%" PRIu64 ": the chain is broken here",
				audit->path, *ret_count);
	if (err != MFA_OK)
		return mfa_fail(diag, err, "%s: cannot read: %s", audit->path,
				mfa_strerror(err));
	return MFA_OK;
}
