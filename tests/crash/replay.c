/* SPDX-License-Identifier: BSD-2-Clause */
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static size_t sectors_of(const struct step *step)
{
	size_t first = step->offset / SECTOR;
	size_t last = (step->offset + step->len - 1) / SECTOR;
	return last - first + 1;
}

static uint64_t low_bits(size_t count)
{
	return count >= 64 ? UINT64_MAX : ((uint64_t)1 << count) - 1;
}

static uint64_t any_bits(struct replay *replay)
{
	uint64_t bits = 0;
	for (unsigned i = 0; i < 5; i++)
		bits = bits << 15 ^ (uint64_t)(unsigned)rand_r(&replay->seed);
	return bits;
}

/* The index-th set of sectors: all sets when there are few, else first the beginnings,
 * the ends, the single ones and their complements, then any. */
static uint64_t sectors_at(struct replay *replay, size_t count, size_t index, size_t most)
{
	uint64_t all = low_bits(count);
	if (count < 32 && (size_t)1 << count <= most)
		return index;
	size_t at = index / 4;
	if (at > count)
		return any_bits(replay) & all;
	switch (index % 4) {
	case 0:
		return low_bits(at);
	case 1:
		return all & ~low_bits(at);
	case 2:
		return at < count ? (uint64_t)1 << at : 0;
	default:
		return at < count ? all & ~((uint64_t)1 << at) : all;
	}
}

struct open_step *replay_open(struct replay *replay, const struct step *step, size_t most)
{
	struct open_step *open = &replay->open[replay->open_count++];
	*open = (struct open_step){ .step = step };
	size_t sectors = open->step->kind == STEP_WRITE ? sectors_of(open->step) : 1;
	size_t sets = sectors < 32 && (size_t)1 << sectors <= most ? (size_t)1 << sectors
								   : most;
	const struct node *node = &replay->recording.nodes[open->step->node];
	bool grows = open->step->kind == STEP_WRITE &&
		     open->step->offset + open->step->len > node->size;
	open->variants = calloc(2 * sets, sizeof *open->variants);
	if (open->variants == NULL)
		pam_fixture_die("no memory");
	for (size_t i = 0; i < sets; i++) {
		struct variant variant = { sectors_at(replay, sectors, i, most), false };
		open->variants[open->count++] = variant;
		variant.is_grown = true;
		if (grows)
			open->variants[open->count++] = variant;
	}
	return open;
}

bool replay_is_part(const struct open_step *open)
{
	const struct variant *variant = &open->variants[open->chosen];
	uint64_t all =
		open->step->kind == STEP_WRITE ? low_bits(sectors_of(open->step)) : 1;
	bool is_none = variant->sectors == 0 && !variant->is_grown;
	return !is_none && variant->sectors != all;
}

bool replay_is_safe(const struct recording *recording, size_t at, size_t moment)
{
	const struct step *step = &recording->steps[at];
	bool is_name = step->kind == STEP_LINK || step->kind == STEP_UNLINK ||
		       step->kind == STEP_RENAME;
	for (size_t i = at + 1; i < moment; i++) {
		const struct step *later = &recording->steps[i];
		if (is_name && later->kind == STEP_SYNC_FOLDER &&
		    later->folder == step->folder)
			return true;
		if (!is_name && later->kind == STEP_SYNC && later->node == step->node)
			return true;
	}
	return false;
}

static void grow(struct file *file, size_t size)
{
	if (size > FILE_MAX)
		pam_fixture_die("a file grows too long");
	if (size > file->size)
		file->size = size;
}

static void apply_write(const struct step *step, const struct variant *variant,
			struct file *file)
{
	size_t first = step->offset / SECTOR;
	for (size_t i = 0; i < sectors_of(step); i++) {
		size_t from = (first + i) * SECTOR;
		size_t to = from + SECTOR;
		if (from < step->offset)
			from = step->offset;
		if (to > step->offset + step->len)
			to = step->offset + step->len;
		if ((variant->sectors >> i & 1) == 0)
			continue;
		grow(file, to);
		memcpy(file->bytes + from, step->bytes + (from - step->offset),
		       to - from);
	}
	if (variant->is_grown)
		grow(file, step->offset + step->len);
}

