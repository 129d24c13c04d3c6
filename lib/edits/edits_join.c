/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "mfa/edits.h"

/* A file of both goes back to what it was before the earlier ones, if nobody has changed
 * it in between. */
static void join_sides(struct mfa_edit *later, struct mfa_edit *earlier)
{
	if (!mfa_edit_sides_match(&earlier->after, &later->before))
		return;
	struct mfa_edit_side before = later->before;
	later->before = earlier->before;
	earlier->before = before;
}

static struct mfa_edit *find_item(const struct mfa_edits *edits, const char *path)
{
	const struct mfa_edit *found = mfa_edits_find(edits, path);
	return found != NULL ? &edits->items[found - edits->items] : NULL;
}

int mfa_edits_join(struct mfa_edits *edits, struct mfa_edits *earlier)
{
	size_t most = edits->count + earlier->count;
	if (most == 0)
		return MFA_OK;
	struct mfa_edit *items = reallocarray(edits->items, most, sizeof *items);
	if (items == NULL)
		return MFA_ERR_NOMEM;
	edits->items = items;
	for (size_t i = 0; i < earlier->services.count; i++)
		if (!mfa_strings_have(&edits->services, earlier->services.items[i]) &&
		    mfa_strings_add(&edits->services, earlier->services.items[i]) !=
			    MFA_OK)
			return MFA_ERR_NOMEM;
	for (size_t i = 0; i < earlier->count; i++) {
		struct mfa_edit *item = &earlier->items[i];
		struct mfa_edit *later = find_item(edits, item->path);
		if (later != NULL) {
			join_sides(later, item);
		} else {
			edits->items[edits->count++] = *item;
			*item = (struct mfa_edit){ .path = NULL };
		}
	}
	return MFA_OK;
}
