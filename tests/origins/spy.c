/* SPDX-License-Identifier: BSD-2-Clause */
/* A PAM module that decides nothing: it writes down what a program tells PAM, and what
 * the kernel and logind tell of the process. One file for each call, in the folder that
 * is its argument, which must be writable for everybody. The command capture reads them.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <security/pam_modules.h>

#include "mfa/base.h"

enum {
	PATH_SIZE = 512,
	TEXT_SIZE = 8192,
	MAX_PARENTS = 16,
};

static const char sessions[] = "/run/systemd/sessions";

/* What /proc tells of one process. */
struct process {
	int pid;
	int parent;
	unsigned uid;
	unsigned terminal;
	char audit_session[16];
	char name[64];
};

/* As much of the text as there is room for. */
static void copy(char *to, size_t size, const char *text, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(to, text, len);
	to[len] = '\0';
}

static bool read_text(const char *path, char text[static TEXT_SIZE])
{
	text[0] = '\0';
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	size_t len = fread(text, 1, TEXT_SIZE - 1, file);
	text[len] = '\0';
	(void)fclose(file);
	return true;
}

/* The first line, without its end. */
static void read_line(const char *path, char *line, size_t size)
{
	char text[TEXT_SIZE];
	(void)read_text(path, text);
	copy(line, size, text, strcspn(text, "\n"));
}

/* The value of "KEY=value" in a record of logind. */
static bool find_value(const char *record, const char *key, char *value, size_t size)
{
	size_t len = strlen(key);
	for (const char *line = record; *line != '\0'; line += strcspn(line, "\n") + 1) {
		if (strncmp(line, key, len) == 0 && line[len] == '=') {
			line += len + 1;
			copy(value, size, line, strcspn(line, "\n"));
			return true;
		}
		if (strchr(line, '\n') == NULL)
			break;
	}
	return false;
}

/* The name may hold spaces and brackets: it ends at the last bracket of the line. */
static bool read_stat(struct process *process)
{
	char path[PATH_SIZE];
	char text[TEXT_SIZE];
	(void)snprintf(path, sizeof path, "/proc/%d/stat", process->pid);
	if (!read_text(path, text))
		return false;
	char *start = strchr(text, '(');
	char *end = strrchr(text, ')');
	if (start == NULL || end == NULL)
		return false;
	copy(process->name, sizeof process->name, start + 1, (size_t)(end - start - 1));
	char *rest = NULL;
	process->parent = (int)strtol(end + 3, &rest, 10); /* behind ") S" */
	(void)strtol(rest, &rest, 10);			   /* process group */
	(void)strtol(rest, &rest, 10);			   /* session */
	process->terminal = (unsigned)strtol(rest, NULL, 10);
	return true;
}

static bool read_process(int pid, struct process *process)
{
	char path[PATH_SIZE];
	char text[TEXT_SIZE];
	*process = (struct process){ .pid = pid };
	if (!read_stat(process))
		return false;
	(void)snprintf(path, sizeof path, "/proc/%d/status", pid);
	if (!read_text(path, text))
		return false;
	const char *line = strstr(text, "\nUid:");
	process->uid = line != NULL ? (unsigned)strtoul(line + 5, NULL, 10) : 0;
	(void)snprintf(path, sizeof path, "/proc/%d/sessionid", pid);
	read_line(path, process->audit_session, sizeof process->audit_session);
	return true;
}

static void write_item(FILE *out, pam_handle_t *handle, const char *key, int item)
{
	const void *value = NULL;
	if (pam_get_item(handle, item, &value) == PAM_SUCCESS && value != NULL)
		(void)fprintf(out, "%s = %s\n", key, (const char *)value);
}

static void write_items(FILE *out, pam_handle_t *handle)
{
	write_item(out, handle, "service", PAM_SERVICE);
	write_item(out, handle, "user", PAM_USER);
	write_item(out, handle, "tty", PAM_TTY);
	write_item(out, handle, "rhost", PAM_RHOST);
	write_item(out, handle, "ruser", PAM_RUSER);
	write_item(out, handle, "xdisplay", PAM_XDISPLAY);
}

/* The unified hierarchy's line alone: which others there are is the test machine's
 * affair. */
static void read_cgroup(char *group, size_t size)
{
	char text[TEXT_SIZE];
	group[0] = '\0';
	if (!read_text("/proc/self/cgroup", text))
		return;
	const char *line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (line == NULL)
		return;
	line += *line == '\n';
	copy(group, size, line, strcspn(line, "\n"));
}

static void write_parents(FILE *out, const struct process *self)
{
	struct process process;
	int pid = self->parent;
	for (int i = 1; i <= MAX_PARENTS && pid > 0 && read_process(pid, &process); i++) {
		(void)fprintf(out, "parent.%d = %d %u %u:%u %s %s\n", i, process.pid,
			      process.uid, major(process.terminal),
			      minor(process.terminal), process.audit_session,
			      process.name);
		pid = process.parent;
	}
}

