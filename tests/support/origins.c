/* SPDX-License-Identifier: BSD-2-Clause */
#include "origins.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

enum kind {
	TEXT,
	NUMBER,
	TERMINAL,
	EXPECTED
};

struct field {
	const char *key;
	enum kind kind;
	bool is_needed;
	size_t at;
};

static const struct field fields[] = {
	{ "program", TEXT, true, offsetof(struct captured, program) },
	{ "version", TEXT, true, offsetof(struct captured, version) },
	{ "captured", TEXT, true, offsetof(struct captured, captured) },
	{ "note", TEXT, false, offsetof(struct captured, note) },
	{ "expected", EXPECTED, true, offsetof(struct captured, is_local) },
	{ "phase", TEXT, true, offsetof(struct captured, phase) },
	{ "service", TEXT, true, offsetof(struct captured, service) },
	{ "user", TEXT, false, offsetof(struct captured, user) },
	{ "tty", TEXT, false, offsetof(struct captured, tty) },
	{ "rhost", TEXT, false, offsetof(struct captured, rhost) },
	{ "ruser", TEXT, false, offsetof(struct captured, ruser) },
	{ "xdisplay", TEXT, false, offsetof(struct captured, xdisplay) },
	{ "real_uid", NUMBER, true, offsetof(struct captured, real_uid) },
	{ "effective_uid", NUMBER, true, offsetof(struct captured, effective_uid) },
	{ "saved_uid", NUMBER, true, offsetof(struct captured, saved_uid) },
	{ "cgroup", TEXT, true, offsetof(struct captured, cgroup) },
	{ "loginuid", NUMBER, true, offsetof(struct captured, loginuid) },
	{ "sessionid", NUMBER, true, offsetof(struct captured, sessionid) },
	{ "terminal", TERMINAL, true, offsetof(struct captured, terminal) },
};

enum {
	N_FIELDS = sizeof fields / sizeof *fields
};

/* Takes a decimal number and the one character behind it off *text. */
static bool take_number(char **text, char end, uint32_t *ret_number)
{
	char *rest = NULL;
	if (**text < '0' || **text > '9')
		return false;
	unsigned long number = strtoul(*text, &rest, 10);
	if (number > UINT32_MAX || *rest != end)
		return false;
	*ret_number = (uint32_t)number;
	*text = end == '\0' ? rest : rest + 1;
	return true;
}

static bool take_terminal(char **text, char end, struct captured_terminal *ret_terminal)
{
	return take_number(text, ':', &ret_terminal->major) &&
	       take_number(text, end, &ret_terminal->minor);
}

static bool read_field(const struct field *field, char *value, struct captured *origin)
{
	void *place = (char *)origin + field->at;
	switch (field->kind) {
	case TEXT:
		*(const char **)place = value;
		return true;
	case NUMBER:
		return take_number(&value, '\0', place);
	case TERMINAL:
		return take_terminal(&value, '\0', place);
	case EXPECTED:
		*(bool *)place = strcmp(value, "local") == 0;
		return *(bool *)place || strcmp(value, "remote") == 0;
	}
	return false;
}

/* PID NAME */
static bool read_process(char *value, struct captured *origin)
{
	uint32_t pid = 0;
	if (!take_number(&value, ' ', &pid))
		return false;
	origin->pid = (pid_t)pid;
	origin->process = value;
	return true;
}

/* PID UID MAJOR:MINOR SESSION NAME, by the key "parent.N" with N from 1 on. */
static bool read_parent(char *number, char *value, struct captured *origin)
{
	uint32_t index = 0;
	uint32_t pid = 0;
	if (origin->n_parents == CAPTURED_MAX_PARENTS ||
	    !take_number(&number, '\0', &index) || index != origin->n_parents + 1)
		return false;
	struct captured_process *parent = &origin->parents[origin->n_parents++];
	if (!take_number(&value, ' ', &pid) || !take_number(&value, ' ', &parent->uid) ||
	    !take_terminal(&value, ' ', &parent->terminal) ||
	    !take_number(&value, ' ', &parent->audit_session))
		return false;
	parent->pid = (pid_t)pid;
	parent->name = value;
	return true;
}

/* "id", or a line of logind's, which are in capitals. */
static bool read_session(const char *key, const char *value,
			 struct captured_session *session)
{
	/* as each of logind's files begins */
	static const char first[] = "# This is private data. Do not parse.\n";
	char *record = NULL;
	if (strcmp(key, "id") == 0) {
		session->id = value;
		return true;
	}
	if (session->id == NULL || *key < 'A' || *key > 'Z' ||
	    asprintf(&record, "%s%s=%s\n",
		     session->record != NULL ? session->record : first, key, value) < 0)
		return false;
	free(session->record);
	session->record = record;
	return true;
}

