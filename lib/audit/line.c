/* SPDX-License-Identifier: BSD-2-Clause */
#include "line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "mfa/fs.h"
#include "mfa/text.h"

enum {
	MAC_HEX = 2 * AUDIT_MAC_SIZE,
};

static const char SEQ_KEY[] = "{\"seq\":";
static const char TIME_KEY[] = ",\"time\":\"";
static const char BRIDGE_KEY[] = "\",\"event\":\"" MFA_AUDIT_BRIDGE "\",";
static const char BROKEN_KEY[] = ",\"broken\":";
static const char BEFORE_MAC_KEY[] = ",\"before_mac\":\"";
static const char BEFORE_HASH_KEY[] = ",\"before_hash\":\"";
static const char MAC_KEY[] = ",\"mac\":\"";
static const char LINE_END[] = "\"}\n";

void audit_line_mac(const unsigned char key[static MFA_SUBKEY_SIZE],
		    const unsigned char before[static AUDIT_MAC_SIZE],
		    struct mfa_span text, unsigned char ret_mac[static AUDIT_MAC_SIZE])
{
	crypto_generichash_state state;
	(void)crypto_generichash_init(&state, key, MFA_SUBKEY_SIZE, AUDIT_MAC_SIZE);
	(void)crypto_generichash_update(&state, before, AUDIT_MAC_SIZE);
	(void)crypto_generichash_update(&state, text.data, text.len);
	(void)crypto_generichash_final(&state, ret_mac, AUDIT_MAC_SIZE);
	mfa_wipe(&state, sizeof state);
}

static bool begins_with(struct mfa_span text, size_t at, const char *words)
{
	size_t len = strlen(words);
	return text.len >= at && text.len - at >= len &&
	       memcmp(text.data + at, words, len) == 0;
}

/* Cuts a field of 32 bytes (its key, 64 digits, and end) off the end of the text. */
static bool cut_bytes(struct mfa_span *inout_text, const char *key, const char *end,
		      unsigned char ret_bytes[static AUDIT_MAC_SIZE])
{
	size_t size = strlen(key) + MAC_HEX + strlen(end);
	if (inout_text->len < size)
		return false;
	size_t at = inout_text->len - size;
	const char *digits = (const char *)inout_text->data + at + strlen(key);
	size_t len = 0;
	if (!begins_with(*inout_text, at, key) ||
	    memcmp(digits + MAC_HEX, end, strlen(end)) != 0 ||
	    sodium_hex2bin(ret_bytes, AUDIT_MAC_SIZE, digits, MAC_HEX, NULL, &len,
			   NULL) != 0 ||
	    len != AUDIT_MAC_SIZE)
		return false;
	inout_text->len = at;
	return true;
}

bool audit_line_parse(const char *line, size_t len, struct mfa_span *ret_text,
		      struct audit_link *ret_link)
{
	const char end[] = { LINE_END[0], LINE_END[1], '\0' };
	struct mfa_span text = { (const unsigned char *)line, len };
	if (!begins_with(text, 0, SEQ_KEY) ||
	    !cut_bytes(&text, MAC_KEY, end, ret_link->mac) || text.len < strlen(SEQ_KEY))
		return false;
	ret_link->seq = strtoull(line + strlen(SEQ_KEY), NULL, 10);
	*ret_text = text;
	return true;
}

/* Where the time begins; 0: it is not where it should be. */
static size_t find_time(struct mfa_span text)
{
	size_t at = strlen(SEQ_KEY);
	while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
		at++;
	return begins_with(text, at, TIME_KEY) ? at + strlen(TIME_KEY) : 0;
}

static size_t time_len(struct mfa_span text, size_t at)
{
	const unsigned char *end = memchr(text.data + at, '"', text.len - at);
	return end != NULL ? (size_t)(end - text.data) - at : 0;
}

void audit_line_time(struct mfa_span text, char ret_time[static MFA_TIME_SIZE])
{
	size_t at = find_time(text);
	size_t len = at > 0 ? time_len(text, at) : 0;
	if (len >= MFA_TIME_SIZE)
		len = 0;
	memcpy(ret_time, text.data + at, len);
	ret_time[len] = '\0';
}

