/* SPDX-License-Identifier: BSD-2-Clause */
/* A line says which process asked, and its parent: one of them stays above the session
 * that it began. Quotes in a value are escaped, so a key in quotes is the line's own. */
#include "switch/session.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "mfa/process.h"
#include "mfa/text.h"

enum {
	PARENTS_MAX = 64,
	FIELD_SIZE = 512,
	NUMBER_SIZE = 24,
};

struct parents {
	char names[PARENTS_MAX][MFA_PROCESS_NAME_SIZE];
	size_t count;
};

/* Of the /proc that is read here: in another pid namespace getpid(2) is somebody else's
 * number there. 0: it has none. */
static pid_t find_own_number(void)
{
	char text[NUMBER_SIZE] = "";
	int64_t number = 0;
	ssize_t len = readlink("/proc/self", text, sizeof text - 1);
	if (len <= 0 || mfa_text_parse_number(text, &number) != MFA_OK)
		return 0;
	return (pid_t)number;
}

/* A process that began a session has its user's identity by now (pam_loginuid(8)): a
 * shell outside of all sessions, in which su asked for a code, has none. */
static void find_parents(struct parents *parents)
{
	struct mfa_process process = { .parent = find_own_number() };
	parents->count = 0;
	while (parents->count < PARENTS_MAX && process.parent > 1 &&
	       mfa_process_read(process.parent, &process) == MFA_OK)
		if (!mfa_process_is_before_login(process.pid))
			mfa_process_name(&process, parents->names[parents->count++]);
}

/* The value of a field, as it stands in the line; "": it has none. */
static void find_field(const char *line, const char *key,
		       char ret_value[static FIELD_SIZE])
{
	char wanted[64];
	(void)snprintf(wanted, sizeof wanted, ",\"%s\":\"", key);
	const char *at = strstr(line, wanted);
	ret_value[0] = '\0';
	if (at == NULL)
		return;
	at += strlen(wanted);
	(void)snprintf(ret_value, FIELD_SIZE, "%.*s", (int)strcspn(at, "\""), at);
}

static bool has_field(const char *line, const char *key, const char *wanted)
{
	char value[FIELD_SIZE];
	find_field(line, key, value);
	return strcmp(value, wanted) == 0;
}

static bool is_of_changes(const char *line, const struct mfa_edits *edits)
{
	char detail[FIELD_SIZE];
	find_field(line, "detail", detail);
	return has_field(line, "event", SESSION_EVENT) &&
	       strncmp(detail, edits->id, strlen(edits->id)) == 0;
}

static bool is_login_line(const char *line, const struct mfa_edits *edits)
{
	char service[FIELD_SIZE];
	char process[FIELD_SIZE];
	find_field(line, "service", service);
	find_field(line, "process", process);
	return has_field(line, "event", "auth") && has_field(line, "result", "allowed") &&
	       process[0] != '\0' && mfa_strings_have(&edits->services, service);
}

static bool is_this_session(const char *line, const struct parents *parents)
{
	for (size_t i = 0; i < parents->count; i++)
		if (has_field(line, "process", parents->names[i]) ||
		    has_field(line, "parent", parents->names[i]))
			return true;
	return false;
}

static enum session_proof read_lines(FILE *file, const struct mfa_edits *edits,
				     const struct parents *parents)
{
	MFA_CLEANUP(mfa_free_string) char *line = NULL;
	size_t size = 0;
	enum session_proof proof = SESSION_UNCERTAIN;
	while (proof != SESSION_PROVED && getline(&line, &size, file) > 0) {
		if (is_of_changes(line, edits))
			proof = SESSION_NOBODY;
		else if (proof != SESSION_UNCERTAIN && is_login_line(line, edits))
			proof = is_this_session(line, parents) ? SESSION_PROVED
							       : SESSION_OTHERS;
	}
	return proof;
}

int session_prove(const char *trail, const struct mfa_edits *edits, struct mfa_diag *diag,
		  enum session_proof *ret_proof)
{
	struct parents parents;
	MFA_CLEANUP(mfa_close_fd) int fd = -1;
	int err = mfa_fs_open(trail, O_RDONLY, &mfa_fs_own, diag, &fd);
	if (err != MFA_OK)
		return err;
	FILE *file = fdopen(fd, "r");
	if (file == NULL)
		return mfa_fail(diag, MFA_ERR_NOMEM, "out of memory");
	(void)MFA_TAKE_FD(fd);
	find_parents(&parents);
	*ret_proof = read_lines(file, edits, &parents);
	(void)fclose(file);
	return MFA_OK;
}
