#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <utmpx.h>

#include "mfa/base.h"
#include "mfa/fs.h"

enum {
	PATH_SIZE = 256,
	TEXT_SIZE = 4096,
};

/* ":0" stands for a display of this machine. */
static bool names_host(const struct utmpx *entry)
{
	return entry->ut_host[0] != '\0' && entry->ut_host[0] != ':';
}

/* Read here, since the functions of libc keep their place in the file for the program. */
static bool is_remote_in_utmp(const char *tty)
{
	struct utmpx entry;
	size_t len = 0;
	const char *line = strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty;
	if (line[0] == '\0')
		return false;
	MFA_CLEANUP(mfa_close_fd) int fd = open("/run/utmp", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno != ENOENT;
	for (off_t at = 0;; at += (off_t)sizeof entry) {
		if (mfa_fs_read(fd, &entry, sizeof entry, at, &len) != MFA_OK)
			return true;
		if (len < sizeof entry)
			return false;
		if (entry.ut_type == USER_PROCESS &&
		    strncmp(entry.ut_line, line, sizeof entry.ut_line) == 0)
			return names_host(&entry);
	}
}

/* MFA_ERR_NOTFOUND where there is no such file. */
static int read_file(const char *path, char ret_text[static TEXT_SIZE])
{
	size_t len = 0;
	MFA_CLEANUP(mfa_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return mfa_err_from_errno(errno);
	int err = mfa_fs_read(fd, ret_text, TEXT_SIZE - 1, 0, &len);
	if (err == MFA_OK)
		ret_text[len] = '\0';
	return err;
}

/* The name of the session between "session-" and ".scope" in the process's cgroup; logind
 * gives it letters and digits alone. */
static bool find_session(const char *cgroup, char *ret_name, size_t size)
{
	static const char characters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	const char *start = strstr(cgroup, "/session-");
	if (start == NULL)
		return false;
	start += strlen("/session-");
	size_t len = strspn(start, characters);
	if (len == 0 || len >= size || strncmp(start + len, ".scope", 6) != 0)
		return false;
	memcpy(ret_name, start, len);
	ret_name[len] = '\0';
	return true;
}

static bool is_remote_in_logind(void)
{
	char text[TEXT_SIZE];
	char name[32];
	int err = read_file("/proc/self/cgroup", text);
	if (err == MFA_OK && !find_session(text, name, sizeof name))
		return false;
	if (err == MFA_OK) {
		char path[PATH_SIZE];
		(void)snprintf(path, sizeof path, "/run/systemd/sessions/%s", name);
		err = read_file(path, text);
	}
	if (err != MFA_OK)
		return err != MFA_ERR_NOTFOUND;
	return strstr(text, "\nREMOTE=1\n") != NULL;
}

bool session_is_remote(const char *tty)
{
	return (tty != NULL && is_remote_in_utmp(tty)) || is_remote_in_logind();
}