/* The number after its key at the end of the text; 0: the field is missing. */
static uint64_t read_last_number(struct mfa_span text, const char *key)
{
	size_t at = text.len;
	size_t len = strlen(key);
	while (at > 0 && text.data[at - 1] >= '0' && text.data[at - 1] <= '9')
		at--;
	if (at < len || at == text.len || !begins_with(text, at - len, key))
		return 0;
	return strtoull((const char *)text.data + at, NULL, 10); /* a comma follows */
}

bool audit_line_is_bridge(struct mfa_span text, struct audit_bridge *ret_bridge)
{
	size_t at = find_time(text);
	if (at == 0 || !begins_with(text, at + time_len(text, at), BRIDGE_KEY) ||
	    !cut_bytes(&text, BEFORE_HASH_KEY, "\"", ret_bridge->hash) ||
	    !cut_bytes(&text, BEFORE_MAC_KEY, "\"", ret_bridge->mac))
		return false;
	ret_bridge->broken = read_last_number(text, BROKEN_KEY);
	return true;
}

/* An empty file begins at zero. After a last line that is incomplete or not ours (a
 * crash, an edit) the chain starts again at zero, and mfa_audit_verify reports that
 * line. */
int audit_end_read(int fd, struct audit_end *ret_end)
{
	char tail[AUDIT_LINE_MAX];
	struct stat status;
	if (fstat(fd, &status) != 0)
		return mfa_err_from_errno(errno);
	struct audit_end end = { .size = status.st_size };
	size_t wanted = end.size > AUDIT_LINE_MAX ? AUDIT_LINE_MAX : (size_t)end.size;
	size_t len = 0;
	int err = mfa_fs_read(fd, tail, wanted, end.size - (off_t)wanted, &len);
	if (err != MFA_OK)
		return err;
	end.is_open = len > 0 && tail[len - 1] != '\n';
	if (len > 0 && !end.is_open) {
		const char *before = memrchr(tail, '\n', len - 1);
		const char *line = before != NULL ? before + 1 : tail;
		struct mfa_span text;
		if (!audit_line_parse(line, (size_t)(tail + len - 1 - line), &text,
				      &end.link))
			end.link = (struct audit_link){ 0 };
	}
	*ret_end = end;
	return MFA_OK;
}

static int make_mac(const struct mfa_secret *store_key, const struct audit_end *end,
		    struct mfa_span text, char ret_hex[static MAC_HEX + 1])
{
	unsigned char key[MFA_SUBKEY_SIZE];
	unsigned char mac[AUDIT_MAC_SIZE];
	int err = mfa_seal_derive(store_key, MFA_KEY_AUDIT, key);
	if (err != MFA_OK)
		return err;
	audit_line_mac(key, end->link.mac, text, mac);
	mfa_wipe(key, sizeof key);
	(void)sodium_bin2hex(ret_hex, MAC_HEX + 1, mac, sizeof mac);
	return MFA_OK;
}

int audit_line_make(const struct mfa_secret *store_key, const struct mfa_json *json,
		    const struct audit_end *end, char **ret_line)
{
	char hex[MAC_HEX + 1];
	if (json->err != MFA_OK)
		return json->err;
	struct mfa_span text = { (unsigned char *)json->text, json->len };
	int err = make_mac(store_key, end, text, hex);
	if (err != MFA_OK)
		return err;
	char *line = NULL;
	int len = asprintf(&line, "%s%s%s%s%s", end->is_open ? "\n" : "", json->text,
			   MAC_KEY, hex, LINE_END);
	if (len < 0)
		return MFA_ERR_NOMEM;
	if (len > AUDIT_LINE_MAX) {
		free(line);
		return MFA_ERR_INVALID;
	}
	*ret_line = line;
	return MFA_OK;
}

int audit_line_append(const struct mfa_secret *store_key, const struct mfa_json *json,
		      int fd, const struct audit_end *end)
{
	MFA_CLEANUP(mfa_free_string) char *line = NULL;
	int err = audit_line_make(store_key, json, end, &line);
	if (err != MFA_OK)
		return err;
	err = mfa_fs_write(fd, line, strlen(line), end->size);
	/* a partial line would break the chain */
	if (err != MFA_OK && ftruncate(fd, end->size) != 0)
		return MFA_ERR_IO;
	return err;
}
