/* SPDX-License-Identifier: BSD-2-Clause */
#include "mfa/nss.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mfa/text.h"

enum {
	GROUPS_MAX = 4096,
	LINE_SIZE = 2048,
	LINE_MAX_SIZE = 1024 * 1024, /* more is no answer */
};

/* Wants the line of a name, or, where that is NULL, of a user id. */
struct question {
	const char *name;
	uid_t uid;
};

/* What came back; the strings of entry are in buffer. */
struct reply {
	struct passwd entry;
	char *buffer;
	enum mfa_match is_there;
	int problem;
};

static void reply_done(struct reply *reply)
{
	mfa_free_string(&reply->buffer);
}

static int ask_once(const struct question *question, size_t size, struct reply *reply,
		    struct passwd **ret_found)
{
	mfa_free_string(&reply->buffer);
	reply->buffer = malloc(size);
	if (reply->buffer == NULL)
		return ENOMEM;
	return question->name != NULL ? getpwnam_r(question->name, &reply->entry,
						   reply->buffer, size, ret_found)
				      : getpwuid_r(question->uid, &reply->entry,
						   reply->buffer, size, ret_found);
}

/* Nobody knows how long a line is: names of departments and rooms may be in it. */
static void ask(const struct question *question, struct reply *reply)
{
	struct passwd *found = NULL;
	int errnum = ERANGE;
	for (size_t size = LINE_SIZE; errnum == ERANGE && size <= LINE_MAX_SIZE;
	     size *= 4)
		errnum = ask_once(question, size, reply, &found);
	bool is_answered = errnum == 0 || errnum == ENOENT || errnum == ESRCH;
	if (errnum == 0 && found != NULL && found->pw_name != NULL)
		reply->is_there = MFA_MATCH_YES;
	else
		reply->is_there = is_answered ? MFA_MATCH_NO : MFA_MATCH_UNKNOWN;
	reply->problem = is_answered ? 0 : errnum;
}

static int copy_string(const char *text, char **ret_copy)
{
	*ret_copy = strndup(text, MFA_USER_SIZE - 1);
	return *ret_copy != NULL ? MFA_OK : MFA_ERR_NOMEM;
}

/* No record can have such a name, and no log should: nobody gets in by it. */
static void refuse_name(struct identity *identity)
{
	identity->name[0] = '\0';
	identity->is_known = MFA_MATCH_UNKNOWN;
	identity->problem = EINVAL;
}

static void hand_over(struct identity *from, struct identity *ret_to)
{
	*ret_to = *from;
	*from = (struct identity){ 0 };
}

int nss_find(const char *typed, struct identity *ret_identity)
{
	MFA_CLEANUP(reply_done) struct reply reply = { 0 };
	MFA_CLEANUP(nss_done) struct identity identity = { 0 };
	ask(&(struct question){ .name = typed }, &reply);
	bool is_there = reply.is_there == MFA_MATCH_YES;
	const char *name = is_there ? reply.entry.pw_name : typed;
	identity.is_known = reply.is_there;
	identity.problem = reply.problem;
	identity.uid = is_there ? reply.entry.pw_uid : (uid_t)-1;
	identity.gid = is_there ? reply.entry.pw_gid : (gid_t)-1;
	/* a name that nobody has stays as it is, however long: nobody must get in by its
	 * beginning */
	identity.name = strdup(name);
	if (identity.name == NULL)
		return MFA_ERR_NOMEM;
	bool is_usable = !is_there || mfa_text_is_label(name, MFA_USER_SIZE);
	if ((!is_usable || strcmp(name, typed) != 0) &&
	    copy_string(typed, &identity.typed) != MFA_OK)
		return MFA_ERR_NOMEM;
	if (!is_usable)
		refuse_name(&identity);
	hand_over(&identity, ret_identity);
	return MFA_OK;
}

static void note_owner(const struct reply *owner, uid_t uid, struct identity *identity)
{
	if (identity->is_known != MFA_MATCH_YES || identity->uid != uid ||
	    owner->is_there != MFA_MATCH_YES)
		return;
	identity->has_owner = true;
	identity->owns_uid = strcmp(owner->entry.pw_name, identity->name) == 0
				     ? MFA_MATCH_YES
				     : MFA_MATCH_NO;
}

