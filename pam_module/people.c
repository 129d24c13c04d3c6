#include "people.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	GROUPS_MAX = 4096,
	PASSWD_LINE_SIZE = 4096,
	GROUP_LINE_SIZE = 1024,
	GROUP_LINE_MAX = 1024 * 1024
};

enum mfa_match people_is_known(const char *user)
{
	char buffer[PASSWD_LINE_SIZE];
	struct passwd entry;
	struct passwd *found = NULL;
	int errnum = getpwnam_r(user, &entry, buffer, sizeof buffer, &found);
	if (found != NULL)
		return MFA_MATCH_YES;
	bool is_answered = errnum == 0 || errnum == ENOENT || errnum == ESRCH;
	return is_answered ? MFA_MATCH_NO : MFA_MATCH_UNKNOWN;
}

bool people_is_self(const char *user)
{
	char buffer[PASSWD_LINE_SIZE];
	struct passwd entry;
	struct passwd *found = NULL;
	return getpwnam_r(user, &entry, buffer, sizeof buffer, &found) == 0 &&
	       found != NULL && entry.pw_uid == getuid();
}

static bool find_user(const char *user, gid_t *ret_gid)
{
	char buffer[PASSWD_LINE_SIZE];
	struct passwd entry;
	struct passwd *found = NULL;
	if (getpwnam_r(user, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
		return false;
	*ret_gid = entry.pw_gid;
	return true;
}

/* The line holds the names of all members: nobody knows how long it is. */
static bool find_group(const char *group, gid_t *ret_gid)
{
	for (size_t size = GROUP_LINE_SIZE; size <= GROUP_LINE_MAX; size *= 2) {
		MFA_CLEANUP(mfa_free_string) char *buffer = malloc(size);
		struct group entry;
		struct group *found = NULL;
		if (buffer == NULL)
			return false;
		int errnum = getgrnam_r(group, &entry, buffer, size, &found);
		if (errnum == ERANGE)
			continue;
		if (found != NULL)
			*ret_gid = entry.gr_gid;
		return found != NULL;
	}
	return false;
}

static bool has_gid(const gid_t *gids, int count, gid_t gid)
{
	for (int i = 0; i < count; i++)
		if (gids[i] == gid)
			return true;
	return false;
}

enum mfa_match people_is_member(const char *user, const char *group)
{
	gid_t own = 0;
	gid_t wanted = 0;
	if (!find_user(user, &own) || !find_group(group, &wanted))
		return MFA_MATCH_UNKNOWN;
	int count = GROUPS_MAX;
	gid_t *gids = calloc(GROUPS_MAX, sizeof *gids);
	if (gids == NULL)
		return MFA_MATCH_UNKNOWN;
	enum mfa_match match = MFA_MATCH_UNKNOWN;
	if (getgrouplist(user, own, gids, &count) >= 0)
		match = has_gid(gids, count, wanted) ? MFA_MATCH_YES : MFA_MATCH_NO;
	free(gids);
	return match;
}