/* By the key "greeter.N.KEY" with N from 1 on; "id" is the first of each. */
static bool read_greeter(char *key, char *value, struct captured *origin)
{
	uint32_t index = 0;
	uint32_t pid = 0;
	if (!take_number(&key, '.', &index) || index == 0 ||
	    index > CAPTURED_MAX_GREETERS || index > origin->n_greeters + 1)
		return false;
	struct captured_greeter *greeter = &origin->greeters[index - 1];
	if (index > origin->n_greeters)
		origin->n_greeters = index;
	if (strcmp(key, "leader_parent") != 0)
		return read_session(key, value, &greeter->session);
	if (!take_number(&value, '\0', &pid))
		return false;
	greeter->leader_parent = (pid_t)pid;
	return true;
}

static bool read_line(char *key, char *value, struct captured *origin,
		      bool seen[static N_FIELDS])
{
	for (size_t i = 0; i < N_FIELDS; i++) {
		if (strcmp(key, fields[i].key) != 0)
			continue;
		bool is_new = !seen[i];
		seen[i] = true;
		return is_new && read_field(&fields[i], value, origin);
	}
	if (strcmp(key, "process") == 0)
		return origin->process == NULL && read_process(value, origin);
	if (strncmp(key, "parent.", 7) == 0)
		return read_parent(key + 7, value, origin);
	if (strncmp(key, "session.", 8) == 0)
		return read_session(key + 8, value, &origin->session);
	if (strncmp(key, "greeter.", 8) == 0)
		return read_greeter(key + 8, value, origin);
	return false;
}

static bool has_all(const struct captured *origin, const bool seen[static N_FIELDS])
{
	for (size_t i = 0; i < N_FIELDS; i++) {
		if (fields[i].is_needed && !seen[i])
			return false;
	}
	return origin->process != NULL;
}

unsigned captured_parse(const char *text, struct captured *ret_origin)
{
	struct captured origin = { .text = strdup(text) };
	bool seen[N_FIELDS] = { false };
	unsigned number = 1;
	assert_non_null(origin.text);
	for (char *line = origin.text; *line != '\0'; number++) {
		char *end = strchr(line, '\n');
		char *value = strstr(line, " = ");
		if (end != NULL)
			*end = '\0';
		if (end == NULL || value == NULL || value > end) {
			captured_done(&origin);
			return number;
		}
		*value = '\0';
		if (!read_line(line, value + 3, &origin, seen)) {
			captured_done(&origin);
			return number;
		}
		line = end + 1;
	}
	if (!has_all(&origin, seen)) {
		captured_done(&origin);
		return number;
	}
	*ret_origin = origin;
	return 0;
}

void captured_done(struct captured *origin)
{
	free(origin->name);
	free(origin->session.record);
	for (size_t i = 0; i < origin->n_greeters; i++)
		free(origin->greeters[i].session.record);
	free(origin->text);
	*origin = (struct captured){ .name = NULL };
}

static int is_fixture(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');
	return end != NULL && strcmp(end, ".txt") == 0;
}

static void load_file(const char *folder, const char *file, struct captured *ret_origin)
{
	char *path = NULL;
	assert_true(asprintf(&path, "%s/%s", folder, file) > 0);
	char *text = read_text(path);
	unsigned line = captured_parse(text, ret_origin);
	if (line != 0)
		fail_msg("%s:%u: not a line of an origin", path, line);
	ret_origin->name = strndup(file, strlen(file) - strlen(".txt"));
	assert_non_null(ret_origin->name);
	free(text);
	free(path);
}

void origins_load(const char *folder, struct origins *ret_origins)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_fixture, alphasort);
	assert_true(count >= 0);
	*ret_origins = (struct origins){ .list = calloc((size_t)count + 1,
							sizeof(struct captured)) };
	assert_non_null(ret_origins->list);
	for (int i = 0; i < count; i++) {
		load_file(folder, entries[i]->d_name, &ret_origins->list[i]);
		ret_origins->count++;
		free(entries[i]);
	}
	free(entries);
}

void origins_done(struct origins *origins)
{
	for (size_t i = 0; i < origins->count; i++)
		captured_done(&origins->list[i]);
	free(origins->list);
	*origins = (struct origins){ .list = NULL };
}