static struct file *file_named(struct replay *replay, size_t folder, const char *name)
{
	for (size_t i = 0; i < replay->recording.node_count; i++) {
		struct file *file = &replay->files[i];
		if (file->has_name && file->folder == folder &&
		    strcmp(file->name, name) == 0)
			return file;
	}
	return NULL;
}

static void give_name(struct replay *replay, struct file *file, size_t folder,
		      const char *name)
{
	struct file *other = file_named(replay, folder, name);
	if (other != NULL)
		other->has_name = false;
	file->has_name = true;
	file->folder = folder;
	(void)snprintf(file->name, sizeof file->name, "%s", name);
}

static void apply(struct replay *replay, const struct step *step,
		  const struct variant *variant)
{
	struct file *file = &replay->files[step->node];
	if (step->kind == STEP_WRITE) {
		apply_write(step, variant, file);
		return;
	}
	if ((variant->sectors & 1) == 0)
		return;
	if (step->kind == STEP_TRUNCATE) {
		if (step->offset < file->size)
			memset(file->bytes + step->offset, 0, file->size - step->offset);
		file->size = step->offset;
	} else if (step->kind == STEP_LINK) {
		give_name(replay, file, step->folder, step->name);
	} else if (step->kind == STEP_UNLINK || step->kind == STEP_RENAME) {
		file = file_named(replay, step->folder, step->name);
		if (file != NULL)
			file->has_name = false;
		if (file != NULL && step->kind == STEP_RENAME)
			give_name(replay, file, step->folder, step->new_name);
	}
}

static void begin_files(struct replay *replay)
{
	const struct recording *recording = &replay->recording;
	for (size_t i = 0; i < recording->node_count; i++) {
		const struct node *node = &recording->nodes[i];
		struct file *file = &replay->files[i];
		memset(file->bytes, 0, file->size);
		file->has_name = node->name[0] != '\0';
		file->folder = node->folder;
		memcpy(file->name, node->name, sizeof file->name);
		file->size = node->size;
		if (node->size > 0)
			memcpy(file->bytes, node->bytes, node->size);
	}
}

/* The files as the chosen variants leave them. */
static void compute_files(struct replay *replay, size_t moment)
{
	static const struct variant whole = { UINT64_MAX, true };
	const struct recording *recording = &replay->recording;
	size_t next = 0;
	begin_files(replay);
	for (size_t i = 0; i < moment; i++) {
		const struct variant *variant = &whole;
		struct open_step *open = &replay->open[next];
		if (next < replay->open_count && open->step == &recording->steps[i]) {
			variant = &open->variants[open->chosen];
			next++;
		}
		apply(replay, &recording->steps[i], variant);
	}
}

/* The folder becomes what the files are. */
static void write_files(struct replay *replay)
{
	struct tree tree = { .count = 0 };
	const struct tree *before = crash_tree(replay->crash, replay->operation);
	for (size_t i = 0; i < before->count; i++)
		if (S_ISDIR(before->entries[i].mode))
			tree.entries[tree.count++] = before->entries[i];
	for (size_t i = 0; i < replay->recording.node_count; i++) {
		struct file *file = &replay->files[i];
		struct tree_entry *entry = &tree.entries[tree.count];
		if (!file->has_name)
			continue;
		(void)snprintf(entry->path, sizeof entry->path, "%s/%s",
			       replay->recording.folders[file->folder].path, file->name);
		entry->mode = replay->recording.nodes[i].mode;
		entry->bytes = file->bytes;
		entry->size = file->size;
		tree.count++;
	}
	tree_restore(&tree, replay->crash->fixture.folder);
}

void replay_write(struct replay *replay, size_t moment)
{
	compute_files(replay, moment);
	write_files(replay);
}
