/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the facts of origin.h come from: /proc, and logind's files. */
#include "mfa/origin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "mfa/base.h"
#include "mfa/fs.h"

#define SESSIONS "/run/systemd/sessions"

static const unsigned long AUDIT_NONE = 0xffffffff;

enum {
	PATH_SIZE = 512,
	TEXT_SIZE = 4096,
	PARENTS_MAX = 64,
	VT_MAJOR = 4,
	VT_MAX = 63,
};

/* false: it cannot be read, or is too long to be what it should be. */
static bool read_file(const char *path, char ret_text[static TEXT_SIZE])
{
	size_t len = 0;
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || mfa_fs_read_text(fd, ret_text, TEXT_SIZE, &len) != MFA_OK ||
	    len >= TEXT_SIZE)
		return false;
	ret_text[len] = '\0';
	return true;
}

static bool read_of_process(pid_t pid, const char *name, char ret_text[static TEXT_SIZE])
{
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	return read_file(path, ret_text);
}

/* The id of a session: logind gives it letters and digits alone. */
static bool take_id(const char *text, size_t len, char ret_id[static ORIGIN_NAME_SIZE])
{
	static const char characters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	if (len == 0 || len >= ORIGIN_NAME_SIZE || strspn(text, characters) < len)
		return false;
	memcpy(ret_id, text, len);
	ret_id[len] = '\0';
	return true;
}

/* The scope of a session, ".../user.slice/user-1000.slice/session-3.scope". Who has a
 * control group of his own, as everybody has user@1000.service, may give folders below
 * any name: the first user.slice counts, and nothing below a service or a scope. */
static bool take_scope(const char *path, char ret_id[static ORIGIN_NAME_SIZE])
{
	static const char user[] = "/user.slice/user-";
	static const char session[] = ".slice/session-";
	static const char scope[] = ".scope";
	const char *start = strstr(path, user);
	const char *service = strstr(path, ".service/");
	const char *other = strstr(path, ".scope/");
	if (start == NULL || (service != NULL && service < start) ||
	    (other != NULL && other < start))
		return false;
	start += strlen(user);
	start += strspn(start, "0123456789");
	if (strncmp(start, session, strlen(session)) != 0)
		return false;
	start += strlen(session);
	size_t len = strcspn(start, "./");
	const char *end = start + len;
	return strncmp(end, scope, strlen(scope)) == 0 &&
	       (end[strlen(scope)] == '\0' || end[strlen(scope)] == '/') &&
	       take_id(start, len, ret_id);
}

static bool is_service(const char *path)
{
	static const char system[] = "/system.slice/";
	static const char service[] = ".service";
	size_t len = strlen(path);
	return strncmp(path, system, strlen(system)) == 0 && len > strlen(service) &&
	       strcmp(path + len - strlen(service), service) == 0;
}

/* One line of /proc/PID/cgroup: "number:controllers:path". */
static void take_cgroup(char *line, struct origin *origin)
{
	char *path = line;
	(void)strsep(&path, ":");
	const char *controllers = strsep(&path, ":");
	if (path == NULL)
		return;
	bool is_in_scope = strcmp(controllers, "name=elogind") == 0
				   ? path[0] == '/' && take_id(path + 1, strlen(path + 1),
							       origin->session.id)
				   : take_scope(path, origin->session.id);
	origin->is_in_scope = origin->is_in_scope || is_in_scope;
	origin->is_in_service = origin->is_in_service || is_service(path);
}

static void read_cgroup(pid_t pid, struct origin *origin)
{
	char text[TEXT_SIZE];
	char *rest = text;
	if (!read_of_process(pid, "cgroup", text))
		return;
	for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n"))
		take_cgroup(line, origin);
}