int nss_find_of(uid_t uid, const char *typed, struct identity *ret_identity)
{
	MFA_CLEANUP(reply_done) struct reply owner = { 0 };
	const struct identity nobody = { .name = (char *)(uintptr_t)typed,
					 .is_known = MFA_MATCH_NO,
					 .uid = (uid_t)-1,
					 .gid = (gid_t)-1 };
	ask(&(struct question){ .uid = uid }, &owner);
	if (owner.is_there == MFA_MATCH_NO)
		return nss_copy(&nobody, ret_identity);
	int err = nss_find(typed, ret_identity);
	if (err == MFA_OK)
		note_owner(&owner, uid, ret_identity);
	return err;
}

int nss_copy(const struct identity *identity, struct identity *ret_copy)
{
	MFA_CLEANUP(nss_done) struct identity copy = *identity;
	copy.typed = NULL;
	copy.groups = NULL;
	copy.has_groups = false;
	copy.name = strdup(identity->name);
	if (copy.name == NULL || (identity->typed != NULL &&
				  copy_string(identity->typed, &copy.typed) != MFA_OK))
		return MFA_ERR_NOMEM;
	hand_over(&copy, ret_copy);
	return MFA_OK;
}

void nss_done(struct identity *identity)
{
	free(identity->name);
	free(identity->typed);
	free(identity->groups);
	*identity = (struct identity){ 0 };
}

bool nss_are_same(const struct identity *one, const struct identity *other)
{
	bool are_known =
		one->is_known == MFA_MATCH_YES && other->is_known == MFA_MATCH_YES;
	return one->name[0] != '\0' && strcmp(one->name, other->name) == 0 &&
	       (!are_known || one->uid == other->uid);
}

bool nss_is_self(const struct identity *identity)
{
	return identity->is_known == MFA_MATCH_YES && identity->uid == getuid();
}

/* As shells of accounts that nobody logs in to are called. */
static bool is_no_shell(const char *shell)
{
	const char *slash = shell != NULL ? strrchr(shell, '/') : NULL;
	return slash != NULL &&
	       (strcmp(slash, "/nologin") == 0 || strcmp(slash, "/false") == 0);
}

bool nss_is_person(uid_t uid)
{
	MFA_CLEANUP(reply_done) struct reply reply = { 0 };
	ask(&(struct question){ .uid = uid }, &reply);
	return reply.is_there == MFA_MATCH_YES && !is_no_shell(reply.entry.pw_shell);
}

enum mfa_match nss_owns_uid(struct identity *identity)
{
	if (identity->is_known != MFA_MATCH_YES)
		return MFA_MATCH_UNKNOWN;
	if (!identity->has_owner) {
		MFA_CLEANUP(reply_done) struct reply reply = { 0 };
		ask(&(struct question){ .uid = identity->uid }, &reply);
		identity->has_owner = true;
		identity->owns_uid = MFA_MATCH_UNKNOWN;
		if (reply.is_there == MFA_MATCH_YES)
			identity->owns_uid =
				strcmp(reply.entry.pw_name, identity->name) == 0
					? MFA_MATCH_YES
					: MFA_MATCH_NO;
	}
	return identity->owns_uid;
}

bool nss_has_own_name(struct identity *identity)
{
	if (identity->is_known == MFA_MATCH_NO)
		return true;
	return identity->is_known == MFA_MATCH_YES && identity->typed == NULL &&
	       nss_owns_uid(identity) == MFA_MATCH_YES;
}

/* The line holds the names of all members: nobody knows how long it is. */
static bool find_group(const char *group, gid_t *ret_gid)
{
	for (size_t size = LINE_SIZE; size <= LINE_MAX_SIZE; size *= 2) {
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

static void find_groups(struct identity *identity)
{
	int count = GROUPS_MAX;
	identity->has_groups = true;
	identity->group_count = -1;
	identity->groups = calloc(GROUPS_MAX, sizeof *identity->groups);
	if (identity->groups != NULL &&
	    getgrouplist(identity->name, identity->gid, identity->groups, &count) >= 0)
		identity->group_count = count;
}

enum mfa_match nss_is_member(struct identity *identity, const char *group)
{
	gid_t wanted = 0;
	if (identity->is_known != MFA_MATCH_YES || !find_group(group, &wanted))
		return MFA_MATCH_UNKNOWN;
	if (!identity->has_groups)
		find_groups(identity);
	if (identity->group_count < 0)
		return MFA_MATCH_UNKNOWN;
	for (int i = 0; i < identity->group_count; i++)
		if (identity->groups[i] == wanted)
			return MFA_MATCH_YES;
	return MFA_MATCH_NO;
}
