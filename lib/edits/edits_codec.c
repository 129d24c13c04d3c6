/* SPDX-License-Identifier: BSD-2-Clause */
/* The form is private to one version: what another has written is not read, and never has
 * to be. See docs/store-format.md. */
#include "mfa/edits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "mfa/bytes.h"

enum {
	SUM_SIZE = 32,
	COUNT_MAX = 4096, /* of files, and of services */
};

static const char magic[] = "pam_mfa edits 1\n";

static void put_number(FILE *to, uint64_t number)
{
	unsigned char bytes[8];
	mfa_put64(bytes, number);
	(void)fwrite(bytes, 1, sizeof bytes, to);
}

static void put_block(FILE *to, const char *bytes, size_t len)
{
	put_number(to, len);
	if (len > 0)
		(void)fwrite(bytes, 1, len, to);
}

static void put_side(FILE *to, const struct mfa_edit_side *side)
{
	put_number(to, side->is_absent);
	put_number(to, side->mode);
	put_number(to, side->uid);
	put_number(to, side->gid);
	put_block(to, side->data, side->len);
}

static void put_edits(FILE *to, const struct mfa_edits *edits)
{
	(void)fwrite(magic, 1, sizeof magic - 1, to);
	put_block(to, edits->id, strlen(edits->id));
	put_block(to, edits->boot, strlen(edits->boot));
	put_block(to, edits->actor, strlen(edits->actor));
	put_number(to, (uint64_t)edits->time);
	put_number(to, (uint64_t)edits->deadline_ms);
	put_number(to, edits->services.count);
	for (size_t i = 0; i < edits->services.count; i++)
		put_block(to, edits->services.items[i], strlen(edits->services.items[i]));
	put_number(to, edits->count);
	for (size_t i = 0; i < edits->count; i++) {
		put_block(to, edits->items[i].path, strlen(edits->items[i].path));
		put_side(to, &edits->items[i].before);
		put_side(to, &edits->items[i].after);
	}
}

/* Of all that was put so far, which the stream has in memory. */
static bool put_sum(FILE *to, char *const *text, const size_t *len)
{
	unsigned char sum[SUM_SIZE];
	if (fflush(to) != 0)
		return false;
	(void)crypto_generichash(sum, sizeof sum, (unsigned char *)*text, *len, NULL, 0);
	return fwrite(sum, 1, sizeof sum, to) == sizeof sum;
}

int mfa_edits_encode(const struct mfa_edits *edits, unsigned char **ret_bytes,
		     size_t *ret_len)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	if (to == NULL)
		return MFA_ERR_NOMEM;
	put_edits(to, edits);
	bool is_whole = put_sum(to, &text, &len);
	is_whole = ferror(to) == 0 && is_whole;
	is_whole = fclose(to) == 0 && is_whole;
	if (!is_whole) {
		free(text);
		return MFA_ERR_NOMEM;
	}
	*ret_bytes = (unsigned char *)text;
	*ret_len = len;
	return MFA_OK;
}

/* What is left of the bytes; the first error stays. */
struct source {
	const unsigned char *at;
	size_t left;
	int err;
};

static uint64_t take_number(struct source *from)
{
	if (from->err != MFA_OK || from->left < 8) {
		from->err = from->err != MFA_OK ? from->err : MFA_ERR_INTEGRITY;
		return 0;
	}
	uint64_t number = mfa_get64(from->at);
	from->at += 8;
	from->left -= 8;
	return number;
}

static uint64_t take_count(struct source *from, uint64_t most)
{
	uint64_t number = take_number(from);
	if (number <= most)
		return number;
	from->err = MFA_ERR_INTEGRITY;
	return 0;
}

/* A copy, with a NUL behind it; NULL: an error. */
static char *take_bytes(struct source *from, size_t *ret_len)
{
	uint64_t len = take_count(from, from->left);
	if (from->err == MFA_OK &&
	    len > from->left) /* the number itself is gone from it */
		from->err = MFA_ERR_INTEGRITY;
	if (from->err != MFA_OK)
		return NULL;
	char *copy = calloc(1, len + 1);
	if (copy == NULL) {
		from->err = MFA_ERR_NOMEM;
		return NULL;
	}
	memcpy(copy, from->at, len);
	from->at += len;
	from->left -= len;
	*ret_len = len;
	return copy;
}

