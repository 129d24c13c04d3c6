/* SPDX-License-Identifier: BSD-2-Clause */
#include "record.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct recorder {
	struct recording *recording;
	struct run *run;
	dev_t device; /* the folder's */
};

static void load_folder(struct recording *recording, const char *path,
			const struct stat *status)
{
	if (recording->folder_count == FOLDERS_MAX)
		pam_fixture_die("too many folders");
	size_t at = recording->folder_count++;
	recording->folders[at].inode = status->st_ino;
	(void)snprintf(recording->folders[at].path, TREE_PATH_SIZE, "%s", path);
}

static size_t folder_of(const struct recording *recording, ino_t inode)
{
	for (size_t i = 0; i < recording->folder_count; i++)
		if (recording->folders[i].inode == inode)
			return i;
	return FOLDERS_MAX;
}

static struct node *node_add(struct recording *recording, ino_t inode)
{
	if (recording->node_count == NODES_MAX)
		pam_fixture_die("too many files");
	struct node *node = &recording->nodes[recording->node_count++];
	*node = (struct node){ .inode = inode, .mode = S_IFREG | 0600 };
	return node;
}

static size_t node_of(struct recording *recording, ino_t inode)
{
	for (size_t i = 0; i < recording->node_count; i++)
		if (recording->nodes[i].inode == inode)
			return i;
	(void)node_add(recording, inode);
	return recording->node_count - 1;
}

static void load_file(struct recording *recording, const struct tree_entry *entry,
		      const struct stat *status)
{
	const char *slash = strrchr(entry->path, '/');
	struct node *node = node_add(recording, status->st_ino);
	size_t len = (size_t)(slash - entry->path);
	for (size_t i = 0; i < recording->folder_count; i++)
		if (strlen(recording->folders[i].path) == len &&
		    strncmp(recording->folders[i].path, entry->path, len) == 0)
			node->folder = i;
	(void)snprintf(node->name, sizeof node->name, "%s", slash + 1);
	node->mode = entry->mode;
	node->size = entry->size;
	node->bytes = malloc(entry->size + 1);
	if (node->bytes == NULL)
		pam_fixture_die("no memory");
	memcpy(node->bytes, entry->bytes, entry->size);
}

static void load(struct crash *crash, const struct operation *operation,
		 struct recording *recording)
{
	const struct tree *tree = crash_tree(crash, operation);
	for (size_t i = 0; i < tree->count; i++) {
		char path[RIG_PATH_SIZE];
		struct stat status;
		(void)snprintf(path, sizeof path, "%s/%s", crash->fixture.folder,
			       tree->entries[i].path);
		if (stat(path, &status) != 0)
			pam_fixture_die("%s", path);
		if (S_ISDIR(status.st_mode))
			load_folder(recording, tree->entries[i].path, &status);
		else
			load_file(recording, &tree->entries[i], &status);
	}
}

/* The program's descriptor; false: it is none, or not of the folder's file system. */
static bool look_at(const struct recorder *recorder, uint64_t fd, struct stat *ret_status)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/%d/fd/%d", recorder->run->trace.pid,
		       (int)fd);
	return stat(path, ret_status) == 0 && ret_status->st_dev == recorder->device;
}

static struct step *step_add(struct recorder *recorder, enum step_kind kind)
{
	struct recording *recording = recorder->recording;
	if (recording->step_count == STEPS_MAX)
		pam_fixture_die("too many changes");
	struct step *step = &recording->steps[recording->step_count++];
	*step = (struct step){ .kind = kind };
	return step;
}

static void add_write(struct recorder *recorder, const struct stat *status)
{
	const struct trace *trace = &recorder->run->trace;
	struct step *step = step_add(recorder, STEP_WRITE);
	step->node = node_of(recorder->recording, status->st_ino);
	step->offset = (size_t)trace->arguments[3];
	step->len = (size_t)trace->result;
	step->bytes = malloc(step->len + 1);
	if (step->bytes == NULL || step->len > SECTOR * (SECTORS_MAX - 1))
		pam_fixture_die("a write is too long");
	trace_read(trace, trace->arguments[1], step->bytes, step->len);
}

static void add_sync(struct recorder *recorder, const struct stat *status)
{
	bool is_folder = S_ISDIR(status->st_mode);
	struct step *step = step_add(recorder, is_folder ? STEP_SYNC_FOLDER : STEP_SYNC);
	if (is_folder)
		step->folder = folder_of(recorder->recording, status->st_ino);
	else
		step->node = node_of(recorder->recording, status->st_ino);
}

/* A change of a name in the folder that a descriptor of the program is open on. */
static struct step *add_name(struct recorder *recorder, enum step_kind kind,
			     uint64_t folder_fd, uint64_t name)
{
	struct stat status;
	struct step *step = step_add(recorder, kind);
	if (!look_at(recorder, folder_fd, &status))
		pam_fixture_die("a name is changed in an unknown folder");
	step->folder = folder_of(recorder->recording, status.st_ino);
	trace_read_text(&recorder->run->trace, name, step->name, sizeof step->name);
	if (step->folder == FOLDERS_MAX || strchr(step->name, '/') != NULL)
		pam_fixture_die("%s: changed in an unknown folder", step->name);
	return step;
}

