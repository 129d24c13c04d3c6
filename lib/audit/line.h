/* SPDX-License-Identifier: BSD-2-Clause */
/* The form of the trail's lines, for writing and reading. See docs/store-format.md. */
#pragma once

#include "mfa/audit.h"
#include "mfa/json.h"
#include "mfa/seal.h"

#include <sys/types.h>

enum {
	AUDIT_MAC_SIZE = 32,
	AUDIT_LINE_MAX = 8192, /* with its line feed; a longer line is not ours */
};

struct mfa_audit {
	char *path;
	bool is_kept;	     /* see mfa_audit_keep */
	bool is_place_sound; /* the folders above have been checked since */
	const struct mfa_secret *store_key;
	const struct mfa_secret *next_key; /* NULL: no rekey is going on */
};

/* The end of a chain: what the next line is bound to. */
struct audit_link {
	uint64_t seq;
	unsigned char mac[AUDIT_MAC_SIZE];
};

/* What a trail ends with. */
struct audit_end {
	struct audit_link link; /* zeros: no line, or an incomplete or foreign one */
	off_t size;
	bool is_open; /* the last line has no line feed */
};

/* What a bridge says of the lines before it. */
struct audit_bridge {
	uint64_t broken; /* the first that did not verify, 0: all did */
	unsigned char mac[AUDIT_MAC_SIZE];
	unsigned char hash[AUDIT_MAC_SIZE];
};

/* mac = BLAKE2b(key, mac of the line before || text of this line before its mac) */
void audit_line_mac(const unsigned char key[static MFA_SUBKEY_SIZE],
		    const unsigned char before[static AUDIT_MAC_SIZE],
		    struct mfa_span text, unsigned char ret_mac[static AUDIT_MAC_SIZE]);

/* Splits one line, without its line feed, into the text that the mac covers, its number
 * and its mac. */
bool audit_line_parse(const char *line, size_t len, struct mfa_span *ret_text,
		      struct audit_link *ret_link);

/* The time of a line, from its text; "": it has none. */
void audit_line_time(struct mfa_span text, char ret_time[static MFA_TIME_SIZE]);

/* Whether the text is a bridge. */
bool audit_line_is_bridge(struct mfa_span text, struct audit_bridge *ret_bridge);

/* Reads the end of the trail. */
int audit_end_read(int fd, struct audit_end *ret_end) MFA_MUST_CHECK;

/* Writes a line in two steps, so that a bridge can add fields: first all but its mac into
 * json; then json and the mac to the end of the trail, completely or not at all. */
void audit_line_begin(struct mfa_json *json, const struct mfa_event *event, uint64_t seq);
int audit_line_append(const struct mfa_secret *store_key, const struct mfa_json *json,
		      int fd, const struct audit_end *end) MFA_MUST_CHECK;

/* The whole line, as audit_line_append writes it. The caller frees it. */
int audit_line_make(const struct mfa_secret *store_key, const struct mfa_json *json,
		    const struct audit_end *end, char **ret_line) MFA_MUST_CHECK;