/* The value of a line "KEY=value" of logind's; false: there is none. */
static bool find_value(const char *text, const char *key, char *ret_value, size_t size)
{
	size_t key_len = strlen(key);
	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, key_len) != 0 || line[key_len] != '=')
			continue;
		size_t len = strcspn(line + key_len + 1, "\n");
		if (len >= size)
			return false;
		memcpy(ret_value, line + key_len + 1, len);
		ret_value[len] = '\0';
		return true;
	}
	ret_value[0] = '\0';
	return false;
}

static unsigned long find_number(const char *text, const char *key)
{
	char value[ORIGIN_NAME_SIZE];
	return find_value(text, key, value, sizeof value) ? strtoul(value, NULL, 10) : 0;
}

/* A set-uid program has the real user id of who started it. */
static bool is_process_of_root(pid_t pid)
{
	static const char key[] = "\nUid:\t0\t";
	char text[TEXT_SIZE];
	return pid > 0 && read_of_process(pid, "status", text) &&
	       strstr(text, key) != NULL;
}

/* session->id is set. */
static void read_session(struct origin_session *session)
{
	char path[PATH_SIZE];
	char text[TEXT_SIZE];
	char value[ORIGIN_NAME_SIZE];
	(void)snprintf(path, sizeof path, "%s/%s", SESSIONS, session->id);
	if (!read_file(path, text) || !find_value(text, "UID", value, sizeof value) ||
	    !find_value(text, "REMOTE", value, sizeof value))
		return;
	session->is_there = true;
	session->uid = (uid_t)find_number(text, "UID");
	session->is_remote = strcmp(value, "0") != 0;
	session->vt = (unsigned)find_number(text, "VTNR");
	session->leader = (pid_t)find_number(text, "LEADER");
	session->is_by_root = is_process_of_root(session->leader);
	(void)find_value(text, "SEAT", session->seat, sizeof session->seat);
	(void)find_value(text, "DISPLAY", session->display, sizeof session->display);
	session->is_greeter = find_value(text, "CLASS", value, sizeof value) &&
			      strcmp(value, "greeter") == 0;
	if (find_value(text, "REMOTE_HOST", value, sizeof value) && value[0] != '\0' &&
	    value[0] != ':')
		session->is_remote = true;
}

/* What /proc/PID/stat says of a process. */
struct process {
	pid_t parent;
	unsigned vt;
};

static bool read_process(pid_t pid, struct process *ret_process)
{
	char text[TEXT_SIZE];
	long parent = 0;
	long terminal = 0;
	if (!read_of_process(pid, "stat", text))
		return false;
	/* behind the name, which may hold anything: state, parent, group, session,
	 * terminal */
	const char *at = strrchr(text, ')');
	for (unsigned field = 0; at != NULL && field < 5; field++) {
		at = strchr(at + 1, ' ');
		if (at != NULL && field == 1)
			parent = strtol(at + 1, NULL, 10);
		if (at != NULL && field == 4)
			terminal = strtol(at + 1, NULL, 10);
	}
	if (at == NULL)
		return false;
	unsigned long major = (unsigned long)terminal >> 8 & 0xfff;
	unsigned long minor = ((unsigned long)terminal & 0xff) |
			      ((unsigned long)terminal >> 12 & 0xfff00);
	bool is_vt = major == VT_MAJOR && minor >= 1 && minor <= VT_MAX;
	*ret_process = (struct process){ (pid_t)parent, is_vt ? (unsigned)minor : 0 };
	return true;
}

static bool read_audit(pid_t pid, unsigned long *ret_session)
{
	char text[TEXT_SIZE];
	char *end = NULL;
	if (!read_of_process(pid, "sessionid", text))
		return false;
	*ret_session = strtoul(text, &end, 10);
	return end != text && *ret_session != AUDIT_NONE;
}

bool origin_are_together(pid_t one, pid_t other)
{
	char groups[2][TEXT_SIZE];
	unsigned long sessions[2] = { 0 };
	bool is_audited = read_audit(one, &sessions[0]);
	return read_of_process(one, "cgroup", groups[0]) &&
	       read_of_process(other, "cgroup", groups[1]) &&
	       strcmp(groups[0], groups[1]) == 0 &&
	       read_audit(other, &sessions[1]) == is_audited &&
	       (!is_audited || sessions[0] == sessions[1]);
}