/* Splits an absolute path of the program's into a folder and a name. */
static size_t split_path(const struct recorder *recorder, uint64_t address,
			 char name[static NAME_SIZE])
{
	const struct recording *recording = recorder->recording;
	const char *top = recorder->run->fixture->folder;
	char path[RIG_PATH_SIZE];
	trace_read_text(&recorder->run->trace, address, path, sizeof path);
	char *slash = strrchr(path, '/');
	if (slash == NULL || strlen(slash) > NAME_SIZE ||
	    strncmp(path, top, strlen(top)) != 0)
		pam_fixture_die("%s: a name is changed in an unknown folder", path);
	*slash = '\0';
	(void)snprintf(name, NAME_SIZE, "%s", slash + 1);
	for (size_t i = 0; i < recording->folder_count; i++)
		if (strcmp(recording->folders[i].path, path + strlen(top) + 1) == 0)
			return i;
	pam_fixture_die("%s: a name is changed in an unknown folder", path);
}

/* The calls that this knows. false: another one. */
static bool take_known(struct recorder *recorder)
{
	const struct trace *trace = &recorder->run->trace;
	const uint64_t *with = trace->arguments;
	struct stat status;
	struct step *step = NULL;
	switch (trace->call) {
	case SYS_pwrite64:
		if (look_at(recorder, with[0], &status))
			add_write(recorder, &status);
		return true;
	case SYS_fsync:
	case SYS_fdatasync:
		if (look_at(recorder, with[0], &status))
			add_sync(recorder, &status);
		return true;
	case SYS_ftruncate:
		if (!look_at(recorder, with[0], &status))
			return true;
		step = step_add(recorder, STEP_TRUNCATE);
		step->node = node_of(recorder->recording, status.st_ino);
		step->offset = (size_t)with[1];
		return true;
	case SYS_linkat:
		step = add_name(recorder, STEP_LINK, with[2], with[3]);
		if (with[4] != AT_EMPTY_PATH || !look_at(recorder, with[0], &status))
			return false;
		step->node = node_of(recorder->recording, status.st_ino);
		return true;
	case SYS_unlinkat:
		(void)add_name(recorder, STEP_UNLINK, with[0], with[1]);
		return true;
	case SYS_rename:
		step = step_add(recorder, STEP_RENAME);
		step->folder = split_path(recorder, with[0], step->name);
		return split_path(recorder, with[1], step->new_name) == step->folder;
	case SYS_renameat:
	case SYS_renameat2:
		step = add_name(recorder, STEP_RENAME, with[0], with[1]);
		trace_read_text(trace, with[3], step->new_name, sizeof step->new_name);
		return true;
	default:
		return false;
	}
}

/* Other calls that change files, when they change one of the folder's. */
static bool is_unknown_change(const struct recorder *recorder)
{
	const struct trace *trace = &recorder->run->trace;
	struct stat status;
	switch (trace->call) {
	case SYS_write:
	case SYS_writev:
	case SYS_pwritev:
	case SYS_pwritev2:
	case SYS_fallocate:
	case SYS_sendfile:
		return look_at(recorder, trace->arguments[0], &status) &&
		       S_ISREG(status.st_mode);
	case SYS_linkat: /* a kind that take_known refused */
	case SYS_link:
	case SYS_unlink:
	case SYS_rename:
	case SYS_truncate:
	case SYS_mkdir:
	case SYS_mkdirat:
	case SYS_symlink:
	case SYS_creat:
	case SYS_copy_file_range:
		return true;
	case SYS_openat:
		return (trace->arguments[2] & O_TRUNC) != 0;
	default:
		return false;
	}
}

/* O_CREAT makes a name when there was none: the files that begin are all known. */
static void take_open(struct recorder *recorder)
{
	const struct trace *trace = &recorder->run->trace;
	struct stat status;
	bool makes = (trace->arguments[2] & O_CREAT) != 0;
	if (!makes || !look_at(recorder, (uint64_t)trace->result, &status))
		return;
	for (size_t i = 0; i < recorder->recording->node_count; i++)
		if (recorder->recording->nodes[i].inode == status.st_ino)
			return;
	pam_fixture_die("a file is made with its name at once");
}

void record_operation(struct crash *crash, const struct operation *operation,
		      struct recording *ret_recording)
{
	struct run run;
	struct stat status;
	*ret_recording = (struct recording){ .node_count = 0 };
	tree_restore(crash_tree(crash, operation), crash->fixture.folder);
	load(crash, operation, ret_recording);
	run_begin(&run, &crash->fixture, operation, VICTIM_STEPS);
	struct recorder recorder = { .recording = ret_recording, .run = &run };
	if (stat(crash->fixture.folder, &status) != 0)
		pam_fixture_die("%s", crash->fixture.folder);
	recorder.device = status.st_dev;
	bool is_reported = false;
	while (trace_next(&run.trace)) {
		if (!is_reported && run_is_reported(&run)) {
			is_reported = true;
			(void)step_add(&recorder, STEP_REPORT);
		}
		if (!run.trace.is_exit || run.trace.result < 0)
			continue;
		if (run.trace.call == SYS_openat)
			take_open(&recorder);
		if (!take_known(&recorder) && is_unknown_change(&recorder))
			pam_fixture_die("%s: system call %llu is not known here",
					operation->name,
					(unsigned long long)run.trace.call);
	}
	if (!run_is_good(&run))
		pam_fixture_die("%s: failed", operation->name);
	run_done(&run);
}

void recording_done(struct recording *recording)
{
	for (size_t i = 0; i < recording->node_count; i++)
		free(recording->nodes[i].bytes);
	for (size_t i = 0; i < recording->step_count; i++)
		free(recording->steps[i].bytes);
}