static void write_process(FILE *out)
{
	struct process self;
	uid_t real, effective, saved;
	char text[PATH_SIZE];
	if (!read_process(getpid(), &self) || getresuid(&real, &effective, &saved) != 0)
		return;
	(void)fprintf(out, "real_uid = %u\neffective_uid = %u\nsaved_uid = %u\n", real,
		      effective, saved);
	read_cgroup(text, sizeof text);
	(void)fprintf(out, "cgroup = %s\n", text);
	read_line("/proc/self/loginuid", text, sizeof text);
	(void)fprintf(out, "loginuid = %s\nsessionid = %s\n", text, self.audit_session);
	(void)fprintf(out, "terminal = %u:%u\n", major(self.terminal),
		      minor(self.terminal));
	(void)fprintf(out, "process = %d %s\n", self.pid, self.name);
	write_parents(out, &self);
}

static void write_record(FILE *out, const char *prefix, const char *record)
{
	for (const char *line = record; *line != '\0'; line += strcspn(line, "\n") + 1) {
		int len = (int)strcspn(line, "\n");
		int key = (int)strcspn(line, "=");
		if (*line != '#' && key < len)
			(void)fprintf(out, "%s.%.*s = %.*s\n", prefix, key, line,
				      len - key - 1, line + key + 1);
		if (line[len] == '\0')
			break;
	}
}

static bool read_session(const char *id, char record[static TEXT_SIZE])
{
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof path, "%s/%s", sessions, id);
	return read_text(path, record);
}

/* The session in whose scope the process is: the letters and digits of its name. */
static void write_session(FILE *out)
{
	static const char characters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	char group[PATH_SIZE];
	char id[32];
	char record[TEXT_SIZE];
	read_cgroup(group, sizeof group);
	const char *start = strstr(group, "/session-");
	if (start == NULL)
		return;
	start += strlen("/session-");
	copy(id, sizeof id, start, strspn(start, characters));
	(void)fprintf(out, "session.id = %s\n", id);
	if (read_session(id, record))
		write_record(out, "session", record);
}

static void write_greeter(FILE *out, int number, const char *id, const char *record)
{
	char prefix[32];
	char text[32];
	struct process leader;
	(void)snprintf(prefix, sizeof prefix, "greeter.%d", number);
	(void)fprintf(out, "%s.id = %s\n", prefix, id);
	write_record(out, prefix, record);
	if (find_value(record, "LEADER", text, sizeof text) &&
	    read_process((int)strtol(text, NULL, 10), &leader))
		(void)fprintf(out, "%s.leader_parent = %d\n", prefix, leader.parent);
}

static void write_greeters(FILE *out)
{
	int number = 0;
	char record[TEXT_SIZE];
	char text[32];
	DIR *folder = opendir(sessions);
	if (folder == NULL)
		return;
	for (struct dirent *entry = readdir(folder); entry != NULL;
	     entry = readdir(folder)) {
		/* "N.ref" is a pipe, which would keep the reader waiting. */
		if (strchr(entry->d_name, '.') != NULL ||
		    !read_session(entry->d_name, record))
			continue;
		if (find_value(record, "CLASS", text, sizeof text) &&
		    strcmp(text, "greeter") == 0)
			write_greeter(out, ++number, entry->d_name, record);
	}
	(void)closedir(folder);
}

static int write_down(pam_handle_t *handle, const char *phase, int argc,
		      const char **argv)
{
	char path[PATH_SIZE];
	char done[PATH_SIZE];
	if (argc != 1)
		return PAM_IGNORE;
	(void)snprintf(done, sizeof done, "%s/%d-%s-%p", argv[0], getpid(), phase,
		       (void *)handle);
	(void)snprintf(path, sizeof path, "%s/.%d-%s-%p", argv[0], getpid(), phase,
		       (void *)handle);
	FILE *out = fopen(path, "wxe");
	if (out == NULL)
		return PAM_IGNORE;
	(void)fprintf(out, "phase = %s\n", phase);
	write_items(out, handle);
	write_process(out);
	write_session(out);
	write_greeters(out);
	(void)fclose(out);
	(void)rename(path, done);
	return PAM_IGNORE;
}

MFA_PUBLIC int pam_sm_authenticate(pam_handle_t *handle, int flags, int argc,
				   const char **argv)
{
	(void)flags;
	return write_down(handle, "auth", argc, argv);
}

MFA_PUBLIC int pam_sm_setcred(pam_handle_t *handle, int flags, int argc,
			      const char **argv)
{
	(void)handle, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}

MFA_PUBLIC int pam_sm_acct_mgmt(pam_handle_t *handle, int flags, int argc,
				const char **argv)
{
	(void)flags;
	return write_down(handle, "account", argc, argv);
}