static bool is_of_audit_session(pid_t pid, const struct origin *origin)
{
	unsigned long session = 0;
	bool is_audited = read_audit(pid, &session);
	return is_audited == origin->is_audited &&
	       (!is_audited || session == origin->audit_session);
}

/* The parents up to one on a virtual terminal, if all are of the same audit session: of a
 * program that was started from a console, with or without a desktop in between. Most
 * have no such parent, so the sessions are read last. */
static void read_parents(const struct process *process, struct origin *origin)
{
	pid_t parents[PARENTS_MAX];
	unsigned count = 0;
	struct process now = *process;
	for (unsigned vt = 0; vt == 0; vt = now.vt) {
		if (count == PARENTS_MAX || now.parent <= 1)
			return;
		parents[count++] = now.parent;
		if (!read_process(now.parent, &now))
			return;
	}
	for (unsigned i = 0; i < count; i++)
		if (!is_of_audit_session(parents[i], origin))
			return;
	origin->vt_above = now.vt;
}

static void close_folder(DIR **folder)
{
	if (*folder != NULL)
		(void)closedir(*folder);
}

/* display: NULL: any, where there is a seat. */
static bool is_of_greeter(const struct origin_session *session, pid_t manager,
			  const char *display)
{
	struct process leader = { 0 };
	bool is_there = display != NULL ? strcmp(session->display, display) == 0
					: session->seat[0] != '\0';
	return session->is_greeter && is_there &&
	       read_process(session->leader, &leader) && leader.parent == manager;
}

/* The display manager has started both, the greeter and the process that asks PAM. */
static void read_greeters(pid_t manager, const char *display, struct origin *origin)
{
	MFA_CLEANUP(close_folder) DIR *folder = opendir(SESSIONS);
	if (folder == NULL)
		return;
	for (;;) {
		const struct dirent *entry = readdir(folder);
		struct origin_session session = { .is_there = false };
		if (entry == NULL)
			return;
		if (!take_id(entry->d_name, strlen(entry->d_name), session.id))
			continue;
		read_session(&session);
		if (is_of_greeter(&session, manager, display))
			origin->greeter = session;
	}
}

void origin_read(pid_t pid, uid_t real_uid, const struct origin_claims *claims,
		 struct origin *ret_origin)
{
	struct origin origin = {
		.real_uid = real_uid,
		.has_logind = access("/run/systemd/seats", F_OK) == 0 || errno != ENOENT,
	};
	struct process process = { 0 };
	origin.is_audited = read_audit(pid, &origin.audit_session);
	if (read_process(pid, &process))
		origin.vt = process.vt;
	read_cgroup(pid, &origin);
	if (origin.has_logind && origin.is_in_scope)
		read_session(&origin.session);
	if (!origin.has_logind)
		read_parents(&process, &origin);
	bool has_display = claims == NULL || claims->display != NULL;
	if (origin.has_logind && origin.is_in_service && has_display &&
	    process.parent > 1)
		read_greeters(process.parent, claims != NULL ? claims->display : NULL,
			      &origin);
	*ret_origin = origin;
}

enum mfa_place origin_place(pid_t pid, uid_t real_uid, uid_t user,
			    const struct origin_claims *claims)
{
	struct origin origin;
	struct utsname machine;
	struct origin_claims all = *claims;
	all.host = uname(&machine) == 0 ? machine.nodename : NULL;
	if (!origin_may_be_local(real_uid, &all))
		return MFA_PLACE_ELSEWHERE;
	origin_read(pid, real_uid, &all, &origin);
	if (!origin_proves_local(&origin, &all))
		return MFA_PLACE_ELSEWHERE;
	return origin_is_own(&origin, user) ? MFA_PLACE_OWN : MFA_PLACE_OTHERS;
}
