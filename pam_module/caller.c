#include "caller.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "mfa/fs.h"
#include "people.h"

enum {
	TEXT_SIZE = 32
};

/* 0, root's, says no more than that root has started the session. */
static bool read_login_uid(uint32_t *ret_uid)
{
	char text[TEXT_SIZE];
	char *end = NULL;
	size_t len = 0;
	*ret_uid = 0;
	MFA_CLEANUP(mfa_close_fd)
	int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT;
	if (mfa_fs_read(fd, text, sizeof text, 0, &len) != MFA_OK || len >= sizeof text)
		return false;
	text[len] = '\0';
	unsigned long number = strtoul(text, &end, 10);
	if (end == text || number > UINT32_MAX)
		return false;
	*ret_uid = number == UINT32_MAX ? 0 : (uint32_t)number;
	return true;
}

uint32_t caller_find(void)
{
	uid_t real = getuid();
	uint32_t login = 0;
	if (real == 0)
		return 0;
	if (!read_login_uid(&login))
		return MFA_CALLER_NAMELESS;
	if (login != 0)
		return login;
	return people_has_account(real) == MFA_MATCH_NO ? MFA_CALLER_NAMELESS : real;
}
