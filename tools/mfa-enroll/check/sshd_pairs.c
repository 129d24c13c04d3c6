/* SPDX-License-Identifier: BSD-2-Clause */
/* Two Match blocks that match one login: what the one allows the other may leave to
 * itself. */
#include "check/sshd_ways.h"

#include <string.h>

#include "check/whole_file.h"

enum {
	PAIRS_MAX = 200 /* the files are read for each */
};

struct pairing {
	struct check *check;
	const struct sshd_server *server;
	unsigned tried;
};

/* "User a" and "User b" are never the same login. */
static bool are_exclusive(const struct sshd_settings *one,
			  const struct sshd_settings *other)
{
	static const char user[] = "user ";
	size_t len = strlen(user);
	const char *a = one->criteria;
	const char *b = other->criteria;
	return strncasecmp(a, user, len) == 0 && strncasecmp(b, user, len) == 0 &&
	       strpbrk(a + len, " ,*?!") == NULL && strpbrk(b + len, " ,*?!") == NULL &&
	       strcmp(a + len, b + len) != 0;
}

/* One block opens itself to every method, the other switches on this one. */
static bool may_open(const struct sshd_settings *open, const struct sshd_settings *block,
		     const struct sshd_way *way)
{
	return open->is_matched[SSHD_METHODS] && !sshd_has_methods(open) &&
	       !sshd_has_way(open, way) && block->is_matched[way->key] &&
	       sshd_has_way(block, way) && sshd_has_methods(block) &&
	       !are_exclusive(open, block);
}

static void look_at_way(struct pairing *pairing, const struct sshd_settings *open,
			const struct sshd_settings *block, const struct sshd_way *way)
{
	struct sshd_settings both;
	const struct sshd_blocks blocks = { block->blocks.one, open->blocks.one };
	if (pairing->tried > PAIRS_MAX || !may_open(open, block, way))
		return;
	if (++pairing->tried > PAIRS_MAX)
		whole_file_add_unread(pairing->check, pairing->server->config,
				      WHOLE_FILE_ENTRIES);
	if (!sshd_read(pairing->check, pairing->server, blocks, &both) ||
	    sshd_has_methods(&both) || !sshd_has_way(&both, way))
		return;
	const struct sshd_case one = { pairing->server, &both };
	sshd_tell_way(pairing->check, &one, way);
}

void sshd_look_at_pairs(struct check *check, const struct sshd_server *server,
			const struct sshd_block_list *blocks)
{
	struct pairing pairing = { .check = check, .server = server };
	for (size_t i = 0; i < blocks->count; i++)
		for (size_t j = 0; j < blocks->count; j++)
			for (size_t k = 0; i != j && k < sshd_single_way_count; k++)
				look_at_way(&pairing, &blocks->items[i],
					    &blocks->items[j], &sshd_single_ways[k]);
}