static void take_text(struct source *from, char *ret_text, size_t size)
{
	size_t len = 0;
	MFA_CLEANUP(mfa_free_string) char *text = take_bytes(from, &len);
	if (text == NULL)
		return;
	if (len >= size || strlen(text) != len) {
		from->err = MFA_ERR_INTEGRITY;
		return;
	}
	memcpy(ret_text, text, len + 1);
}

static void take_side(struct source *from, struct mfa_edit_side *side)
{
	side->is_absent = take_count(from, 1) != 0;
	side->mode = (mode_t)take_count(from, 07777);
	side->uid = (uid_t)take_count(from, UINT32_MAX);
	side->gid = (gid_t)take_count(from, UINT32_MAX);
	side->data = take_bytes(from, &side->len);
}

static void take_services(struct source *from, struct mfa_strings *services)
{
	uint64_t count = take_count(from, COUNT_MAX);
	for (uint64_t i = 0; from->err == MFA_OK && i < count; i++) {
		size_t len = 0;
		MFA_CLEANUP(mfa_free_string) char *name = take_bytes(from, &len);
		if (name != NULL && strlen(name) != len)
			from->err = MFA_ERR_INTEGRITY;
		else if (name != NULL && mfa_strings_add(services, name) != MFA_OK)
			from->err = MFA_ERR_NOMEM;
	}
}

static void take_items(struct source *from, struct mfa_edits *edits)
{
	uint64_t count = take_count(from, COUNT_MAX);
	if (from->err != MFA_OK || count == 0)
		return;
	edits->items = calloc(count, sizeof *edits->items);
	if (edits->items == NULL)
		from->err = MFA_ERR_NOMEM;
	while (from->err == MFA_OK && edits->count < count) {
		struct mfa_edit *edit = &edits->items[edits->count++];
		size_t len = 0;
		edit->path = take_bytes(from, &len);
		take_side(from, &edit->before);
		take_side(from, &edit->after);
		if (edit->path != NULL &&
		    (edit->path[0] != '/' || strlen(edit->path) != len))
			from->err = MFA_ERR_INTEGRITY;
	}
}

static bool is_sound(const unsigned char *bytes, size_t len)
{
	unsigned char sum[SUM_SIZE];
	if (len < sizeof magic - 1 + SUM_SIZE ||
	    memcmp(bytes, magic, sizeof magic - 1) != 0)
		return false;
	(void)crypto_generichash(sum, sizeof sum, bytes, len - SUM_SIZE, NULL, 0);
	return memcmp(sum, bytes + len - SUM_SIZE, SUM_SIZE) == 0;
}

int mfa_edits_decode(const unsigned char *bytes, size_t len, struct mfa_edits *ret_edits)
{
	MFA_CLEANUP(mfa_edits_done) struct mfa_edits edits = { .count = 0 };
	if (!is_sound(bytes, len))
		return MFA_ERR_INTEGRITY;
	struct source from = { .at = bytes + sizeof magic - 1,
			       .left = len - (sizeof magic - 1) - SUM_SIZE };
	take_text(&from, edits.id, sizeof edits.id);
	take_text(&from, edits.boot, sizeof edits.boot);
	take_text(&from, edits.actor, sizeof edits.actor);
	edits.time = (int64_t)take_number(&from);
	edits.deadline_ms = (int64_t)take_number(&from);
	take_services(&from, &edits.services);
	take_items(&from, &edits);
	if (from.err == MFA_OK && from.left != 0)
		from.err = MFA_ERR_INTEGRITY;
	if (from.err != MFA_OK)
		return from.err;
	*ret_edits = edits;
	edits = (struct mfa_edits){ .count = 0 };
	return MFA_OK;
}
